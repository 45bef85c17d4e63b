import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const stored = new Map<string, string>();
let answer: () => Promise<Response>;

/** As a page that is opened: in a browser of these languages, with what this window kept. */
async function fresh(...languages: string[]) {
  vi.resetModules();
  vi.stubGlobal('navigator', { languages });
  vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => { throw new Error('nothing is to stay'); } });
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => void stored.set(name, value)
  });
  vi.stubGlobal('fetch', () => answer());
  return import('../src/features/crisis_contacts/contacts.svelte');
}

const day = { seen: '2026-11-26', review_by: '2027-05-26' };
const own = { name: 'Our own line', phones: ['030 123'], languages: ['de'], source: 'practice', ...day };
const told = (practice_country?: string) => async () =>
  Response.json({
    practice_country,
    countries: [
      { country: 'DE', emergency: [{ number: '112', reaches: 'all', source: 'https://a.example', ...day }], contacts: [own], review_by: day.review_by },
      { country: 'GB', emergency: [{ number: '999', reaches: 'all', source: 'https://a.example', ...day }], contacts: [], review_by: day.review_by }
    ]
  });

beforeEach(() => {
  stored.clear();
  answer = () => Promise.reject(new TypeError('no server'));
});
afterEach(() => void vi.unstubAllGlobals());

test('without any server there are numbers, and the browser tells of which country', async () => {
  const { contacts } = await fresh('fr', 'de-AT', 'en-GB');
  await contacts.start();
  expect(contacts.country?.country).toBe('AT');
  expect(contacts.country?.contacts[0]?.phones).toEqual(['142']);
  expect((await fresh('de-Latn-CH')).contacts.country?.country).toBe('CH');
  expect((await fresh('ja-JP', 'en')).contacts.country?.country).toBe('EU');
});

test('the practice decides before the browser does, and brings its own contacts', async () => {
  const { contacts } = await fresh('en-GB');
  answer = told('DE');
  await contacts.start();
  expect(contacts.country?.country).toBe('DE');
  expect(contacts.country?.contacts.map((one) => one.name)).toEqual(['Our own line']);
  answer = () => Promise.reject(new TypeError('the server died'));
  await contacts.start();
  expect(contacts.country?.contacts.map((one) => one.name)).toEqual(['Our own line']);
});

test('a practice that says nothing leaves it to the browser', async () => {
  const { contacts } = await fresh('en-GB');
  answer = told();
  await contacts.start();
  expect(contacts.country?.country).toBe('GB');
});

test('a choice is stronger than both, holds in this window only, and an unknown one is not believed', async () => {
  const first = (await fresh('en-GB')).contacts;
  first.choose('NZ');
  expect(first.country?.country).toBe('NZ');
  expect((await fresh('en-GB')).contacts.country?.country).toBe('NZ');
  stored.set('country', 'XX');
  expect((await fresh('en-GB')).contacts.country?.country).toBe('GB');
  vi.stubGlobal('sessionStorage', { setItem: () => { throw new Error('off'); } });
  first.choose('DE');
  expect(first.country?.country).toBe('DE');
});

test('numbers become what a telephone takes', async () => {
  const { dialled, texted } = await fresh('en-GB');
  expect(dialled('+49 (0)30 / 12-34')).toBe('+490301234');
  expect(texted({ number: '85258', word: 'SHOUT' })).toBe('sms:85258?&body=SHOUT');
  expect(texted({ number: '1737' })).toBe('sms:1737');
});

test('where there is room for two numbers, they are of somebody who listens to everybody and for a danger of now', async () => {
  const { nearest } = await fresh('en-GB');
  const listener = (name: string, audience: string, phones: string[]) => ({ ...own, name, audience, phones });
  const emergency = (number: string, reaches: string) => ({ number, reaches, source: 'https://a.example', ...day });
  const country = {
    country: 'DE', emergency: [emergency('110', 'police'), emergency('112', 'ambulance')],
    contacts: [listener('For the young', 'young people', ['1']), listener('By chat', 'everyone', []), listener('For all', 'everyone', ['2', '3'])]
  };
  expect(nearest(country)).toEqual({ listener: { name: 'For all', number: '2' }, emergency: '112' });
  expect(nearest({ ...country, contacts: [], emergency: [emergency('110', 'police')] })).toEqual({ emergency: '110' });
  expect(nearest(undefined)).toEqual({});
});

test('who has spoken of harm to themselves is not offered the police, unless there is nobody else', async () => {
  const { emergencyOf } = await fresh('en-GB');
  const emergency = (number: string, reaches: string) => ({ number, reaches, source: 'https://a.example', ...day });
  const both = { country: 'DE', contacts: [], emergency: [emergency('112', 'all'), emergency('110', 'police')] };
  const offered = (toOneself: boolean, country = both) => emergencyOf(country, toOneself).map((one) => one.number);
  expect(offered(true)).toEqual(['112']);
  expect(offered(false)).toEqual(['112', '110']);
  expect(offered(true, { ...both, emergency: [emergency('110', 'police')] })).toEqual(['110']);
});
