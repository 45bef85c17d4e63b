const kAlone = ['help', 'record', 'account', 'consents', 'invitations', 'absences', 'instruments', 'figures', 'between', 'recaps', 'join', 'recovery', 'profile', 'wishes', 'choice', 'another'] as const;

export type Route =
  | { page: 'home' | 'concerns' | 'access' | 'close' | (typeof kAlone)[number] }
  | { page: 'concern' | 'heard' | 'switched'; concern: string }
  | { page: 'client' | 'chat' | 'threads' | 'compose' | 'forms' | 'sessions' | 'plan' | 'course' | 'asked' | 'prepare'; episode: string }
  | { page: 'checkin'; encounter: string }
  | { page: 'form'; episode: string; form: string }
  | { page: 'session'; episode: string; encounter: string }
  | { page: 'thread'; episode: string; room: string }
  | { page: 'kept'; episode: string; item: string }
  | { page: 'lost' };

export function parse(path: string): Route {
  let parts: string[];
  try {
    parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return { page: 'lost' };
  }
  const [first, episode, section, room, more] = parts;
  if (first === undefined) return { page: 'home' };
  const alone = kAlone.find((page) => page === first);
  if (alone && episode === undefined) return { page: alone };
  if (first === 'record' && episode === 'access' && section === undefined) return { page: 'access' };
  if (first === 'account' && episode === 'close' && section === undefined) return { page: 'close' };
  if (first === 'recovery' && episode === 'stop' && section === undefined) return { page: 'recovery' };
  if (first === 'checkin' && section === undefined) return { page: 'checkin', encounter: episode ?? '' };
  if (first === 'another' && episode && section === undefined) return { page: 'switched', concern: episode };
  if (first === 'between' && episode && section === undefined) return { page: 'heard', concern: episode };
  if (first === 'concerns' && section === undefined) return episode ? { page: 'concern', concern: episode } : { page: 'concerns' };
  if (first !== 'with' || !episode || more !== undefined) return { page: 'lost' };
  if (section === undefined) return { page: 'client', episode };
  if (section === 'chat' && !room) return { page: 'chat', episode };
  if (section === 'messages' && !room) return { page: 'threads', episode };
  if (section === 'messages' && room === 'new') return { page: 'compose', episode };
  if (section === 'messages' && room) return { page: 'thread', episode, room };
  if (section === 'forms') return room ? { page: 'form', episode, form: room } : { page: 'forms', episode };
  if ((section === 'course' || section === 'asked' || section === 'prepare') && !room) return { page: section, episode };
  if (section === 'between') return { page: 'kept', episode, item: room ?? '' };
  if (section === 'sessions' && !room) return { page: 'sessions', episode };
  if (section === 'sessions' && room === 'new') return { page: 'plan', episode };
  if (section === 'sessions' && room) return { page: 'session', episode, encounter: room };
  return { page: 'lost' };
}

export const paths = {
  home: '/',
  help: '/help',
  concerns: '/concerns',
  concern: (concern: string) => `/concerns/${encodeURIComponent(concern)}`,
  record: '/record',
  access: '/record/access',
  account: '/account',
  close: '/account/close',
  recovery: '/recovery',
  consents: '/consents',
  invitations: '/invitations',
  absences: '/absences',
  instruments: '/instruments',
  figures: '/figures',
  between: '/between',
  recaps: '/recaps',
  another: '/another',
  switched: (one: string) => `/another/${encodeURIComponent(one)}`,
  heard: (concern: string) => `/between/${encodeURIComponent(concern)}`,
  profile: '/profile',
  wishes: '/wishes',
  choice: '/choice',
  checkIn: (encounter: string) => `/checkin/${encodeURIComponent(encounter)}`,
  prepare: (episode: string) => `/with/${encodeURIComponent(episode)}/prepare`,
  client: (episode: string) => `/with/${encodeURIComponent(episode)}`,
  chat: (episode: string) => `/with/${encodeURIComponent(episode)}/chat`,
  threads: (episode: string) => `/with/${encodeURIComponent(episode)}/messages`,
  sessions: (episode: string) => `/with/${encodeURIComponent(episode)}/sessions`,
  course: (episode: string) => `/with/${encodeURIComponent(episode)}/course`,
  asked: (episode: string) => `/with/${encodeURIComponent(episode)}/asked`,
  kept: (episode: string, item = '') => `/with/${encodeURIComponent(episode)}/between${item ? `/${encodeURIComponent(item)}` : ''}`,
  plan: (episode: string) => `/with/${encodeURIComponent(episode)}/sessions/new`,
  session: (episode: string, encounter: string) =>
    `/with/${encodeURIComponent(episode)}/sessions/${encodeURIComponent(encounter)}`,
  compose: (episode: string) => `/with/${encodeURIComponent(episode)}/messages/new`,
  forms: (episode: string) => `/with/${encodeURIComponent(episode)}/forms`,
  form: (episode: string, form: string) =>
    `/with/${encodeURIComponent(episode)}/forms/${encodeURIComponent(form)}`,
  thread: (episode: string, room: string) =>
    `/with/${encodeURIComponent(episode)}/messages/${encodeURIComponent(room)}`
};

class Router {
  path = $state(location.pathname);
  route = $derived(parse(this.path));

  start(): void {
    addEventListener('popstate', () => (this.path = location.pathname));
    document.addEventListener('click', (event) => {
      if (event.defaultPrevented || event.button !== 0) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (!link || link.origin !== location.origin || link.target || link.hash) return;
      event.preventDefault();
      this.go(link.pathname);
    });
  }

  go(path: string, replace = false): void {
    if (path === location.pathname) return;
    if (replace) history.replaceState(null, '', path);
    else history.pushState(null, '', path);
    this.path = path;
    scrollTo(0, 0);
  }
}

export const router = new Router();
