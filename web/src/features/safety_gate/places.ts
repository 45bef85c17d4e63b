import { regionName } from '../../shared/prefs.svelte';

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** What the browser names that is no country: unions, the world's waters, and codes for trials. */
const noCountries = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ']);

/** Every country and territory that has a code of two letters (ISO 3166) and a name, in the order of their names. Codes of
 *  countries that are no more lead to another one ("DD" to "DE"), and are left out. */
export function allCountries(locale: string): string[] {
  const names = new Intl.DisplayNames([locale], { type: 'region', fallback: 'none' });
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const known = codes.filter((code) => !noCountries.has(code) && names.of(code) && new Intl.Locale(`und-${code}`).region === code);
  return known.sort((a, b) => regionName(a).localeCompare(regionName(b), locale));
}

/** The members of the European Union, in all of which its emergency number holds. */
const union = new Set(['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK']);

/** The row with the numbers of a country: its own, or of a member of the European Union the union's. Never another one. */
export function numbersOf<T extends { country: string }>(rows: T[], country: string): T | undefined {
  return rows.find((one) => one.country === country) ?? (union.has(country) ? rows.find((one) => one.country === 'EU') : undefined);
}

/** A telephone number without what comes along when one is copied: the server does the same. */
export const tidyPhone = (text: string): string =>
  text
    .replace(/^\s*tel:/, '')
    .replace(/[\u00AD\u200B-\u200F\u202A-\u202E\u2060\uFEFF]/g, '')
    .replace(/[\u2010-\u2014\u2212]/g, '-')
    .replace(/[\s,]/g, ' ')
    .replace(/\[/g, '(')
    .replace(/\]/g, ')')
    .trim();

/** Empty, or digits and what people put between them. */
export const isPhone = (text: string): boolean => text === '' || (/^[\d +()/.-]{3,40}$/.test(text) && text.replace(/\D/g, '').length >= 3);
