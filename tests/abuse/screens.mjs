// Opens every screen that somebody can get to by links, as each of the people told on standard input (one of them is not
// logged in), and says what hostile words did there: {origin, texts, people} in, {screens, seen, ran, broken, refused,
// elsewhere, errors} out.
import { readFileSync } from 'node:fs';
import { Person, launch, seen as watched, watch } from '../browser/lib/people.mjs';

const { origin, texts, people } = JSON.parse(readFileSync(0, 'utf8'));
const found = { screens: {}, seen: [], ran: [], broken: [], refused: [] };
const shown = new Set();

const kindOf = (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}');

/** In the page: all that stands there, what of it should not, and where links lead. */
function look() {
  const values = [...document.querySelectorAll('input, textarea')].map((one) => one.value);
  const attributes = [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes].map((a) => [one, a]));
  const strange = attributes.filter(([, a]) => /^on/i.test(a.name) || /["'<>=`]/.test(a.name) || /^\s*javascript:/i.test(a.value));
  const made = document.querySelectorAll('img[src="x"], svg[onload], script:not([src]), base, iframe, object, embed');
  return {
    text: [document.body.textContent, ...values, ...attributes.map(([, a]) => a.value)].join('\n'),
    broken: [...made, ...strange.map(([one]) => one)].map((one) => one.outerHTML.slice(0, 160)),
    links: [...document.querySelectorAll('a[href]')].filter((a) => a.origin === location.origin && !a.hasAttribute('download')).map((a) => a.pathname)
  };
}

async function visit(page, role, path) {
  await page.goto(origin + path);
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('networkidle');
  // What is folded away may hold more, and may be fetched only when it is opened.
  const folded = await page.evaluate(() => [...document.querySelectorAll('details:not([open])')].map((one) => { one.open = true; }).length);
  if (folded > 0) await page.waitForLoadState('networkidle');
  const here = await page.evaluate(look);
  for (const one of here.broken) found.broken.push(`${role} ${kindOf(path)}: ${one}`);
  for (const text of texts) if (here.text.includes(text)) shown.add(text);
  return here.links;
}

async function walk(person) {
  const context = await browser.newContext({ locale: 'en-GB' });
  context.setDefaultTimeout(20_000);
  watch(context, origin);
  await context.exposeBinding('RAN', ({ page }, what) => { found.ran.push(`${person.role} ${kindOf(new URL(page.url()).pathname)}: ${what}`); });
  await context.exposeBinding('REFUSED', (_, what) => { found.refused.push(`${person.role}: ${what}`); });
  await context.addInitScript(() => addEventListener('securitypolicyviolation', (event) => {
    window.REFUSED(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  }));
  const page = person.login ? (await Person.logIn(context, origin, person)).page : await context.newPage();
  const kinds = new Set();
  const queue = [...person.paths, '/', '/help'];
  const known = new Set(queue);
  for (let path = queue.shift(); path; path = queue.shift()) {
    // The ids in an address do not make another screen; those that hold the words stand first.
    if (kinds.has(kindOf(path)) && !person.paths.includes(path)) continue;
    kinds.add(kindOf(path));
    for (const next of await visit(page, person.role, path)) {
      if (!known.has(next)) queue.push(next);
      known.add(next);
    }
  }
  found.screens[person.role] = [...kinds];
  await context.close();
}

const browser = await launch();
await Promise.all(people.map(walk));
await browser.close();
found.seen = [...shown];
process.stdout.write(JSON.stringify({ ...found, elsewhere: watched.elsewhere, errors: watched.errors }));
process.exit(0);
