// Campaigns at the desktop: a list is brought in, a campaign made and started, and an agent works through its records in each of
// three modes. A real browser, a real daemon, a real PBX, whose last two digits say what a number does. Started by
// tests/web/desktop.rs.
//
//   RAMAL_LINK   the set-up link        RAMAL_SHOTS   a folder for pictures, where they are wanted

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Person } from './browser.mjs';
import { PASSWORD, signIn } from './ears.mjs';
import { play } from './stage.mjs';

const link = process.env.RAMAL_LINK;
const shots = process.env.RAMAL_SHOTS;
const home = new URL('/', link).href;
const ZONE = 'America/Sao_Paulo';
const CARD = '.record';
/** A day of that zone as people write it, so many days from now. */
const day = (days) => new Intl.DateTimeFormat('pt-BR', { timeZone: ZONE, day: '2-digit', month: '2-digit', year: 'numeric' }).format(Date.now() + days * 86_400_000);

/** Busy; one that answers and stays; one that answers and hangs up after three seconds. */
const [BUSY, STAYS, ANSWERS] = ['(92) 90660-1210', '(92) 90660-1221', '(92) 90660-2215'];
const LIST = [
  'nome;celular;prioridade;plano',
  `Ana Rejeitada;(11) 90660-1115;1;Essencial`,
  `Bruno Ignorado;(11) 90660-1215;2;Essencial`,
  `Carla Mais Tarde;(11) 90660-1315;3;Família`,
  `Sem Telefone;;4;Família`,
  `Davi Não Ligar;(11) 90660-1415;5;Família`,
  `Elza Atendida;${STAYS};6;Essencial, desde março`,
  `Fátima Ocupada;${BUSY};7;Família`,
  `Elza outra vez;+55 ${STAYS};8;Família`,
].join('\r\n');

/** In Latin-1, as spreadsheets in Brazil still write. */
function file() {
  const path = join(mkdtempSync(join(tmpdir(), 'ramal-list-')), 'renova.csv');
  writeFileSync(path, Buffer.from(LIST, 'latin1'));
  return path;
}

const card = (p) => p.page.$eval(CARD, (one) => one.innerText);
/** The record of this person lies open, and says where it comes from. */
async function has(p, name, origin) {
  await p.until(`${name}: ${origin}`, (root, who, from) => {
    const one = document.querySelector(root);
    return one !== null && one.querySelector('h1')?.innerText === who && one.querySelector('.strip')?.innerText.includes(from);
  }, CARD, name, origin);
}
const state = async (p, name) => {
  const { rows } = (await p.ask('GET', `/leads?q=${encodeURIComponent(name)}`)).json;
  assert.equal(rows.length, 1, name);
  return rows[0];
};

await play(async ({ browser, errors, step }) => {
  const helena = await Person.enter(browser, errors, link);
  const make = async (path, body) => {
    const { status, json } = await helena.ask('POST', path, body);
    assert.ok([200, 201, 202, 204].includes(status), `${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  };
  const ids = {};
  await step('an office: an escala, dispositions, an agent', helena, async (p) => {
    await make('/setup', { token: link.split('/').at(-1), name: 'Helena Dias', login: 'helena', password: PASSWORD });
    const calendar = { national: false, optional: false, states: [], places: [] };
    ids.schedule = (await make('/schedules', { name: 'Retornos', week: Array(7).fill({ from: 0, until: 1440 }), zone: ZONE, slot_minutes: 30, capacity: 5, attempts: 2, calendar })).schedule;
    ids.sold = (await make('/dispositions', { name: 'Venda feita' })).disposition;
    await make('/dispositions', { name: 'Pediu para pensar' });
    ids.luana = (await make('/users', { login: 'luana', name: 'Luana Andrade', perfil: '1', ramal: '1001', password: PASSWORD })).user;
    await p.open(home);
    await p.sees('Ao vivo');
  });
  await step('a file is looked at before anything of it is kept (GN-13)', helena, async (p) => {
    await p.page.goto(`${home}#/campanhas/listas/csv`);
    const input = await p.page.waitForSelector('.dock input[type=file]');
    await input.uploadFile(file());
    await p.sees('Linha 5');
    await p.sees('sem telefone');
    await p.sees('1 linha repete um telefone de uma linha anterior');
    await p.sees('tem um telefone da linha 7');
    await p.sees('1 registro fica de fora: todos os telefones já existem.');
    await p.picture(shots, '40-lista-conferida');
    await p.fill('Deixar de fora as linhas com erro', true, '.dock');
    await p.fill('Nome da lista', 'Renova novembro', '.dock');
    await p.fill('Origem', 'CRM', '.dock');
    await p.fill('Data dos dados', day(-1), '.dock');
    await p.fill('Vale até', day(30), '.dock');
    await p.click('Importar 6 registros', '.dock form');
    await p.until('the list to be ready', () => document.querySelector('.dock .tag')?.innerText.includes('Pronta'));
    const [list] = (await p.ask('GET', '/lead-lists')).json;
    assert.deepEqual([list.name, list.leads, list.standing.kind], ['Renova novembro', 6, 'ready']);
    ids.list = list.list;
    await p.picture(shots, '41-lista-pronta');
  });
  await step('a list is filtered: counted first, put on, taken off again (GN-14)', helena, async (p) => {
    await p.click('Filtrar…', '.dock');
    await p.until('the fields of the list', () => [...document.querySelectorAll('.dock form option')].some((one) => one.text === 'plano'));
    const [of, is] = await p.page.$$('.dock form select');
    await of.select('field:plano');
    await is.select('contains');
    await (await p.page.$('.dock form input')).type('essencial');
    await p.click('Contar', '.dock form');
    await p.sees('3 de 6 registros seriam chamados.');
    await p.picture(shots, '41a-lista-filtro');
    await p.click('Aplicar', '.dock form');
    await p.sees('plano contém essencial');
    await p.until('three to be aside', () => [...document.querySelectorAll('.dock dt')].find((one) => one.innerText === 'De lado')?.nextElementSibling?.innerText === '3');
    await p.click('Filtrar…', '.dock');
    await p.picture(shots, '41b-lista-filtrada');
    await p.click('Tirar o filtro', '.dock form');
    await p.seesNo('plano contém essencial');
    await p.click('Reciclar…', '.dock');
    await p.fill('Ocupado', true, '.dock');
    await p.click('Contar', '.dock form');
    await p.sees('0 de 6 registros voltariam.');
    await p.picture(shots, '41c-lista-reciclar');
    await p.click('Fechar', '.dock form');
    const [list] = (await p.ask('GET', '/lead-lists')).json;
    assert.deepEqual([list.aside, list.filter, list.rework], [0, [], null]);
  });
  await step('a campaign is made in its form', helena, async (p) => {
    await p.page.goto(`${home}#/admin/campaigns/novo`);
    await p.fill('Nome', 'Renova Energia', '.dock');
    await p.fill('Modo', 'Push-preview', '.dock');
    await p.fill('Renova novembro', true, '.dock');
    await p.fill('Roteiro', 'Apresente-se e diga o motivo.', '.dock');
    await p.fill('Escala dos callbacks', 'Retornos', '.dock');
    await p.fill('Oferta espera', '15', '.dock');
    await p.click('Acrescentar saída', '.dock');
    await p.picture(shots, '42-campanha-nova');
    await p.click('Salvar', '.dock form');
    await p.sees('Renova Energia');
    await p.until('the form to close', () => document.querySelector('.dock form') === null);
    const [campaign] = (await p.ask('GET', '/campaigns')).json;
    assert.deepEqual([campaign.name, campaign.mode, campaign.standing, campaign.lists, campaign.routes, campaign.handling.offer_s], ['Renova Energia', 'push-preview', 'stopped', [ids.list], [{ account: 'tronco', weight: 1 }], 15]);
    ids.campaign = campaign.campaign;
  });

  const luana = await Person.enter(browser, errors, home);
  await step('who is ready is told when it starts, and joins (GN-03, GN-04)', luana, async (p) => {
    await signIn(p, 'luana');
    await p.sees('Ramal 1001 registrado');
    await p.alt('KeyP');
    await p.click('Começar e ficar disponível');
    await p.sees('Disponível');
    await helena.page.bringToFront();
    await helena.page.goto(`${home}#/campanhas/andamento/${ids.campaign}`);
    await helena.click('Iniciar', '.one');
    await helena.until('the campaign to run', () => document.querySelector('li[aria-current] .tag')?.innerText.includes('Iniciada'));
    await p.page.bringToFront();
    await p.sees('Campanha iniciada');
    await p.picture(shots, '43-campanha-iniciada');
    await p.click('OK', '.notice');
    await p.seesNo('Campanha iniciada');
  });
  await step('a record is offered, on whichever screen, and goes on when it is rejected (GN-08, GN-09)', luana, async (p) => {
    await p.sees('Registro oferecido');
    const notice = await p.page.$eval('.notice', (one) => one.innerText);
    assert.ok(notice.includes('Ana Rejeitada') && notice.includes('(11) 90660-1115'), notice);
    await p.alt('KeyR');
    await p.alt('Digit4');
    await has(p, 'Bruno Ignorado', 'Registro oferecido');
    await p.picture(shots, '44-registro-oferecido');
  });
  await step('one that is ignored goes on too, and neither is an attempt (GN-08)', luana, async (p) => {
    await has(p, 'Carla Mais Tarde', 'Registro oferecido');
    for (const name of ['Ana', 'Bruno']) assert.equal((await state(helena, name)).attempts, 0, name);
  });
  await step('its data is seen before the call; it is put off for later (GN-05, GN-06)', luana, async (p) => {
    await p.alt('KeyA');
    await has(p, 'Carla Mais Tarde', 'Chamada de campanha de saída – Conectando…');
    const said = await card(p);
    for (const part of ['Família', 'Apresente-se', 'É a primeira vez.', '(11) 90660-1315']) assert.ok(said.includes(part), `${part}: ${said}`);
    await p.picture(shots, '45-registro-aberto');
    await p.click('Ligar para este contato mais tarde');
    await has(p, 'Davi Não Ligar', 'Registro oferecido');
    assert.equal((await state(helena, 'Carla')).state.kind, 'waiting');
  });
  await step('one that is not to be called is off the list (GN-06)', luana, async (p) => {
    await p.click('Aceitar', CARD);
    await has(p, 'Davi Não Ligar', 'Conectando');
    await p.click('Não ligar para este contato');
    await has(p, 'Elza Atendida', 'Registro oferecido');
    assert.equal((await state(helena, 'Davi')).state.kind, 'declined');
  });
  await step('the agent dials, and the screen of the call comes by itself (GN-02, GN-09)', luana, async (p) => {
    await p.alt('KeyA');
    await has(p, 'Elza Atendida', 'Conectando');
    await p.click('Concluído e interrompido');
    await p.sees('Este é o último registro.');
    await p.alt('KeyA');
    await p.sees('Chamada de campanha de saída para Elza Atendida');
    assert.equal(p.hash, '#/atendimento');
    await p.sees('Essencial, desde março');
    await p.picture(shots, '46-em-ligacao');
    await p.alt('KeyX');
  });
  await step('after hang-up the record is still there, and so is its callback (GN-10)', luana, async (p) => {
    await has(p, 'Elza Atendida', 'Chamada de campanha de saída para Elza Atendida');
    await p.sees('Como terminou?');
    await p.alt('KeyB');
    await p.fill('Data', day(-1), CARD);
    await p.fill('Hora', '10:00', CARD);
    await p.alt('Enter');
    await p.sees('O registro não foi concluído.');
    await p.picture(shots, '47-callback-invalido');
    assert.equal((await state(helena, 'Elza')).state.kind, 'leased');
  });
  await step('closing is refused until the callback is corrected (GN-12)', luana, async (p) => {
    await p.click('Corrigir o callback');
    await p.fill('Data', day(1), CARD);
    await p.click('Agendar', `${CARD} form`);
    await p.sees('Callback marcado');
    await p.picture(shots, '48-callback-marcado');
    await p.click('Voltar ao registro');
    await p.click('Venda feita', CARD);
    await p.picture(shots, '49-concluir');
    await p.alt('Enter');
    await p.until('the record to go', (root) => document.querySelector(root) === null, CARD);
    const lead = await state(helena, 'Elza');
    assert.equal(lead.state.kind, 'callback');
    const whole = (await helena.ask('GET', `/leads/${lead.lead}`)).json;
    assert.deepEqual(whole.history.map((one) => [one.result, one.disposition, one.user]), [['connected', ids.sold, ids.luana]]);
  });
  await step('Concluído e interrompido: no more records come, until one is asked for (GN-07)', luana, async (p) => {
    await p.sees('Disponível');
    await p.sees('Nenhum registro vem até você pedir');
    await p.picture(shots, '50-interrompido');
    assert.equal(await p.page.$(CARD), null);
    await p.click('Obter registro', '.today');
    await has(p, 'Fátima Ocupada', 'Registro oferecido');
  });
  await step('who is busy is tried, told, and may be put off still (GN-06, GN-14)', luana, async (p) => {
    await p.alt('KeyA');
    await has(p, 'Fátima Ocupada', 'Conectando');
    await p.click('Ligar', `${CARD} .actions`);
    await p.until('the result', (root) => document.querySelector(root)?.innerText.includes('Ocupado'), CARD);
    await has(p, 'Fátima Ocupada', 'Chamada de campanha de saída para Fátima Ocupada');
    await p.picture(shots, '51-ocupado');
    await p.alt('Enter');
    await p.until('the record to go', (root) => document.querySelector(root) === null, CARD);
    const lead = await state(helena, 'Fátima');
    assert.deepEqual([lead.state.kind, lead.attempts], ['waiting', 1]);
  });

  const another = async (name, mode, person, number) => {
    await make(`/campaigns/${ids.campaign}/steer`, { to: 'stop' });
    const list = (await make('/lead-lists', { name: `Lista ${name}`, source: 'mão', dated: new Date().toISOString(), expires: null })).list;
    await make(`/lead-lists/${list}/leads`, { leads: [{ recipient: person, phones: [{ number, label: 'celular' }] }] });
    ids.campaign = (await make('/campaigns', { name, mode, aim: 'service', lists: [list], routes: [{ account: 'tronco', weight: 1 }], schedule: ids.schedule })).campaign;
    await make(`/campaigns/${ids.campaign}/steer`, { to: 'start' });
  };
  await step('Visualização: the pop-up gets a record, the agent dials, it is closed (GN-02, GN-04)', luana, async (p) => {
    await another('Pesquisa', 'preview', 'Gilda Pesquisada', ANSWERS);
    await p.page.bringToFront();
    await p.sees('Campanha iniciada');
    await p.click('Obter registro', '.notice');
    await has(p, 'Gilda Pesquisada', 'Conectando');
    await p.alt('KeyA');
    await p.sees('Chamada de campanha de saída para Gilda Pesquisada');
    await p.sees('Como terminou?');
    await p.page.keyboard.press('1');
    await p.alt('Enter');
    await p.until('the record to go', (root) => document.querySelector(root) === null, CARD);
    assert.equal((await state(helena, 'Gilda')).state.kind, 'done');
  });
  await step('Progressiva: one call for a ready agent, dialled without a click (GN-02)', luana, async (p) => {
    await another('Boas-vindas', 'progressive', 'Heitor Recebido', STAYS.replace('1221', '3221'));
    await p.page.bringToFront();
    await p.sees('Campanha iniciada');
    await p.click('OK', '.notice');
    await p.sees('Chamada de campanha de saída para Heitor Recebido');
    await p.picture(shots, '52-progressiva');
    await p.alt('KeyX');
    await p.sees('Como terminou?');
    await p.alt('Enter');
    await p.until('the record to go', (root) => document.querySelector(root) === null, CARD);
  });
  await step('why a lead waits, and when next (GN-16); the day of a campaign', helena, async (p) => {
    await p.page.bringToFront();
    const lead = await state(p, 'Carla');
    await p.page.goto(`${home}#/campanhas/registros/-/${lead.lead}`);
    await p.sees('Por que não está sendo discado?');
    await p.until('a reason', () => document.querySelector('.dock .why p')?.innerText.length > 0);
    await p.picture(shots, '53-por-que-nao');
    const campaign = (await p.ask('GET', '/campaigns')).json.find((one) => one.name === 'Renova Energia').campaign;
    await p.page.goto(`${home}#/campanhas/andamento/${campaign}`);
    await p.until('the hour', () => document.querySelector('.one table .sum')?.innerText.includes('2'));
    await p.picture(shots, '54-dia-da-campanha');
    const csv = await p.page.evaluate(async (id) => (await fetch(`/api/v1/campaigns/${id}/results.csv`)).text(), campaign);
    assert.ok(csv.split('\n').length >= 3, csv);
  });
});
