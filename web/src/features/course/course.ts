import type { Course, CourseEvent, CoursePoint, CourseSession } from '../../shared/types';

type Series = Course['series'][number];

/** The relationship stands below what troubles the person; what was never heard of stands between. */
const order = ['phq-9', 'gad-7'];
const below = ['sparq', 'risq'];

function place(questionnaire: string): number {
  const early = order.indexOf(questionnaire);
  if (early >= 0) return early - order.length;
  return below.indexOf(questionnaire) + 1;
}

/** What is not there: asked for and not sent, or a session without its usual form. */
export const isGap = (event: CourseEvent) => event.kind === 'missing' || event.kind === 'overdue';

/** Whether the name of the range that a score is in has been published. */
export const isPublished = (series: Series, { band }: CoursePoint) => series.bands.some((one) => one.label === band && one.source);

/** One questionnaire has several where the scales of its versions differ. */
export const keyOf = ({ questionnaire, scoring_version }: Series) => typeof scoring_version === 'string' ? `${questionnaire} ${scoring_version}` : questionnaire;

/** The series of its questionnaire that was going on when it happened; before all of them, the first. */
function seriesOf(course: Course, { questionnaire, at }: CourseEvent): Series | undefined {
  const own = course.series.filter((one) => one.questionnaire === questionnaire);
  const latest = (series: Series) => Math.max(...series.points.map((point) => Date.parse(point.at)).filter((time) => time <= Date.parse(at)));
  return own.reduce<Series | undefined>((best, one) => (!best || latest(one) > latest(best) ? one : best), undefined);
}

export interface Panel {
  series: Series;
  /** Those that tell of this questionnaire. */
  events: CourseEvent[];
}

export function panelsOf(course: Course): Panel[] {
  return [...course.series]
    .sort((a, b) => place(a.questionnaire) - place(b.questionnaire))
    .map((series) => ({
      series,
      events: course.events.filter((event) => seriesOf(course, event) === series)
    }));
}

/** The course from a time on: what lies before it is left out. */
export function since(course: Course, from: number): Course {
  const later = ({ at }: { at: string }) => Date.parse(at) >= from;
  return {
    ...course,
    sessions: course.sessions.filter(later),
    series: course.series
      .map((series) => ({ ...series, points: series.points.filter(later) }))
      .filter((series) => series.points.length > 0),
    events: course.events.filter(later)
  };
}

/** When the latest so many sessions began: between the first of them and the one before it. */
export function startOfLast(course: Course, count: number): number {
  const held = course.sessions.filter((one) => one.number);
  const first = held.at(-count);
  if (!first) return -Infinity;
  const before = held.at(-count - 1);
  const began = Date.parse(first.at);
  return before ? (began + Date.parse(before.at)) / 2 : began;
}

export interface Row {
  at: string;
  session: CourseSession | null;
  /** By keyOf their series. */
  points: Map<string, CoursePoint[]>;
  events: CourseEvent[];
}

/** A row for every session, and one for everything that belongs to none; the latest first. */
export function rowsOf(course: Course): Row[] {
  const rows = new Map<string, Row>();
  for (const session of course.sessions) {
    rows.set(session.id, { at: session.at, session, points: new Map(), events: [] });
  }
  const rowFor = (session: string | null | undefined, at: string): Row => {
    const known: Row = rows.get(session ?? at) ?? { at, session: null, points: new Map(), events: [] };
    rows.set(known.session?.id ?? at, known);
    return known;
  };
  for (const series of course.series) {
    for (const point of series.points) {
      const { points } = rowFor(point.session, point.at);
      points.set(keyOf(series), [...(points.get(keyOf(series)) ?? []), point]);
    }
  }
  // A form for a session to come is due when that begins: it belongs to no session held yet.
  const planned = new Map(course.sessions.filter((one) => one.status === 'planned').map((one) => [Date.parse(one.at), one.id]));
  for (const event of course.events) {
    const session = event.session ?? (event.form ? planned.get(Date.parse(event.at)) : null);
    rowFor(session, event.at).events.push(event);
  }
  return [...rows.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
