import { api } from '../../shared/api';
import type { CrisisContact, CrisisCountry } from '../../shared/types';
import bundled from '../../../../resources/crisis-contacts/contacts.json';

/** What the screens show of a country: the same in the file, which is part of these pages, and in the server's answer. */
export type Country = Pick<CrisisCountry, 'country' | 'emergency' | 'contacts'>;

/** Where the choice stands while this window is open; nothing of it is left on the device afterwards. */
const key = 'country';

function chosen(): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function choose(code: string): void {
  try {
    sessionStorage.setItem(key, code);
  } catch {
    // Storage may be switched off; the choice then holds until the page is left.
  }
}

/** The countries that the languages of the browser name, in their order: "de-AT" says Austria. */
function hinted(): string[] {
  return navigator.languages.map((one) => /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2})\b/.exec(one)?.[1] ?? '');
}

/** Whom to call. The file of the program is part of the pages, so that the numbers are there without the server; from
 *  the server come the practice's country and its own contacts, in one answer that is the same for everybody. */
class Contacts {
  countries = $state<Country[]>(bundled.countries as Country[]);
  #practice = $state('');
  #chosen = $state(chosen());

  /** The one that is shown: chosen, else the practice's, else what the browser hints at, else all of the EU. */
  country = $derived(
    [this.#chosen, this.#practice, ...hinted(), 'EU']
      .map((code) => this.countries.find((one) => one.country === code))
      .find((one) => one !== undefined)
  );

  choose(code: string): void {
    this.#chosen = code;
    choose(code);
  }

  /** Asked at every start, whether or not someone wants help, and without saying of which country. */
  async start(): Promise<void> {
    try {
      const { practice_country, countries } = await api.crisisContacts();
      this.countries = countries;
      this.#practice = practice_country ?? '';
    } catch {
      // The bundled ones stay.
    }
  }
}

export const contacts = new Contacts();

/** A number as a telephone dials it. */
export const dialled = (number: string): string => number.replace(/[^\d+]/g, '');

/** A text message that needs only to be sent; iPhones and others both read this form of it. */
export const texted = (line: NonNullable<CrisisContact['text']>): string =>
  `sms:${dialled(line.number)}${line.word ? `?&body=${encodeURIComponent(line.word)}` : ''}`;

/** The numbers for a danger that is there now. Where it is about harm to oneself, without those that reach the police alone,
 *  unless there is no other. */
export function emergencyOf({ emergency }: Country, toOneself: boolean): Country['emergency'] {
  const helpers = emergency.filter((one) => one.reaches !== 'police');
  return toOneself && helpers.length > 0 ? helpers : emergency;
}

/** The two numbers for where there is room for no more: somebody of the country who listens to everybody, and for a
 *  danger that is there now. */
export function nearest(country: Country | undefined): { listener?: { name: string; number: string }; emergency?: string } {
  const open = country?.contacts.find((one) => one.phones?.[0] && (!one.audience || one.audience === 'everyone'));
  const listener = open?.phones?.[0];
  const emergency = country && emergencyOf(country, true)[0]?.number;
  return { ...(open && listener ? { listener: { name: open.name, number: listener } } : {}), ...(emergency ? { emergency } : {}) };
}
