import { tick } from 'svelte';

/** Where a control that had the focus is gone, the focus goes on from what took its place, once that stands. */
export async function toNext(find: () => HTMLElement | null | undefined): Promise<void> {
  await tick();
  find()?.focus();
}

/** Where nothing took its place: from the heading of the page. */
export const toHeading = () => toNext(() => document.querySelector<HTMLElement>('main h1'));
