// The shell of the app, so that it opens without a network. Nothing else is ever kept: only `install` writes, and only
// the files of this list. scripts/worker.mjs puts the list in, and its digest for a name.
const files = /* files */ [];
const shell = /* shell */ '';

const kept = (path) => caches.match(path, { cacheName: shell });

addEventListener('install', (event) => {
  // Files under assets have their content in their names; the page has not, and must belong to them.
  const requests = files.map((path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' }));
  event.waitUntil(caches.open(shell).then((cache) => cache.addAll(requests)));
});

// A newer worker waits until no page rests on this one: those find all the files of their build until they are closed.
addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== shell).map((name) => caches.delete(name))))
  );
});

/** The page of the server, which names the files of its own build; without it the one whose files are all here. */
async function page(request) {
  try {
    const answer = await fetch(request);
    return answer.status < 500 ? answer : ((await kept('/')) ?? answer);
  } catch (error) {
    const found = await kept('/');
    if (found) return found;
    throw error;
  }
}

// What a notice says is as little as a mail says: a locked screen is read by others, too.
const words = {
  en: { needs_you: 'Something in Rapport is waiting for you.', test: 'This is the test that you asked for.', made_up: 'Demonstration: ' },
  de: { needs_you: 'In Rapport wartet etwas auf Sie.', test: 'Das ist der Test, um den Sie gebeten haben.', made_up: 'Vorführung: ' }
};

function told(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

addEventListener('push', (event) => {
  const { kind, language, synthetic } = told(event.data);
  const lang = language === 'de' ? 'de' : 'en';
  const body = (synthetic ? words[lang].made_up : '') + words[lang][kind === 'test' ? 'test' : 'needs_you'];
  // One tag: the next takes the place of the one before.
  event.waitUntil(registration.showNotification('Rapport', { body, lang, tag: 'rapport', icon: '/icon.svg' }));
});

addEventListener('notificationclick', (event) => {
  event.notification.close();
  const open = clients.matchAll({ type: 'window', includeUncontrolled: true });
  event.waitUntil(open.then(([page]) => (page ? page.focus() : clients.openWindow('/'))));
});

addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== location.origin || pathname.startsWith('/api/')) return;
  if (mode === 'navigate') event.respondWith(page(event.request));
  else if (files.includes(pathname)) event.respondWith(kept(pathname).then((found) => found ?? fetch(event.request)));
});
