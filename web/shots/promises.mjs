// Promises at the desktop: a call is promised after a call and rings back at its minute; appointments open a case or say why they
// did not. A real browser, a real daemon, a real PBX. Started by tests/web/desktop.rs.
//
//   RAMAL_LINK   the set-up link        RAMAL_SHOTS   a folder for pictures, where they are wanted

import assert from 'node:assert/strict';
import { Person } from './browser.mjs';
import { PASSWORD, signIn } from './ears.mjs';
import { play, world } from './stage.mjs';

const link = process.env.RAMAL_LINK;
const shots = process.env.RAMAL_SHOTS;
const home = new URL('/', link).href;
const ZONE = 'America/Sao_Paulo';
const TAB = 'Agendamento de Callback';
const WHY = 'sobre a fatura em duplicidade';

/** The next whole minute, as people write it; the one after, where what is promised for it could not be typed in time (in ms). */
function soon(typing = 45_000) {
  const at = new Date(Math.ceil((Date.now() + typing) / 60_000) * 60_000);
  const said = (options) => new Intl.DateTimeFormat('pt-BR', { timeZone: ZONE, ...options }).format(at);
  const [date, time] = [said({ day: '2-digit', month: '2-digit', year: 'numeric' }), said({ hour: '2-digit', minute: '2-digit', hour12: false })];
  return { at: at.getTime(), date, time, local: `${date.split('/').reverse().join('-')}T${time}:00` };
}

await play(async ({ browser, errors, step }) => {
  const helena = await Person.enter(browser, errors, link);
  const ids = {};
  await step('an office: an escala, a department, two contacts, an agent and two administrators', helena, async (p) => {
    const make = async (path, body) => {
      const { status, json } = await p.ask('POST', path, body);
      assert.ok([200, 201, 204].includes(status), `${path}: ${status} ${JSON.stringify(json)}`);
      return json;
    };
    await make('/setup', { token: link.split('/').at(-1), name: 'Helena Dias', login: 'helena', password: PASSWORD });
    const calendar = { national: false, optional: false, states: [], places: [] };
    await make('/schedules', { name: 'Retornos', week: Array(7).fill({ from: 0, until: 1440 }), zone: ZONE, slot_minutes: 30, capacity: 5, attempts: 2, calendar });
    ids.department = (await make('/departments', { name: 'Suporte' })).id;
    ids.mariana = (await make('/contacts', { name: 'Mariana Figueiredo Prado', phones: ['(19) 90745-2310'] })).contact;
    ids.josue = (await make('/contacts', { name: 'Josué Batista Lins', phones: ['(19) 90745-9999'] })).contact;
    ids.perfil = (await make('/perfis', { name: 'Sem callbacks', permissions: ['calls'] })).perfil;
    const queue = (await make('/queues', { name: 'Faturas', number: '6011', wrap_up_s: 120 })).queue;
    await make('/dispositions', { name: 'Retorno combinado' });
    ids.luana = (await make('/users', { login: 'luana', name: 'Luana Andrade', perfil: '1', ramal: '1001', queues: [queue], password: PASSWORD })).user;
    await make('/users', { login: 'sara', name: 'Sara Nunes', perfil: '3', password: PASSWORD });
    await p.open(home);
    await p.sees('Ao vivo');
  });
  const luana = await Person.enter(browser, errors, home);
  await step('a call comes in and is over: its case stays open', luana, async (p) => {
    await signIn(p, 'luana');
    await p.sees('Ramal 1001 registrado');
    await p.alt('KeyP');
    await p.click('Começar e ficar disponível');
    await p.sees('Disponível');
    await world('the customer calls');
    await p.click('Atender', '.notice');
    await p.pressed('Mudo', false);
    await p.alt('KeyX');
    await p.sees('Como terminou?');
  });
  const minute = soon();
  await step('two clicks in the tab make one promise (CB-01, CB-03, CB-05)', luana, async (p) => {
    await p.click(TAB, '[role=tablist]');
    await p.fill('Data', minute.date, '.book-form');
    await p.fill('Hora', minute.time, '.book-form');
    await p.fill('Telefone ou ramal', '1002', '.book-form');
    await p.fill('Observação', WHY, '.book-form');
    const save = await p.page.waitForSelector('.book-form button.primary:not([disabled])');
    await save.click({ count: 2 });
    await p.sees('Agendado: Mariana Figueiredo Prado');
    await p.fill('Telefone ou ramal', '1002', '.book-form');
    await p.until('the promise in the list', (why) => [...document.querySelectorAll('.dock section')].filter((one) => one.innerText.includes(why)).length === 1, WHY);
    await p.picture(shots, '20-promessa-agendada');
    const { rows } = (await p.ask('GET', '/callbacks?state=all')).json;
    assert.deepEqual(rows.map((row) => [row.number, row.due_local, row.note, row.state]), [['1002', minute.local, WHY, 'open']]);
  });
  await step('a right that is taken takes the tab with it (CB-02)', luana, async (p) => {
    const becomes = async (perfil) => assert.equal((await helena.ask('PATCH', `/users/${ids.luana}`, { perfil })).status, 200);
    const tabs = (wanted, there) => [...document.querySelectorAll('[role=tab]')].some((one) => one.innerText.includes(wanted)) === there;
    const taken = Date.now();
    await becomes(ids.perfil);
    await p.until('the tab to go', tabs, TAB, false);
    assert.ok(Date.now() - taken < 2000, `the tab went after ${Date.now() - taken} ms`);
    assert.equal((await p.ask('GET', '/callbacks')).status, 403);
    await becomes('1');
    await p.until('the tab to be back', tabs, TAB, true);
    await p.alt('Enter');
    await p.sees('Disponível');
  });
  await step('two appointments: for who has an open case, and for who has none (AG-01, AG-05)', helena, async (p) => {
    const open = (await p.ask('GET', `/cases?contact=${ids.mariana}`)).json;
    assert.deepEqual((open.rows ?? open).map((one) => one.state), ['open']);
    await p.page.bringToFront();
    await p.page.goto(`${home}#/agendamentos/agendamentos/novo`);
    await p.fill('Contato', 'Mariana', '.dock');
    await p.until('the contact', () => document.querySelector('.dock [role=option]'));
    await p.page.keyboard.press('Enter');
    await p.fill('Departamento', 'Suporte', '.dock');
    await p.fill('Atendente', 'Luana Andrade', '.dock');
    await p.fill('Comentário', 'Confirmar a visita de amanhã.', '.dock');
    await p.fill('Mensagem', 'Sua visita é amanhã.', '.dock');
    await p.fill('Para', '1002', '.dock');
    await p.fill('Data', minute.date, '.dock');
    await p.fill('Hora', minute.time, '.dock');
    await p.click('Agendar', '.dock form');
    await p.sees('Agendamento salvo.');
    const sara = await Person.enter(browser, errors, home);
    await signIn(sara, 'sara');
    await sara.sees('Ao vivo');
    const form = { action: 'open-case', contact: ids.josue, department: ids.department, agent: ids.luana, comment: 'Segunda via.', message: { channel: 'sip', to: '1002', text: 'Sua segunda via saiu.' }, zone: ZONE, when: minute.local };
    assert.equal((await sara.ask('POST', '/appointments', form)).status, 201);
    await sara.page.close();
  });
  await step('before it rings the page says who is called and why (CB-08)', luana, async (p) => {
    await p.page.bringToFront();
    await p.page.waitForSelector('.record', { timeout: Math.max(minute.at - Date.now(), 1) });
    const card = await p.page.$eval('.record', (record) => record.innerText);
    for (const part of ['Retorno de chamada pessoal', 'Mariana Figueiredo Prado', '1002', WHY, 'O Ramal disca sozinho']) assert.ok(card.includes(part), `${part}: ${card}`);
    await p.picture(shots, '21-retorno-agora');
  });
  await step('it rings at its minute, and whoever answers talks with the agent', luana, async (p) => {
    await world('the customer is called');
    const late = Date.now() - minute.at;
    assert.ok(late >= 0 && late < 5000, `it rang ${late} ms after its time`);
    await world('the customer answers');
    await p.pressed('Mudo', false);
    await p.sees('Em ligação');
    assert.equal(p.hash, '#/atendimento');
    const { rows } = (await p.ask('GET', '/callbacks?state=all')).json;
    assert.deepEqual(rows.map((row) => [row.state, row.attempts]), [['done', 1]]);
  });
  await step('with a case open nothing is sent, and the agent is told why (AG-04, AG-08)', luana, async (p) => {
    await p.sees('pois o chamado já está aberto');
    await p.sees('Mariana Figueiredo Prado');
    await p.picture(shots, '22-agendamento-falhou');
    await p.click('Agendamento', '.top');
    await p.seesNo('pois o chamado já está aberto');
    await p.click('Agendamento', '.top');
    await p.sees('pois o chamado já está aberto');
    await p.click('Ir para conversa');
    await p.until('the contact', (contact) => location.hash.includes(contact), ids.mariana);
    await p.alt('KeyX');
  });
  await step('both are in the list as they ended, and one message went out (AG-04)', helena, async (p) => {
    await p.page.bringToFront();
    await p.until('both ends', () => ['chamado já aberto', 'Concluído'].every((word) => document.querySelector('tbody')?.innerText.includes(word)));
    const cells = await p.page.$$eval('tbody tr', (all) => all.map((row) => row.innerText));
    assert.ok(cells.find((text) => text.includes('Josué')).includes('Concluído') && cells.find((text) => text.includes('Mariana')).includes('Erro'), cells.join('\n'));
    const { rows } = (await p.ask('GET', '/outbox?state=all')).json;
    assert.deepEqual(rows.map((row) => row.message.text), ['Sua segunda via saiu.']);
  });
});
