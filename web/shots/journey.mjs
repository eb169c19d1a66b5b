// Walks through a call as an agent does, in a real browser under the page's policy. `node shots/journey.mjs`
// Against the mock daemon: what is proven here is the page alone.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { second } from '../mock/calls.mjs';
import { serve } from '../mock/serve.mjs';
import { launch, Person } from './browser.mjs';

const { server, world, port } = await serve(0, Date.now);
const { browser, close } = await launch();
const page = await browser.newPage();
const errors = [];
const person = new Person(page, errors);
const sees = (text) => person.sees(text);
const alt = (code) => person.alt(code);
const pressed = (word) => person.pressed(word);
/** Where each slot of the actions is, and whether a click there meets it. */
const actions = () =>
  page.$$eval('.actions .act', (slots) => slots.map((slot) => {
    const { left, top, width, height } = slot.getBoundingClientRect();
    const met = document.elementFromPoint(left + width / 2, top + height / 2);
    return { left, top, width, height, isFree: slot.contains(met) };
  }));
const step = async (name, what) => {
  await what();
  console.log(`  ${name}`);
};

try {
  await page.setViewport({ width: 1280, height: 800 });
  await page.evaluateOnNewDocument(() => localStorage.setItem('ramal.language', 'pt-BR'));
  world.open('ringing');
  await page.goto(`http://127.0.0.1:${port}/#/tocando`, { waitUntil: 'networkidle0' });
  await step('a row that ends stays blank, the others do not move (SM-03)', async () => {
    await sees('Transportes Serra Azul');
    const top = () => page.$eval('#ring-43', (row) => row.getBoundingClientRect().top);
    const before = await top();
    world.end('42');
    await page.waitForFunction(() => !document.querySelector('#ring-42'), { timeout: 5_000 });
    assert.equal(await top(), before);
    await page.waitForFunction((y) => document.querySelector('#ring-43').getBoundingClientRect().top < y, { timeout: 5_000 }, before);
  });
  await step('the arrows choose, Alt A answers, Atendimento opens by itself (SM-04)', async () => {
    await page.focus('.ring-list');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await alt('KeyA');
    await sees('Observações');
    assert.equal(new URL(page.url()).hash, '#/atendimento');
  });
  await step('Alt M mutes while typing, and the letter is not typed (VZ-06)', async () => {
    await page.focus('textarea');
    await page.keyboard.type('Cliente pediu');
    await alt('KeyM');
    await sees('o cliente não ouve você');
    await pressed('Mudo');
    assert.ok((await page.$eval('textarea', (t) => t.value)).endsWith('Cliente pediu'));
  });
  await step('a new call does not take the focus (SM-02)', async () => {
    for (const call of [...world.calls].filter((c) => c.state === 'ringing')) world.end(call.call);
    await page.waitForFunction(() => !document.querySelector('.notice'));
    const call = { ...second(Date.now()), call: '99' };
    const before = await actions();
    world.calls.push(call);
    world.tell({ call });
    await page.waitForSelector('.notice');
    assert.deepEqual(await actions(), before, 'the mouse is where it was');
    await page.keyboard.type(' a segunda via');
    assert.ok((await page.$eval('textarea', (t) => t.value)).endsWith('Cliente pediu a segunda via'));
    await alt('KeyR');
    await page.waitForFunction(() => !document.querySelector('.notice'), { timeout: 5_000 });
    assert.deepEqual(await actions(), before);
  });
  await step('a key given to something else works, is shown, and stays; one in use is refused by name', async () => {
    await page.evaluate(() => (location.hash = '#/conta/teclas'));
    await person.click('Mudar o atalho de Mudo');
    await alt('KeyE');
    await sees('Esta tecla já faz outra coisa: Espera');
    await page.keyboard.press('F8');
    await page.evaluate(() => (location.hash = '#/atendimento'));
    await page.waitForSelector('.actions');
    assert.match(await page.$eval('.actions .act', (b) => b.innerText), /F8/);
    await page.keyboard.press('F8');
    await person.pressed('Mudo', false);
    await page.reload({ waitUntil: 'networkidle0' });
    await page.waitForSelector('textarea');
    await page.keyboard.press('F8');
    await pressed('Mudo');
    await page.evaluate(() => (location.hash = '#/conta/teclas'));
    await person.click('Voltar aos atalhos originais');
    await page.evaluate(() => (location.hash = '#/atendimento'));
    await page.waitForSelector('.actions');
    assert.match(await page.$eval('.actions .act', (b) => b.innerText), /Alt M/);
  });
  await step('what was typed while the daemon refused is there after a reload, and is saved then (SM-12)', async () => {
    await sees('Salvo às');
    world.fault = { status: 503, body: { error: { code: 'store', text: 'away' } } };
    await page.focus('textarea');
    await page.keyboard.type(' por e-mail');
    await sees('Guardado neste computador');
    await page.reload({ waitUntil: 'networkidle0' });
    await page.waitForSelector('textarea');
    assert.ok((await page.$eval('textarea', (t) => t.value)).endsWith('a segunda via por e-mail'));
    world.fault = null;
    await sees('Salvo às');
    assert.ok(world.cases[501].notes.endsWith('por e-mail'));
  });
  await step('the call is still there after the reload, muted as before (SP-06)', () => pressed('Mudo'));
  await step('a consultation: search, ask, swap, complete (VZ-07)', async () => {
    await alt('KeyM');
    await alt('KeyT');
    await page.waitForSelector('.dock .input input');
    await page.keyboard.type('rafael');
    await page.waitForFunction(() => document.querySelectorAll('.people li').length === 1, { timeout: 5_000 });
    await page.keyboard.press('Enter');
    await sees('você fala com Rafael');
    await alt('KeyS');
    await sees('você fala com Mariana');
    await alt('KeyS');
    await sees('você fala com Rafael');
    await alt('KeyT');
    await sees('Como terminou?');
  });
  await step('the wrap-up survives a reload too', async () => {
    await page.reload({ waitUntil: 'networkidle0' });
    await sees('Como terminou?');
  });
  await step('Alt Enter concludes', async () => {
    await alt('Enter');
    await sees('Nenhuma ligação agora');
    await sees('Disponível');
  });
  await step('a lost socket comes back by itself and shows the present', async () => {
    for (const ws of [...world.hearers]) ws.terminate();
    world.state('paused', { reason: '1' });
    await sees('Almoço');
  });
  assert.deepEqual(errors, []);
  console.log('all well');
} catch (why) {
  await page.screenshot({ path: join(tmpdir(), 'journey.png') });
  console.log(why.message, errors);
  process.exitCode = 1;
} finally {
  await close();
  server.close();
  server.closeAllConnections();
}
