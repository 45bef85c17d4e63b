import { join } from 'node:path';
import { barriers, excess } from '../lib/accessible.mjs';
import { Caller, newId, same, until } from '../lib/people.mjs';

const phone = { viewport: { width: 360, height: 740 } };
const narrow = { viewport: { width: 320, height: 640 } };
const desk = { viewport: { width: 1100, height: 900 } };
const dark = { colorScheme: 'dark' };

export default async function add({ check, house, shots }) {
  const picture = async (name, page) => {
    same(`${name}: too wide by`, await excess(page), 0);
    same(`${name}: barriers`, await barriers(page), []);
    if (shots) await page.screenshot({ path: join(shots, `absences-${name}.png`), fullPage: true });
  };
  const client = house.accountsOf('client')[0];
  const [therapist, deputy] = [0, 1].map((which) => house.accountsOf('therapist')[which]);
  const day = (ahead) => {
    const at = new Date(Date.now() + ahead * 86_400_000);
    return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((one) => String(one).padStart(2, '0')).join('-');
  };

  await check('a colleague who agreed answers while the therapist is away, and finds nothing once it is ended', async (place) => {
    const { page } = await place.person(house.origin, therapist, { ...desk, ...dark });
    const soon = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const episode = await page.evaluate(async ({ name, start }) => {
      const of = async (path) => (await fetch(path)).json();
      const { csrf } = await of('/api/session');
      const { episodes } = await of('/api/episodes');
      const { id } = episodes.find((one) => one.client.name === name);
      const planned = await fetch(`/api/episodes/${id}/encounters`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
        body: JSON.stringify({ id: '01890000-0000-7000-8000-00000000ab5e', start, minutes: 50, channel: 'chat' })
      });
      return planned.ok ? id : `${planned.status} ${await planned.text()}`;
    }, { name: client.name, start: soon });
    await page.getByRole('link', { name: 'Absences' }).click();
    await page.getByText('No absence is announced.').waitFor();
    await page.getByRole('button', { name: 'Announce', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Please choose something here.' }).waitFor();
    await page.getByLabel('First day').fill(day(0));
    await page.getByLabel('Last day').fill(day(7));
    await page.getByLabel('Who is asked to stand in').selectOption({ label: deputy.name });
    await page.getByRole('button', { name: 'Announce', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'Announced. Whoever is to stand in is asked.' }).waitFor();
    await page.getByText(`${deputy.name} has not answered yet`).waitFor();
    await page.locator('li').getByText('Sessions are planned in this time.').waitFor();
    await picture('asked-dark', page);
    await page.locator('li').getByRole('link', { name: client.name }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Session' }).waitFor();
    same('whose session', page.url().includes(`/with/${episode}/`), true);
    await page.goto(house.origin);
    await page.getByRole('link', { name: 'Sessions are planned then' }).click();
    await page.locator('li').getByText('Sessions are planned in this time.').waitFor();

    const away = await place.person(house.origin, client, phone);
    await away.page.getByText('It is not settled yet who answers here meanwhile.').waitFor();
    same('not that nobody does', await away.page.getByText('Nobody answers here').count(), 0);
    await away.page.getByText(`${therapist.name} is away then. If nobody has told you what becomes of this session, please ask your practice.`).waitFor();
    await picture('client-asked-phone', away.page);

    const other = await place.person(house.origin, deputy, narrow);
    await other.page.getByText(`${therapist.name} asks you to stand in`).waitFor();
    same('nothing is open yet', await other.page.getByText(`You stand in for ${therapist.name}`).count(), 0);
    await other.page.getByRole('link', { name: 'Answer', exact: true }).click();
    await other.page.getByRole('button', { name: 'I stand in' }).click();
    await other.page.getByText(`You stand in for ${therapist.name} from`).waitFor();
    await picture('agreed-narrow', other.page);
    await other.page.goto(house.origin);
    const row = other.page.locator('li.client', { hasText: client.name }).filter({ hasText: `You stand in for ${therapist.name}` });
    await row.first().waitFor();
    await picture('caseload-narrow', other.page);

    await away.page.reload();
    await away.page.getByText(`${deputy.name} answers meanwhile.`).first().waitFor();
    await picture('client-phone', away.page);
    await away.openChat();
    await row.first().getByRole('link', { name: /^Chat/ }).click();
    await other.page.getByRole('heading', { level: 1, name: `Chat with ${client.name}` }).waitFor();
    await other.say('I am here while she is away.');
    await away.sees('I am here while she is away.');
    await away.say('Thank you.');
    await other.sees('Thank you.');
    await away.page.reload();
    await away.page.locator('.who', { hasText: deputy.name }).first().waitFor({ state: 'attached' });
    await picture('chat-phone', away.page);
    await picture('chat-narrow', other.page);

    await other.page.locator('#words').fill('What I was about to');
    await page.getByRole('button', { name: 'End it, or call it off' }).click();
    await until('the focus is on the way back', () => page.evaluate(() => document.activeElement.textContent === 'Keep it'));
    await page.getByRole('button', { name: 'End it now' }).click();
    await page.getByText('No absence is announced.').waitFor();
    // Without a reload: it is said what happened, and the words can be copied.
    await other.page.getByRole('heading', { level: 1, name: 'You no longer stand in' }).waitFor();
    await other.page.getByText(`The absence of ${therapist.name} has ended.`).waitFor();
    same('what was being written', await other.page.locator('#written').inputValue(), 'What I was about to');
    same('no word of the client is left', await other.page.getByText('Thank you.').count(), 0);
    await picture('ended-narrow', other.page);
    await other.page.reload();
    await other.page.getByRole('heading', { level: 1, name: /not|nothing/i }).waitFor();
    same('no word is left', await other.page.getByText('Thank you.').count(), 0);
    // Ended by mistake: the same day anew.
    await page.getByLabel('First day').fill(day(0));
    await page.getByLabel('Last day').fill(day(7));
    await page.getByLabel('Who is asked to stand in').selectOption({ label: deputy.name });
    await page.getByRole('button', { name: 'Announce', exact: true }).click();
    await page.getByText(`${deputy.name} has not answered yet`).waitFor();
  });

  await check('a therapist asks another colleague at once where the first one cannot, and hears that nobody stands behind them', async (place) => {
    const own = await place.demoHouse(house, []);
    const [away, first, second] = [0, 1, 2].map((which) => own.accountsOf('therapist')[which]);
    const { page } = await place.person(own.origin, away, phone);
    await page.locator('li.client').first().waitFor();
    same('backed', await page.getByText('of an answer about harm nobody hears but you').count(), 0);
    const caller = new Caller(own.origin, away);
    await caller.logIn();
    const { therapists } = await caller.ask('GET', '/api/absences');
    const idOf = ({ name }) => therapists.find((one) => one.name === name).id;
    const id = newId();
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    await caller.ask('POST', '/api/absences', { id, deputy: idOf(first), from: midnight.toISOString(), until: new Date(Date.now() + 3 * 86_400_000).toISOString() });
    const refusing = new Caller(own.origin, first);
    await refusing.logIn();
    await refusing.ask('PUT', `/api/absences/${id}/answer`, { agrees: false });
    await page.reload();
    await page.getByText(`${first.name} does not stand in. Ask somebody else.`).waitFor();
    await page.getByRole('link', { name: 'Who else is asked' }).click();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Choose who is asked.' }).waitFor();
    await page.getByLabel('Who else is asked').selectOption({ label: second.name });
    same('what was missing is there', await page.getByText('Choose who is asked.').count(), 0);
    same('not the one who cannot', await page.getByLabel('Who else is asked').getByText(first.name).count(), 0);
    await picture('another-phone', page);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'Asked. Until there is an answer nobody stands in.' }).waitFor();
    await page.getByText(`${second.name} has not answered yet`).waitFor();
    same('one absence', await page.getByText('You are away from').count(), 1);

    const admin = new Caller(own.origin, own.accountsOf('administrator')[0]);
    await admin.logIn();
    for (const part of ['supervisor', 'deputy']) await admin.ask('PUT', `/api/people/${idOf(away)}/backing`, { part });
    await page.goto(own.origin);
    await page.getByText('of an answer about harm nobody hears but you').waitFor();
    await picture('alone-phone', page);
  });
}
