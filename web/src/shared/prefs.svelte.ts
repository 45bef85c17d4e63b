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

function keep(name: string, value: string): void {
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

/** Language and appearance: the only things kept readable on this device. */
class Prefs {
  locale = $state<Locale>(firstLocale());
  theme = $state<Theme>(firstTheme());
  /** Moves on by itself, so that what was today is not called so tomorrow. */
  now = $state(Date.now());

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

  start(): void {
    this.apply();
    setInterval(() => (this.now = Date.now()), 30_000);
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

export function when(iso: string, now = Date.now()): string {
  const at = new Date(iso);
  const today = at.toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(
    region(),
    today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' }
  ).format(at);
}
