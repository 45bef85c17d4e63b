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

addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== location.origin || pathname.startsWith('/api/')) return;
  if (mode === 'navigate') event.respondWith(page(event.request));
  else if (files.includes(pathname)) event.respondWith(kept(pathname).then((found) => found ?? fetch(event.request)));
});
