import { m } from '../../paraglide/messages.js';
import { ask } from '../../shared/api';
import { scaleName } from '../questionnaires/words';
import type { components } from '../../api/generated';

// Few people come here: what asks the server stands with the page, so that nobody else loads it.
type Schemas = components['schemas'];
export type Instrument = Schemas['InstrumentEntry'];
export type Checked = Schemas['CheckedUpload'];
export type Mistake = Schemas['UploadMistake'];
export type Upload = Schemas['InstrumentUpload'];

/** So many letters a file may have; the server refuses more. */
export const longest = { questionnaire: 400_000, scoring: 100_000 };

export const instruments = async () => (await ask('get', '/api/instruments', {}, undefined)).instruments;
export const check = (upload: Upload, language: string) => ask('post', '/api/instruments/check', {}, upload, { language });
export const save = (upload: Upload) => ask('post', '/api/instruments', {}, upload);
export const turn = (instrument: string, on: boolean, confirmed: boolean) =>
  ask('put', '/api/instruments/{instrument}/switch', { instrument }, confirmed ? { on, non_commercial: true } : { on });

export function stateWord({ state }: Pick<Instrument, 'state'>): string {
  if (state === 'ready') return m.instr_state_ready();
  if (state === 'off') return m.instr_state_off();
  if (state === 'withdrawn') return m.instr_state_withdrawn();
  if (state === 'no_wording') return m.instr_state_no_wording();
  return state === 'no_screen' ? m.instr_state_no_screen() : m.instr_state_unreadable();
}

export function licenceWord({ licence_letter, own }: Pick<Instrument, 'licence_letter' | 'own'>): string {
  if (own && licence_letter !== 'C') return m.instr_licence_own();
  if (licence_letter === 'A') return m.instr_licence_a();
  if (licence_letter === 'B') return m.instr_licence_b();
  if (licence_letter === 'C') return own ? m.instr_licence_c_own() : m.instr_licence_c();
  return m.instr_licence_own();
}

/** Of scales whose keys say little by themselves; null: one that is not known here. */
export function scaleWord(instrument: string, key: string): string | null {
  if (instrument === 'pcl-5' && key.length === 1) return m.instr_scale_criterion({ letter: key.toUpperCase() });
  if (key === 'wellbeing') return m.instr_scale_wellbeing();
  if (key === 'problems') return m.instr_scale_problems();
  if (key === 'functioning') return m.instr_scale_functioning();
  return key === 'risk' ? m.instr_scale_risk() : scaleName(key);
}

/** The text of a JSON file; `wrong`: it is another kind of file, or in another encoding. */
export function textOf(bytes: ArrayBuffer): { text: string } | { wrong: 'no_json' | 'no_utf8' } {
  // The bytes of what is read anyhow, to tell a PDF or a picture from JSON in another encoding.
  const rough = new TextDecoder('latin1').decode(bytes).replace(/^\u00ef\u00bb\u00bf/, '');
  if (rough === '') return { text: '' };
  // eslint-disable-next-line no-control-regex
  if (!/^\s*[{[]/.test(rough) || /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(rough)) return { wrong: 'no_json' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { wrong: 'no_utf8' };
  }
}

/** An address that a file names is a link only where it leads to a page: a file can name anything. */
export function safeLink(address: string | null | undefined): string | null {
  if (!address) return null;
  try {
    const { protocol, href } = new URL(address);
    return protocol === 'https:' || protocol === 'http:' ? href : null;
  } catch {
    return null;
  }
}
