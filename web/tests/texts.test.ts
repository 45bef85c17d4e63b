import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import de from '../messages/de.json';
import en from '../messages/en.json';
import { m } from '../src/paraglide/messages.js';

/** A text, or its forms by number. */
type Text = string | { match: Record<string, string> }[];
const forms = (text: Text): string[] => (typeof text === 'string' ? [text] : text.flatMap((one) => Object.values(one.match)));
const names = (text: Text) => [...new Set(forms(text).join().match(/\{\w+\}/g))].sort();

test('every text exists in both languages with the same values to fill in', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries<Text>(en)) {
    const other = (de as Record<string, Text>)[key] ?? '';
    for (const form of forms(other)) expect(form.trim(), key).not.toBe('');
    expect(names(other), key).toEqual(names(text));
  }
});

test('one of something is not called many', () => {
  const units = /\{\w+\} (hours|minutes|days|characters|messages|points|Stunden|Minuten|Tage|Tagen|Zeichen|Nachrichten|Punkten)\b/;
  for (const [key, text] of [...Object.entries<Text>(en), ...Object.entries<Text>(de)])
    if (typeof text === 'string') expect(units.test(text), key).toBe(false);
  expect(m.reply_agreed({ hours: 1 }, { locale: 'en' })).toBe('You agreed on a reply within an hour.');
  expect(m.reply_agreed({ hours: 1 }, { locale: 'de' })).toBe('Vereinbart ist eine Antwort innerhalb einer Stunde.');
  expect(m.session_days({ count: 2 }, { locale: 'de' })).toBe('2 Tage');
});

const sources = () =>
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts)$/.test(name) && !name.startsWith('paraglide'))
    .map((name) => readFileSync(join('src', name), 'utf8'));

test('every text is used', () => {
  const source = sources().join('\n');
  const unused = Object.keys(en).filter((key) => key !== '$schema' && !new RegExp(`\\bm\\.${key}\\b`).test(source));
  expect(unused).toEqual([]);
});

test('the name of a button has in it what stands on it, so that whoever speaks what they see presses it', () => {
  const named = sources().flatMap((source) => [...source.matchAll(/<button[^<]*? aria-label=\{m\.(\w+)\([^<]*?\)\}[^<]*?>\{m\.(\w+)\(\)\}</g)]);
  expect(named.length).toBeGreaterThan(10);
  const said = (text: Text) => forms(text).join().toLowerCase();
  for (const [, name = '', shown = ''] of named)
    for (const texts of [en, de] as Record<string, Text>[]) {
      const onIt = said(texts[shown] ?? '-');
      expect(said(texts[name] ?? '').replace('{what}', onIt), name).toContain(onIt);
    }
});

test('no button is disabled: a browser drops the focus from one that was pressed', () => {
  for (const source of sources()) expect(source).not.toMatch(/<button[^<]*?\sdisabled[ =>]/);
});
