// Serves what was built, under the page's real policy, with the mock daemon behind it. `node mock/serve.mjs [port]`

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { POLICY, stage } from './http.mjs';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export function serve(port, clock) {
  const { http, upgrade, world } = stage(clock);
  const server = createServer((request, response) =>
    http(request, response, () => {
      const path = join(DIST, normalize(new URL(request.url, 'http://mock').pathname));
      const file = existsSync(path) && statSync(path).isFile() ? path : join(DIST, 'index.html');
      response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' });
      createReadStream(file).pipe(response);
    }),
  );
  server.on('upgrade', upgrade);
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done({ server, world, port: server.address().port })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { port } = await serve(Number(process.argv[2] ?? 4180));
  console.log(`http://127.0.0.1:${port}/  scenes: /mock/scene/talking`);
}
