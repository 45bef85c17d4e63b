import { m } from '../../paraglide/messages.js';
import type { components } from '../../api/generated';
import { ask, Problem, wholeProof } from '../../shared/api';
import type { Session } from '../../shared/types';
import { why } from './words';

type Challenge = components['schemas']['PasskeyChallenge'];
export type PasskeyAnswer = components['schemas']['PasskeyAnswer'];
export type Passkey = components['schemas']['PasskeyEntry'];

/** As long as the server waits for the answer. */
const timeout = 300_000;
/** What the server can check: ES256, EdDSA, RS256. */
const algorithms = [-7, -8, -257];

export const knowsPasskeys = (): boolean => 'PublicKeyCredential' in window;

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const read = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(read).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const listed = (ids: string[]): PublicKeyCredentialDescriptor[] => ids.map((id) => ({ type: 'public-key', id: bytes(id) }));

async function answer({ challenge, rp_id, passkeys }: Challenge): Promise<PasskeyAnswer> {
  const given = (await navigator.credentials.get({
    publicKey: { challenge: bytes(challenge), rpId: rp_id, allowCredentials: listed(passkeys), userVerification: 'required', timeout }
  })) as PublicKeyCredential;
  const response = given.response as AuthenticatorAssertionResponse;
  return {
    id: text(given.rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
    ...(response.userHandle ? { user_handle: text(response.userHandle) } : {})
  };
}

export async function logInAlone(shared: boolean): Promise<Session> {
  const passkey = await answer(await ask('post', '/api/passkey-login/challenge', {}, undefined));
  return ask('post', '/api/passkey-login', {}, { passkey, shared });
}

export async function logInBeside(login: string, password: string, shared: boolean): Promise<Session> {
  const passkey = await answer(await ask('post', '/api/login/passkey-challenge', {}, { login, password }));
  return ask('post', '/api/login', {}, { login, password, shared, passkey });
}

/** That somebody who is logged in has one of their passkeys at hand. */
export const prove = async (): Promise<PasskeyAnswer> => answer(await ask('post', '/api/me/passkeys/challenge', {}, undefined));

export const list = async (): Promise<Passkey[]> => (await ask('get', '/api/me/passkeys', {}, undefined)).passkeys;

export const remove = (id: string, password: string, code: string, passkey?: PasskeyAnswer): Promise<void> =>
  ask('post', '/api/me/passkeys/{passkey}/removal', { passkey: id }, wholeProof(password, code, passkey));

/** Answers the recovery codes, if there were none before. */
export async function add(name: string, password: string, code: string, passkey?: PasskeyAnswer): Promise<string[]> {
  const wanted = await ask('post', '/api/me/passkeys/creation', {}, wholeProof(password, code, passkey));
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge: bytes(wanted.challenge),
      rp: { id: wanted.rp_id, name: m.app_name() },
      user: { id: bytes(wanted.user_handle), name: wanted.user_name, displayName: wanted.user_name },
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: listed(wanted.passkeys),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
      timeout
    }
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  const sent = {
    name,
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.getAuthenticatorData())
  };
  return (await ask('post', '/api/me/passkeys', {}, sent)).recovery_codes;
}

const refusals: Record<string, () => string> = {
  'login.passkey_wrong': m.passkey_wrong,
  'passkey.wrong': m.passkey_wrong,
  'passkey.over': m.passkey_over,
  'passkey.copied': m.passkey_copied,
  'passkey.exists': m.passkey_here,
  'passkey.too_many': m.passkey_too_many,
  'second_factor.required': m.passkey_last
};
const trouble: Record<string, () => string> = {
  NotAllowedError: m.passkey_dismissed,
  AbortError: m.passkey_dismissed,
  InvalidStateError: m.passkey_here,
  SecurityError: m.passkey_elsewhere
};

/** Why it did not come to anything: the server's reason or the browser's. */
export function whyNot(error: unknown): string {
  if (error instanceof Problem) return refusals[error.code]?.() ?? why(error);
  if (error instanceof DOMException) return trouble[error.name]?.() ?? m.passkey_unfit();
  return why(error);
}
