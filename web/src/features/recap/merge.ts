import type { Recap, RecapToSave } from './api';

/** What is written of a recap, without the revision that it goes on from. */
export type Written = Omit<RecapToSave, 'id' | 'based_on'> & { with_us: string };

/** As it stands, to be sent again with one thing changed. */
export function writtenOf({ content }: Pick<Recap, 'content'>): Written {
  return {
    lines: content.lines.map((one) => (one.source === 'own' ? { key: one.key, text: one.text } : { key: one.key })),
    left: [...content.left],
    with_us: content.with_us,
    homework: content.homework.map((one) => one.id)
  };
}

/** One change of one thing. It is made anew on what the other wrote meanwhile, so that both are kept. */
export type Change = (written: Written) => Written;

export const take = (key: string): Change => (written) => ({
  ...written,
  lines: written.lines.some((one) => one.key === key) ? written.lines : [...written.lines, { key }],
  left: written.left.filter((one) => one !== key)
});
/** Sent before under the same key, and the answer was lost: the words of now stand there. */
export const addLine = (key: string, text: string): Change => (written) => ({
  ...written,
  lines: written.lines.some((one) => one.key === key)
    ? written.lines.map((one) => (one.key === key ? { key, text } : one))
    : [...written.lines, { key, text }]
});
export const leave = (key: string): Change => (written) => ({
  ...written,
  lines: written.lines.filter((one) => one.key !== key),
  left: written.left.includes(key) ? written.left : [...written.left, key]
});
export const remove = (key: string): Change => (written) => ({ ...written, lines: written.lines.filter((one) => one.key !== key) });
export const offerAgain = (key: string): Change => (written) => ({ ...written, left: written.left.filter((one) => one !== key) });
export const choose = (id: string, wanted: boolean): Change => (written) => ({
  ...written,
  homework: wanted ? [...written.homework.filter((one) => one !== id), id] : written.homework.filter((one) => one !== id)
});
export const say = (text: string): Change => (written) => ({ ...written, with_us: text });

/** Two people changed one text: `was` is what both began with. Only where both changed it somebody has to choose. */
export type Meeting = 'mine' | 'theirs' | 'clash';
export function meet(was: string, mine: string, theirs: string): Meeting {
  if (mine === theirs || mine === was) return 'theirs';
  return theirs === was ? 'mine' : 'clash';
}
