import { m } from '../../paraglide/messages.js';
import { tidy, toSend } from '../../shared/text';
import type { CheckInContent, CheckInTopic } from './api';

/** What stands in the fields: every text is there, and topics without words are being written. */
export interface Written {
  feeling: number | null;
  feeling_words: string;
  urgent: boolean | null;
  urgent_words: string;
  went_well: string;
  went_badly: string;
  homework: Record<string, 'done' | 'partly' | 'not_done'>;
  topics: CheckInTopic[];
}

export const nothingWritten = (): Written => ({
  feeling: null, feeling_words: '', urgent: null, urgent_words: '', went_well: '', went_badly: '', homework: {}, topics: []
});

export function writtenOf(content: CheckInContent): Written {
  const homework: Written['homework'] = {};
  for (const one of content.homework) if (one.outcome !== 'open') homework[one.homework] = one.outcome;
  return {
    feeling: content.feeling ?? null,
    feeling_words: content.feeling_words ?? '',
    urgent: content.urgent ?? null,
    urgent_words: content.urgent_words ?? '',
    went_well: content.went_well ?? '',
    went_badly: content.went_badly ?? '',
    homework,
    topics: content.topics.map((one) => ({ ...one }))
  };
}

/** As it is kept: nothing for what was left empty; `sent`: texts without blanks around them. */
export function contentOf(written: Written, sent = false): CheckInContent {
  const words = (text: string) => (sent ? toSend(text) : tidy(text));
  const content: CheckInContent = {
    homework: Object.entries(written.homework).map(([homework, outcome]) => ({ homework, outcome })),
    topics: written.topics.map((one) => ({ ...one, text: words(one.text) })).filter((one) => toSend(one.text) !== '')
  };
  if (written.feeling !== null) content.feeling = written.feeling;
  if (written.urgent !== null) content.urgent = written.urgent;
  for (const key of ['feeling_words', 'urgent_words', 'went_well', 'went_badly'] as const) {
    if (key === 'urgent_words' && !written.urgent) continue;
    const text = words(written[key]);
    if (text) content[key] = text;
  }
  return content;
}

export function isEmpty(content: CheckInContent): boolean {
  return Object.values(content).every((one) => Array.isArray(one) && one.length === 0);
}

/** What went well and badly, each under its name, to be read. */
export function saidIn(content: CheckInContent): { name: string; text: string }[] {
  const all = [
    { name: m.check_in_well(), text: content.went_well ?? '' },
    { name: m.check_in_badly(), text: content.went_badly ?? '' }
  ];
  return all.filter((one) => one.text !== '');
}
