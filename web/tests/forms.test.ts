import { expect, test } from 'vitest';
import { raisedBy } from '../src/features/questionnaires/words';
import type { Concern, Form } from '../src/shared/types';

const form = (id: string) => ({ id, questionnaire: 'phq-9', episode: 'e' }) as Form;
const concern = (id: string, of?: string) => ({ id, form: of, questionnaire: 'PHQ-9', episode: 'e' }) as Concern;

test('a form shows what its own answers have raised, and nothing of its neighbours', () => {
  // Without a form: of a client for whom one is the deputy.
  const raised = [concern('first', 'one'), concern('neighbour', 'other'), concern('correction', 'one'), concern('deputy')];
  expect(raisedBy(raised, form('one')).map((one) => one.id)).toEqual(['first', 'correction']);
  expect(raisedBy(raised, form('third'))).toEqual([]);
});
