import { expect, test } from 'vitest';
import { isPublished, keyOf, panelsOf, rowsOf, since, startOfLast } from '../src/features/course/course';
import { draw, isTwin, latestOf, neighbour, scaleGroups, wrapped } from '../src/features/course/picture';
import type { Course, CourseEvent, CoursePoint, CourseSession } from '../src/shared/types';

const day = (number: number) => new Date(Date.UTC(2026, 0, number)).toISOString();

const session = (number: number): CourseSession =>
  ({ id: `s${number}`, number, status: 'closed', channels: ['chat'], at: day(number), ended_at: day(number) });

const point = (form: string, at: number, value: number | null, ofSession?: number): CoursePoint => ({
  form, at: day(at), occasion: 'before_session', session: ofSession ? `s${ofSession}` : null,
  values: [{ scale: 'total', value, prorated: false }], band: null, concerns: []
});

const series = (questionnaire: string, points: CoursePoint[]): Course['series'][number] => ({
  questionnaire, name: questionnaire.toUpperCase(), respondent: 'client', points,
  scales: [{ key: 'total', label: 'Total', min: 0, max: 20, higher_is_worse: true }],
  bands: [
    { scale: 'total', min: 0, max: 9, label: 'Low', source: 'a journal' },
    { scale: 'total', min: 10, max: 20, label: 'High', source: 'a journal' }
  ]
});

const missing = (questionnaire: string, number: number): CourseEvent =>
  ({ kind: 'missing', at: day(number), questionnaire, name: questionnaire, session: `s${number}` });

const course = (): Course => ({
  sessions: [session(1), session(8), session(15)],
  series: [
    series('sparq', [point('c', 2, 5, 1)]),
    series('gad-7', [point('a', 1, 15, 1), point('b', 15, 5, 15)])
  ],
  events: [{ kind: 'opened', at: day(1) }, missing('gad-7', 8)],
  more: false
});

test('the relationship stands below what troubles the person', () => {
  expect(panelsOf(course()).map((one) => one.series.questionnaire)).toEqual(['gad-7', 'sparq']);
});

test('versions whose scales differ stand apart, and what did not come belongs to the one of its time', () => {
  const two = course();
  two.series.push({ ...series('gad-7', [point('d', 22, 40)]), scoring_version: '2' });
  two.events.push({ ...missing('gad-7', 29), session: null });
  const panels = panelsOf(two).filter((one) => one.series.questionnaire === 'gad-7');
  expect(new Set(panels.map((one) => keyOf(one.series))).size).toBe(2);
  expect(panels.map((one) => one.events.map((event) => event.at))).toEqual([[day(8)], [day(29)]]);
  const row = rowsOf(two).find((one) => one.at === day(22));
  expect(panels.map((one) => row?.points.get(keyOf(one.series))?.length ?? 0)).toEqual([0, 1]);
  expect(draw(two, 600, 16).marks.filter((mark) => mark.kind === 'event' && mark.event.kind === 'missing')).toHaveLength(2);
});

test('the dates below stand side by side, also with a year and in German', () => {
  const wide = '10. Nov. 2022'.length * 0.45 * 16;
  for (let width = 300; width <= 900; width += 20) {
    const { dates } = draw(course(), width, 16);
    const ends = dates.map(({ x, y, anchor }) => {
      const from = anchor === 'start' ? x : anchor === 'end' ? x - wide : x - wide / 2;
      return { from, until: from + wide, y };
    });
    for (const [number, one] of ends.entries()) {
      const next = ends[number + 1];
      if (next && next.y === one.y) expect(next.from, `${width}`).toBeGreaterThan(one.until);
    }
  }
});

test('a line is broken where a form is missing, and the gap has a mark', () => {
  const picture = draw(course(), 600, 16);
  expect(picture.panels[0]?.paths[0]?.match(/M/g)).toHaveLength(2);
  expect(picture.marks.filter((mark) => mark.kind === 'event' && mark.event.kind === 'missing')).toHaveLength(1);
  const whole = { ...course(), events: [] };
  expect(draw(whole, 600, 16).panels[0]?.paths[0]?.match(/M/g)).toHaveLength(1);
});

test('a higher score stands higher, and within its band', () => {
  const picture = draw(course(), 600, 16);
  const [high, low] = picture.marks.filter((mark) => mark.kind === 'point' && mark.panel.series.questionnaire === 'gad-7');
  const band = picture.panels[0]?.bands.find((one) => one.label === 'High');
  expect(high && low && high.y < low.y).toBe(true);
  expect(high && band && high.y > band.y && high.y < band.y + band.height).toBe(true);
});

test('bands are named beside the picture or above it, and never where points and lines are', () => {
  for (const width of [1200, 600, 330, 288]) {
    for (const unit of [16, 32]) {
      const { left, right, panels } = draw(course(), width, unit);
      const [first] = panels;
      if (!first) throw new Error('there is a panel');
      const roomy = width / unit > 35;
      expect(first.names.map((one) => one.text).join(' ')).toBe(roomy ? 'Low High' : '0–9 Low, 10–20 High');
      for (const { x, y, text } of first.names) {
        if (x > right) expect(x + text.length * 0.45 * unit).toBeLessThanOrEqual(width);
        else {
          expect(y).toBeLessThan(first.top);
          expect(y).toBeGreaterThan(first.title + 2.4 * unit);
          expect(x + text.length * 0.45 * unit).toBeLessThanOrEqual(right + unit);
        }
      }
      expect(first.axis.map((one) => one.value)).toEqual([0, 10, 20]);
      expect(left).toBeLessThan(right);
    }
  }
});

test('a series without bands has neither names nor room for them', () => {
  const bare = { ...course(), series: course().series.map((one) => ({ ...one, bands: [] })) };
  const [first] = draw(bare, 1200, 16).panels;
  expect(first?.names).toEqual([]);
  expect(first?.axis.map((one) => one.value)).toEqual([0, 20]);
  expect(draw(bare, 1200, 16).right).toBeGreaterThan(draw(course(), 1200, 16).right);
});

test('bands that nobody has published are not drawn, and their name is not read out with a point', () => {
  const unpublished = { ...course(), series: course().series.map((one) => ({ ...one, bands: one.bands.map((band) => ({ ...band, source: null })) })) };
  expect(draw(unpublished, 1200, 16).panels[0]?.bands).toEqual([]);
  const [series] = course().series;
  const point = series?.points[0];
  if (!series || !point) throw new Error('no point');
  expect(isPublished(series, { ...point, band: 'Low' })).toBe(true);
  expect(isPublished({ ...series, bands: unpublished.series[0]?.bands ?? [] }, { ...point, band: 'Low' })).toBe(false);
});

test('what belongs together stays in a line where it fits, and is broken where it does not', () => {
  expect(wrapped(['0–4 Minimal,', '5–9 Mild,', '10–14 Moderate'], 22)).toEqual(['0–4 Minimal, 5–9 Mild,', '10–14 Moderate']);
  expect(wrapped(['15–19 Moderately severe,', '20–27 Severe'], 16)).toEqual(['15–19 Moderately', 'severe,', '20–27 Severe']);
  expect(wrapped([], 10)).toEqual([]);
});

test('a form without a score has a mark all the same', () => {
  const made = course();
  made.series[1]?.points.push(point('d', 16, null));
  const before = draw(course(), 600, 16).marks.length;
  expect(draw(made, 600, 16).marks.length).toBe(before + 1);
});

test('everything stays within the picture, also a course of one moment and on a phone', () => {
  for (const one of [course(), { ...course(), sessions: [session(1)], series: [], events: [] }]) {
    const { marks, left, right, height } = draw(one, 288, 32);
    for (const mark of marks) {
      expect(mark.x).toBeGreaterThanOrEqual(left);
      expect(mark.x).toBeLessThanOrEqual(right);
      expect(mark.y).toBeLessThan(height);
    }
  }
});

test('two hundred sessions keep only as many numbers as there is room for', () => {
  const many = { ...course(), sessions: Array.from({ length: 200 }, (_, i) => ({ ...session(i + 1), id: `x${i}` })) };
  const labels = draw(many, 600, 16).sessions.filter((one) => one.label);
  expect(labels.length).toBeGreaterThan(10);
  for (const [i, one] of labels.entries()) {
    if (i > 0) expect(one.x - (labels[i - 1]?.x ?? 0)).toBeGreaterThanOrEqual(1.6 * 16);
  }
});

test('the arrow keys lead along a row and to the nearest of the next, and nowhere beyond the ends', () => {
  const { marks } = draw(course(), 600, 16);
  const at = (form: string) => marks.findIndex((mark) => mark.kind === 'point' && mark.point.form === form);
  const gap = neighbour(marks, at('a'), 'ArrowRight');
  expect(gap === null ? null : marks[gap]?.kind).toBe('event');
  expect(neighbour(marks, at('a'), 'End')).toBe(at('b'));
  expect(neighbour(marks, at('b'), 'ArrowRight')).toBe(null);
  expect(neighbour(marks, at('a'), 'ArrowDown')).toBe(at('c'));
  expect(neighbour(marks, at('a'), 'ArrowUp')).toBe(null);
  expect(neighbour(marks, at('a'), 'x')).toBe(null);
});

test('one begins with the latest session or score, and both ways lead on from a mark that is alone in its row', () => {
  const { marks } = draw(course(), 600, 16);
  const first = marks[latestOf(marks)];
  expect(first?.kind).not.toBe('event');
  expect(marks.filter((mark) => mark.kind !== 'event').every((mark) => mark.x <= (first?.x ?? 0))).toBe(true);
  const alone = { ...marks[0], row: 99, x: 300 } as (typeof marks)[number];
  const all = [...marks, alone];
  const to = (key: string) => all[neighbour(all, marks.length, key) ?? -1]?.x ?? NaN;
  expect(to('ArrowRight')).toBeGreaterThan(300);
  expect(to('ArrowLeft')).toBeLessThan(300);
});

test('the table has a row for each session with what belongs to it, the latest first', () => {
  const rows = rowsOf(course());
  expect(rows.map((row) => row.session?.number ?? null)).toEqual([15, 8, 1, null]);
  expect(rows[1]?.events.map((event) => event.kind)).toEqual(['missing']);
  expect(rows[2]?.points.get('gad-7')?.map((one) => one.form)).toEqual(['a']);
  expect(rows[2]?.points.get('sparq')?.map((one) => one.form)).toEqual(['c']);
  expect(rows[3]?.events.map((event) => event.kind)).toEqual(['opened']);
});

test('what is asked for before a session to come stands in its row', () => {
  const made = course();
  made.sessions.push({ ...session(22), number: null, status: 'planned' });
  made.events.push({ kind: 'asked', at: day(22), questionnaire: 'gad-7', name: 'GAD-7', form: 'f', session: null });
  made.events.push({ kind: 'asked', at: day(21), questionnaire: 'gad-7', name: 'GAD-7', form: 'g', session: null });
  expect(rowsOf(made).slice(0, 2).map((row) => [row.session?.id, row.events.map((event) => event.form)]))
    .toEqual([['s22', ['f']], [undefined, ['g']]]);
});

test('only the last sessions leave out what lies before them', () => {
  const from = startOfLast(course(), 2);
  const last = since(course(), from);
  expect(last.sessions.map((one) => one.number)).toEqual([8, 15]);
  expect(last.series.map((one) => one.questionnaire)).toEqual(['gad-7']);
  expect(startOfLast(course(), 5)).toBe(-Infinity);
});

test('the row of sessions has a name of its own, below the panels and above the sessions', () => {
  const { panels, stripTitle, strip, marks } = draw(course(), 600, 16);
  expect(stripTitle).toBeGreaterThanOrEqual(panels.at(-1)?.bottom ?? Infinity);
  for (const mark of marks) if (mark.kind === 'session') expect(mark.y - 16).toBeGreaterThan(stripTitle + 1.6 * 16);
  expect(marks.some((mark) => mark.kind === 'session' && mark.y === strip)).toBe(true);
});

test('two scales with the same score leave both marks to be seen', () => {
  const scale = (key: string) => ({ key, label: key, min: 0, max: 16, higher_is_worse: false });
  const both = (number: number, positive: number, negative: number) => ({
    ...point(`f${number}`, number, 0, number), values: [{ scale: 'positive', value: positive, prorated: false }, { scale: 'negative', value: negative, prorated: false }]
  });
  const sparq = { ...series('sparq', [both(1, 8, 8), both(8, 8, 3)]), scales: [scale('positive'), scale('negative')], bands: [] };
  const { marks } = draw({ ...course(), series: [sparq], events: [] }, 600, 16);
  const points = marks.filter((mark) => mark.kind === 'point');
  expect(points).toHaveLength(4);
  expect(points.map((mark) => isTwin(mark, marks))).toEqual([true, false, true, false]);
});

test('each scale of a form is drawn on its own range, and only scales of one range together', () => {
  const scale = (key: string, max: number) => ({ key, label: key, min: 0, max, higher_is_worse: false });
  const scales = [scale('total', 16), scale('goal', 4), scale('task', 4), scale('bond', 8)];
  expect(scaleGroups(scales).map((group) => group.map((one) => one.key))).toEqual([['total'], ['goal', 'task'], ['bond']]);
  const best = { ...point('f', 1, 16, 1), values: scales.map(({ key, max }) => ({ scale: key, value: max, prorated: false })) };
  const checkIn = { ...series('check-in', [best]), scales, bands: [] };
  const { panels, marks } = draw({ ...course(), series: [checkIn], events: [missing('check-in', 8)] }, 288, 16);
  expect(panels.map((one) => one.axis.map(({ value }) => value))).toEqual([[0, 16], [0, 4], [0, 8]]);
  // The best answer stands at the top of its panel, whatever the range.
  for (const one of panels) {
    const own = marks.filter((mark) => mark.kind === 'point' && one.scales.includes(scales[mark.scale]!));
    expect(own).toHaveLength(one.scales.length);
    for (const mark of own) expect(mark.y - one.top).toBeCloseTo(8);
  }
  expect(marks.filter((mark) => mark.kind === 'point' && mark.isSecond).map((mark) => mark.kind === 'point' && mark.scale)).toEqual([2]);
  // What did not come is marked once, and breaks no line without leaving a gap.
  expect(marks.filter((mark) => mark.kind === 'event')).toHaveLength(1);
});

test('the names of scales stand above what they name, and only where a form has several', () => {
  const scale = (key: string) => ({ key, label: key, min: 0, max: 16, higher_is_worse: false });
  const sparq = { ...series('sparq', [point('f', 1, 5, 1)]), scales: [scale('positive'), scale('negative')], bands: [] };
  const [narrow] = draw({ ...course(), series: [sparq] }, 288, 16).panels;
  const [wide] = draw({ ...course(), series: [sparq] }, 700, 16).panels;
  expect([narrow?.keys?.lines, wide?.keys?.lines]).toEqual([2, 1]);
  for (const one of [narrow, wide]) {
    expect(one?.keys?.y).toBeGreaterThanOrEqual((one?.title ?? Infinity) + 2.4 * 16);
    expect((one?.keys?.y ?? Infinity) + 1.4 * 16 * (one?.keys?.lines ?? 0)).toBeLessThanOrEqual(one?.top ?? 0);
  }
  expect(draw(course(), 288, 16).panels.map((one) => one.keys)).toEqual([null, null]);
});
