import { m } from '../../paraglide/messages.js';
import { listed, prefs, shortDay, when } from '../../shared/prefs.svelte';
import { paths } from '../../shared/router.svelte';
import { app } from '../../shared/session.svelte';
import { howWithin } from '../../shared/sessions';
import type { Course, CourseEvent, CoursePoint, CourseSession } from '../../shared/types';
import { statusOf, titleOf } from '../encounters/words';
import { kindOf } from '../safety/words';
import { changeWord, formName, rounded, scaleName } from '../questionnaires/words';
import { isPublished } from './course';

type Series = Course['series'][number];
type Concern = CoursePoint['concerns'][number];
type NamedMark =
  | { kind: 'point'; panel: { series: Series }; point: CoursePoint; scale: number }
  | { kind: 'event'; event: CourseEvent }
  | { kind: 'session'; session: CourseSession };

/** With the version of its scoring, where there are several that cannot be drawn on one axis. */
export function seriesName(series: { questionnaire?: string | null; name?: string | null; scoring_version?: string | null }): string {
  const form = formName({ questionnaire: series.questionnaire ?? '', name: series.name ?? '' });
  return typeof series.scoring_version === 'string' ? m.course_version({ form, version: series.scoring_version }) : form;
}

export const signed = (value: number) =>
  `${value > 0 ? '+' : value < 0 ? '−' : '±'}${rounded(Math.abs(value))}`;

/** "12 of 21", or with several scales "Positive feelings 9 of 16, Negative feelings 3 of 16"; of one scale alone, that. */
export function scoresOf(series: Series, point: CoursePoint, only?: string): string {
  return point.values
    .filter((one) => only === undefined || one.scale === only)
    .map(({ scale, value }) => {
      const about = series.scales.find((one) => one.key === scale);
      const score = value === undefined || value === null
        ? m.course_no_score()
        : m.course_of({ value: rounded(value), max: about?.max ?? 0 });
      return series.scales.length > 1 ? `${scaleName(scale) ?? about?.label ?? scale} ${score}` : score;
    })
    .join(', ');
}

/** Where the names of ranges and the thresholds of a course come from. */
export const sourcesOf = ({ series }: Course) =>
  series.flatMap((one) => [...one.bands, one.reliable_change].map((each) => ({ form: seriesName(one), source: each?.source })));

/** Somebody is still to look at an answer of it: "minimal" or "better" beside it would say that all is well. */
export const waitsForSomebody = (point: CoursePoint) => point.concerns.some((one) => one.id && one.state !== 'closed');

/** The same for a client, without the words of statistics; nothing where it cannot be told. */
function ownChanges({ since_first, since_previous }: CoursePoint): string[] {
  return [
    { change: since_first, better: m.own_change_first_better, same: m.own_change_first_same, worse: m.own_change_first_worse },
    { change: since_previous, better: m.own_change_previous_better, same: m.own_change_previous_same, worse: m.own_change_previous_worse }
  ].flatMap(({ change, better, same, worse }) => {
    const word = { recovered: better, improved: better, unchanged: same, deteriorated: worse }[change?.change ?? ''];
    return change && word ? [word({ value: signed(change.value) })] : [];
  });
}

/** What has changed, where the instrument says how much is more than chance. */
export function changesOf(point: CoursePoint): string[] {
  if (app.client) return ownChanges(point);
  return [
    { title: m.form_change_first(), change: point.since_first },
    { title: m.form_change_previous(), change: point.since_previous }
  ].flatMap(({ title, change }) => (change ? [`${title} ${signed(change.value)}, ${changeWord(change)}`] : []));
}

/** What of a form is for a person to look at. A client reads that it is, and not how far others have got with it. */
export function concernName({ kind, id, state, questions, by }: Concern): string {
  if (!id) return kind === 'unanswered' ? m.course_left_out_own() : m.course_looked_at_own();
  const about = { numbers: listed((questions ?? []).map(String)), count: questions?.length ?? 0 };
  const what = about.count === 0 ? kindOf(kind) : kind === 'unanswered' ? m.course_questions_left_out(about) : m.course_answers(about);
  if (state === 'closed') return m.course_concern_closed({ what });
  if (state === 'acknowledged') return m.course_concern_acknowledged({ what, name: by || m.concern_somebody() });
  return kind === 'unanswered' ? m.course_concern_ask({ what }) : m.course_concern_open({ what });
}

export const channelsOf = (session: CourseSession) => session.channels.map(howWithin).join(', ');

export const sessionName = (session: CourseSession) => titleOf(session);

export const whenOf = (iso: string) => when(iso, prefs.now);

/** The day of a moment on the axis. */
export const dateOf = (at: number) => shortDay(new Date(at), prefs.now);

export function eventName(event: CourseEvent): string {
  const form = seriesName(event);
  return {
    opened: m.course_opened(),
    closed: m.course_closed(),
    asked: m.course_asked({ form }),
    overdue: m.course_overdue({ form }),
    missing: m.course_missing({ form })
  }[event.kind];
}

function sessionOf(course: Course, id: string | null | undefined): string[] {
  const session = course.sessions.find((one) => one.id === id);
  return session ? [sessionName(session)] : [];
}

/** What a mark is, in one sentence: it is what a screen reader says, and what stands below the picture. */
export function markName(course: Course, mark: NamedMark): string {
  if (mark.kind === 'session') {
    const { session } = mark;
    return [sessionName(session), whenOf(session.at), channelsOf(session), statusOf(session.status)].join(', ');
  }
  if (mark.kind === 'event') {
    return [eventName(mark.event), ...sessionOf(course, mark.event.session), whenOf(mark.event.at)].join(', ');
  }
  const { series } = mark.panel;
  const where = [seriesName(series), ...sessionOf(course, mark.point.session), whenOf(mark.point.at)].join(', ');
  const scores = scoresOf(series, mark.point, series.scales[mark.scale]?.key);
  if (waitsForSomebody(mark.point)) return [`${where}: ${scores}`, ...mark.point.concerns.map(concernName)].join('. ');
  const what = [scores, ...(mark.point.band && isPublished(series, mark.point) ? [mark.point.band] : [])].join(', ');
  return [`${where}: ${what}`, ...mark.point.concerns.map(concernName), ...changesOf(mark.point)].join('. ');
}

/** Where a mark leads. */
export function markHref(episode: string, mark: NamedMark): string {
  if (mark.kind === 'session') return paths.session(episode, mark.session.id);
  if (mark.kind === 'point') return paths.form(episode, mark.point.form);
  if (mark.event.form) return paths.form(episode, mark.event.form);
  return mark.event.session ? paths.session(episode, mark.event.session) : paths.sessions(episode);
}
