import { m } from '../../paraglide/messages.js';
import { fully } from '../../shared/prefs.svelte';

/**
 * The page of a record says its times in UTC, for the server does not know where someone lives. Here they become those of
 * this device, as on the screens. What people wrote cannot look like a time of the page: there `<` is `&lt;`.
 */
export function inLocalTime(page: string): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll('_', ' ');
  return page
    .replace(/<time datetime="([^"]+)">[^<]*<\/time>/g, (_, iso: string) => `<time datetime="${iso}">${fully(iso)}</time>`)
    .replace(/<p id="zone">[^<]*<\/p>/, `<p id="zone">${m.record_zone({ zone })}</p>`);
}
