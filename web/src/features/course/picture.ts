import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Course, CourseEvent, CoursePoint, CourseSession } from '../../shared/types';
import { isGap, panelsOf, type Panel } from './course';

/** Something that can be pointed at. All lengths are in pixels of the picture. */
export type Mark = { x: number; y: number; row: number } & (
  /** `scale`: which of its form, -1 without a score; `isSecond`: of the two that are drawn together. */
  | { kind: 'point'; panel: Panel; point: CoursePoint; scale: number; isSecond: boolean }
  | { kind: 'event'; event: CourseEvent }
  | { kind: 'session'; session: CourseSession }
);

type Scale = Panel['series']['scales'][number];
type Band = Panel['series']['bands'][number];

/** A form has as many as its scales need: on the range of another, a score would look low or high without being so. */
export interface DrawnPanel {
  panel: Panel;
  /** What is drawn in it: one scale, or two of one range. */
  scales: Scale[];
  /** Where a form has several, what they are called stands above them, in so many lines. */
  keys: { y: number; lines: number } | null;
  /** Whether it is the first of its form, with the title and with what did not come. */
  isFirst: boolean;
  top: number;
  bottom: number;
  /** Where its title begins. */
  title: number;
  bands: { y: number; height: number; shaded: boolean; label: string }[];
  /** What the bands are called: beside them, or above them where there is no room. Never where points and lines are. */
  names: { x: number; y: number; text: string }[];
  /** Of each scale; broken where something is missing. */
  paths: string[];
  /** The scores that stand beside the picture: its ends, and where a band begins. */
  axis: { y: number; value: number }[];
}

export interface Picture {
  height: number;
  left: number;
  right: number;
  panels: DrawnPanel[];
  /** Where the name of the row of sessions begins, and the row itself. */
  stripTitle: number;
  strip: number;
  sessions: { x: number; session: CourseSession; label: string }[];
  dates: { x: number; y: number; at: number; anchor: 'start' | 'middle' | 'end' }[];
  marks: Mark[];
}

/** From the first to the last moment, with a little room; a course of one moment has a day on both sides. */
function span(course: Course): [number, number] {
  const times = [
    ...course.sessions.map((one) => one.at),
    ...course.series.flatMap((one) => one.points.map((point) => point.at)),
    ...course.events.map((one) => one.at)
  ].map((at) => Date.parse(at));
  const first = Math.min(...times);
  const last = Math.max(...times);
  return first === last ? [first - 86_400_000, last + 86_400_000] : [first, last];
}

/** As many labels as there is room for, the first and the last among them. */
function thinned<T extends { x: number }>(items: T[], room: number): T[] {
  const kept: T[] = [];
  for (const item of items) {
    if (kept.length === 0 || item.x - (kept.at(-1)?.x ?? 0) >= room) kept.push(item);
  }
  return kept;
}

/** Of a letter, on average and rather too wide. */
const letter = 0.45;
const lineHeight = 1.2;
/** Of the name of a scale with its mark. */
export const keyHeight = 1.4;

/** One after the other in lines of so many letters. What belongs together stays in a line where it fits. */
export function wrapped(entries: string[], most: number): string[] {
  const lines: string[] = [];
  for (const part of entries.flatMap((one) => (one.length > most ? one.split(' ') : [one]))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + part.length <= most) lines[lines.length - 1] = `${last} ${part}`;
    else lines.push(part);
  }
  return lines;
}

/** The scales of a form that can be drawn together: of one range, and not more than there are marks for. */
export function scaleGroups(scales: Scale[]): Scale[][] {
  const groups: Scale[][] = [];
  for (const scale of scales) {
    const own = groups.find((one) => one.length < 2 && one[0]?.min === scale.min && one[0].max === scale.max);
    if (own) own.push(scale);
    else groups.push([scale]);
  }
  return groups;
}

/** The bands of the scale that is drawn first, which others would only hide. Those that nobody has published stand in the
 *  table alone, which says so. */
const bandsOf = ({ series }: Panel, [first]: Scale[]) => series.bands.filter((band) => band.source && band.scale === first?.key);

/** "0–4 Minimal, 5–9 Mild": what stands above where there is no room beside. */
function bandList(panel: Panel, scales: Scale[], most: number): string[] {
  const all = bandsOf(panel, scales).map(({ min, max, label }) => `${min}–${max} ${label}`);
  return wrapped(all.map((one, number) => (number < all.length - 1 ? `${one},` : one)), most);
}

/**
 * Draws the course into a width. `unit` is the height of a letter line's worth of pixels (1 rem), so that the picture
 * grows with the letters.
 */
export function draw(course: Course, width: number, unit: number): Picture {
  const left = 2.2 * unit;
  const drawnPanels = panelsOf(course).flatMap((panel) => scaleGroups(panel.series.scales).map((scales, number) => ({ panel, scales, isFirst: number === 0 })));
  const longest = Math.max(0, ...drawnPanels.flatMap(({ panel, scales }) => bandsOf(panel, scales).map(({ label }) => label.length)));
  const margin = (longest * letter + 1) * unit;
  // Beside the bands only where enough is left to draw in.
  const beside = width - left - margin >= 28 * unit;
  const right = width - (beside && longest > 0 ? margin : 0.8 * unit);
  const time = scaleLinear(span(course), [left + 0.6 * unit, right - 0.6 * unit]);
  const x = (at: string) => time(Date.parse(at));
  const marks: Mark[] = [];
  const panels: DrawnPanel[] = [];
  let top = 0;
  for (const { panel, scales, isFirst } of drawnPanels) {
    const title = top;
    const list = beside ? [] : bandList(panel, scales, (right - left) / (letter * unit));
    if (isFirst) top += 2.4 * unit; // its title, in two lines at most
    // Side by side only where there is room for two names.
    const lines = panel.series.scales.length === 1 ? 0 : width >= 32 * unit ? 1 : scales.length;
    const keys = lines > 0 ? { y: top, lines } : null;
    top += (0.3 + keyHeight * lines + lineHeight * list.length) * unit;
    const drawn = drawPanel({ panel, scales, isFirst, keys }, { x, title, top, right, unit, list, left }, marks, panels.length);
    panels.push(drawn);
    top = drawn.bottom + 0.8 * unit;
  }
  const strip = top + 3 * unit;
  const row = panels.length;
  const sessions = course.sessions.map((session) => ({
    x: x(session.at), session, label: session.number ? String(session.number) : ''
  }));
  for (const { x: at, session } of sessions) marks.push({ kind: 'session', session, x: at, y: strip, row });
  const known = new Set(panels.map((one) => one.panel.series.questionnaire));
  for (const event of course.events) {
    if (event.questionnaire && known.has(event.questionnaire)) continue;
    marks.push({ kind: 'event', event, x: x(event.at), y: strip + 2.4 * unit, row: row + 1 });
  }
  const [first, last] = time.domain() as [number, number];
  // With a year a date has some thirteen letters, and beside it there has to be room.
  const room = (right - left) / (14 * letter * unit);
  const parts = room >= 6 ? [0.25, 0.5, 0.75] : room >= 3 ? [0.5] : [];
  const middles = parts.map((part) => first + (last - first) * part);
  const below = strip + 4.4 * unit;
  const dates = [
    { x: left, y: below, at: first, anchor: 'start' as const },
    ...middles.map((at) => ({ x: time(at), y: below, at, anchor: 'middle' as const })),
    { x: right, y: right - left < 14 * unit ? below + 1.3 * unit : below, at: last, anchor: 'end' as const }
  ];
  const labelled = new Set(thinned(sessions.filter((one) => one.label), 1.6 * unit));
  for (const one of sessions) if (!labelled.has(one)) one.label = '';
  return { height: strip + 6 * unit, left, right, panels, stripTitle: top, strip, sessions, dates, marks };
}

interface Place {
  x: (at: string) => number;
  title: number;
  top: number;
  left: number;
  right: number;
  unit: number;
  /** The names of the bands in lines, where they stand above. */
  list: string[];
}

/** Adds what can be pointed at to `marks`. */
function drawPanel(of: Pick<DrawnPanel, 'panel' | 'scales' | 'isFirst' | 'keys'>, { x, title, top, left, right, unit, list }: Place, marks: Mark[], row: number): DrawnPanel {
  const { panel, scales, isFirst } = of;
  const { series, events } = panel;
  const low = Math.min(...scales.map((one) => one.min));
  const high = Math.max(...scales.map((one) => one.max));
  const bottom = top + (!isFirst ? 4 : series.bands.length > 0 || high - low > 16 ? 8.5 : 5.5) * unit;
  const y = scaleLinear([low, high], [bottom - 0.5 * unit, top + 0.5 * unit]);
  const bands = bandsOf(panel, scales).map((band, number) => {
    // Scores are whole numbers: a band reaches half a point beyond its ends, the outer ones to the edge.
    const upper = band.max >= high ? top : y(band.max + 0.5);
    const lower = band.min <= low ? bottom : y(band.min - 0.5);
    // Only where it fits: the table names every band.
    const fits = lower - upper > 1.05 * unit;
    return { y: upper, height: lower - upper, shaded: number % 2 === 1, label: fits ? band.label : '' };
  });
  const gaps = events.filter(isGap);
  const paths = scales.map((scale, number) => {
    const steps = [
      ...series.points.map((point) => ({ at: point.at, value: point.values.find((one) => one.scale === scale.key)?.value ?? null, point })),
      ...gaps.map((event) => ({ at: event.at, value: null, point: null }))
    ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    for (const { at, value, point } of steps) {
      if (point && value !== null) marks.push({ kind: 'point', panel, point, scale: series.scales.indexOf(scale), isSecond: number === 1, x: x(at), y: y(value), row });
      // A form without a score is there all the same.
      if (point && value === null && isFirst && number === 0) marks.push({ kind: 'point', panel, point, scale: -1, isSecond: false, x: x(at), y: bottom - 0.5 * unit, row });
    }
    return line<(typeof steps)[number]>()
      .defined((step) => step.value !== null)
      .x((step) => x(step.at))
      .y((step) => y(step.value ?? 0))(steps) ?? '';
  });
  // What did not come is told once.
  for (const event of isFirst ? events : []) marks.push({ kind: 'event', event, x: x(event.at), y: bottom - 0.5 * unit, row });
  const names = list.length > 0
    ? list.map((text, number) => ({ x: left, y: top - (0.5 + lineHeight * (list.length - 1 - number)) * unit, text }))
    : bands.filter((band) => band.label).map((band) => ({ x: right + 0.5 * unit, y: band.y + band.height / 2 + 0.3 * unit, text: band.label }));
  return { ...of, title, top, bottom, bands, names, paths, axis: axisOf(bandsOf(panel, scales), [low, high], y, unit) };
}

/** The ends of the scale, and between them where each band begins, as far as the numbers do not touch. */
function axisOf(bands: Band[], [low, high]: [number, number], y: (value: number) => number, unit: number): DrawnPanel['axis'] {
  const kept = [low];
  for (const { min } of bands) {
    const last = kept.at(-1) ?? low;
    if (y(last) - y(min) > unit && y(min) - y(high) > unit) kept.push(min);
  }
  return [...kept, high].map((value) => ({ y: y(value), value }));
}

/** Whether the other scale of the form has the same score there: one mark would hide the other. */
export const isTwin = (mark: Mark, marks: Mark[]) =>
  marks.some((one) => one !== mark && one.kind === 'point' && one.x === mark.x && one.y === mark.y);

/** The mark to begin with: the latest session or score. */
export function latestOf(marks: Mark[]): number {
  const told = marks.map((mark, index) => ({ mark, index })).filter(({ mark }) => mark.kind !== 'event');
  return told.sort((a, b) => a.mark.x - b.mark.x).at(-1)?.index ?? 0;
}

/** Where the arrow keys lead from a mark: along its row, or to the nearest of the next row. */
export function neighbour(marks: Mark[], from: number, key: string): number | null {
  const current = marks[from];
  if (!current) return null;
  const inRow = (row: number) => marks
    .map((mark, index) => ({ mark, index }))
    .filter(({ mark }) => mark.row === row)
    .sort((a, b) => a.mark.x - b.mark.x || a.index - b.index);
  const own = inRow(current.row);
  const here = own.findIndex(({ index }) => index === from);
  // Where a row has no more, it goes on in the others.
  const beside = (after: boolean) => marks
    .map((mark, index) => ({ index, away: after ? mark.x - current.x : current.x - mark.x }))
    .filter(({ away }) => away > 0)
    .sort((a, b) => a.away - b.away)[0]?.index ?? null;
  if (key === 'ArrowRight') return own[here + 1]?.index ?? beside(true);
  if (key === 'ArrowLeft') return own[here - 1]?.index ?? beside(false);
  if (key === 'Home') return own[0]?.index ?? null;
  if (key === 'End') return own.at(-1)?.index ?? null;
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return null;
  const step = key === 'ArrowUp' ? -1 : 1;
  const rows = [...new Set(marks.map((mark) => mark.row))].sort((a, b) => a - b);
  const next = rows[rows.indexOf(current.row) + step];
  if (next === undefined) return null;
  const nearest = inRow(next).sort((a, b) => Math.abs(a.mark.x - current.x) - Math.abs(b.mark.x - current.x));
  return nearest[0]?.index ?? null;
}
