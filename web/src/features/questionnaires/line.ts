import { m } from '../../paraglide/messages.js';
import type { QuestionnaireText } from '../../shared/types';
import { rounded } from './words';

export type Line = NonNullable<QuestionnaireText['questions'][number]['line']>;

/** A mark has a tenth. */
export const step = 0.1;
const page = 1;

/** The nearest place on the line. */
export const onLine = ({ min, max }: Line, value: number) => Math.min(max, Math.max(min, Math.round(value * 10) / 10));

/** Where a mark that nobody has set yet begins to move. */
export const middle = (line: Line) => onLine(line, (line.min + line.max) / 2);

/** Where a key puts the mark, from where it is or is not yet; null where the key is none of the line's. */
export function keyed(line: Line, value: number | null, key: string): number | null {
  const from = value ?? middle(line);
  if (key === 'ArrowRight' || key === 'ArrowUp') return onLine(line, from + step);
  if (key === 'ArrowLeft' || key === 'ArrowDown') return onLine(line, from - step);
  if (key === 'PageUp') return onLine(line, from + page);
  if (key === 'PageDown') return onLine(line, from - page);
  if (key === 'Home') return line.min;
  if (key === 'End') return line.max;
  // What is not set yet is set where it stands.
  return (key === ' ' || key === 'Enter') && value === null ? from : null;
}

/** How far along the line, from 0 to 1. */
export const along = ({ min, max }: Line, value: number) => (Math.min(max, Math.max(min, value)) - min) / (max - min);

/** The place of a mark for those who do not see it. */
export const placeWords = ({ min, max }: Line, value: number | null) =>
  value === null ? m.formline_unset() : m.formline_place({ value: rounded(value), min: rounded(min), max: rounded(max) });
