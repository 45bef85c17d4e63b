import { expect, test, vi } from 'vitest';
import type { CaseloadReason } from '../src/shared/types';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
vi.stubGlobal('location', { pathname: '/' });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
const { reasonOf } = await import('../src/features/caseload/words');

const said = (reason: Omit<CaseloadReason, 'kind'>) => reasonOf({}, { kind: 'signal_look', ...reason });

test('a signal is its sentence, then when that came on which it stands, then how many more there are', () => {
  const words = 'GAD-7: 11, das sind 3 Punkte schlechter als die 8 aus Sitzung 1.';
  const at = '2026-11-12T12:48:00Z';
  const when = /^GAD-7: 11, das sind 3 Punkte schlechter als die 8 aus Sitzung 1 \([^()]*12[^()]*\)\.$/;
  expect(said({ words, at, count: 1 })).toMatch(when);
  expect(said({ words, at, count: 3 })).toMatch(/\)\. \(and 2 more\)$/);
  expect(said({ words, count: 1 })).toBe(words);
});

test('a first contact is said to be due before its time, and to have been due after it', () => {
  const at = '2026-11-12T12:48:00Z';
  expect(reasonOf({}, { kind: 'contact_due', at })).toMatch(/^First contact by .*12/);
  expect(reasonOf({}, { kind: 'contact_overdue', at })).toMatch(/^First contact was due on .*12/);
});

test('what the score is since the signal stands behind it', () => {
  const words = 'PHQ-9 was 18, 9 points worse than the 9 of session 1.';
  const now = { words, at: '2026-11-06T12:48:00Z', latest: 15.25, latest_at: '2026-11-28T09:00:00Z', count: 2 };
  expect(said(now)).toMatch(/\(6[^()]*\)\. Since then: 15\.3 \(28[^()]*\)\. \(and 1 more\)$/);
  expect(said({ ...now, latest: 0, count: 1 })).toMatch(/ Since then: 0 \(28[^()]*\)\.$/);
});
