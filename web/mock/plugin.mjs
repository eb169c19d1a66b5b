// Vite plugin: the development server answers for the daemon. Nothing of it goes into a build.

import { stage } from './http.mjs';

export function mock() {
  return {
    name: 'mock-daemon',
    configureServer(server) {
      const { http, upgrade, world } = stage();
      world.open('talking');
      server.middlewares.use((request, response, next) => void http(request, response, next));
      server.httpServer?.on('upgrade', upgrade);
    },
  };
}
