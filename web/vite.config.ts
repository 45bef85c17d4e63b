import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Files turned into data: addresses would be refused by the content security policy.
    assetsInlineLimit: 0,
    // The preload helper adds inline work that modern browsers do not need.
    modulePreload: { polyfill: false },
    target: 'es2022'
  },
  // The crisis contacts stand beside this folder: they are part of the server's program too.
  server: { fs: { allow: ['..'] }, proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
  // The first test of a file waits for its modules, which takes a while on a computer that builds as well.
  test: { include: ['tests/**/*.test.ts'], environment: 'node', testTimeout: 30_000 }
});
