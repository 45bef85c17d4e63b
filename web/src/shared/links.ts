/** A stretch of what someone wrote: plain words, or a web address that leads somewhere. */
export interface Piece {
  text: string;
  href?: string;
}

const address = /https?:\/\/[^\s<>"]+/g;
/** What ends a sentence is no part of the address before it; nor is a bracket that was opened before it. */
const after = /[.,;:!?'’“”»…]$/;

function withoutEnd(found: string): string {
  let kept = found;
  for (;;) {
    const opens = kept.split('(').length;
    const closes = kept.split(')').length;
    if (!after.test(kept) && !(kept.endsWith(')') && closes > opens)) return kept;
    kept = kept.slice(0, -1);
  }
}

/** Whether it leads where it seems to: "https://bank.example@elsewhere.example" does not. */
function isPlain(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && url.username === '' && url.password === '';
}

/** The words as they were written, all of them, with the web addresses told apart. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(address)) {
    const href = withoutEnd(found);
    if (!isPlain(href)) continue;
    if (index > done) pieces.push({ text: text.slice(done, index) });
    pieces.push({ text: href, href });
    done = index + href.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}
