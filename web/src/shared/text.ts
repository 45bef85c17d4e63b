/** As many characters as the server takes in one message, and in a subject. */
export const longestText = 20_000;
export const longestSubject = 200;

// Pasted text may carry control characters that nobody sees and the server refuses.
const invisible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

export function tidy(text: string): string {
  // Half of a character, left by an edit in its middle, cannot be sent either.
  return text.replace(invisible, '').replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '');
}

/** As it is sent: without blanks around it; "" where nothing in it can be seen, which the server refuses. */
export function toSend(text: string): string {
  const trimmed = tidy(text).trim();
  return /^[\s\p{Default_Ignorable_Code_Point}\u2800]*$/u.test(trimmed) ? '' : trimmed;
}

/** By how many characters a text is too long; characters as people count them, not halves. */
export function excess(text: string, longest = longestText): number {
  return text.length <= longest ? 0 : Math.max(0, [...text].length - longest);
}

/** The beginning of a text, to be heard: a whole letter read out at once helps nobody. */
export function brief(text: string, longest = 200): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest).join('')} …`;
}

/** Two beginnings of one text, the older first; none of the two is said twice. */
export function join(older: string, younger: string): string {
  if (older.startsWith(younger)) return older;
  if (younger.startsWith(older)) return younger;
  return `${older}\n${younger}`;
}
