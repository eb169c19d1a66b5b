// Every screen: the scene of the mock daemon, the address, and what is pressed before the picture.

const click = (selector) => async (page) => {
  await page.waitForSelector(selector, { timeout: 5_000 });
  await page.click(selector);
};
const alt = (code) => async (page) => {
  await page.keyboard.down('Alt');
  await page.keyboard.press(code);
  await page.keyboard.up('Alt');
};
const seen = (page, text) => page.waitForFunction((wanted) => document.body.innerText.includes(wanted), { timeout: 5_000 }, text);

export const SHOTS = [
  { name: '09-entrar', scene: 'login', async act(page) {
    await page.type('input[autocomplete=username]', 'luana.andrade');
    await page.type('input[autocomplete=current-password]', 'errada');
    await page.keyboard.press('Enter');
    await seen(page, 'não conferem');
  } },
  { name: '09a-escolher-a-senha', scene: 'login', path: 'welcome/abc', async act(page) {
    await seen(page, 'Beatriz Nunes');
    const fields = await page.$$('input[type=password]');
    for (const [i, text] of ['curta', 'curta'].entries()) await fields[i].type(text);
    await page.keyboard.press('Enter');
    await seen(page, 'Curto demais');
  } },
  { name: '09a-link-usado', scene: 'login', path: 'welcome/used', themes: ['light'] },
  { name: '09b-primeiro-acesso', scene: 'setup', path: 'setup/abc' },
  { name: '09c-ligar-a-central', scene: 'setup', path: 'setup/abc', async act(page) {
    const fields = await page.$$('form input');
    for (const [i, text] of ['Helena Dias', 'helena.dias', 'uma senha comprida', 'uma senha comprida'].entries()) await fields[i].type(text);
    await page.keyboard.press('Enter');
    await seen(page, 'Onde o Ramal registra');
    const inputs = await page.$$('.body input');
    for (const [i, text] of ['pabx.nortelux.example', '2100', 'errada'].entries()) await inputs[i].type(text);
    await click('.body .btn.primary')(page);
    await seen(page, 'Resultado do teste');
  } },
  { name: '02-tocando', scene: 'ringing', path: 'tocando' },
  { name: '02b-tocando-vazio', scene: 'idle', path: 'tocando' },
  { name: '02c-nome-hostil', scene: 'hostile', path: 'tocando', themes: ['light'] },
  { name: '01-atendimento', scene: 'talking', path: 'atendimento' },
  { name: '01b-atendimento-mudo', scene: 'muted', path: 'atendimento' },
  { name: '01c-pos-atendimento', scene: 'wrap-up', path: 'atendimento', async act(page) {
    await seen(page, 'Como terminou');
    await page.keyboard.press('1');
    await alt('KeyP')(page);
  } },
  { name: '01d-espera', scene: 'held', path: 'atendimento' },
  { name: '01e-chamando', scene: 'dialling', path: 'atendimento' },
  { name: '01f-sem-som', scene: 'trouble', path: 'atendimento' },
  { name: '01g-segunda-ligacao', scene: 'two-calls', path: 'atendimento' },
  { name: '01h-guardado', scene: 'talking', path: 'atendimento', async act(page, world) {
    world.fault = { status: 503, body: { error: { code: 'store', text: 'away' } } };
    await page.type('textarea', ' Pediu retorno amanhã.');
    await seen(page, 'Guardado neste computador');
  } },
  { name: '01i-nenhuma', scene: 'idle', path: 'atendimento' },
  { name: '01j-historico-do-contato', scene: 'talking', path: 'atendimento', act: click('.work .tabs button:last-child') },
  { name: '01k-atendimento-largo', scene: 'talking', path: 'atendimento', viewport: { width: 1920, height: 1080 }, themes: ['light'] },
  { name: '01l-zoom-200', scene: 'muted', path: 'atendimento', viewport: { width: 640, height: 800 }, themes: ['light'] },
  { name: '03-transferir', scene: 'talking', path: 'atendimento', async act(page) {
    await alt('KeyT')(page);
    await page.waitForSelector('.dock input');
    await page.type('.dock input', 'ra');
    await page.waitForSelector('.people li');
  } },
  { name: '03b-consulta', scene: 'consult', path: 'atendimento' },
  { name: '04-conferencia', scene: 'conference', path: 'atendimento' },
  { name: '04b-teclado', scene: 'talking', path: 'atendimento', async act(page) {
    await alt('KeyK')(page);
    await page.waitForSelector('.dock .keys');
    await page.keyboard.type('12#');
  } },
  { name: '05-discar', scene: 'idle', path: 'atendimento', async act(page) {
    await page.keyboard.down('Control');
    await page.keyboard.press('KeyK');
    await page.keyboard.up('Control');
    await page.waitForSelector('.dial-box input');
    await page.keyboard.type('0900 123 456');
    await page.keyboard.press('Enter');
    await seen(page, 'bloqueados');
  } },
  { name: '15-agendar-callback', scene: 'talking', path: 'atendimento', async act(page) {
    await alt('KeyB')(page);
    await page.waitForSelector('.slots button:not([disabled])');
    await page.type('input[placeholder="DD/MM/AAAA"]', '27112026');
    await page.type('input[placeholder="HH:MM"]', '1000');
    await page.waitForSelector('.pane [role=alert]');
  } },
  { name: '15b-callback-agendado', scene: 'talking', path: 'atendimento', themes: ['light'], async act(page) {
    await alt('KeyB')(page);
    await page.waitForSelector('.slots button:not([disabled])');
    await page.click('.slots button:not([disabled])');
    await page.click('.book-form .primary');
    await seen(page, 'Agendado:');
  } },
  { name: '15c-agendar-zoom-200', scene: 'talking', path: 'atendimento', viewport: { width: 640, height: 800 }, themes: ['light'], async act(page) {
    await alt('KeyB')(page);
    await page.waitForSelector('.slots button:not([disabled])');
  } },
  { name: '15d-agendar-largo', scene: 'wrap-up', path: 'atendimento', viewport: { width: 1920, height: 1080 }, themes: ['light'], async act(page) {
    await seen(page, 'Como terminou');
    await alt('KeyB')(page);
    await page.waitForSelector('.slots button:not([disabled])');
  } },
  { name: '15g-sem-permissao', scene: 'talking', path: 'atendimento', themes: ['light'], async act(page, world) {
    await alt('KeyB')(page);
    await page.waitForSelector('.slots button:not([disabled])');
    world.signedIn = { ...world.signedIn, permissions: world.signedIn.permissions.filter((one) => !one.startsWith('callbacks')) };
    world.tell({ me: world.signedIn });
    await page.waitForFunction(() => !document.body.innerText.includes('Callback') && document.querySelector('textarea'), { timeout: 2_000 });
  } },
  { name: '15h-lista-viva', scene: 'talking', path: 'atendimento', themes: ['light'], async act(page, world) {
    await alt('KeyB')(page);
    await page.waitForSelector('.slots button:not([disabled])');
    Object.assign(world.promised[0], { owner: { queue: '12' }, note: 'Mudado por outra pessoa.', version: 2 });
    world.tell({ callback: world.promised[0] });
    await page.waitForFunction(() => document.querySelector('.dock').innerText.includes('Mudado por outra pessoa.'), { timeout: 1_000 });
  } },
  { name: '15e-retorno-reservado', scene: 'reserved', path: 'historico', act: (page) => seen(page, 'Dona Maria') },
  { name: '15f-retorno-em-preview', scene: 'preview', path: 'atendimento', act: (page) => seen(page, 'Dona Maria') },
  { name: '16-callbacks-quadro', scene: 'supervisor', path: 'callbacks', async act(page) {
    await page.waitForSelector('tbody tr');
    await page.click('tbody tr:nth-child(2) input');
    await page.click('tbody tr:nth-child(4) input');
    await page.click('tbody tr:nth-child(3) .open');
    await seen(page, 'fora do horário');
  } },
  { name: '16b-callbacks-a-esclarecer', scene: 'idle', path: 'callbacks/lista/76', act: (page) => seen(page, 'Falou com a pessoa') },
  { name: '16c-agendar-de-qualquer-lugar', scene: 'idle', path: 'callbacks/agendar/+5531904120877/2026112400003986/Sebastião Moura Leite', themes: ['light'], act: (page) => page.waitForSelector('.slots button:not([disabled])') },
  { name: '16d-callbacks-importar', scene: 'supervisor', path: 'callbacks/csv', themes: ['light'], async act(page) {
    await page.waitForSelector('input[type=file]');
    await page.evaluate(() => {
      const chosen = new DataTransfer();
      chosen.items.add(new File(['schedule;recipient;number;note;owner;when\n5;Ana;11987654321;;luana.andrade;2026-12-25T10:00\n'], 'callbacks.csv'));
      const input = document.querySelector('input[type=file]');
      input.files = chosen.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await seen(page, 'Linha 3');
  } },
  { name: '16f-callbacks-english', scene: 'supervisor', path: 'callbacks/lista/77', language: 'en', themes: ['light'], async act(page) {
    await click('.top .face')(page);
    await page.evaluate(() => [...document.querySelectorAll('.item')].find((b) => b.textContent.includes('English')).click());
    await seen(page, 'Board of today');
    await page.select('.filters select', 'over');
    await seen(page, 'Attempt 3');
    await page.keyboard.press('Escape');
  } },
  { name: '16e-callbacks-zoom-200', scene: 'supervisor', path: 'callbacks', viewport: { width: 640, height: 800 }, themes: ['light'], act: (page) => page.waitForSelector('tbody tr') },
  { name: '17-escalas', scene: 'supervisor', path: 'admin/schedules/5', async act(page) {
    await page.waitForSelector('form .line input');
  } },
  { name: '17b-escala-muda', scene: 'supervisor', path: 'admin/schedules/5', themes: ['light'], async act(page) {
    await page.waitForSelector('form .line input');
    await click('form .line:nth-of-type(1) input[type=checkbox]')(page);
    await click('form .btn.primary')(page);
    await seen(page, 'fora desta mudança');
    await page.evaluate(() => document.querySelector('form .banner.is-pause').scrollIntoView({ block: 'center' }));
  } },
  { name: '18-nao-perturbe', scene: 'supervisor', path: 'discagem', async act(page) {
    await page.waitForSelector('tbody tr');
    await page.type('.dock input[type=tel]', '92 90733-5081');
    await page.click('.dock .primary');
    await seen(page, 'não pode ser discado agora');
  } },
  { name: '18b-regras', scene: 'supervisor', path: 'discagem/regras', themes: ['light'], act: (page) => seen(page, 'venceu') },
  { name: '18c-nao-ligar-mais', scene: 'supervisor', path: 'discagem/numeros/novo', themes: ['light'], act: (page) => seen(page, 'Vale em menos de 1 s') },
  { name: '19-agendamentos', scene: 'supervisor', path: 'agendamentos', async act(page) {
    await page.waitForSelector('tbody tr');
    await page.click('tbody tr:nth-child(3) .open');
    await page.waitForSelector('.dock textarea');
  } },
  { name: '19b-perto-demais', scene: 'supervisor', path: 'agendamentos/agendamentos/novo', async act(page) {
    await page.type('.dock [role=combobox]', 'serra');
    await click('.dock [role=option]')(page);
    await page.select('.dock select', '1');
    await page.type('.dock textarea', 'Ligar antes da reunião.');
    await page.type('.dock input[placeholder="DD/MM/AAAA"]', '24112026');
    await page.type('.dock input[placeholder="HH:MM"]', '1602');
    await click('.dock .btn.primary')(page);
    await seen(page, 'Perto demais');
    await page.evaluate(() => document.querySelector('.dock .banner.is-danger').scrollIntoView({ block: 'end' }));
  } },
  { name: '19c-mensagens', scene: 'supervisor', path: 'agendamentos/mensagens', themes: ['light'], act: (page) => page.waitForSelector('tbody tr') },
  { name: '19f-por-onde', scene: 'supervisor', path: 'agendamentos/agendamentos/novo', themes: ['light'], async act(page) {
    await page.waitForSelector('.dock textarea');
    const texts = await page.$$('.dock textarea');
    await texts.at(-1).type('Sua visita é amanhã, às 10h.');
    await seen(page, 'Por onde');
    await page.evaluate(() => [...document.querySelectorAll('.dock select')].at(-1).scrollIntoView({ block: 'center' }));
  } },
  { name: '19g-arquivos', scene: 'supervisor', path: 'agendamentos', async act(page) {
    await page.waitForSelector('tbody tr');
    await page.click('tbody tr:nth-child(3) .open');
    await seen(page, 'Ordem de serviço 4412.pdf');
    const at = (name) => page.evaluate((name) => {
      const input = document.querySelector('.dock input[type=file]');
      const all = new DataTransfer();
      all.items.add(new File(['%PDF-'], name, { type: 'application/pdf' }));
      input.files = all.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }, name);
    await at('comprovante de endereço do titular.pdf');
    await seen(page, 'comprovante de endereço');
    await at('fatura.exe.pdf');
    await seen(page, 'não é por dentro');
    await page.select('.dock .field:has(option[value=whatsapp]) select', '');
    await seen(page, 'não leva arquivos');
    await page.evaluate(() => document.querySelector('.dock progress, .dock [role=group]').scrollIntoView({ block: 'center' }));
  } },
  { name: '19d-aviso-de-agendamento', scene: 'idle', path: 'historico', async act(page, world) {
    await page.waitForSelector('tbody tr');
    world.tell({ reminder: { appointment: world.appointments[0] } });
    await seen(page, 'Ir para conversa');
    await seen(page, 'Mariana Figueiredo Prado');
  } },
  { name: '19e-contato', scene: 'idle', path: 'contato/301', themes: ['light'], act: (page) => page.waitForSelector('tbody tr') },
  { name: '06-historico', scene: 'paused', path: 'historico', async act(page) {
    await page.waitForSelector('tbody tr');
    await page.click('tbody tr td');
    await click('tbody tr .btn.quiet')(page);
    await page.waitForSelector('.player path.rest');
  } },
  { name: '06b-mensagens-sip', scene: 'supervisor', path: 'historico', async act(page) {
    await page.waitForSelector('tbody tr');
    await page.hover('tbody tr');
    await click('tbody tr .wide-icon')(page);
    await click('.rungs li summary')(page);
  } },
  { name: '10-senha-e-codigo', scene: 'idle', path: 'conta/entrada', async act(page) {
    await seen(page, 'Desligado');
    await page.type('form + form input', 'certa');
    await page.keyboard.press('Enter');
    await page.waitForSelector('form + form [role=img] path');
  } },
  { name: '10b-atalhos', scene: 'idle', path: 'conta/teclas', async act(page) {
    await click('li button')(page);
    await alt('KeyM')(page);
    await seen(page, 'outra coisa');
  } },
  { name: '08c-gravacoes', scene: 'supervisor', path: 'gravacoes', async act(page) {
    await click('tbody tr .btn.quiet')(page);
    await page.waitForSelector('.player path.rest');
  } },
  { name: '07-som-em-outra-aba', scene: 'other-tab', path: 'atendimento', async act(page) {
    await seen(page, 'O som está em outra aba');
    await page.evaluate(() => document.querySelector('.top .opt').closest('button').click());
    await page.waitForSelector('.sound');
  } },
  { name: '07b-avisos', scene: 'talking', path: 'atendimento', themes: ['light'], act: (page) => page.evaluate(() => document.querySelector('.top .count.loud').closest('button').click()) },
  { name: '07c-ausente', scene: 'offline', path: 'atendimento', themes: ['light'], act: alt('KeyP') },
  { name: '01m-concluir', scene: 'wrap-up', path: 'atendimento', themes: ['light'], act: (page) => seen(page, 'Como terminou') },
  { name: '08-supervisor', scene: 'supervisor', path: 'ao-vivo' },
  { name: '08b-mudar-estado', scene: 'supervisor', path: 'ao-vivo', themes: ['light'], act: click('.foot-bar .btn.quiet') },
  { name: '11-administracao-usuarios', scene: 'supervisor', path: 'admin/users/7' },
  { name: '11f-link-para-a-senha', scene: 'supervisor', path: 'admin/users/7', themes: ['light'], async act(page) {
    await seen(page, 'Link para a senha');
    await page.evaluate(() => [...document.querySelectorAll('form .btn')].find((b) => b.innerText.includes('Link para a senha')).click());
    await page.waitForSelector('form .made input');
    await page.evaluate(() => document.querySelector('form .made input').value.includes('/#/welcome/') && document.querySelector('form .made').scrollIntoView({ block: 'center' }));
  } },
  { name: '11b-administracao-ramais', scene: 'supervisor', path: 'admin/extensions/2133', async act(page) {
    await page.waitForSelector('form input');
    await click('form .btn[type=button]')(page);
    await seen(page, 'Resultado do teste');
  } },
  { name: '11d-importar-ramais', scene: 'supervisor', path: 'admin/extensions/csv', themes: ['light'], async act(page) {
    await page.waitForSelector('input[type=file]');
    await page.evaluate(() => {
      const chosen = new DataTransfer();
      chosen.items.add(new File(['ramal;senha;CEP\n2110;a1;\n2110;a2;\n2111;a3;\n'], 'ramais.csv'));
      const input = document.querySelector('input[type=file]');
      input.files = chosen.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await seen(page, 'Linha 3');
  } },
  { name: '11e-desligar-codigos', scene: 'supervisor', path: 'admin/users/7', themes: ['light'], async act(page) {
    await click('.codes .btn')(page);
    await page.evaluate(() => document.querySelector('.codes').scrollIntoView());
  } },
  { name: '11c-administracao-motivos', scene: 'supervisor', path: 'admin/reasons/novo', themes: ['light'] },
  { name: '13-configuracoes-alertas', scene: 'supervisor', path: 'config/alertas' },
  { name: '13b-perfis-das-centrais', scene: 'supervisor', path: 'config/centrais/asterisk' },
  { name: '13c-novo-perfil', scene: 'supervisor', path: 'config/centrais/novo', themes: ['light'] },
  { name: '13d-sons', scene: 'supervisor', path: 'config/sons/music', async act(page) {
    await page.waitForSelector('input[type=file]');
    await page.evaluate(() => {
      const chosen = new DataTransfer();
      chosen.items.add(new File(['ID3'], 'natal.mp3.wav'));
      const input = document.querySelector('input[type=file]');
      input.files = chosen.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await click('form .btn.primary')(page);
    await seen(page, 'Não é um arquivo WAV');
  } },
  { name: '14-pausa-atrasada', scene: 'break-due', path: 'atendimento', act: alt('KeyP') },
  { name: '14b-turnos', scene: 'supervisor', path: 'admin/shifts/31', act: (page) => page.waitForSelector('form .line') },
  { name: '14c-pausas', scene: 'supervisor', path: 'pausas', act: (page) => seen(page, 'curta demais') },
  { name: '20-minhas-campanhas', scene: 'record-offered', path: 'minhas-campanhas', act: (page) => seen(page, 'Antes desta') },
  { name: '20b-campanha-iniciada', scene: 'campaign-started', path: 'historico', act: (page) => seen(page, 'Campanha iniciada') },
  { name: '20c-esperando', scene: 'campaign-waiting', path: 'minhas-campanhas', act: (page) => seen(page, 'Esperando') },
  { name: '20d-oferecido-em-outra-tela', scene: 'record-offered', path: 'historico', act: (page) => seen(page, 'Registro oferecido') },
  { name: '20e-aberto', scene: 'record-open', path: 'minhas-campanhas', act: (page) => seen(page, 'Aparecer como') },
  { name: '20f-nao-discado', scene: 'record-denied', path: 'minhas-campanhas', act: (page) => seen(page, 'Manaus') },
  { name: '20g-em-ligacao', scene: 'record-talking', path: 'atendimento', act: (page) => seen(page, 'Roteiro') },
  { name: '20h-concluir', scene: 'record-closing', path: 'minhas-campanhas', act: (page) => seen(page, 'Como terminou') },
  { name: '20i-sem-contato', scene: 'record-not-reached', path: 'minhas-campanhas', act: (page) => seen(page, 'Ligar de novo') },
  { name: '20j-callback', scene: 'record-open', path: 'minhas-campanhas', async act(page) {
    await seen(page, 'Aparecer como');
    await alt('KeyB')(page);
    await page.waitForSelector('.book-form');
  } },
  { name: '20k-callback-invalido', scene: 'record-closing', path: 'minhas-campanhas', themes: ['light'], async act(page) {
    await seen(page, 'Como terminou');
    await alt('KeyB')(page);
    await page.waitForSelector('.book-form');
    await page.type('.book-form input[placeholder="DD/MM/AAAA"]', '23112026');
    await page.type('.book-form input[placeholder="HH:MM"]', '1000');
    await alt('Enter')(page);
    await seen(page, 'não foi concluído');
  } },
  { name: '20l-zoom-200', scene: 'record-open', path: 'minhas-campanhas', viewport: { width: 640, height: 800 }, themes: ['light'], act: (page) => seen(page, 'Aparecer como') },
  { name: '20m-english', scene: 'record-offered', path: 'minhas-campanhas', language: 'en', themes: ['light'], async act(page) {
    await click('.top .face')(page);
    await page.evaluate(() => [...document.querySelectorAll('.item')].find((b) => b.textContent.includes('English')).click());
    await seen(page, 'Record offered');
  } },
  { name: '21-conduzir-campanha', scene: 'steering', path: 'campanhas', act: (page) => page.waitForSelector('canvas') },
  { name: '21b-abandono', scene: 'steering', path: 'campanhas/andamento/62', async act(page) {
    await page.waitForSelector('.both table');
    await page.waitForFunction(() => document.querySelectorAll('canvas').length === 2);
    await page.evaluate(() => document.querySelector('.both').scrollIntoView());
  } },
  { name: '21k-preditiva', scene: 'steering', path: 'campanhas/andamento/62', act: (page) => seen(page, 'Abandono perto do limite') },
  { name: '21l-parada-por-lista', scene: 'steering', path: 'campanhas/andamento/61', act: (page) => seen(page, 'Procon SP') },
  { name: '21m-simular', scene: 'steering', path: 'campanhas/andamento/63', async act(page) {
    await seen(page, 'Simular antes');
    await page.evaluate(() => [...document.querySelectorAll('.btn')].find((b) => b.textContent.includes('Simular')).click());
    await seen(page, 'O que impede');
  } },
  { name: '21c-listas', scene: 'steering', path: 'campanhas/listas/72', act: (page) => seen(page, 'Incompleta').catch(() => seen(page, 'Importando')) },
  { name: '21d-importar', scene: 'steering', path: 'campanhas/listas/csv', async act(page) {
    await page.waitForSelector('input[type=file]');
    await page.evaluate(() => {
      const chosen = new DataTransfer();
      chosen.items.add(new File(['nome;celular\n'], 'renova-dezembro.csv'));
      const input = document.querySelector('.dock input[type=file]');
      input.files = chosen.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await seen(page, 'Linha 14');
  } },
  { name: '21e-importar-fim', scene: 'steering', path: 'campanhas/listas/csv', themes: ['light'], async act(page) {
    await page.waitForSelector('input[type=file]');
    await page.evaluate(() => {
      const chosen = new DataTransfer();
      chosen.items.add(new File(['nome;celular\n'], 'renova-dezembro.csv'));
      const input = document.querySelector('.dock input[type=file]');
      input.files = chosen.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await seen(page, 'Linha 14');
    await page.evaluate(() => document.querySelector('.dock form').lastElementChild.scrollIntoView());
  } },
  { name: '21f-por-que-nao', scene: 'steering', path: 'campanhas/registros/-/901', act: (page) => seen(page, 'Por que não') },
  { name: '21g-nova-campanha', scene: 'steering', path: 'admin/campaigns/60', act: (page) => seen(page, 'Finalidade') },
  { name: '21h-novas-tentativas', scene: 'steering', path: 'admin/campaigns/60', themes: ['light'], async act(page) {
    await seen(page, 'Novas tentativas');
    await page.evaluate(() => [...document.querySelectorAll('legend')].find((l) => l.innerText === 'Novas tentativas').scrollIntoView());
  } },
  { name: '21i-ritmo', scene: 'steering', path: 'admin/campaigns/60', themes: ['light'], async act(page) {
    await seen(page, 'Tratamento');
    await page.evaluate(() => document.querySelector('.dock form').lastElementChild.scrollIntoView());
  } },
  { name: '21j-zoom-200', scene: 'steering', path: 'campanhas', viewport: { width: 640, height: 800 }, themes: ['light'], act: (page) => page.waitForSelector('canvas') },
  { name: '12-english', scene: 'talking', path: 'atendimento', language: 'en', themes: ['light'], async act(page) {
    await click('.top .face')(page);
    await page.evaluate(() => [...document.querySelectorAll('.item')].find((b) => b.textContent.includes('English')).click());
    await seen(page, 'Hang up');
  } },
];
