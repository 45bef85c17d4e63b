import { m } from '../../paraglide/messages.js';
import { listed } from '../../shared/prefs.svelte';

/** Who is told, for a client: nobody else says who the therapist's deputy is, and the name may be one that they never heard. */
export const namedReaders = (names: string[], deputy: string | null | undefined) =>
  listed(names.map((name) => (name === deputy ? m.safety_deputy({ name }) : name)));
