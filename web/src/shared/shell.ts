const script = '/worker.js';

/** Trusted Types let nothing run as a worker but this one script. */
function trusted(): string {
  const types = (window as { trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } })
    .trustedTypes;
  if (!types) return script;
  const rules = {
    createScriptURL: (url: string) => {
      if (url !== script) throw new TypeError('There is one worker.');
      return url;
    }
  };
  return types.createPolicy('rapport-worker', rules).createScriptURL(script);
}

/** From the next visit on the app opens without a network. Browsers that cannot do it, or will not, go on as they are. */
export async function keepShell(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register(trusted(), { updateViaCache: 'none' });
  } catch {
    // For instance in a private window.
  }
}
