import { m } from '../paraglide/messages.js';
import { overwriteGetLocale } from '../paraglide/runtime.js';

export type Locale = 'en' | 'de';
export type Theme = 'auto' | 'light' | 'dark';

function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** The device is used by others too: choices hold for this visit. */
let forgetful = false;

function keep(name: string, value: string): void {
  if (forgetful) return;
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage may be switched off; the choice then holds for this visit.
  }
}

function firstLocale(): Locale {
  const chosen = kept('locale');
  if (chosen === 'en' || chosen === 'de') return chosen;
  for (const language of navigator.languages) {
    if (/^de\b/i.test(language)) return 'de';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}

function firstTheme(): Theme {
  const chosen = kept('theme');
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}

/** A header tells whole seconds, and an answer takes its time: less than this is no difference of clocks; milliseconds. */
const sameTime = 1500;

/** Language and appearance and that a mail address was asked for, the only things kept readable on this device; and what time
 *  it is. */
class Prefs {
  locale = $state<Locale>(firstLocale());
  theme = $state<Theme>(firstTheme());
  #askedAddress = kept('address');
  #device = $state(Date.now());
  /** By how much the server's clock is ahead of this device's, which may be set to any day. */
  #ahead = $state(0);

  /** By the server's clock, which dates what people write. Moves on, so that what was today is not called so tomorrow. */
  get now(): number {
    return this.#device + this.#ahead;
  }

  /** `date` is the server's word with an answer, `asked` when this device had asked for it. */
  hearTime(date: string | null, asked: number): void {
    const told = Date.parse(date ?? '');
    if (Number.isNaN(told)) return;
    const heard = Date.now();
    const ahead = told + 500 - (asked + heard) / 2;
    if (Math.abs(ahead - this.#ahead) < sameTime + (heard - asked) / 2) return;
    this.#ahead = ahead;
    this.#device = heard;
  }

  setLocale(locale: Locale): void {
    this.locale = locale;
    keep('locale', locale);
    this.apply();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    keep('theme', theme);
    this.apply();
  }

  /** Whether this account does not want to be asked for a mail address again. */
  hasAsked(account: string): boolean {
    return this.#askedAddress === account;
  }

  asked(account: string): void {
    this.#askedAddress = account;
    keep('address', account);
  }

  /** On a device that others use too nothing is kept from now on, and what was is gone. */
  useOn(shared: boolean): void {
    forgetful = shared;
    if (!shared) return;
    try {
      localStorage.clear();
      sessionStorage.clear();
    } catch {
      // Storage is switched off: there is nothing.
    }
  }

  start(): void {
    this.apply();
    setInterval(() => (this.#device = Date.now()), 30_000);
  }

  apply(): void {
    document.documentElement.lang = this.locale;
    document.documentElement.dataset.theme = this.theme;
  }
}

export const prefs = new Prefs();
// Texts read this state, so every screen follows a change of language at once.
overwriteGetLocale(() => prefs.locale);

/** The region of the browser where it fits the language: English is written differently in London and in Boston. */
function region(): string {
  return navigator.languages.find((one) => one.toLowerCase().startsWith(prefs.locale)) ?? prefs.locale;
}

/** In one piece: a line that ends with "22." reads as something else. */
const whole = (text: string) => text.replaceAll(' ', '\u00a0');

const format = (options: Intl.DateTimeFormatOptions, at: Date) => new Intl.DateTimeFormat(region(), options).format(at);

/** Days of the calendar from `now` to `at`, as people count them: 1 is tomorrow, whatever the hour. */
function daysAway(at: Date, now: number): number {
  const today = new Date(now);
  const noon = (one: Date) => Date.UTC(one.getFullYear(), one.getMonth(), one.getDate());
  return Math.round((noon(at) - noon(today)) / 86_400_000);
}

function named(at: Date, now: number, further: (at: Date) => string): string {
  const days = daysAway(at, now);
  if (Math.abs(days) > 1) return further(at);
  return new Intl.RelativeTimeFormat(prefs.locale, { numeric: 'auto' }).format(days, 'day');
}

const yearOf = (at: Date, now: number) => (at.getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const });

/** The name of a country ("EU": the European Union), or of a language. */
export const regionName = (code: string) => new Intl.DisplayNames([prefs.locale], { type: 'region' }).of(code) ?? code;
/** "Anna, Ben and Cem". */
export const listed = (names: string[]) => new Intl.ListFormat(prefs.locale).format(names);
export const languageName = (code: string) => new Intl.DisplayNames([prefs.locale], { type: 'language' }).of(code) ?? code;

/** A day without a time, "2026-11-26", wherever one is. */
export function date(iso: string): string {
  return new Intl.DateTimeFormat(region(), { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(iso));
}

/** The day of a moment where one is, as a field for days has it: "2026-11-26". */
export function dayOf(at: number): string {
  const one = new Date(at);
  return [one.getFullYear(), one.getMonth() + 1, one.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

/** Day and time of a session, always with both: "Fri 4 Dec, 09:00". */
export function onDay(iso: string, now = prefs.now): string {
  const at = new Date(iso);
  return `${format({ weekday: 'short', day: 'numeric', month: 'short', ...yearOf(at, now) }, at)}, ${clock(iso)}`;
}

/** Day and time for something that is read years later, or by others: "29 November 2026, 01:27". */
export function fully(iso: string): string {
  return `${format({ dateStyle: 'long' }, new Date(iso))}, ${clock(iso)}`;
}

/** The time of day. */
export function clock(iso: string): string {
  return whole(format({ timeStyle: 'short' }, new Date(iso)));
}

/** The day alone, as a heading: "Today", "Tuesday 12 May". */
export function day(iso: string, now = prefs.now): string {
  const name = named(new Date(iso), now, (at) => format({ weekday: 'long', day: 'numeric', month: 'long', ...yearOf(at, now) }, at));
  return name.charAt(0).toLocaleUpperCase(prefs.locale) + name.slice(1);
}

/** The day alone, as short as it may be: "12 May", of another year "12 May 2025". */
export function shortDay(at: Date, now = prefs.now): string {
  return whole(format({ day: 'numeric', month: 'short', ...yearOf(at, now) }, at));
}

/** The first day of a time, within a sentence: "12 December". */
export const firstDay = (iso: string, now = prefs.now) => longDay(new Date(iso), now);
/** The last one, of a time that is over at `end`. */
export const lastDay = (end: string, now = prefs.now) => longDay(new Date(Date.parse(end) - 1), now);
const longDay = (at: Date, now: number) => whole(format({ day: 'numeric', month: 'long', ...yearOf(at, now) }, at));

/** "Tue", as it stands beside a date: in German "Di.", where a weekday alone would be "Di". */
const weekday = (at: Date) =>
  new Intl.DateTimeFormat(region(), { weekday: 'short', day: 'numeric', month: 'short' }).formatToParts(at).find((one) => one.type === 'weekday')?.value ?? '';

/** A day near `now` by its name. The name of a weekday is always one to come: "Mon" must not be read as tomorrow where it
 *  was six days ago. */
function nearDay(iso: string, now: number): string {
  return named(new Date(iso), now, (at) =>
    daysAway(at, now) > 0 && daysAway(at, now) < 7
      ? weekday(at)
      : shortDay(at, now)
  );
}

/** Day and time beside other words, no longer than it must be: "today, 14:05", "Tue, 14:05", "12 May, 14:05". */
export function when(iso: string, now = prefs.now): string {
  return `${nearDay(iso, now)}, ${clock(iso)}`;
}

const dayAndTime = (iso: string, now: number) => m.time_at({ day: nearDay(iso, now), time: clock(iso) });

/** The same within a sentence, after "by" or "since": "14:05" where it is today, "12 May at 14:05". */
export function byWhen(iso: string, now = prefs.now): string {
  return daysAway(new Date(iso), now) === 0 ? m.time_alone({ time: clock(iso) }) : dayAndTime(iso, now);
}

/** The same within a sentence, as when something was: "today at 14:05", "on 12 May at 14:05". */
export function onWhen(iso: string, now = prefs.now): string {
  const isNamed = Math.abs(daysAway(new Date(iso), now)) <= 1;
  return isNamed ? dayAndTime(iso, now) : m.time_on({ when: dayAndTime(iso, now) });
}
