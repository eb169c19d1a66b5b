// Brings requests and sockets to the world; used by the development server and by the stand-alone one.

import { WebSocketServer } from 'ws';
import { answer, World } from './api.mjs';

/** The page's policy as the daemon sends it: what is looked at here runs under it too. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; media-src 'self' blob:; font-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export function stage(clock = Date.now) {
  const world = new World(clock);
  const sockets = new WebSocketServer({ noServer: true });

  async function http(request, response, next) {
    const url = new URL(request.url, 'http://mock');
    if (url.pathname.startsWith('/mock/scene/')) {
      world.open(url.pathname.split('/')[3]);
      return response.writeHead(204).end();
    }
    if (url.pathname === '/mock/fault') {
      world.fault = { status: 503, body: { error: { code: 'store', text: 'away' } } };
      return response.writeHead(204).end();
    }
    const at = url.pathname.indexOf('/api/v1/');
    if (at < 0) return next();
    let text = '';
    for await (const chunk of request) text += chunk;
    const said = answer(world, request.method, url.pathname.slice(at + 7), url.searchParams, /json/.test(request.headers['content-type'] ?? '') && text ? JSON.parse(text) : {});
    if (said?.wav) return response.writeHead(200, { 'Content-Type': 'audio/wav' }).end(tone());
    const status = said?.status && said.body ? said.status : said === undefined ? 204 : 200;
    const body = said?.body && said.status ? said.body : said;
    response.writeHead(status, { 'Content-Type': 'application/json', Date: new Date(clock()).toUTCString(), ...said?.headers });
    return response.end(body === undefined ? '' : JSON.stringify(body));
  }

  function upgrade(request, socket, head) {
    if (!request.url.endsWith('/api/v1/live')) return;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.once('message', () => {
        ws.send(JSON.stringify(world.line()));
        for (const call of world.ended) ws.send(JSON.stringify({ seq: ++world.seq, news: { 'call-ended': call } }));
        world.hearers.add(ws);
      });
      ws.on('close', () => world.hearers.delete(ws));
    });
  }
  return { world, http, upgrade };
}

/** Stereo WAV, 8 kHz, 30 s: one tone at the left, another at the right. */
function tone() {
  const rate = 8000;
  const frames = rate * 30;
  const wav = Buffer.alloc(44 + frames * 4);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + frames * 4, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(2, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 4, 28);
  wav.writeUInt16LE(4, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(frames * 4, 40);
  for (let i = 0; i < frames; i += 1) {
    wav.writeInt16LE(Math.round(3000 * Math.sin((i * 2 * Math.PI * 300) / rate)), 44 + i * 4);
    wav.writeInt16LE(Math.round(3000 * Math.sin((i * 2 * Math.PI * 500) / rate)), 46 + i * 4);
  }
  return wav;
}
