// A microphone that goes and comes in the middle of a call: pulled out, plugged in again, another one chosen, switched off in the
// system, forbidden. A real browser with a sound server of its own. Started by tests/web/microphone.rs.
//
//   RAMAL_LINK   the set-up link

import assert from 'node:assert/strict';
import { Person } from './browser.mjs';
import { PASSWORD, hears, signIn, tab } from './ears.mjs';
import { play, world } from './stage.mjs';

const link = process.env.RAMAL_LINK;
const home = new URL('/', link).href;

/** Of the kernel's cards a browser is told by the system; those of a test's sound server are not the kernel's. */
const notices = (p) => p.page.evaluate(() => void navigator.mediaDevices.dispatchEvent(new Event('devicechange')));

await play(async (stage) => {
  const { errors, step } = stage;
  // The answer lasts as long as the session over which it was given.
  const padlock = await stage.browser.target().createCDPSession();
  /** What the person answers at the browser's padlock. */
  const allows = (p, setting) =>
    padlock.send('Browser.setPermission', { permission: { name: 'microphone' }, setting, origin: new URL(home).origin, browserContextId: p.page.browserContext().id });
  const helena = await Person.enter(stage.browser, errors, link);
  await step('an agent is set up', helena, async (p) => {
    const done = async (method, path, body) => assert.ok([200, 201, 204].includes((await p.ask(method, path, body)).status), path);
    await done('POST', '/setup', { token: link.split('/').at(-1), name: 'Helena', login: 'helena', password: PASSWORD });
    await done('POST', '/users', { login: 'luana', name: 'Luana Andrade', perfil: '1', ramal: '1001', password: PASSWORD });
  });
  const luana = await tab(await stage.browser.createBrowserContext(), errors);
  await allows(luana, 'denied');
  await step('without leave to use the microphone the page says so, and how to give it', luana, async (p) => {
    await p.open(home);
    await signIn(p, 'luana');
    await p.sees('Ramal 1001 registrado');
    await p.alt('KeyP');
    await p.click('Começar e ficar disponível');
    await p.sees('Fone com problema');
    await p.click('Fone com problema', '.top');
    await p.sees('O navegador não deixa usar o microfone. Permita no cadeado ao lado do endereço.');
    await p.page.keyboard.press('Escape');
  });
  await step('allowed, it is the headset by itself; a call is heard both ways', luana, async (p) => {
    await allows(p, 'granted');
    await p.sees('Default');
    await world('the customer calls');
    await p.click('Atender', '.notice');
    await p.pressed('Mudo', false);
    await hears(p);
    await world('the customer hears the headset');
  });
  await step('the microphone is pulled out in mid-call: the page says so, the call goes on and is heard here', luana, async (p) => {
    await world('the headset is pulled out');
    await notices(p);
    await world('the call names: device-gone');
    await p.sees('Nenhum microfone encontrado. Ligue o fone; o som volta sozinho.');
    await hears(p);
  });
  await step('plugged in again, the customer hears it without a click', luana, async (p) => {
    await world('the headset is plugged in');
    await world('the customer hears the headset');
    await p.seesNo('Nenhum microfone encontrado');
  });
  await step('another microphone is chosen in mid-call', luana, async (p) => {
    await world('another microphone is plugged in');
    await notices(p);
    await p.click('Default', '.top');
    await p.sees('Microfone');
    await p.until('another microphone to choose', () => [...document.querySelectorAll('option')].some((o) => o.text === 'Embutido'));
    await p.fill('Microfone', 'Embutido', '.top');
    await p.page.keyboard.press('Escape');
    await world('the customer hears the other one');
  });
  await step('when that one is gone the first one is used, and when it is back it is taken again', luana, async (p) => {
    await world('the other one is pulled out');
    await notices(p);
    await world('the customer hears the headset');
    await world('another microphone is plugged in');
    await notices(p);
    await world('the customer hears the other one');
    await world('the other one is pulled out');
    await notices(p);
    await world('the customer hears the headset');
  });
  await step('a microphone that is switched off in the system is named', luana, async (p) => {
    await world('the headset is switched off');
    await p.sees('O microfone está desligado no fone ou no sistema: o cliente não ouve você.');
    await world('the call names: silent-microphone');
    await world('the headset is switched on');
    await p.seesNo('O microfone está desligado');
    await world('the customer hears the headset');
  });
  await step('muted at the page, the page says so and the call names it', luana, async (p) => {
    await world('the time is noted');
    await p.alt('KeyM');
    await p.sees('Seu microfone está mudo. O cliente ouve silêncio.');
    await world('the call names: muted');
    await p.alt('KeyM');
    await world('the customer hears the headset');
  });
  await step('forbidden in mid-call the page says so; allowed again, it is heard', luana, async (p) => {
    await world('the time is noted');
    await allows(p, 'denied');
    await world('the call names: device-gone');
    await p.sees('O navegador não deixa usar o microfone.');
    await hears(p);
    await allows(p, 'granted');
    await world('the customer hears the headset');
    await p.seesNo('O navegador não deixa usar o microfone.');
  });
  await step('hung up', luana, async (p) => {
    await p.alt('KeyX');
    await p.sees('Nenhuma ligação agora');
  });
}, [], []);
