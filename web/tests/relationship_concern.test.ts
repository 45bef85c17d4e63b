import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Agreement, OwnConcern } from '../src/features/relationship_concern/api';
import { Seen } from '../src/features/relationship_concern/seen';
import { agreed, toAgree } from '../src/features/relationship_concern/words';

/** What a person reads in distress, or with a client waiting, has to be easy: these are the measures of
 *  consent.test.ts, which holds them against what is known to be hard. */
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

interface Guide { about: string; steps: { title: string; text: string; prompts: string[] }[] }
const guides = (JSON.parse(readFileSync(join('..', 'resources', 'relationship-guide', 'guide.json'), 'utf8')) as { parts: { part: string; en: Guide; de: Guide }[] }).parts;
const spoken = (guide: Guide) => [guide.about, ...guide.steps.flatMap((step) => [`${step.title}.`, step.text, ...step.prompts])].join(' ');

/** The texts of whole sentences that the client reads on this page. */
const texts = (language: string): string => {
  const all = JSON.parse(readFileSync(join('messages', `${language}.json`), 'utf8')) as Record<string, unknown>;
  return Object.entries(all)
    .filter(([key, text]) => key.startsWith('between_') && !/^between_(heard|note|guide|other|hear|they)/.test(key) && typeof text === 'string' && /[.?!]$/.test(text))
    .map(([, text]) => (text as string).replace(/\{\w+\}/g, 'Ana'))
    .join(' ');
};

test('the guides are read in a minute', () => {
  for (const { part, en, de } of guides) {
    expect(wordsOf(spoken(en)).length, part).toBeGreaterThan(100);
    expect(grade(spoken(en)), part).toBeLessThanOrEqual(7);
    expect(lix(spoken(de)), part).toBeLessThanOrEqual(40);
    expect(en.steps.length).toBe(de.steps.length);
  }
});

test('what a client reads is plain', () => {
  expect(wordsOf(texts('en')).length).toBeGreaterThan(100);
  expect(grade(texts('en'))).toBeLessThanOrEqual(7);
  expect(lix(texts('de'))).toBeLessThanOrEqual(40);
});

test('no word of it is a diagnosis or says that all is well', () => {
  for (const language of ['en', 'de']) expect(texts(language)).not.toMatch(/\b(disorder|symptom|patient|diagnos\w*|Störung|Symptom|Patient\w*)\b/i);
});

const written = (id: string, telling: string, agrees?: boolean) =>
  ({ id, telling, mine: false, by: telling, at: '', text: id, shared: false, ...(agrees === undefined ? {} : { answered_at: 'then', agrees }) }) as Agreement;
const ids = (all: Agreement[]) => all.map((one) => one.id);

test('what one wrote down stands beside what the other did', () => {
  const both = [written('a', 'therapist'), written('b', 'neutral')];
  expect(ids(toAgree(both))).toEqual(['a', 'b']);
  expect(ids(toAgree([...both, written('c', 'neutral')]))).toEqual(['a', 'c']);
  expect(ids(toAgree([written('a', 'therapist', true), written('b', 'neutral')]))).toEqual(['b']);
});

test('with each the latest holds that was agreed to', () => {
  const all = [written('a', 'therapist', true), written('b', 'neutral', true), written('c', 'therapist', true), written('d', 'neutral', false)];
  expect(ids(agreed(all))).toEqual(['b', 'c']);
  expect(agreed([written('a', 'therapist')])).toEqual([]);
});

test('only what stands on a page that is looked at was seen, each thing once', async () => {
  const see = vi.fn((_id: string, _news: number) => Promise.resolve());
  const seen = new Seen(see);
  const one = { id: 'x', state: 'heard', waits: true, news: 2 } as OwnConcern;
  await seen.look([one], false);
  expect(see).not.toHaveBeenCalled();
  await seen.look([one, { ...one, id: 'y', waits: false }, { ...one, id: 'z', state: 'closed' }], true);
  await seen.look([one], true);
  expect(see.mock.calls).toEqual([['x', 2]]);
  see.mockRejectedValueOnce(new Error('no network'));
  await seen.look([{ ...one, news: 3 }], true);
  await seen.look([{ ...one, news: 3 }], true);
  expect(see.mock.calls.slice(1)).toEqual([['x', 3], ['x', 3]]);
});
