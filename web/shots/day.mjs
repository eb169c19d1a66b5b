// A day of work in a real browser against a real daemon with a real PBX: from the set-up link to the history.
// Started by tests/web/desktop.rs.
//
//   RAMAL_LINK   the set-up link        RAMAL_PBX   the PBX's address        RAMAL_SHOTS   a folder for pictures, where they are wanted

import assert from 'node:assert/strict';
import { Person } from './browser.mjs';
import { play, world } from './stage.mjs';

const link = process.env.RAMAL_LINK;
const shots = process.env.RAMAL_SHOTS;
const home = new URL('/', link).href;
const PASSWORD = 'cavalo correto';
const NOTES = 'Cliente recebeu duas faturas de outubro.';

await play(async ({ browser, errors, step }) => {
  const helena = await Person.enter(browser, errors, link);
  await step('the set-up link makes the first administrator', helena, async (p) => {
    await p.sees('Sua conta de administrador');
    await p.picture(shots, '09b-primeiro-acesso');
    await p.fill('Seu nome', 'Helena Dias');
    await p.fill('Usuário', 'helena');
    await p.fill('Senha', PASSWORD);
    await p.fill('Repita a senha', PASSWORD);
    await p.page.keyboard.press('Enter');
    await p.sees('Ligar à central');
  });
  await step('a ramal of the PBX: a wrong password is told, the right one kept (VZ-12)', helena, async (p) => {
    await p.fill('Endereço da central', process.env.RAMAL_PBX);
    await p.fill('Primeiro ramal', '1004');
    await p.fill('Senha do ramal', 'errada');
    await p.click('Testar conexão');
    await p.sees('A senha não confere, ou a central não tem este ramal');
    await p.picture(shots, '09c-ligar-a-central');
    await p.fill('Senha do ramal', 'pw1004');
    await p.click('Testar conexão');
    await p.sees('Tudo certo');
    await p.click('Salvar e continuar');
    await p.sees('O que um agente escolhe ao pausar');
    await p.click('Concluir');
    await p.sees('Administração');
  });
  const add = async (p, tab, fields) => {
    await p.click(tab, '.tabs-row');
    await p.click('Novo');
    for (const [label, value] of fields) await p.fill(label, value, '.dock');
    await p.click('Salvar', '.dock');
    await p.sees(`Salvo: ${fields[0][1]}`);
  };
  await step('queues, tabulações and an agent with a ramal are created (VZ-13)', helena, async (p) => {
    await add(p, 'Filas', [['Nome', 'Faturas'], ['Número na central', '6011'], ['Pós-atendimento', '120'], ['Horário', 'seg-sex 08:00-20:00, sáb 08:00-12:00'], ['Roteiro', 'Confirme nome e CPF antes de falar de valores.']]);
    for (const name of ['Resolvido nesta ligação', 'Retorno combinado', 'Engano']) await add(p, 'Tabulações', [['Nome', name]]);
    await add(p, 'Usuários', [['Nome', 'Luana Andrade'], ['Usuário', 'luana'], ['Senha', PASSWORD], ['Perfil', 'Agente'], ['Ramal', '1001'], ['Faturas', true]]);
    await p.picture(shots, '11-administracao-usuarios');
    await p.click('Ramais', '.tabs-row');
    await p.sees('Registrado');
    const contact = { name: 'Mariana Figueiredo Prado', document: '529.982.247-25', account_name: 'Residencial 70418-6', phones: ['(19) 90745-2310'] };
    assert.equal((await p.ask('POST', '/contacts', contact)).status, 201);
  });

  const luana = await Person.enter(browser, errors, home);
  const closed = [];
  const cdp = await luana.page.createCDPSession();
  await cdp.send('Network.enable');
  cdp.on('Network.webSocketClosed', () => closed.push(Date.now()));
  await step('a wrong password is told, the right one lets in', luana, async (p) => {
    await p.fill('Usuário', 'luana');
    await p.fill('Senha', 'errada errada');
    await p.page.keyboard.press('Enter');
    await p.sees('Usuário ou senha não conferem');
    await p.picture(shots, '09-entrar');
    await p.fill('Senha', PASSWORD);
    await p.page.keyboard.press('Enter');
    await p.sees('Nenhuma ligação agora');
    await p.sees('Ramal 1001 registrado');
  });
  await step('three menus and no more (SM-01)', luana, async (p) => {
    assert.deepEqual(await p.page.$$eval('nav li a .grow', (all) => all.map((one) => one.innerText)), ['Tocando', 'Atendimento', 'Histórico']);
  });
  await step('the day begins: ready (VZ-14)', luana, async (p) => {
    await p.alt('KeyP');
    await p.click('Começar e ficar disponível');
    await p.sees('Disponível');
    await p.sees('1 de 1 fila');
  });

  await step('a call rings: Nova chamada, with who it is (SM-02, SM-03)', luana, async (p) => {
    await p.page.goto(`${home}#/tocando`);
    await world('the customer calls');
    await p.sees('Nova chamada');
    await p.sees('Mariana Figueiredo Prado');
    await p.sees('(19) 90745-2310');
    const parts = await p.page.$eval('.ring-list li', (row) => ['.num.big', '.tag', 'time'].map((part) => [row.querySelector(part).innerText, row.querySelector(part).getBoundingClientRect().left]));
    assert.deepEqual(parts.slice(0, 2).map(([text]) => text), ['(19) 90745-2310', 'Em espera']);
    assert.ok(parts[0][1] < parts[1][1] && parts[1][1] < parts[2][1], `number, Em espera, time: ${parts}`);
    await p.until('the wait to run', (before) => document.querySelector('.ring-list li time').innerText !== before, parts[2][0]);
    await p.picture(shots, '02-tocando');
    await p.page.goto(`${home}#/historico`);
    const beside = await p.page.$eval('.notice', (notice) => {
      const { left, top, right, bottom } = notice.getBoundingClientRect();
      return { left, top, right: innerWidth - right, bottom: innerHeight - bottom };
    });
    assert.ok(beside.right < 40 && beside.bottom < 40 && beside.left > 640 && beside.top > 400, `at the bottom right: ${JSON.stringify(beside)}`);
    await p.picture(shots, '02b-nova-chamada');
  });
  await step('a click answers, and Atendimento opens by itself with the case filled (SM-04, SM-06, SM-07)', luana, async (p) => {
    await p.click('Atender', '.notice');
    await p.sees('Observações');
    assert.equal(p.hash, '#/atendimento');
    await p.sees('Em ligação');
    // CB-03: where callbacks are promised.
    await p.sees('Agendamento de Callback');
    const filled = ['CPF/CNPJ', 'Nome do contato', 'Telefone do contato', 'Conta', 'Proprietário'].map((label) => p.value(label));
    assert.deepEqual(await Promise.all(filled), ['529.982.247-25', 'Mariana Figueiredo Prado', '(19) 90745-2310', 'Residencial 70418-6', 'Luana Andrade']);
    await world('the agent hears the customer');
  });
  await step('talking and registering on the same screen: the case is saved as it is typed (SM-12, VZ-01)', luana, async (p) => {
    await p.until('the call beside the form', () => document.querySelector('.act.hang') && document.querySelector('textarea'));
    await p.fill('Motivo', 'Fatura em duplicidade');
    await p.page.focus('textarea');
    await p.page.keyboard.type(NOTES);
    await p.sees('Salvo às');
    await p.picture(shots, '01-atendimento');
  });
  await step('hold with music and back, mute and back', luana, async (p) => {
    await p.alt('KeyE');
    await p.sees('Em espera com música');
    await p.pressed('Espera');
    await p.alt('KeyE');
    await p.pressed('Espera', false);
    await p.alt('KeyM');
    await p.sees('o cliente não ouve você');
    await p.pressed('Mudo');
  });
  await step('a reload in mid-call loses nothing: call, mute, what was typed (SP-06)', luana, async (p) => {
    await p.page.reload({ waitUntil: 'networkidle0' });
    await p.pressed('Mudo');
    assert.equal(await p.page.$eval('textarea', (t) => t.value), NOTES);
    assert.equal(await p.value('Motivo'), 'Fatura em duplicidade');
    await p.alt('KeyM');
    await p.pressed('Mudo', false);
  });
  await step('a second tab shows the same, and what is done in one is seen in the other', luana, async (p) => {
    const second = new Person(await p.page.browserContext().newPage(), errors);
    await second.open(home);
    await second.pressed('Mudo', false);
    await second.alt('KeyM');
    await p.pressed('Mudo');
    await p.alt('KeyM');
    await second.pressed('Mudo', false);
    await second.page.close();
    await p.page.bringToFront();
  });
  await step('the supervisor sees it live (VZ-17)', helena, async (p) => {
    await p.page.bringToFront();
    await p.page.goto(`${home}#/ao-vivo`);
    await p.sees('Luana Andrade');
    await p.sees('Mariana Figueiredo Prado');
    await p.picture(shots, '08-supervisor');
    await luana.page.bringToFront();
  });
  await step('a consultation: found by its lamp, asked, swapped, back (VZ-07)', luana, async (p) => {
    await p.alt('KeyT');
    await p.page.waitForSelector('.dock .input input');
    await p.page.keyboard.type('1003');
    await p.until('one colleague', () => document.querySelectorAll('.people li').length === 1);
    await p.picture(shots, '03-transferir');
    await p.page.keyboard.press('Enter');
    await p.sees('você fala com 1003');
    await p.picture(shots, '03b-consulta');
    await p.alt('KeyS');
    await p.sees('você fala com Mariana');
    await p.alt('KeyS');
    await p.sees('você fala com 1003');
    await p.page.keyboard.press('Escape');
    await p.seesNo('você fala com');
    await world('the colleague is free');
  });
  await step('a conference of three, and out of it again (VZ-10)', luana, async (p) => {
    await p.alt('KeyC');
    await p.page.waitForSelector('.dock .input input');
    await p.page.keyboard.type('1003');
    await p.until('one colleague', () => document.querySelectorAll('.people li').length === 1);
    await p.page.keyboard.press('Enter');
    await p.sees('você fala com 1003');
    await p.alt('KeyC');
    await p.sees('Conferência de 3');
    await p.picture(shots, '04-conferencia');
    await (await p.page.$$('.dock .two .fg-danger')).at(-1).click();
    await p.seesNo('Conferência de 3');
  });
  await step('the call ends: Pós-atendimento, which a reload does not lose', luana, async (p) => {
    await p.alt('KeyX');
    await p.sees('Como terminou?');
    await world('the customer has heard the agent');
    await p.page.reload({ waitUntil: 'networkidle0' });
    await p.sees('Como terminou?');
    await p.sees('Pós-atendimento: faltam');
    await p.page.keyboard.press('1');
    await p.sees('Salvo às');
    await p.picture(shots, '01c-pos-atendimento');
    await p.alt('Enter');
    await p.sees('Nenhuma ligação agora');
    await p.sees('Disponível');
  });
  await step('Histórico has its row with Protocolo, and plays the recording (SM-09, SM-11)', luana, async (p) => {
    await p.page.goto(`${home}#/historico`);
    await p.sees('(19) 90745-2310');
    const { rows } = (await p.ask('GET', '/history')).json;
    const began = rows.map((r) => Date.parse(r.started));
    assert.deepEqual(began, [...began].sort((a, b) => b - a), 'newest first');
    const row = rows.find((r) => r.number.endsWith('19907452310'));
    assert.equal(row.direction, 'inbound');
    assert.match(row.protocolo, /^\d{16}$/);
    await p.sees(`${row.protocolo.slice(0, 8)}\u2009${row.protocolo.slice(8, 15)}\u2009${row.protocolo.slice(15)}`);
    const kept = (await p.ask('GET', `/cases/${row.case}`)).json;
    const task = kept.tasks.find((one) => one.call === row.call);
    assert.deepEqual([kept.state, kept.subject, kept.notes], ['closed', 'Fatura em duplicidade', NOTES]);
    assert.deepEqual([task.subject, task.recording], [row.protocolo, row.recording.recording]);
    assert.equal(kept.tasks.length, 3, 'the consultations are of this case too');
    await p.click('00:', 'tbody tr:last-child');
    await p.page.waitForSelector('.player path.rest');
    await p.until('sound', () => document.querySelector('audio').currentTime > 0.3);
    await p.picture(shots, '06-historico');
  });
  await step('another day is chosen, and today again (SM-10)', luana, async (p) => {
    await p.click('Dia anterior');
    await p.sees('Nenhuma ligação neste dia');
    await p.click('Dia seguinte');
    await p.sees('(19) 90745-2310');
  });
  await step('dialled: the gate refuses in words, then 604, an unknown number, hears the digits (SM-08)', luana, async (p) => {
    await p.page.keyboard.down('Control');
    await p.page.keyboard.press('KeyK');
    await p.page.keyboard.up('Control');
    await p.page.waitForSelector('.dial-box input');
    await p.page.keyboard.type('0900 123 4567');
    await p.page.keyboard.press('Enter');
    await p.sees('Nada foi discado');
    await p.picture(shots, '05-discar');
    await p.page.evaluate(() => document.querySelector('.dial-box input').select());
    await p.page.keyboard.type('604');
    await p.page.keyboard.press('Enter');
    await p.sees('Em ligação');
    await p.pressed('Mudo', false);
    await p.sees('Número sem cadastro');
    assert.deepEqual([await p.value('CPF/CNPJ'), await p.value('Nome do contato'), await p.value('Conta')], ['', '', ''], 'an unknown number is no error');
    await p.alt('KeyK');
    await p.page.waitForSelector('.dock .keys');
    await p.page.keyboard.type('1234');
    await world('604 has read 1234');
    await p.until('the end', () => !document.querySelector('.act.hang') || (document.querySelector('.act.hang').click(), false));
  });
  await step('a blind transfer: the agent is free, the customer talks with the colleague (VZ-07)', luana, async (p) => {
    await p.until('no more writing', () => !document.body.innerText.includes('Como terminou?') || (document.querySelector('.act.next')?.click(), false));
    await p.sees('Disponível');
    await world('the customer calls');
    await p.sees('Nova chamada');
    await p.alt('KeyA');
    await p.pressed('Mudo', false);
    await p.alt('KeyT');
    await p.page.waitForSelector('.dock .input input');
    await p.page.keyboard.type('1003');
    await p.until('one colleague', () => document.querySelectorAll('.people li').length === 1);
    await p.page.keyboard.down('Shift');
    await p.page.keyboard.press('Enter');
    await p.page.keyboard.up('Shift');
    await p.sees('Como terminou?');
    await world('the customer hangs up');
    await p.alt('Enter');
    await p.sees('Disponível');
  });
  await step('a refused call is gone, and in Histórico the same moment (SM-09)', luana, async (p) => {
    await p.page.goto(`${home}#/historico`);
    // The number stands on the page before, too.
    await p.until('the rows of today', () => [...document.querySelectorAll('tbody tr')].some((row) => row.textContent.includes('90745-2310')));
    const before = (await p.page.$$('tbody tr')).length;
    await world('the customer calls');
    await p.sees('Nova chamada');
    await p.click('Recusar', '.notice');
    await p.seesNo('Nova chamada');
    await p.until('one row more', (rows) => document.querySelectorAll('tbody tr').length === rows + 1, before);
    await p.page.goto(`${home}#/atendimento`);
  });
  await step('a pause with its reason (VZ-14)', luana, async (p) => {
    await p.alt('KeyP');
    await p.click('Almoço');
    await p.sees('Almoço');
    await p.sees('de 1:00:00');
  });
  await step('signing out closes the live socket at once', luana, async (p) => {
    const before = closed.length;
    await p.click('Luana Andrade', '.top');
    await p.click('Sair');
    await p.sees('Entrar no Ramal');
    await p.until('the closed socket', () => true);
    assert.ok(closed.length > before, 'the socket is open yet');
    assert.equal((await p.ask('GET', '/session')).status, 401);
  });
});
