// Whether people can use a screen as it looks now.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** By how many pixels the screen is too wide. */
export const excess = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What keeps some people from using the screen as it looks now. */
export async function barriers(page) {
  await injectAxe(page);
  const found = await page.evaluate(async () => {
    // A colour half-way to another one is no barrier.
    const ends = document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
    await Promise.allSettled(ends.map((one) => one.finished));
    const { violations } = await globalThis.axe.run(document, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    });
    // A bar that stays in view may cover half of a button, which then counts as small; so that is asked again where the
    // button stands free.
    const staysSmall = async (node) => {
      document.querySelector(node.target[0]).scrollIntoView({ block: 'center', behavior: 'instant' });
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const again = await globalThis.axe.run({ include: [node.target] }, { runOnly: { type: 'rule', values: ['target-size'] } });
      return again.violations.length > 0;
    };
    const place = scrollY;
    for (const one of violations.filter(({ id }) => id === 'target-size')) {
      const small = [];
      for (const node of one.nodes) if (await staysSmall(node)) small.push(node);
      one.nodes = small;
    }
    scrollTo({ top: place, behavior: 'instant' });
    return violations.filter(({ nodes }) => nodes.length > 0)
      .map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => html) }));
  });
  return found.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).join(' | ')}`);
}

/** The policy would refuse a foreign script, as it should; it is lifted for this one injection only. */
async function injectAxe(page) {
  if (await page.evaluate(() => 'axe' in globalThis)) return;
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await page.evaluate(axe);
  await session.send('Page.setBypassCSP', { enabled: false });
  await session.detach();
}
