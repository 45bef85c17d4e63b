import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { choicesOf, stateOf, stepName, versionName } from '../src/features/consent/words';
import type { Consent } from '../src/shared/types';

// What the words are taken from asks these while it is read.
vi.hoisted(() => {
  vi.stubGlobal('navigator', { languages: ['en-GB'] });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('location', { pathname: '/' });
  vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
});

interface Wording { language: string; title: string; short: string; sections: { title: string; paragraphs: string[] }[]; when_given: string; when_withdrawn: string }
const folder = join('..', 'resources', 'consent');
const texts = readdirSync(folder).map((name) => ({ name, ...(JSON.parse(readFileSync(join(folder, name), 'utf8')) as { purpose: string; version: string; texts: Wording[] }) }));
const words = (text: Wording) =>
  [text.short, ...text.sections.flatMap((one) => one.paragraphs), text.when_given, text.when_withdrawn].join(' ');

const wordsOf = (text: string) => text.match(/\p{L}+(?:['’]\p{L}+)*/gu) ?? [];
const sentences = (text: string) => (text.match(/[.!?:](?=[”“"]?(\s|$))/g) ?? []).length;
function syllables(word: string): number {
  const letters = word.toLowerCase().replace(/[^a-z]/g, '');
  const silent = /[^aeiouyl]e$|[^aeiouytd]ed$/.test(letters) ? 1 : 0;
  return Math.max(1, (letters.match(/[aeiouy]+/g) ?? []).length - silent);
}
/** The school year from which English is understood (Flesch and Kincaid), and how hard German is (LIX). */
function grade(text: string): number {
  const all = wordsOf(text);
  return 0.39 * (all.length / sentences(text)) + 11.8 * (all.reduce((sum, one) => sum + syllables(one), 0) / all.length) - 15.59;
}
function lix(text: string): number {
  const all = wordsOf(text);
  return all.length / sentences(text) + (100 * all.filter((one) => one.length > 6).length) / all.length;
}

test('the measures know what is hard', () => {
  expect(grade('The cat sat on the mat. It was a warm day.')).toBeLessThan(2);
  expect(grade('Notwithstanding contractual stipulations, institutional confidentiality obligations necessitate supplementary authorisation.')).toBeGreaterThan(20);
  expect(lix('Das ist gut. Sie dürfen Nein sagen.')).toBeLessThan(20);
  expect(lix('Datenschutzrechtliche Einwilligungserklärungen berücksichtigen Aufbewahrungsverpflichtungen medizinischer Dokumentation.')).toBeGreaterThan(60);
});

test('every text that people are asked to agree to is easy to read', () => {
  expect(texts.length).toBeGreaterThanOrEqual(6);
  for (const { name, texts: wordings } of texts)
    for (const one of wordings) {
      const text = words(one);
      expect(wordsOf(text).length, name).toBeGreaterThan(100);
      if (one.language === 'en') expect(grade(text), name).toBeLessThanOrEqual(7);
      else expect(lix(text), name).toBeLessThanOrEqual(40);
    }
});

test('each says what taking it back does and what it does not undo', () => {
  for (const { name, texts: wordings } of texts)
    for (const one of wordings) {
      expect(one.sections.at(-1)?.title, name).toBe(one.language === 'en' ? 'If you take it back' : 'Wenn Sie es zurücknehmen');
      expect(one.when_withdrawn, name).toMatch(/stays|stay |bleib/);
    }
});

test('what follows says nothing of when: before the choice it is not so yet', () => {
  for (const { name, texts: wordings } of texts)
    for (const one of wordings) expect(one.when_given + one.when_withdrawn, name).not.toMatch(/From now on|Ab jetzt/);
});

test('whoever starts treatment reads what this is not and where help is', () => {
  const [en, de] = texts.find((one) => one.purpose === 'e_therapy')!.texts;
  expect(words(en!)).toMatch(/not a crisis service/);
  expect(words(en!)).toMatch(/Help now/);
  expect(words(de!)).toMatch(/kein Notdienst/);
  expect(words(de!)).toMatch(/Hilfe jetzt/);
});

const consent = (state: Consent['state']): Consent => ({
  purpose: 'recording',
  text: { version: '2026-11-29.1', language: 'en', title: 'T', in_short: 'S', sections: [], when_given: 'G', when_withdrawn: 'W', draft: true, digest: '' },
  state,
  since: state === 'never_given' ? null : '2026-11-29T10:00:00.000Z',
  decisions: 0,
  steps: []
});

test('whoever has agreed can take it back, whoever has not is offered nothing else than to agree', () => {
  expect(choicesOf(consent('never_given'))).toEqual(['give']);
  expect(choicesOf(consent('withdrawn'))).toEqual(['give']);
  expect(choicesOf(consent('put_back'))).toEqual(['give']);
  expect(choicesOf(consent('given'))).toEqual(['withdraw']);
  expect(choicesOf(consent('outdated'))).toEqual(['give', 'withdraw']);
});

test('what holds is said in one sentence, and only a yes that counts is called one', () => {
  expect(stateOf(consent('never_given'))).toBe('You have not agreed to this.');
  expect(stateOf(consent('given'))).toMatch(/^You have agreed, since 29 November 2026/);
  for (const state of ['outdated', 'withdrawn', 'put_back'] as const) expect(stateOf(consent(state))).toMatch(/does not count any more/);
});

test('texts are known by their day, and by a number only where there are several', () => {
  expect(versionName('2026-11-29.1')).toBe('29 November 2026');
  expect(versionName('2026-11-29.2')).toBe('29 November 2026, number 2');
  expect(stepName({ given: false, version: '2026-11-29.1', language: 'en', at: '2026-11-30T10:00:00.000Z' })).toMatch(
    /^30 November 2026, .*: taken back \(text of 29 November 2026\)$/
  );
  const step = { given: false, version: '2026-11-29.1', language: 'en', at: '2026-11-30T10:00:00.000Z', put_back_to: '2026-11-29T10:00:00.000Z' };
  expect(stepName(step), 'nobody took it back').toMatch(/: ended, because the practice put back an older copy/);
});
