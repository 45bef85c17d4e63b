/** The settings at the foot of every page. `toMail`: somebody is being led to the field for their mail address; `saved`: how
 *  often an address was saved. */
export const settings = $state({ open: false, toMail: false, saved: 0 });
