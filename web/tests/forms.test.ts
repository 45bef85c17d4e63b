import { expect, test } from 'vitest';
import { raisedBy } from '../src/features/questionnaires/words';
import type { Concern, Form } from '../src/shared/types';

const form = (id: string, completed_at: string, version = 1, name = 'PHQ-9') => ({ id, episode: 'e', name, version, completed_at }) as Form;
const concern = (id: string, raised_at: string, questionnaire = 'PHQ-9', episode = 'e') => ({ id, raised_at, questionnaire, episode }) as Concern;
const ids = (concerns: Concern[]) => concerns.map((one) => one.id);

test('a form shows what its own answers have raised, and nothing of its neighbours', () => {
  const one = form('one', '2026-11-01T10:00:00Z');
  const other = form('other', '2026-11-08T10:00:00Z');
  const raised = [
    concern('own', '2026-11-01T10:00:00Z'),
    concern('another form', '2026-11-01T10:00:00Z', 'CORE-10'),
    concern('another client', '2026-11-01T10:00:00Z', 'PHQ-9', 'f')
  ];
  expect(ids(raisedBy(raised, one, [one, other]))).toEqual(['own']);
  expect(raisedBy(raised, other, [one, other])).toEqual([]);
});

test('what a correction has raised is not lost, and is not put to a form that was never corrected', () => {
  const corrected = form('corrected', '2026-11-01T10:00:00Z', 2);
  const plain = form('plain', '2026-11-02T10:00:00Z');
  const raised = [concern('correction', '2026-11-03T10:00:00Z'), concern('plain', '2026-11-02T10:00:00Z')];
  expect(ids(raisedBy(raised, corrected, [corrected, plain]))).toEqual(['correction']);
  expect(ids(raisedBy(raised, plain, [corrected, plain]))).toEqual(['plain']);
});
