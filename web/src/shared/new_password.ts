import { m } from '../paraglide/messages.js';

/** Why the server takes no such password, from the code of its answer; empty when it says something else. */
export function unfitPassword(code: string): string {
  if (code === 'password.too_short') return m.new_password_short();
  if (code === 'password.is_login') return m.new_password_login();
  if (code === 'password.too_common') return m.new_password_common();
  return '';
}
