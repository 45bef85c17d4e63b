import type { components, paths } from '../api/generated';
import { isUnattended } from './attention';

/** A refusal of the server (RFC 9457), or status 0 when it could not be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly retryAfter: number | null = null
  ) {
    super(title);
    this.name = 'Problem';
  }

  /** Worth trying again later with the same content. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Retry-After holds seconds or a date; we answer milliseconds. */
export function retryAfterMillis(value: string | null, now = Date.now()): number | null {
  if (!value) return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Route<P extends keyof paths, M extends Method> = paths[P][M];
type With<M extends Method> = { [P in keyof paths]: paths[P][M] extends undefined ? never : P }[keyof paths];
type Content<T> = T extends { content: { 'application/json': infer C } } ? C : never;
type Body<R> = R extends { requestBody: infer B } ? Content<B> : undefined;
type Answers<R> = R extends { responses: infer A } ? A : never;
type Answer<R> =
  | (Answers<R> extends { 200: infer A } ? Content<A> : never)
  | (Answers<R> extends { 201: infer A } ? Content<A> : never)
  | (Answers<R> extends { 202: unknown } | { 204: unknown } ? void : never);

interface Extra {
  /** The request outlives the page; browsers allow that only for small bodies. */
  outlive?: boolean;
  signal?: AbortSignal;
  /** How long an answer may take, in milliseconds. */
  patience?: number;
}

const patience = 20_000;
const mayOutlive = 60_000;

let csrf = '';
let onSignedOut: () => void = () => {};
let onUnreached: () => void = () => {};
let onAnswer: (date: string | null, asked: number) => void = () => {};
let renew: () => Promise<boolean> = async () => false;

export function setCsrf(token: string): void {
  csrf = token;
}

/** What is to happen when the log-in has ended, when no answer came, and when the token no longer fits. */
export function whenTrouble(run: { signedOut: () => void; unreached: () => void; renew: () => Promise<boolean> }): void {
  onSignedOut = run.signedOut;
  onUnreached = run.unreached;
  renew = run.renew;
}

/** `hear` is given what the server says of the time with every answer, and when it was asked by the clock of this device. */
export function whenAnswered(hear: (date: string | null, asked: number) => void): void {
  onAnswer = hear;
}

async function once(method: string, path: string, body: unknown, extra: Extra): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const text = body === undefined ? null : JSON.stringify(body);
  if (text !== null) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
  if (isUnattended()) headers['X-Unattended'] = '1';
  const limit = AbortSignal.timeout(extra.patience ?? patience);
  const asked = Date.now();
  try {
    const answer = await fetch(path, {
      method,
      headers,
      body: text,
      credentials: 'same-origin',
      cache: 'no-store',
      keepalive: extra.outlive === true && (text?.length ?? 0) * 3 < mayOutlive,
      signal: extra.signal ? AbortSignal.any([extra.signal, limit]) : limit
    });
    onAnswer(answer.headers.get('Date'), asked);
    return answer;
  } catch {
    if (!extra.signal?.aborted) onUnreached();
    throw new Problem(0, 'unreachable', 'The server cannot be reached.');
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  let told: Partial<components['schemas']['Problem']> = {};
  try {
    told = (await answer.json()) as typeof told;
  } catch {
    // A proxy in between may answer in HTML; the status says enough.
  }
  return new Problem(
    answer.status,
    typeof told.code === 'string' ? told.code : '',
    typeof told.title === 'string' ? told.title : answer.statusText,
    retryAfterMillis(answer.headers.get('Retry-After'))
  );
}

/** A file, under the name that the server gives it. */
export async function download(path: string, most = patience): Promise<{ name: string; content: Blob }> {
  const answer = await once('GET', path, undefined, { patience: most });
  if (!answer.ok) {
    if (answer.status === 401) onSignedOut();
    throw await problemOf(answer);
  }
  try {
    const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1] ?? '';
    return { name, content: await answer.blob() };
  } catch {
    throw new Problem(0, 'unreachable', 'The answer of the server could not be read.');
  }
}

async function call(method: string, path: string, body: unknown, extra: Extra): Promise<unknown> {
  const sentWith = csrf;
  let answer = await once(method, path, body, extra);
  if (!answer.ok) {
    let problem = await problemOf(answer);
    // Someone logged in again in another window: the same person may go on, with the token of now.
    if (problem.code === 'csrf' && (await renew())) {
      answer = await once(method, path, body, extra);
      if (!answer.ok) problem = await problemOf(answer);
    }
    if (!answer.ok) {
      // A late 401 for an earlier session must not end the one that runs now.
      if (answer.status === 401 && sentWith && sentWith === csrf && path !== '/api/login') onSignedOut();
      throw problem;
    }
  }
  try {
    // Some say it all with their status.
    const text = await answer.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    // The connection may break inside an answer.
    throw new Problem(0, 'unreachable', 'The answer of the server could not be read.');
  }
}

/** Every request goes through here, so that the compiler holds all of them against the server's description. */
export function ask<M extends Method, P extends With<M>>(
  method: M,
  path: P,
  inPath: Record<string, string>,
  body: Body<Route<P, M>>,
  query: Record<string, number | string> = {},
  extra: Extra = {}
): Promise<Answer<Route<P, M>>> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(inPath[name] ?? ''));
  const asked = Object.entries(query).map(([name, value]) => `${name}=${value}`).join('&');
  return call(method.toUpperCase(), asked ? `${filled}?${asked}` : filled, body, extra) as Promise<Answer<Route<P, M>>>;
}

type PasskeyAnswer = components['schemas']['PasskeyAnswer'];

/** A passkey stands in for the code; without a second factor there is neither. */
export const wholeProof = (password: string, code: string, passkey?: PasskeyAnswer): components['schemas']['WholeProof'] =>
  ({ password, ...(passkey ? { passkey } : code ? { code } : {}) });

export const api = {
  practice: () => ask('get', '/api/practice', {}, undefined),
  crisisContacts: () => ask('get', '/api/crisis-contacts', {}, undefined),
  session: () => ask('get', '/api/session', {}, undefined),
  login: (login: string, password: string, shared: boolean, code: string) =>
    ask('post', '/api/login', {}, { login, password, shared, ...(code ? { code } : {}) }),
  logout: () => ask('post', '/api/logout', {}, undefined),
  logIns: () => ask('get', '/api/me/sessions', {}, undefined),
  endLogIn: (session: string) => ask('delete', '/api/me/sessions/{session}', { session }, undefined),
  endOtherLogIns: () => ask('delete', '/api/me/sessions', {}, undefined),
  changePassword: (password: string, anew: string, code: string, passkey?: PasskeyAnswer) =>
    ask('put', '/api/me/password', {}, { ...wholeProof(password, code, passkey), new_password: anew }),
  secondFactor: () => ask('get', '/api/me/second-factor', {}, undefined),
  beginSecondFactor: (password: string, code: string, passkey?: PasskeyAnswer) =>
    ask('post', '/api/me/second-factor', {}, wholeProof(password, code, passkey)),
  confirmSecondFactor: async (code: string) =>
    (await ask('post', '/api/me/second-factor/confirmation', {}, { code })).codes,
  renewRecoveryCodes: async (password: string, code: string, passkey?: PasskeyAnswer) =>
    (await ask('post', '/api/me/recovery-codes', {}, wholeProof(password, code, passkey))).codes,
  removeSecondFactor: (password: string, code: string, passkey?: PasskeyAnswer) =>
    ask('post', '/api/me/second-factor/removal', {}, wholeProof(password, code, passkey)),
  beginReplacement: (password: string, code: string, passkey?: PasskeyAnswer) =>
    ask('post', '/api/me/second-factor/replacement', {}, wholeProof(password, code, passkey)),
  confirmReplacement: async (code: string) =>
    (await ask('post', '/api/me/second-factor/replacement/confirmation', {}, { code })).codes,
  askRecovery: (login: string) => ask('post', '/api/recovery', {}, { login }),
  recovery: (token: string) => ask('post', '/api/recovery/link', {}, { token }),
  recoverPassword: (wanted: components['schemas']['RecoveredPassword']) => ask('post', '/api/recovery/password', {}, wanted),
  askAdministrators: (token: string) => ask('post', '/api/recovery/request', {}, { token }),
  keepFactor: (token: string) => ask('post', '/api/recovery/stop', {}, { token }),
  recoveryRequests: async () => (await ask('get', '/api/recovery-requests', {}, undefined)).requests,
  vouch: (account: string) => ask('post', '/api/recovery-requests/{account}/confirmation', { account }, undefined),
  refuseRecovery: (account: string) => ask('delete', '/api/recovery-requests/{account}', { account }, undefined),
  mail: () => ask('get', '/api/me/email', {}, undefined),
  saveMail: (address: string, language: 'en' | 'de', proof?: { password: string; code: string; passkey?: PasskeyAnswer | undefined }) =>
    ask('put', '/api/me/email', {}, { address, language, ...(proof ? wholeProof(proof.password, proof.code, proof.passkey) : {}) }),
  testMail: () => ask('post', '/api/me/email/test', {}, undefined),
  push: () => ask('get', '/api/me/push', {}, undefined),
  savePushDevice: (device: string, told: { endpoint: string; p256dh: string; auth: string; language: 'en' | 'de' }) =>
    ask('put', '/api/me/push/devices/{device}', { device }, told),
  removePushDevice: (device: string) => ask('delete', '/api/me/push/devices/{device}', { device }, undefined),
  testPush: (device: string) => ask('post', '/api/me/push/devices/{device}/test', { device }, undefined),
  episodes: async () => (await ask('get', '/api/episodes', {}, undefined)).episodes,
  caseload: async (language = 'en') => (await ask('get', '/api/caseload', {}, undefined, { language })).clients,
  proposeReplyTime: (episode: string, hours: number) =>
    ask('put', '/api/episodes/{episode}/reply-time', { episode }, { hours }),
  agreeReplyTime: (episode: string, hours: number) =>
    ask('post', '/api/episodes/{episode}/reply-time/agreement', { episode }, { hours }),
  rooms: async (episode: string) => (await ask('get', '/api/episodes/{episode}/rooms', { episode }, undefined)).rooms,
  openThread: (episode: string, id: string, subject: string, signal?: AbortSignal) =>
    ask('post', '/api/episodes/{episode}/threads', { episode }, { id, subject }, {}, signal ? { signal } : {}),
  eventsAfter: (room: string, after: number, limit = 100) =>
    ask('get', '/api/rooms/{room}/events', { room }, undefined, { after, limit }),
  eventsBefore: (room: string, before: number, limit = 50) =>
    ask('get', '/api/rooms/{room}/events', { room }, undefined, { before, limit }),
  send: (room: string, message: components['schemas']['NewMessage'], signal?: AbortSignal) =>
    ask('post', '/api/rooms/{room}/messages', { room }, message, {}, signal ? { signal } : {}),
  receipt: (room: string, seen: { delivered?: number; read?: number }) =>
    ask('put', '/api/rooms/{room}/receipt', { room }, seen),
  typing: (room: string, typing: boolean) => ask('post', '/api/rooms/{room}/typing', { room }, { typing }),
  roomDraft: (room: string) => ask('get', '/api/rooms/{room}/draft', { room }, undefined),
  saveRoomDraft: (room: string, draft: components['schemas']['DraftToSave']) =>
    ask('put', '/api/rooms/{room}/draft', { room }, draft, {}, { outlive: true }),
  episodeDraft: (episode: string) => ask('get', '/api/episodes/{episode}/draft', { episode }, undefined),
  saveEpisodeDraft: (episode: string, draft: components['schemas']['DraftToSave']) =>
    ask('put', '/api/episodes/{episode}/draft', { episode }, draft, {}, { outlive: true }),
  staff: () => ask('get', '/api/people', {}, undefined),
  closeAccount: (account: string) => ask('post', '/api/people/{account}/closure', { account }, undefined),
  dismiss: (account: string) => ask('post', '/api/people/{account}/dismissal', { account }, undefined),
  openTreatments: (account: string) => ask('get', '/api/people/{account}/treatments', { account }, undefined),
  handOver: (wanted: components['schemas']['HandOverWanted']) => ask('post', '/api/hand-overs', {}, wanted),
  callOffHandOver: (hand_over: string) => ask('delete', '/api/hand-overs/{hand_over}', { hand_over }, undefined),
  setBacking: (account: string, part: 'supervisor' | 'deputy', person: string) =>
    ask('put', '/api/people/{account}/backing', { account }, person ? { part, person } : { part }),
  setNeutralPerson: (account: string) =>
    ask('put', '/api/practice/neutral-person', {}, account ? { neutral_person: account } : {}),
  absences: () => ask('get', '/api/absences', {}, undefined),
  announceAbsence: (wanted: components['schemas']['AbsenceWanted']) => ask('post', '/api/absences', {}, wanted),
  answerAbsence: (absence: string, agrees: boolean) => ask('put', '/api/absences/{absence}/answer', { absence }, { agrees }),
  endAbsence: (absence: string) => ask('post', '/api/absences/{absence}/end', { absence }, undefined),
  ownClosing: () => ask('get', '/api/me/closing', {}, undefined),
  closeOwn: (password: string, code: string, passkey?: PasskeyAnswer) =>
    ask('post', '/api/me/closing', {}, wholeProof(password, code, passkey)),
  keepOwn: () => ask('delete', '/api/me/closing', {}, undefined),
  closings: async () => (await ask('get', '/api/closings', {}, undefined)).closings,
  closeClient: (login: string) => ask('post', '/api/closings', {}, { login }),
  keepClient: (client: string) => ask('delete', '/api/closings/{client}', { client }, undefined),
  stateClosingDate: (client: string, until: string, reason: string) =>
    ask('put', '/api/closings/{client}/date', { client }, { until, reason }),
  closingsOfMyClients: async () => (await ask('get', '/api/closings/of-my-clients', {}, undefined)).closings,
  lockedRecords: () => ask('get', '/api/locked-records', {}, undefined),
  askException: (client: string, id: string, reason: string) =>
    ask('post', '/api/locked-records/{client}/exceptions', { client }, { id, reason }),
  exceptions: async () => (await ask('get', '/api/exceptions', {}, undefined)).exceptions,
  decideException: (exception: string, granted: boolean) =>
    ask('put', '/api/exceptions/{exception}/decision', { exception }, { granted }),
  refuseException: (exception: string) => ask('delete', '/api/exceptions/{exception}', { exception }, undefined),
  lockedRecord: (exception: string) => ask('get', '/api/exceptions/{exception}/record', { exception }, undefined),
  setup: () => ask('get', '/api/setup', {}, undefined),
  confirmSetup: (item: components['schemas']['Item']) => ask('post', '/api/setup/confirmations', {}, { item }),
  invitations: async () => (await ask('get', '/api/invitations', {}, undefined)).invitations,
  invite: (wanted: components['schemas']['NewInvitation']) => ask('post', '/api/invitations', {}, wanted),
  withdrawInvitation: (invitation: string) => ask('delete', '/api/invitations/{invitation}', { invitation }, undefined),
  invitation: (token: string) => ask('post', '/api/invitation', {}, { token }),
  acceptInvitation: (wanted: components['schemas']['InvitationAccepted']) =>
    ask('post', '/api/invitation/acceptance', {}, wanted),
  questionnaires: async () => (await ask('get', '/api/questionnaires', {}, undefined)).questionnaires,
  questionnaire: (questionnaire: string, language: string, digest: string) =>
    ask('get', '/api/questionnaires/{questionnaire}', { questionnaire }, undefined, { language, digest }),
  forms: async (episode: string) => (await ask('get', '/api/episodes/{episode}/forms', { episode }, undefined)).forms,
  askForm: (episode: string, wanted: components['schemas']['FormRequest']) =>
    ask('post', '/api/episodes/{episode}/forms', { episode }, wanted),
  form: (form: string) => ask('get', '/api/forms/{form}', { form }, undefined),
  saveAnswers: (form: string, state: components['schemas']['AnswersToSave']) =>
    ask('put', '/api/forms/{form}/answers', { form }, state, {}, { outlive: true }),
  completeForm: (form: string, revision: number, version: number) =>
    ask('post', '/api/forms/{form}/completion', { form }, { revision, version }),
  allowItems: (form: string, allowed: boolean) => ask('put', '/api/forms/{form}/items-allowed', { form }, { allowed }),
  withdrawForm: (form: string) => ask('delete', '/api/forms/{form}', { form }, undefined),
  measurementPlan: (episode: string) => ask('get', '/api/episodes/{episode}/measurement-plan', { episode }, undefined),
  choosePlan: (episode: string, forms: components['schemas']['FormToPlan'][]) =>
    ask('put', '/api/episodes/{episode}/measurement-plan', { episode }, { forms }),
  usualPlan: (episode: string) => ask('delete', '/api/episodes/{episode}/measurement-plan', { episode }, undefined),
  endIsNear: (episode: string, near: boolean) =>
    ask('put', '/api/episodes/{episode}/measurement-plan/end', { episode }, { near }),
  chooseReminders: (episode: string, wanted: boolean) =>
    ask('put', '/api/episodes/{episode}/measurement-plan/reminders', { episode }, { wanted }),
  showItems: (episode: string, questionnaire: string, shown: boolean) =>
    ask('put', '/api/episodes/{episode}/items-shown', { episode }, { questionnaire, shown }),
  missedForms: async (episode: string) =>
    (await ask('get', '/api/episodes/{episode}/missed-forms', { episode }, undefined)).forms,
  care: (episode: string, language: string) =>
    ask('get', '/api/episodes/{episode}/care', { episode }, undefined, { language }),
  decideCare: (episode: string, language: string, wanted: components['schemas']['CareWanted']) =>
    ask('post', '/api/episodes/{episode}/care', { episode }, wanted, { language }),
  access: (language: string, before?: string) =>
    ask('get', '/api/me/access', {}, undefined, before ? { language, before } : { language }),
  concerns: async () => (await ask('get', '/api/concerns', {}, undefined)).concerns,
  concern: (concern: string) => ask('get', '/api/concerns/{concern}', { concern }, undefined),
  acknowledgeConcern: (concern: string) =>
    ask('post', '/api/concerns/{concern}/acknowledgement', { concern }, undefined),
  takeOverConcern: (concern: string) => ask('post', '/api/concerns/{concern}/takeover', { concern }, undefined),
  closeConcern: (concern: string, closing: components['schemas']['Closing']) =>
    ask('post', '/api/concerns/{concern}/disposition', { concern }, closing),
  consents: async (language: string) => (await ask('get', '/api/me/consents', {}, undefined, { language })).consents,
  decide: (purpose: string, language: string, decision: components['schemas']['ConsentDecision']) =>
    ask('put', '/api/me/consents/{purpose}', { purpose }, decision, { language }),
  clientConsents: async (episode: string, language: string) =>
    (await ask('get', '/api/episodes/{episode}/consents', { episode }, undefined, { language })).consents,
  course: (episode: string) => ask('get', '/api/episodes/{episode}/course', { episode }, undefined),
  encountersAhead: async () => (await ask('get', '/api/encounters', {}, undefined)).encounters,
  encounters: (episode: string, before = '') =>
    ask('get', '/api/episodes/{episode}/encounters', { episode }, undefined, before ? { before } : {}),
  encounter: (encounter: string) => ask('get', '/api/encounters/{encounter}', { encounter }, undefined),
  planEncounter: (episode: string, plan: components['schemas']['NewEncounter']) =>
    ask('post', '/api/episodes/{episode}/encounters', { episode }, plan),
  changeEncounter: (encounter: string, change: components['schemas']['EncounterChange']) =>
    ask('patch', '/api/encounters/{encounter}', { encounter }, change),
  cancelEncounter: (encounter: string) => ask('post', '/api/encounters/{encounter}/cancel', { encounter }, undefined),
  openEncounter: (encounter: string) => ask('post', '/api/encounters/{encounter}/open', { encounter }, undefined),
  closeEncounter: (encounter: string) => ask('post', '/api/encounters/{encounter}/close', { encounter }, undefined),
  putPoint: (encounter: string, item: string, point: components['schemas']['AgendaPoint']) =>
    ask('put', '/api/encounters/{encounter}/agenda/{item}', { encounter, item }, point),
  removePoint: (encounter: string, item: string) =>
    ask('delete', '/api/encounters/{encounter}/agenda/{item}', { encounter, item }, undefined),
  notes: (encounter: string, version = 0) =>
    ask('get', '/api/encounters/{encounter}/notes', { encounter }, undefined, version ? { version } : {}),
  saveNotes: (encounter: string, sitting: string, sections: { key: string; text: string }[]) =>
    ask('put', '/api/encounters/{encounter}/notes', { encounter }, { sitting, sections }, {}, { outlive: true })
};
