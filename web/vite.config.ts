import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { compressed } from './build/compressed.js';
import { wordsComplete } from './build/words-complete.js';
import { mock } from './mock/plugin.mjs';

// Relative base: the daemon may serve the desktop under any path. No inline script or style comes out of this: the page's
// policy (CSP) allows none.
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [wordsComplete(), svelte(), compressed() as Plugin, ...(mode === 'development' ? [mock()] : [])],
  build: { outDir: 'dist', target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  resolve: mode === 'test' ? { conditions: ['browser'] } : undefined,
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'] },
}));
