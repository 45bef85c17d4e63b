import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

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
