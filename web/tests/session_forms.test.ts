import { expect, test, vi } from 'vitest';
import type { Form } from '../src/shared/types';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} } });
vi.mock('../src/shared/session.svelte', () => ({ app: { therapist: true } }));
const { howFar } = await import('../src/features/session_forms/words');

test('a form that was sent is called so, also to whoever is not told when', () => {
  const completed_at = '2026-05-12T10:00:00Z';
  expect(howFar({ state: 'completed' } as Form)).toBe('Sent');
  expect(howFar({ state: 'completed', completed_at } as Form)).toMatch(/^Sent .+/);
  expect(howFar({ state: 'in_progress' } as Form)).toMatch(/not sent yet/);
  expect(howFar({ state: 'asked' } as Form)).not.toMatch(/sent/i);
});

test('of what is for the neutral person a therapist reads that it was asked for, and nothing on whether it was begun', () => {
  const risq = { state: 'asked', respondent: 'client', neutral_first: true, items_allowed: false } as Form;
  expect(howFar(risq)).toBe('Asked');
  expect(howFar({ ...risq, items_allowed: true })).toBe('Not begun yet');
  expect(howFar({ ...risq, neutral_first: false })).toBe('Not begun yet');
  expect(howFar({ ...risq, state: 'completed' })).toBe('Sent');
});
