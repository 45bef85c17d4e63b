import { m } from '../../paraglide/messages.js';
import { Problem } from '../../shared/api';
import { unfitPassword } from '../../shared/new_password';
import { explain } from '../../shared/session.svelte';
import type { LogIn } from '../../shared/types';

/** "Firefox on Android", or as much of it as is known. */
export function browser({ browser, system }: Pick<LogIn, 'browser' | 'system'>): string {
  if (browser && system) return m.logins_browser({ browser, system });
  return browser ?? system ?? m.logins_unknown();
}

/** Why something about the log-in was not done. */
export function why(error: unknown): string {
  if (!(error instanceof Problem)) return explain(error);
  if (error.code === 'login.too_many' && error.retryAfter) {
    return m.login_too_many({ minutes: Math.ceil(error.retryAfter / 60_000) });
  }
  if (error.code === 'password.wrong') return m.password_wrong();
  if (error.code === 'second_factor.exists') return m.factor_exists();
  if (error.code === 'password.changed') return m.password_elsewhere();
  return unfitPassword(error.code) || explain(error);
}
