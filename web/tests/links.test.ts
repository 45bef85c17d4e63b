import { expect, test } from 'vitest';
import { piecesOf } from '../src/shared/links';

const links = (text: string) => piecesOf(text).flatMap((one) => one.href ?? []);

test('web addresses are links, without what ends the sentence around them', () => {
  expect(links('See https://example.org/a?b=1#c, or (https://example.org/x_(y)). "https://example.org/ü"!')).toEqual([
    'https://example.org/a?b=1#c', 'https://example.org/x_(y)', 'https://example.org/ü'
  ]);
  expect(links('http://example.org/a.')).toEqual(['http://example.org/a']);
  expect(links('„https://example.org“ und https://example.org/…')).toEqual(['https://example.org', 'https://example.org/']);
});

test('nothing else is a link', () => {
  for (const text of [
    'javascript:alert(1)', 'ftp://example.org', 'example.org', 'http://a@example.org', 'https://', 'https:// example.org',
    'https://bank.example@elsewhere.example/', 'https://[', 'data:text/html,x'
  ]) expect(links(text), text).toEqual([]);
});

test('every character stays where it was', () => {
  for (const text of ['', 'plain', '  a\n https://example.org/a.\n\nhttps://example.org', 'https://a@b https://example.org)'])
    expect(piecesOf(text).map((one) => one.text).join('')).toBe(text);
});
