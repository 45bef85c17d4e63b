import { m } from '../../paraglide/messages.js';
import { phrases } from './phrases';

/** What a scoring file says in English beside the titles that it names: which printed form, what may be changed, how a
 *  threshold was come by. In the language of the reader; null: it is a title, or not known here. */
export const remarkWords = phrases([
  m.remark_who,
  m.remark_five,
  m.remark_samhsa,
  m.remark_rapport,
  m.remark_two,
  m.remark_gad_7,
  m.remark_phq_9,
  m.remark_client_form,
  m.remark_survey,
  m.remark_past_month,
  m.remark_appendix,
  m.remark_therapist_form,
  m.remark_no_change,
  m.remark_no_change_but,
  m.remark_confidence,
  m.remark_who_change,
  m.remark_gad_7_change,
  m.remark_phq_9_change,
  m.remark_abstract,
  m.remark_ours
]);
