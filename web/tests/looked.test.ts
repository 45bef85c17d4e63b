import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { byDay } from '../src/features/record/looked';
import type { AccessLine } from '../src/shared/types';

beforeAll(() => void vi.stubEnv('TZ', 'Europe/Berlin'));
afterAll(() => void vi.unstubAllEnvs());

const line = (at: string, who: string, what: string, count = 1, role: string | null = 'therapist'): AccessLine =>
  ({ id: at + who + what, at, who, role, action: what, what, count }) as AccessLine;

test('who did the same several times on one day stands there once, with the first and the last time', () => {
  const [day] = byDay([
    line('2026-11-29T09:00:00Z', 'Berger', 'read messages'),
    line('2026-11-29T08:30:00Z', 'Berger', 'wrote a message', 2),
    line('2026-11-29T08:00:00Z', 'Berger', 'read messages')
  ]);
  expect(day?.people).toHaveLength(1);
  expect(day?.people[0]?.acts).toEqual([
    { what: 'read messages', from: '2026-11-29T08:00:00Z', until: '2026-11-29T09:00:00Z', times: 2 },
    { what: 'wrote a message', from: '2026-11-29T08:30:00Z', until: '2026-11-29T08:30:00Z', times: 2 }
  ]);
});

test('days are those of this device', () => {
  const days = byDay([line('2026-11-28T23:30:00Z', 'Berger', 'a'), line('2026-11-28T22:30:00Z', 'Berger', 'a')]);
  expect(days.map((one) => one.at)).toEqual(['2026-11-28T23:30:00Z', '2026-11-28T22:30:00Z']);
});

test('the program by itself is not a person of the same name', () => {
  const [day] = byDay([line('2026-11-29T09:00:00Z', 'Rapport', 'a', 1, null), line('2026-11-29T08:59:00Z', 'Rapport', 'a')]);
  expect(day?.people.map((one) => one.role)).toEqual([null, 'therapist']);
});
