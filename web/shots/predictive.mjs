// A predictive campaign at the desktop: an agent's calls come by themselves, each with its record, and who steers it sees how it paces
// itself and why. A real browser, a real daemon, and a market of people who answer, talk and hang up; five more agents take their
// share. Started by tests/web/predictive_page.rs.
//
//   RAMAL_LINK   the desktop's address        RAMAL_SHOTS   a folder for pictures, where they are wanted

import assert from 'node:assert/strict';
import { Person } from './browser.mjs';
import { play } from './stage.mjs';

const home = process.env.RAMAL_LINK;
const shots = process.env.RAMAL_SHOTS;
const PASSWORD = 'correct horse';
const [CARD, ORIGIN] = ['.record', 'Chamada de campanha de saída para'];
const DAY = 86_400_000;

async function signIn(p, login) {
  await p.fill('Usuário', login);
  await p.fill('Senha', PASSWORD);
  await p.page.keyboard.press('Enter');
}
/** Who is talked with, as the screen of the call says. */
const talked = (p) => p.page.evaluate((origin) => document.body.innerText.split('\n').find((line) => line.startsWith(origin))?.slice(origin.length).trim(), ORIGIN);
const figure = (p, name) => p.page.evaluate((wanted) => [...document.querySelectorAll('.one dl > div, .one .figures > *')].find((one) => one.innerText.startsWith(wanted))?.innerText ?? '', name);

/** In ms: the pace is careful before it has seen answers, and people let it ring. */
const PATIENCE = 60_000;

async function enter(browser, errors) {
  const person = await Person.enter(browser, errors, home);
  person.page.setDefaultTimeout(PATIENCE);
  return person;
}

await play(async ({ browser, errors, step }) => {
  const ana = await enter(browser, errors);
  const make = async (method, path, body) => {
    const { status, json } = await ana.ask(method, path, body);
    assert.ok([200, 201, 204].includes(status), `${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  };
  const ids = {};
  await step('who steers it signs in, and gives the team its tabulações', ana, async (p) => {
    await signIn(p, 'ana');
    await p.sees('Ao vivo');
    for (const name of ['Venda feita', 'Pediu para pensar', 'Sem interesse']) await make('POST', '/dispositions', { name });
    [ids.campaign] = (await make('GET', '/campaigns')).map((one) => one.campaign);
  });

  const luana = await enter(browser, errors);
  await step('an agent sees her campaigns, and takes part (GN-01)', luana, async (p) => {
    await signIn(p, 'a2000');
    await p.sees('Ramal 2000 registrado');
    await p.sees('Campanha iniciada');
    await p.picture(shots, '50-preditiva-iniciada');
    await p.click('OK', '.notice');
    await p.click('Minhas campanhas', 'nav');
    await p.sees('Sair');
    await p.until('her part in it', () => document.querySelector('.left .tag')?.innerText !== '');
  });
  await step('a call comes by itself, with the record and where it comes from (GN-02, GN-09)', luana, async (p) => {
    await p.sees(ORIGIN);
    ids.first = await talked(p);
    assert.equal(p.hash, '#/atendimento');
    await p.sees('Plano');
    await p.sees('Apresente-se, diga o motivo da ligação');
    await p.sees('O Ramal discou');
    await p.sees('Passou para o agente');
    await p.picture(shots, '51-preditiva-em-ligacao');
  });
  await step('she hangs up, and says how it ended', luana, async (p) => {
    await p.alt('KeyX');
    await p.sees('Como terminou?');
    await p.click('Venda feita', CARD);
    await p.picture(shots, '52-preditiva-concluir');
    await p.alt('Enter');
  });
  await step('the next one comes by itself, and is somebody else', luana, async (p) => {
    await p.until('another call', (origin, first) => document.body.innerText.includes(origin) && !document.body.innerText.includes(first), ORIGIN, ids.first);
    assert.notEqual(await talked(p), ids.first);
  });

  await step('who steers it sees the pace: who talks, who is rung, the abandonment beside its limit, and why (GN-18)', ana, async (p) => {
    await p.page.bringToFront();
    await p.page.goto(`${home}#/campanhas/andamento/${ids.campaign}`);
    await p.sees('Abandono hoje');
    await p.sees('limite 3');
    await p.sees('Ritmo agora');
    await p.until('some who answered', () => Number(/de (\d+) que atenderam/.exec(document.body.innerText)?.[1] ?? 0) >= 15);
    await p.picture(shots, '53-preditiva-andamento');
    console.log(`  ${(await figure(p, 'Abandono hoje')).replaceAll('\n', ' ')}`);
  });
  await step('a campaign that a do-not-call list holds says which, and how old it is (GN-15)', ana, async (p) => {
    const old = { scope: { campaign: null, aim: 'sales' }, dated: new Date(Date.now() - 40 * DAY).toISOString(), expires: new Date(Date.now() - 10 * DAY).toISOString() };
    await make('PUT', `/suppression-lists/${encodeURIComponent('Não Me Perturbe')}`, old);
    const [running] = await make('GET', '/campaigns');
    const held = await make('POST', '/campaigns', { name: 'Recupera Clientes', mode: 'predictive', lists: running.lists, routes: running.routes, needs: ['Não Me Perturbe'], pace: running.pace });
    await p.page.goto(`${home}#/campanhas/andamento/${held.campaign}`);
    await p.click('Simular', '.one');
    await p.sees('4.000 registros nas listas');
    await p.sees('Nada a prever');
    await p.sees('Lista de não perturbe que falta ou está velha');
    await p.picture(shots, '54-preditiva-simulada');
    await make('POST', `/campaigns/${held.campaign}/steer`, { to: 'start' });
    await p.sees('A lista de não perturbe Não Me Perturbe, de');
    await p.seesNo('Sem registros agora');
    await p.picture(shots, '55-preditiva-parada');
  });
});
