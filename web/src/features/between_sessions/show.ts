/** A link may lead here before the lists are read. */
const patience = 10_000;

/** Brings what a link leads to into view and gives it the focus, once it stands; answers how to stop waiting. */
export function showWhenThere(item: string): () => void {
  if (!item) return () => {};
  const started = Date.now();
  const timer = setInterval(() => {
    const found = document.getElementById(`item-${item}`);
    if (found || Date.now() - started > patience) clearInterval(timer);
    if (!found) return;
    for (let around = found.closest('details'); around; around = around.parentElement?.closest('details') ?? null) around.open = true;
    found.focus();
    found.scrollIntoView({ block: 'start', behavior: 'instant' });
  }, 100);
  return () => clearInterval(timer);
}
