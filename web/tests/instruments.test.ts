import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { licenceWord, safeLink, scaleWord, stateWord, textOf } = await import('../src/features/instruments/instruments');
const { inOrder, mistakeWords } = await import('../src/features/instruments/mistakes');
const { remarkWords } = await import('../src/features/instruments/remarks');
const { rightsWords } = await import('../src/features/instruments/rights');
const { unverifiedWords } = await import('../src/features/instruments/unverified');
const { formName } = await import('../src/features/questionnaires/words');
const { prefs } = await import('../src/shared/prefs.svelte');

test('an address that a file names is a link only where it leads to a page', () => {
  expect(safeLink('https://www.who.int/x')).toBe('https://www.who.int/x');
  for (const address of ['javascript:alert(1)', 'data:text/html,x', ' ', 'no address', null, undefined]) {
    expect(safeLink(address)).toBeNull();
  }
});

test('every state and every licence has words of its own', () => {
  const states = ['ready', 'off', 'withdrawn', 'no_wording', 'no_screen', 'unreadable'] as const;
  expect(new Set(states.map((state) => stateWord({ state }))).size).toBe(states.length);
  expect(licenceWord({ licence_letter: 'C', own: false })).not.toBe(licenceWord({ licence_letter: 'C', own: true }));
  expect(licenceWord({ licence_letter: 'A', own: true })).not.toBe(licenceWord({ licence_letter: 'A', own: false }));
  expect(licenceWord({ licence_letter: '', own: true })).toContain('answers for the licence');
});

test('a file that is no JSON is told from one in another encoding', () => {
  const bytes = (...of: (string | number)[]) => Uint8Array.from(of.flatMap((one) => (typeof one === 'number' ? [one] : [...one].map((letter) => letter.charCodeAt(0))))).buffer;
  expect(textOf(bytes('%PDF-1.7\n', 0xe2, 0xe3, '{}'))).toEqual({ wrong: 'no_json' });
  expect(textOf(bytes('PK', 3, 4, 0))).toEqual({ wrong: 'no_json' });
  expect(textOf(bytes('{"a":"', 0, '"}'))).toEqual({ wrong: 'no_json' });
  expect(textOf(bytes('{"a":"', 0xfc, '"}'))).toEqual({ wrong: 'no_utf8' });
  expect(textOf(bytes(0xef, 0xbb, 0xbf, '\n{"a":"', 0xc3, 0xbc, '"}'))).toEqual({ text: '\n{"a":"ü"}' });
  expect(textOf(bytes())).toEqual({ text: '' });
});

test('every sentence of the server about an upload has words of ours, in German too', () => {
  const folder = '../src/measures/';
  const literals = ['json_fields', 'questionnaire', 'scoring', 'instrument', 'instrument_library', '../features/instruments/instruments_rules']
    .map((name) => readFileSync(`${folder}${name}.cpp`, 'utf8').replace(/^\s*(\/\/.*|#include.*)$/gm, ''))
    .flatMap((source) => [...source.matchAll(/"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*/g)].map(([one]) => one.replace(/"\s*\n\s*"/g, '').slice(1, -1).replace(/\\"/g, '"')));
  // To whoever starts the program, not to whoever brings a file.
  const ofFolders = [/\.json is missing|\{\}\{\} is missing/, /must be "\{\}", like the name of the file/, /The name must end in/, /It calls itself/, /It is not what was saved/, /Not every item has a text/, /^Line \{\}, \{\}/, /^\{\}: /];
  const parts = ['The scale "7"', 'A safety rule', 'A review rule', 'The list of reversed items', 'The list of unscored items'];
  const sentences = literals
    .filter((one) => /^[A-Z{"].* .*\.$/s.test(one) && !ofFolders.some((other) => other.test(one)))
    .flatMap((one) => {
      if (one.startsWith('{} names the item')) return parts.map((part) => one.replace('{}', part));
      if (one.startsWith('A {} is for')) return ['band', 'cut-off', 'reliable change'].map((part) => one.replace('{}', part));
      return [one];
    })
    // Two of the numbers never change, and stand in the words.
    .map((one) => one.replace('than {} bytes', 'than 1000000 bytes').replace('than {} characters', 'than 10000 characters').replace(/\{\}/g, '7'));
  expect(sentences.length).toBeGreaterThan(70);
  expect(sentences.filter((one) => mistakeWords(one) === null)).toEqual([]);
  expect(mistakeWords('The linkId "a" is used twice.')).toBe('The linkId "a" is used twice.');
  prefs.setLocale('de');
  expect(mistakeWords('The scale "total" says its range is 0 to 5; its answers give 0 to 4.')).toBe('Die Skala „total“ soll von 0 bis 5 reichen; die Antworten ergeben 0 bis 4.');
  expect(mistakeWords('Line 12: this is no well-formed JSON (syntax error).')).toBe('Zeile 12: Ab hier ist das kein gültiges JSON.');
  expect(mistakeWords('Something else.')).toBeNull();
  prefs.setLocale('en');
});

test('what nobody has confirmed stands in plain words for every questionnaire of the program', () => {
  const folders = ['../resources/instruments', ...readdirSync('../resources/instrument-packs').map((name) => `../resources/instrument-packs/${name}`)];
  const files = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.scoring.json')).map((name) => `${folder}/${name}`));
  const all = files.flatMap((name) => (JSON.parse(readFileSync(name, 'utf8')) as { unverified?: string[] }).unverified ?? []);
  expect(all.length).toBeGreaterThan(60);
  for (const one of all) {
    expect(unverifiedWords(one), one).not.toBeNull();
    expect(unverifiedWords(one), one).not.toMatch(/\[|_|[a-z]\.[a-z]/);
  }
  expect(unverifiedWords('cutoffs[1] (no source seen)')).toBe('Cut-off 2: no source seen');
  expect(unverifiedWords('something of their own (kept)')).toBeNull();
});

test('whoever reads German finds our own questionnaires under a German name', () => {
  prefs.setLocale('de');
  for (const questionnaire of ['check-in', 'check-in-therapist', 'sparq', 'risq']) {
    expect(formName({ questionnaire, name: 'English' })).not.toBe('English');
  }
  expect(formName({ questionnaire: 'phq-9', name: 'PHQ-9' })).toBe('PHQ-9');
  prefs.setLocale('en');
});

test('what a scoring file remarks beside titles stands in the language of the reader', () => {
  const folders = ['../resources/instruments', ...readdirSync('../resources/instrument-packs').map((name) => `../resources/instrument-packs/${name}`)];
  type File = { edition?: string; licence: { changes?: string }; reliable_change?: { source?: string | null }[] };
  const files = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.scoring.json')).map((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as File));
  const all = files.flatMap((one) => [one.edition, one.licence.changes, ...(one.reliable_change ?? []).map((each) => each.source)]).filter((one) => typeof one === 'string');
  // Names and titles stay as they are.
  const names = ['CORE-10, CORE System Trust', 'CORE-OM, CORE System Trust', 'OQ-45.2', 'OQ Measures, https://www.oqmeasures.com', 'Tracey & Kokotovic 1989', 'Hatcher & Gillaspy 2006', 'Version 3'];
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((one) => remarkWords(one) === null && !names.includes(one))).toEqual([]);
  prefs.setLocale('de');
  expect(remarkWords('items 1 and 2 of the PHQ-9')).toBe('Fragen 1 und 2 des PHQ-9');
  expect(remarkWords('Lee DJ et al. (two trials; abstract seen)')).toContain('Lee DJ et al.');
  expect(all.filter((one) => /\b(form|items|allowed|quoted)\b/.test((remarkWords(one) ?? '').replace(/„.*?“/g, '')))).toEqual([]);
  expect(remarkWords('Somebody. A title. A journal 2001.')).toBeNull();
  prefs.setLocale('en');
});

test('what the files of the program say about rights and scales stands in the language of the reader', () => {
  const folders = ['../resources/instruments', ...readdirSync('../resources/instrument-packs').map((name) => `../resources/instrument-packs/${name}`)];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
  const of = (ending: string) => files.filter((name) => name.endsWith(ending)).map((name) => JSON.parse(readFileSync(name, 'utf8')) as { instrument?: string; copyright?: string; scales?: { key: string }[] });
  const rights = of('.questionnaire.json').flatMap((one) => one.copyright ?? []);
  expect(rights.length).toBeGreaterThan(15);
  // The notice of PHQ and GAD stands everywhere in its rights holder's words.
  expect(rights.filter((one) => rightsWords(one) === null && !one.startsWith('Copyright © Pfizer Inc.'))).toEqual([]);
  const scales = of('.scoring.json').flatMap((one) => (one.scales ?? []).map(({ key }) => scaleWord(one.instrument ?? '', key)));
  expect(scales.every((one) => one !== null)).toBe(true);
  expect(scaleWord('pcl-5', 'b')).toBe('Criterion B');
  expect(scaleWord('mood', 'b')).toBeNull();
});

test('what is wrong stands in the order of its lines, and first what has none', () => {
  const one = (message: string, line?: number | null) => ({ message, ...(line === undefined ? {} : { line }) });
  const all = [one('a', 41), one('b', 43), one('c', 42), one('d'), one('e', 42), one('f', null)];
  expect(inOrder(all).map(({ message }) => message).join('')).toBe('dfaceb');
  expect(all[1]?.message).toBe('b');
});
