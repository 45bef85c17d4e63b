import { m } from '../paraglide/messages.js';
import { clock, prefs, when } from './prefs.svelte';
import type { Channel, Encounter } from './types';

export const minutesOfDay = 24 * 60;

export const howOf = (channel: Channel): string => (channel === 'chat' ? m.session_by_chat() : m.session_by_messages());

/** The same within a sentence, where no word before it ends one. */
export function howWithin(channel: Channel): string {
  const how = howOf(channel);
  return how.charAt(0).toLocaleLowerCase(prefs.locale) + how.slice(1);
}

/** How long it is meant to be, in the unit in which people say it. */
export function lengthOf({ minutes }: { minutes: number }): string {
  return minutes % minutesOfDay === 0
    ? m.session_days({ count: minutes / minutesOfDay })
    : m.session_minutes({ count: minutes });
}

/** A time today without its day: "14:02"; otherwise with it. */
export function sinceWhen(iso: string): string {
  return new Date(iso).toDateString() === new Date(prefs.now).toDateString() ? clock(iso) : when(iso, prefs.now);
}

/** The time as the one who planned it reads it, where their time zone is another one than ours; "" where it is not. */
export function elsewhere({ starts_at, zone }: Pick<Encounter, 'starts_at' | 'zone'>): string {
  if (!zone) return '';
  try {
    const told = (timeZone?: string) =>
      new Intl.DateTimeFormat(prefs.locale, { dateStyle: 'short', timeStyle: 'short', ...(timeZone ? { timeZone } : {}) })
        .format(new Date(starts_at));
    return told(zone) === told() ? '' : m.session_zone({ zone: zone.replaceAll('_', ' '), when: told(zone) });
  } catch {
    return ''; // a zone that this browser does not know
  }
}
