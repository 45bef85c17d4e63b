/** Whether somebody is at this page: a log-in that nobody uses ends, also where its page stands open. */
const goneAfter = 60_000;
const mostOften = 30_000;
const signs = ['keydown', 'input', 'click', 'pointerdown', 'wheel', 'touchmove'];

let seen = Date.now();
let told = seen;

/** Calls `tell` when somebody does something here, at most every half minute. */
export function whenUsed(tell: () => void): void {
  const notice = () => {
    seen = Date.now();
    if (seen - told < mostOften) return;
    told = seen;
    tell();
  };
  for (const sign of signs) addEventListener(sign, notice, { capture: true, passive: true });
}

/** What the page does now it does of its own accord. */
export const isUnattended = (): boolean => Date.now() - seen > goneAfter;
