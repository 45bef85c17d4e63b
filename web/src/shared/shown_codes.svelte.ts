/** In this tab only; whose they are, and nothing of them. */
const key = 'codes';

function read(): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

function write(account: string): void {
  try {
    sessionStorage.setItem(key, account);
  } catch {
    // Storage is switched off: then a reload forgets it.
  }
}

/** Recovery codes are shown once. Until their owner says that they are kept they may have gone with the page, so the owner is asked. */
class ShownCodes {
  #whose = $state(read());

  ask(account: string): boolean {
    return account !== '' && this.#whose === account;
  }

  /** They stand on the screen now. */
  shown(account: string): void {
    write(account);
  }

  /** They left the screen. */
  gone(account: string): void {
    this.#whose = account;
  }

  kept(): void {
    this.#whose = '';
    write('');
  }
}

export const shownCodes = new ShownCodes();
