import { same, until } from '../lib/people.mjs';

export default async function add({ check, house }) {
  await check('with the keyboard alone: log in, caseload, chat, send, thread, log out; the focus is always somewhere and visible', async (desk) => {
    const page = await (await desk.context(house.origin)).newPage();
    const { therapist } = house.nextPair();
    const focus = () => page.evaluate(() => {
      const one = document.activeElement;
      return `${one?.tagName} ${one?.id} ${one?.getAttribute('href') ?? ''} ${one?.textContent?.trim().slice(0, 60)}`;
    });
    /** Tab until something is reached, as someone does who knows what to look for. */
    const tabTo = async (what, found) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if (!(await page.evaluate(found))) continue;
        const outlined = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none');
        if (!outlined) throw new Error(`the focus on ${what} cannot be seen`);
        return;
      }
      throw new Error(`Tab does not reach ${what}; last: ${await focus()}`);
    };
    const heading = (text) => until(`the focus on the heading "${text}"`, async () => (await focus()).startsWith('H1') && (await focus()).includes(text));

    await page.goto(`${house.origin}/`);
    await page.locator('#login').waitFor();
    await tabTo('the way to the content', () => document.activeElement.matches('.skip'));
    await tabTo('the login name', () => document.activeElement.id === 'login');
    await page.keyboard.type(therapist.login);
    await page.keyboard.press('Enter');
    await until('the focus on the missing password', async () => (await focus()).startsWith('INPUT password'));
    await page.keyboard.type(therapist.password);
    await page.keyboard.press('Enter');
    await heading('Your clients');
    await page.locator('li.client').first().waitFor();
    await tabTo('a chat', () => document.activeElement.getAttribute('href')?.endsWith('/chat'));
    await page.keyboard.press('Enter');
    await heading('Chat');
    await page.locator('.presence').waitFor();
    await tabTo('the field', () => document.activeElement.id === 'words');
    await page.keyboard.type('Written without a mouse');
    await page.keyboard.press('Enter');
    await page.locator('.bubble.mine', { hasText: 'without a mouse' }).waitFor();
    same('the focus after sending', (await focus()).startsWith('TEXTAREA words'), true);
    await page.keyboard.press('Shift+Tab');
    await tabTo('the field again', () => document.activeElement.id === 'words');
    for (let i = 0; i < 40 && !(await page.evaluate(() => document.activeElement.getAttribute('href')?.endsWith('/messages'))); i++)
      await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await heading('Messages');
    await tabTo('a new message', () => document.activeElement.getAttribute('href')?.endsWith('/new'));
    await page.keyboard.press('Enter');
    await heading('Write a new message');
    await tabTo('the subject', () => document.activeElement.id === 'subject');
    await page.keyboard.type('By hand');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Every key counts.');
    await page.keyboard.press('Control+Enter');
    await heading('By hand');
    await page.locator('.bubble.mine', { hasText: 'Every key' }).waitFor();
    for (let i = 0; i < 40 && !(await page.evaluate(() => document.activeElement.matches('header button'))); i++)
      await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await heading('Log in');
  });
}
