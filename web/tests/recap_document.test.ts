import { beforeEach, expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('document', { documentElement: { lang: '', dataset: {} }, addEventListener: () => {} });
vi.stubGlobal('location', { pathname: '/', origin: 'https://rooms.example.org' });
vi.stubGlobal('addEventListener', () => {});
const { recaps } = await import('../src/features/recap/api');
const { RecapDocument } = await import('../src/features/recap/document.svelte');
type Recap = Awaited<ReturnType<typeof recaps.read>>;

/** The server's side of one recap, as far as the page needs it. */
let stands: Recap;
const steps: string[] = [];
beforeEach(() => {
  steps.length = 0;
  stands = {
    encounter: 's1', episode: 'e1', state: 'drafted', revision: 1, may_change: true, may_confirm: false,
    content: { lines: [], left: [], with_us: 'was', homework: [] },
    offered: [], homework: [], versions: [], may_give_feedback: false
  };
  vi.spyOn(recaps, 'read').mockImplementation(async () => structuredClone(stands));
  vi.spyOn(recaps, 'save').mockImplementation(async (_, { based_on, with_us }) => {
    expect(based_on).toBe(stands.revision);
    stands = { ...stands, revision: based_on + 1, content: { ...stands.content, with_us: with_us ?? '' } };
    return { state: stands.state, revision: stands.revision };
  });
  vi.spyOn(recaps, 'step').mockImplementation(async (_, { step }) => {
    steps.push(step);
    return { state: 'confirmed', revision: stands.revision };
  });
});

async function clashing() {
  const doc = new RecapDocument('s1');
  await doc.read();
  doc.text = 'mine';
  stands = { ...stands, state: 'proposed', may_confirm: true, revision: 2, content: { ...stands.content, with_us: 'theirs' } };
  await doc.read();
  return doc;
}

test('who would confirm while two texts wait for a choice is told so', async () => {
  const doc = await clashing();
  expect(doc.clash).toBe('theirs');
  expect(await doc.step('confirm', '')).toBe(false);
  expect(doc.problem).toContain('You both changed this text.');
  expect(steps).toEqual([]);
  expect(await doc.settle('theirs')).toBe(true);
  expect(await doc.step('confirm', '')).toBe(true);
  expect(steps).toEqual(['confirm']);
});

test('what could not be saved in time keeps nobody from confirming later', async () => {
  const doc = await clashing();
  stands = { ...stands, may_change: false };
  await doc.read();
  expect(await doc.step('confirm', '')).toBe(true);
  expect(steps).toEqual(['confirm']);
});
