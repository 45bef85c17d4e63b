import { m } from '../../paraglide/messages.js';
import { onDay, prefs } from '../../shared/prefs.svelte';
import type { List } from '../../shared/list.svelte';
import type { Concern, Encounter, Form, ItemAnswer, QuestionnaireText } from '../../shared/types';

/** What a form is called here, in the language of the reader: its own short name, but for those that we named ourselves. */
export function formName({ questionnaire, name }: { questionnaire: string; name: string }): string {
  if (questionnaire === 'sparq') return m.form_name_sparq();
  if (questionnaire === 'risq') return m.form_name_risq();
  if (questionnaire === 'check-in') return m.form_name_check_in();
  return questionnaire === 'check-in-therapist' ? m.form_name_check_in_therapist() : name;
}

export function occasion(form: Pick<Form, 'occasion' | 'moment'>): string {
  if (form.moment === 'at_start') return m.occasion_start();
  if (form.moment === 'every_weeks') return m.occasion_weeks();
  if (form.moment === 'at_end') return m.occasion_end();
  if (form.occasion === 'before_session') return m.occasion_before();
  return form.occasion === 'after_session' ? m.occasion_after() : m.occasion_request();
}

/** The same with the day of its session, where that is known. */
export function occasionOf(form: Pick<Form, 'occasion' | 'moment' | 'encounter'>, sessions: Pick<Encounter, 'id' | 'began_at' | 'starts_at'>[]): string {
  const session = sessions.find((one) => one.id === form.encounter);
  if (!session || form.moment || form.occasion === 'on_request') return occasion(form);
  const when = onDay(session.began_at ?? session.starts_at);
  return form.occasion === 'before_session' ? m.forms_before({ when }) : m.forms_after({ when });
}

export function changeWord({ change, into_clinical_range }: { change: string; into_clinical_range: boolean }): string {
  if (change === 'recovered') return m.change_recovered();
  if (change === 'improved') return m.change_improved();
  if (change === 'unchanged') return m.change_unchanged();
  if (change !== 'deteriorated') return m.change_undetermined();
  return into_clinical_range ? `${m.change_deteriorated()}, ${m.change_into_clinical()}` : m.change_deteriorated();
}

/** What the scores and changes of these forms are said to mean, and by whom. */
export const sourcesOf = (forms: Form[]) =>
  forms.flatMap((form) => [form.scores?.band, form.since_first, form.since_previous].map((one) => ({ form: formName(form), source: one?.source })));

/** The name of a scale in our language; other scales keep the label of their file. */
export function scaleName(key: string): string | null {
  if (key === 'total') return m.scale_total();
  if (key === 'positive') return m.scale_positive();
  if (key === 'negative') return m.scale_negative();
  if (key === 'goal') return m.scale_goal();
  if (key === 'task') return m.scale_task();
  if (key === 'bond') return m.scale_bond();
  return key === 'count' ? m.scale_count() : null;
}

/** Ten seconds for each question, by our own rule, in whole minutes. */
export const minutesFor = (questions: number) => Math.max(1, Math.ceil((questions * 10) / 60));

/** The answers with one set, or taken back where there is no value. */
export function answered(answers: ItemAnswer[], item: string, value: number | null): ItemAnswer[] {
  const others = answers.filter((one) => one.item !== item);
  return value === null ? others : [...others, { item, value }];
}

type Question = QuestionnaireText['questions'][number];

/** The questions that are asked after these answers; what was answered to one that is not asked counts as no answer. */
export function askedOf(questions: Question[], answers: ItemAnswer[]): Question[] {
  const given = new Map(answers.map((one) => [one.item, one.value]));
  const holds = ({ item, values, unanswered }: Question['asked_when'][number]['each'][number]) => {
    const value = given.get(item);
    return value === undefined ? unanswered : values.includes(value);
  };
  return questions.filter((question) => {
    const asked = question.asked_when.every(({ any, each }) => (any ? each.some(holds) : each.every(holds)));
    if (!asked) given.delete(question.item);
    return asked;
  });
}

/** Whether one of these answers is about harm, so that whom to call has to be in view. */
export const saysHarm = (asked: Question[], answers: ItemAnswer[]) =>
  asked.some(({ item, contacts_from }) => answers.some((one) => one.item === item && one.value >= (contacts_from ?? Infinity)));

/** To the first answer of a question on the page; where the browser is asked for it, it comes into view. */
export const focusFirst = (item: string) => document.querySelector<HTMLElement>(`input[name="item-${CSS.escape(item)}"]`)?.focus();

/** To a tenth, as the reader writes it: prorated scores may have many digits. */
export const rounded = (value: number) => new Intl.NumberFormat(prefs.locale, { maximumFractionDigits: 1 }).format(value);

/** What still waits for an answer comes first, then the latest sent. */
export function byState(forms: Form[]): { open: Form[]; sent: Form[] } {
  const sent = forms.filter((one) => one.state === 'completed');
  return {
    open: forms.filter((one) => one.state !== 'completed'),
    sent: sent.sort((a, b) => Date.parse(b.completed_at ?? b.asked_at) - Date.parse(a.completed_at ?? a.asked_at))
  };
}

/** Whether a person has still to look at an answer of the form, or nobody can tell yet. */
export const mayWait = (concerns: List<Concern> | null, form: Form) =>
  !concerns?.loaded || raisedBy(concerns.items, form).some((one) => one.state !== 'closed');

/** What the answers of a form have raised, in any of its versions. */
export const raisedBy = (concerns: Concern[], form: Form) => concerns.filter((one) => one.form === form.id);
