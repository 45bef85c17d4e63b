import type { components } from '../../api/generated';
import { m } from '../../paraglide/messages.js';
import { ask } from '../../shared/api';
import { date, prefs } from '../../shared/prefs.svelte';
import { formName } from '../questionnaires/words';

// Beside the other requests they would be part of what everybody loads first.
type Schemas = components['schemas'];
export type Report = Schemas['PracticeReport'];
export type Period = Schemas['PeriodEntry'];
export type Tables = Schemas['Tables'];
type Share = Schemas['Share'];
type Mean = Schemas['Mean'];
type Estimate = Schemas['Estimate'];

export const report = (language: string) => ask('get', '/api/practice-report', {}, undefined, { language });

/** A line of a picture and of the table beside it. Without a value it is hidden. */
export interface Row {
  label: string;
  /** What the figure is of: "20 of 40 people". */
  of: string;
  value?: number;
  low?: number;
  high?: number;
  /** Why it is hidden, where it is not for few people on a side. */
  why?: string;
}
/** Rows with the ends of what can be, and how a figure is written. */
export interface Chart {
  title: string;
  rows: Row[];
  from: number;
  to: number;
  write: (value: number) => string;
  /** What the intervals are, where they are no plain ones. */
  interval?: string;
  /** Which figure means "none", where one does. */
  zero?: number;
}

/** As the reader writes it, with a minus as wide as a plus. */
const number = (value: number, digits: number, most = digits) =>
  new Intl.NumberFormat(prefs.locale, { minimumFractionDigits: digits, maximumFractionDigits: most }).format(value).replace('-', '−');
const percent = (value: number) => new Intl.NumberFormat(prefs.locale, { style: 'percent' }).format(value);

function span(figure: { low?: number | null; high?: number | null }): { low?: number; high?: number } {
  return figure.low != null && figure.high != null ? { low: figure.low, high: figure.high } : {};
}

/** `of`: what is counted. */
function shareRow(label: string, share: Share, of: (count: number, all: number, people: number) => string): Row {
  if (share.share == null || share.count == null || share.of == null) return { label, of: '' };
  return { label, of: of(share.count, share.of, share.people ?? share.of), value: share.share, ...span(share) };
}

function meanRow(label: string, mean: Mean): Row {
  if (mean.mean == null || mean.people == null) return { label, of: '' };
  return { label, of: m.report_people({ count: mean.people }), value: mean.mean, ...span(mean) };
}

function estimateRow(label: string, of: string, estimate: Estimate | null | undefined): Row {
  return estimate ? { label, of, value: estimate.value, ...span(estimate) } : { label, of: '', why: m.report_fewer({ count: 20 }) };
}

/** Where scores of several versions of a questionnaire came, each has its own and says which it is. */
function nameOf<Table extends { name: string; version?: string | null }>(table: Table, all: Table[], name: string): string {
  const several = all.filter((one) => one.name === table.name).length > 1;
  return several && table.version ? m.report_rule({ title: name, version: table.version }) : name;
}

const ofPeople = (count: number, all: number) => m.report_of_people({ count, all });
const shares = (title: string, rows: Row[]): Chart => ({ title, rows, from: 0, to: 1, write: percent, interval: m.report_interval_rounded() });

export function completion(tables: Tables): Chart {
  return shares(m.report_completion(), [
    shareRow(m.report_planned_end(), tables.planned_end, ofPeople),
    ...tables.forms.map((row) =>
      shareRow(m.report_forms_sent({ name: formName(row) }), row.sent, (count, all, people) => m.report_of_forms({ count, all, people })))
  ]);
}

export function changes(tables: Tables): Chart[] {
  return tables.change.map((row) => shares(nameOf(row, tables.change, row.name), [
    shareRow(m.report_improved(), row.improved, ofPeople),
    ...(row.recovered ? [shareRow(m.report_recovered(), row.recovered, ofPeople)] : []),
    shareRow(m.report_worse(), row.worse, ofPeople)
  ]));
}

export function relationship(tables: Tables): Chart[] {
  const sessions = (from: number, to?: number | null) => (to == null ? m.report_sessions_from({ from }) : m.report_sessions({ from, to }));
  const scale = (table: Tables['alliance'][number]) => {
    const name = nameOf(table, tables.alliance, formName(table));
    return table.scale === 'positive' ? `${name}, ${m.scale_positive()}` : name;
  };
  return tables.alliance.flatMap((table) => {
    const chart = (title: string, rows: Row[]): Chart => ({ title, rows, from: table.min, to: table.max, write: (value) => number(value, 1) });
    return [
      chart(m.report_by_channel({ name: scale(table) }),
        table.by_channel.map((row) => meanRow(row.channel === 'messages' ? m.report_by_messages() : m.report_by_chat(), row.score))),
      chart(m.report_by_session({ name: scale(table) }), table.by_session.map((row) => meanRow(sessions(row.from, row.to), row.score)))
    ];
  });
}

export function association(tables: Tables, published: Report['published']): Chart[] {
  const found = tables.association;
  const people = found.people == null ? '' : m.report_people({ count: found.people });
  const chart = (title: string, rows: Row[]): Chart => ({ title, rows, from: -1, to: 1, zero: 0, write: (value) => number(value, 2, 3) });
  return [
    chart(m.report_between_title(), [
      estimateRow(m.report_between(), people, found.between),
      { ...estimateRow(m.report_therapists(), m.report_pooled(), found.therapists), why: m.report_few_therapists() },
      ...published.map((one) => ({
        label: one.setting === 'internet' ? m.report_published_internet() : m.report_published_room(),
        of: m.report_studies({ count: one.studies }), value: one.r, ...span(one)
      }))
    ]),
    chart(m.report_within_title(), [estimateRow(m.report_within(), people, found.within)])
  ];
}

export function precision(tables: Tables): Chart[] {
  const of = (count: number, all: number, people: number) => m.report_of_signals({ count, all, people });
  return tables.signals.map((row) => shares(m.report_rule({ title: row.title, version: row.version }), [
    shareRow(m.report_answered(), row.answered, of),
    shareRow(m.report_useful(), row.useful, of)
  ]));
}

/** "2026-07-01": at noon, it is the same day nearly everywhere. */
export const dayName = (day: string) => date(`${day}T12:00:00Z`);
/** Between which another therapist's correlation is to be expected. */
export const expected = ({ expected_low: low, expected_high: high }: Tables['association']) =>
  low != null && high != null ? m.report_expected({ low: number(low, 2), high: number(high, 2) }) : '';
export const periodDays = (period: Period) => m.report_period_name({ from: dayName(period.from), until: dayName(period.until) });
/** Its months: short enough for a list on a phone. */
export function periodName({ from, until }: Period): string {
  const months = new Intl.DateTimeFormat(prefs.locale, { month: 'short', year: 'numeric', timeZone: 'UTC' });
  return months.formatRange(new Date(`${from}T12:00:00Z`), new Date(`${until}T12:00:00Z`));
}

/** What of some charts can be shown, and those of which everything is hidden, by the reason: said once, not drawn empty. */
export function sorted(charts: Chart[], smallest: number): { shown: Chart[]; hidden: { why: string; titles: string[] }[] } {
  const shown = charts.filter((chart) => chart.rows.some((row) => row.value !== undefined));
  const hidden = new Map<string, string[]>();
  for (const chart of charts.filter((one) => !shown.includes(one))) {
    const why = chart.rows[0]?.why ?? m.report_hidden_why({ count: smallest });
    hidden.set(why, [...(hidden.get(why) ?? []), chart.title]);
  }
  return { shown, hidden: [...hidden].map(([why, titles]) => ({ why, titles })) };
}
