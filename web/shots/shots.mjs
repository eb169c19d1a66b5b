// Takes a picture of every screen, light and dark, and lets axe-core look at each. `node shots/shots.mjs [name…]`
// Needs Debian's chromium and a build in dist. Fails where axe finds something serious, or the page logs an error.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { BASE } from '../mock/people.mjs';
import { serve } from '../mock/serve.mjs';
import { SHOTS } from './list.mjs';
import { shrink } from './png.mjs';

const OUT = fileURLToPath(new URL('out/', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wanted = process.argv.slice(2);

const started = Date.now();
/** The daemon's clock: stands at the scene's moment, and goes on. */
const clock = () => BASE + (Date.now() - started);
mkdirSync(OUT, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), 'shots-'));
const { server, world, port } = await serve(0, clock);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  userDataDir: profile,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--force-color-profile=srgb'],
});

let faults = 0;
for (const shot of SHOTS) {
  if (wanted.length > 0 && !wanted.some((name) => shot.name.includes(name))) continue;
  for (const theme of shot.themes ?? ['light', 'dark']) await take(shot, theme);
}
await browser.close();
server.close();
server.closeAllConnections();
rmSync(profile, { recursive: true, force: true });
console.log(faults === 0 ? 'all well' : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;

async function take(shot, theme) {
  world.open(shot.scene);
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const complain = (text) => {
    faults += 1;
    console.log(`${shot.name} ${theme}: ${text}`);
  };
  page.on('pageerror', (why) => complain(`error: ${why.message}`));
  page.on('console', (m) => m.type() === 'error' && !/status of (400|401|403|404|409|422|503)/.test(m.text()) && complain(`console: ${m.text()}`));
  await page.setViewport({ width: 1280, height: 800, ...shot.viewport });
  await page.emulateTimezone('America/Sao_Paulo');
  await page.evaluateOnNewDocument((offset, chosen, language) => {
    const now = Date.now;
    Date.now = () => now() + offset;
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...args) {
        if (args.length === 0) super(Real.now());
        else super(...args);
      }
    };
    localStorage.setItem('ramal.theme', chosen);
    localStorage.setItem('ramal.language', language);
  }, clock() - Date.now(), theme, shot.language ?? 'pt-BR');
  await page.goto(`http://127.0.0.1:${port}/#/${shot.path ?? ''}`, { waitUntil: 'networkidle0', timeout: 20_000 });
  await page.waitForSelector('main', { timeout: 10_000 });
  try {
    await shot.act?.(page, world);
  } catch (why) {
    complain(`act: ${why.message}`);
  }
  await page.evaluate(() => document.fonts.ready);
  await page.waitForNetworkIdle({ idleTime: 250, timeout: 5_000 }).catch(() => {});
  const picture = join(OUT, `${shot.name}${theme === 'dark' ? '-escuro' : ''}.png`);
  await page.screenshot({ path: picture });
  shrink(picture);
  // The page's policy lets no script in; the debugger may.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  for (const v of violations) {
    const where = v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ');
    if (v.impact === 'serious' || v.impact === 'critical') complain(`axe ${v.impact}: ${v.id}: ${v.help} (${where}) ${v.nodes[0]?.any[0]?.message ?? ''}`);
    else console.log(`${shot.name} ${theme}: axe ${v.impact}: ${v.id} (${where})`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
  if (wide) complain('the page scrolls sideways');
  await context.close();
}
