// A headless Chromium with a profile of its own, and the words to drive a page as a person does.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { shrink } from './png.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** In ms: catches hanging, measures nothing. */
const LONG = 20_000;
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--lang=pt-BR', '--accept-lang=pt-BR', '--force-color-profile=srgb', '--autoplay-policy=no-user-gesture-required',
];
/** A microphone and a person who allows it, both made up by the browser. */
const MADE_UP = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

export async function launch(args = [], sound = MADE_UP) {
  const profile = mkdtempSync(join(tmpdir(), 'ramal-browser-'));
  const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', userDataDir: profile, headless: true, pipe: true, args: [...ARGUMENTS, ...sound, ...args] });
  // Over pipes it ends when we do, whatever ended us. One that is killed breaks them.
  for (const pipe of browser.process().stdio.slice(3)) pipe.on('error', () => {});
  const forget = () => rmSync(profile, { recursive: true, force: true });
  const close = () => browser.close().finally(forget);
  /** It gets no chance to say goodbye. */
  const kill = async () => {
    const gone = new Promise((done) => browser.process().once('exit', done));
    browser.process().kill('SIGKILL');
    await gone;
    // Its children write there until they notice; when we end, they have.
    process.once('exit', forget);
  };
  return { browser, close, kill };
}

/** One page of a person; what its console complains of is collected in `errors`. */
export class Person {
  constructor(page, errors) {
    this.page = page;
    page.setDefaultTimeout(LONG);
    page.on('pageerror', (why) => errors.push(why.message));
    page.on('console', (m) => m.type() === 'error' && !/status of|WebSocket/.test(m.text()) && errors.push(m.text()));
  }

  /** In a browser context with cookies and storage of its own. */
  static async enter(browser, errors, address) {
    const context = await browser.createBrowserContext();
    const person = new Person(await context.newPage(), errors);
    await person.open(address);
    return person;
  }

  async open(address) {
    await this.page.setViewport({ width: 1280, height: 800 });
    await this.page.emulateTimezone('America/Sao_Paulo');
    await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await this.page.goto(address, { waitUntil: 'networkidle0' });
  }

  sees(text) {
    return this.until(`"${text}" to be seen`, (wanted) => document.body.innerText.includes(wanted), text);
  }

  seesNo(text) {
    return this.until(`"${text}" to be gone`, (wanted) => !document.body.innerText.includes(wanted), text);
  }

  async until(what, good, ...given) {
    await this.page.waitForFunction(good, { polling: 50 }, ...given).catch((why) => {
      throw new Error(`waited in vain for ${what}: ${why.message}`);
    });
  }

  /** Clicks what a person would: the button, link or menu item that begins with this text. */
  async click(text, within = 'body') {
    const found = await this.page.waitForFunction(
      (wanted, root) => [...document.querySelectorAll(`${root} :is(button, a, [role=tab])`)].find((b) => !b.disabled && ((b.innerText ?? '').trim().startsWith(wanted) || b.getAttribute('aria-label')?.startsWith(wanted))),
      { polling: 50 }, text, within,
    ).catch((why) => {
      throw new Error(`nothing to click called "${text}": ${why.message}`);
    });
    await found.click();
  }

  /** Fills the field with this label: types text, chooses an option by its name, ticks a box. */
  async fill(label, value, within = 'body') {
    await this.sees(label);
    // The same words may stand elsewhere before the form is there.
    const field = await this.page.waitForFunction((wanted, root) => {
      const one = [...document.querySelectorAll(`${root} label`)].find((l) => l.innerText.trim().startsWith(wanted));
      return one?.control ?? one?.querySelector('input') ?? null;
    }, {}, label, within);
    const kind = await field.evaluate((f) => (f.type === 'checkbox' ? 'box' : f.tagName.toLowerCase()));
    if (kind === 'box') return field.click();
    if (kind === 'select') {
      const option = await field.evaluate((f, name) => [...f.options].find((o) => o.text === name)?.value, value);
      if (option === undefined) throw new Error(`${label} offers no "${value}"`);
      return field.select(option);
    }
    await field.evaluate((f) => f.select());
    return field.type(value);
  }

  async alt(code) {
    await this.page.keyboard.down('Alt');
    await this.page.keyboard.press(code);
    await this.page.keyboard.up('Alt');
  }

  pressed(word, on = true) {
    return this.until(`${word} ${on ? 'on' : 'off'}`, (w, wanted) => [...document.querySelectorAll('.act')].some((b) => b.innerText.includes(w) && b.getAttribute('aria-pressed') === String(wanted)), word, on);
  }

  /** What the field with this label holds. */
  value(label) {
    return this.page.evaluate((wanted) => [...document.querySelectorAll('label')].find((l) => l.innerText.trim().startsWith(wanted))?.control?.value, label);
  }

  get hash() {
    return new URL(this.page.url()).hash;
  }

  /** Asks the daemon as this page could; the status and what came back. */
  ask(method, path, body) {
    return this.page.evaluate(async (m, p, b) => {
      const answer = await fetch(`/api/v1${p}`, { method: m, headers: b === undefined ? {} : { 'Content-Type': 'application/json' }, ...(b === undefined ? {} : { body: JSON.stringify(b) }) });
      return { status: answer.status, json: await answer.json().catch(() => null) };
    }, method, path, body);
  }

  /** What a person cannot see past: axe-core finds nothing serious, and nothing is out of reach sideways, nor at 200 % zoom. */
  async isSound(name) {
    // What fades in is judged once it is there.
    await this.page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity).map((a) => a.finished)).then(() => {}));
    // The page's policy lets no script in; the debugger may.
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
    const told = serious.map((v) => `${v.id}: ${v.help} (${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')})`);
    if (told.length > 0) throw new Error(`${name}: axe-core: ${told.join('; ')}`);
    for (const [width, height, deviceScaleFactor] of [[640, 360, 2], [1280, 720, 1], [1280, 800, 1]]) {
      await this.page.setViewport({ width, height, deviceScaleFactor });
      const beyond = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (beyond > 1) throw new Error(`${name}: ${beyond} px are out of reach at ${width} x ${height}`);
    }
  }

  /** Looks at the screen as it stands; pictures, light and dark, where a folder for them is given. */
  async picture(folder, name) {
    await this.isSound(name);
    if (!folder) return;
    for (const [value, end] of [['light', ''], ['dark', '-escuro']]) {
      await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      // Colours and menus fade.
      await new Promise((done) => setTimeout(done, 500));
      const path = join(folder, `${name}${end}.png`);
      await this.page.screenshot({ path });
      shrink(path);
    }
    await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
  }
}
