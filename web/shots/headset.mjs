// One call over the browser's own headset, in a real browser against a real daemon with a real PBX: reload, second tab, desk
// phone and back, and a browser that dies. Started by tests/web/headset.rs.
//
//   RAMAL_LINK   the set-up link        RAMAL_MICROPHONE   what the microphone says, a WAV

import assert from 'node:assert/strict';
import { Person } from './browser.mjs';
import { CUSTOMER, PASSWORD, PERSON, hears, hearsNo, signIn, tab } from './ears.mjs';
import { play, world } from './stage.mjs';

const link = process.env.RAMAL_LINK;
const home = new URL('/', link).href;

async function choose(p, from, to) {
  await p.click(from, '.top');
  await p.click(to, '.top');
}

await play(async (stage) => {
  const { errors, step } = stage;
  let context = await stage.browser.createBrowserContext();
  const helena = await Person.enter(stage.browser, errors, link);
  await step('an agent without a device of the ramal is set up', helena, async (p) => {
    const done = async (method, path, body) => assert.ok([200, 201, 204].includes((await p.ask(method, path, body)).status), path);
    await done('POST', '/setup', { token: link.split('/').at(-1), name: 'Helena', login: 'helena', password: PASSWORD });
    await done('POST', '/users', { login: 'luana', name: 'Luana Andrade', perfil: '1', ramal: '1001', password: PASSWORD });
    await done('POST', '/users', { login: 'rita', name: 'Rita Lopes', perfil: '2', ramal: '1003', password: PASSWORD });
  });

  let luana = await tab(context, errors);
  await step('ready: the page becomes the headset', luana, async (p) => {
    await p.open(home);
    await signIn(p, 'luana');
    await p.sees('Ramal 1001 registrado');
    await p.alt('KeyP');
    await p.click('Começar e ficar disponível');
    await p.sees('Disponível');
    await p.sees('Fake Default Audio Input');
  });
  await step('a call is answered by a click, and heard both ways', luana, async (p) => {
    await world('the customer calls');
    await p.click('Atender', '.notice');
    await p.pressed('Mudo', false);
    await hears(p);
    await world('the customer hears the agent');
  });
  await step('a reload in mid-call: heard again', luana, async (p) => {
    await p.page.reload({ waitUntil: 'load' });
    await hears(p);
    await world('the customer hears the agent');
    const after = await p.page.evaluate((tone) => Math.round(window.heard[tone].first - performance.getEntriesByType('navigation')[0].loadEventEnd), CUSTOMER);
    console.log(`  heard again ${after} ms after the page had loaded`);
    assert.ok(after < 10_000, 'five times the two seconds that it may take');
  });
  await step('of two tabs one has the sound, and the other one says so', luana, async (p) => {
    const second = await tab(context, errors);
    await second.open(home);
    await second.click('Som em outra aba', '.top');
    await second.sees('O som está em outra aba.');
    await hears(p);
    await second.click('Trazer o som para cá', '.top');
    await hears(second);
    await hearsNo(p);
    await second.page.close();
    await p.page.bringToFront();
    await hears(p);
    await world('the customer hears the agent');
  });
  const rita = await tab(await stage.browser.createBrowserContext(), errors);
  await step('a supervisor listens at a page of her own', rita, async (p) => {
    await p.open(home);
    await signIn(p, 'rita');
    await p.sees('Ramal 1003 registrado');
    await p.alt('KeyP');
    await p.click('Começar e ficar disponível');
    await p.sees('Fake Default Audio Input');
    await p.page.goto(`${home}#/ao-vivo`);
    await p.click('Luana Andrade');
    await p.click('Ouvir', '.foot-bar');
    await hears(p);
    await hears(p, PERSON);
    await p.picture(process.env.RAMAL_SHOTS, '08b-supervisor-ouve');
  });
  await step('and whispers to the agent, who is muted: the customer hears neither', luana, async (p) => {
    await p.page.bringToFront();
    await p.alt('KeyM');
    await p.pressed('Mudo');
    await world('the customer hears nothing');
    await hearsNo(p, PERSON);
    await rita.page.bringToFront();
    await rita.click('Sussurrar', '.foot-bar');
    await p.page.bringToFront();
    await p.sees('Rita Lopes fala com você. O cliente não ouve.');
    await hears(p, PERSON);
    await hears(p);
    await world('the customer hears nothing');
    await rita.page.bringToFront();
    await rita.click('Parar', '.foot-bar');
    await hearsNo(p, PERSON);
    await hearsNo(rita);
    await rita.page.close();
    await p.page.bringToFront();
    await p.alt('KeyM');
    await world('the customer hears the agent');
  });
  await step('to the desk phone and back in mid-call', luana, async (p) => {
    await world('the time is noted');
    await choose(p, 'Fake', 'mesa');
    await world('the customer hears the phone');
    await world('the change was quick');
    await world('the time is noted');
    await choose(p, 'mesa', 'Fone do navegador');
    await world('the customer hears the agent');
    await world('the change was quick');
    await hears(p);
  });
  await step('the browser dies: the customer hears music, and the agent again from another one', luana, async () => {
    await stage.kill();
    await world('the customer hears music');
    await stage.reopen();
    context = await stage.browser.createBrowserContext();
    luana = await tab(context, errors);
    stage.now = luana;
    await luana.open(home);
    await signIn(luana, 'luana');
    await luana.pressed('Mudo', false);
    await hears(luana);
    await world('the customer hears the agent');
  });
  await step('hung up; signed out, the page is no headset any more', luana, async (p) => {
    await p.alt('KeyX');
    await p.sees('Nenhuma ligação agora');
    await p.click('Luana Andrade', '.top');
    await p.click('Sair');
    await p.sees('Entrar no Ramal');
  });
}, [`--use-file-for-fake-audio-capture=${process.env.RAMAL_MICROPHONE}`]);
