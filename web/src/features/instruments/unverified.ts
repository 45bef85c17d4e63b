import { m } from '../../paraglide/messages.js';
import { listed } from '../../shared/prefs.svelte';
import { phrases } from './phrases';

/** What of a scoring file is meant, by its place there; `n` counts from 1. */
const places: Record<string, (values: { n: string }) => string> = {
  'answers': m.unv_answers,
  'bands': m.unv_bands,
  'bands[]': m.unv_band,
  'citation': m.unv_citation,
  'closing': m.unv_closing,
  'copyright': m.unv_copyright,
  'cutoffs': m.unv_cutoffs,
  'cutoffs[]': m.unv_cutoff,
  'cutoffs[] sensitivity and specificity': m.unv_cutoff_hits,
  'cutoffs[].population': m.unv_cutoff_population,
  'information.bands_variants': m.unv_band_variants,
  'information.instruction_on_screen': m.unv_instruction_screen,
  'information.missing_alternative': m.unv_missing_other,
  'information.missing_note': m.unv_missing_note,
  'information.norms': m.unv_norms,
  'instruction': m.unv_instruction,
  'items': m.unv_items,
  'items[].options[].label_de': m.unv_answers_de,
  'items[].text_de': m.unv_text_de,
  'items[].text': m.unv_text,
  'licence': m.unv_licence,
  'licence.show_to_respondent': m.unv_licence_shown,
  'licence.spdx': m.unv_licence_name,
  'licence.url': m.unv_licence_address,
  'loinc': m.unv_loinc,
  'loinc.panel': m.unv_loinc_panel,
  'loinc_notice': m.unv_loinc_notice,
  'number of items': m.unv_how_many,
  'options': m.unv_options,
  'options[].label': m.unv_option,
  'reliable_change': m.unv_change,
  'reverse': m.unv_reverse,
  'safety': m.unv_safety,
  'scales': m.unv_scales,
  'scales[].method': m.unv_method,
  'scales[].missing': m.unv_missing,
  'scales[].items': m.unv_scale_items,
  'stem': m.unv_stem,
  'version': m.unv_version
};

const reason = phrases([
  m.why_client_form,
  m.why_copies,
  m.why_no_source,
  m.why_details,
  m.why_pages,
  m.why_one_source,
  m.why_samhsa,
  m.why_licence_line,
  m.why_us,
  ['secondary source', m.why_secondary],
  ['secondary sources', m.why_secondaries],
  ['secondary', m.why_secondary_norms],
  m.why_no_primary,
  m.why_va,
  m.why_last_sentence,
  m.why_copies_1998,
  m.why_appendix_none,
  m.why_k6,
  m.why_appendix,
  m.why_punctuation,
  m.why_cut_off,
  m.why_no_licence,
  m.why_who,
  m.why_older,
  ['see licence.text', m.why_see_licence],
  m.why_none,
  m.why_item_3,
  m.why_loinc_server,
  m.why_ten,
  ['same single source', m.why_same_single],
  ['same', m.why_same],
  m.why_three_sources,
  m.why_five,
  m.why_abstract,
  m.why_reverse_3,
  m.why_reverse_4,
  m.why_reverse_nine,
  m.why_none_known,
  m.why_reverse_eight,
  m.why_harm_none,
  m.why_harm,
  m.why_oq_scales,
  m.why_wai_scales,
  m.why_mean,
  ['project rule', m.why_rule],
  ['project rule, not published', m.why_rule_unpublished],
  m.why_left_out,
  m.why_general,
  m.why_one_copy,
  ['from item content; 4 + 4 is published', m.why_content],
  m.why_column,
  ['everything: the form is the project\'s own and has not been validated; it has no norms, no bands, no cut-off and no reliable change, and none may be added without a study', m.why_everything]
]);

/** "cutoffs[1]" is the second of them; of "[1..3]" and "[]" the words say that it is all. */
function placeWords(place: string): string | null {
  const number = /\[(\d+)\]/.exec(place)?.[1];
  return places[place.replace(/\[[\d.]*\]/g, '[]')]?.({ n: number === undefined ? '' : String(Number(number) + 1) }) ?? null;
}

/** What of an instrument nobody has confirmed, "cutoffs[1] (no source seen)", in words for people; null: not known here. */
export function unverifiedWords(text: string): string | null {
  const whole = reason(text);
  if (whole) return whole;
  const [, before = '', why] = /^([^(]+?)(?:: item assignment)?(?: \((.*)\))?$/.exec(text) ?? [];
  const what = before.split(', ').map(placeWords);
  if (!what.every((one) => one !== null)) return null;
  if (why === undefined) return listed(what);
  const words = reason(why);
  return words && `${listed(what)}: ${words}`;
}
