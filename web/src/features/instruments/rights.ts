import { m } from '../../paraglide/messages.js';
import { phrases } from './phrases';

/** What the program's own files say about rights, in the language of the reader; null: the rights holder's words, or not
 *  known here. */
export const rightsWords = phrases([
  m.rights_core,
  m.rights_core_om,
  m.rights_who,
  m.rights_arm,
  m.rights_audit,
  m.rights_ours,
  m.rights_haq,
  m.rights_k6,
  m.rights_oq,
  m.rights_srs,
  m.rights_pcl,
  m.rights_sparq,
  m.rights_wai
]);
