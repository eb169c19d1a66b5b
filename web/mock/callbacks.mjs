// Promised calls, escalas, the gate and appointments as fixtures, and what the page may do with them. All clocks are São Paulo's, three hours behind.

import { at } from './calls.mjs';

const ZONE = 'America/Sao_Paulo';
const BEHIND = 3 * 3_600_000;
const DAY = 86_400_000;
const local = (instant) => new Date(instant - BEHIND).toISOString().slice(0, 19);
const instantOf = (when) => Date.parse(`${when.slice(0, 16)}:00Z`) + BEHIND;
const today = (now) => local(now).slice(0, 10);
const dayAfter = (now, days) => local(now + days * DAY).slice(0, 10);

const day = { from: 540, until: 1080 };
const schedule = (more) => ({
  zone: ZONE, week: [day, day, day, day, day, { from: 600, until: 840 }, null], closed: { '2026-12-24': 'Véspera de Natal', '2026-12-31': 'Véspera de Ano-Novo' }, slot_minutes: 30, capacity: 4, attempts: 3, interval_minutes: 40,
  mode: 'automatic', absence: { grace_minutes: 15, then: { queue: '11' } }, patience_s: 60, queues: [], returns: false, calendar: { national: true, optional: false, states: ['SP'], places: ['Campinas'] }, ...more,
});
const schedules = [
  schedule({ schedule: '5', name: 'Retorno comercial', queues: ['11', '12'], returns: true }),
  schedule({ schedule: '6', name: 'Suporte noturno', zone: 'America/Manaus', week: Array.from({ length: 7 }, () => ({ from: 1080, until: 1320 })), capacity: 2, mode: 'preview', queues: ['12'], absence: { grace_minutes: 5, then: 'stay' } }),
];

const callback = (now, id, when, more = {}) => ({
  callback: id, version: 1, kind: 'callback', schedule: '5', recipient: 'Mariana Figueiredo Prado', number: '+5519907452310', note: '', owner: { person: '7' }, protocolo: '2026112400004173',
  due: new Date(instantOf(when)).toISOString(), due_local: `${when.slice(0, 16)}:00`, zone: ZONE, next: new Date(instantOf(when)).toISOString(), attempts: 0, denied: null, state: 'open', user: null, ...more,
});
const promised = (now) => [
  callback(now, '71', `${today(now)}T17:30`, { owner: { queue: '11' }, note: 'Avisar sobre o estorno.' }),
  callback(now, '72', `${dayAfter(now, 3)}T09:30`, { owner: { person: '8' }, note: 'Confirmar visita técnica.' }),
  callback(now, '73', `${dayAfter(now, -12)}T16:00`, { state: 'done', attempts: 2 }),
  callback(now, '74', `${today(now)}T14:00`, { recipient: 'Sebastião Moura Leite', number: '+5531904120877', state: 'waiting', owner: { queue: '11' }, note: 'Pediu a segunda via.', protocolo: '2026112400003986' }),
  callback(now, '75', `${today(now)}T11:00`, { recipient: 'Aldenir Tupinambá Reis', number: '+5592907335081', attempts: 1, protocolo: '2026112300003601', next: at(now, -65_000), denied: { rule: 'hours', fact: 'outside hours of +5592', next: at(now, -70_000), zone: 'America/Manaus' } }),
  callback(now, '76', `${today(now)}T10:30`, { recipient: 'Padaria Flor do Ipê ME', number: '+5511900874402', state: 'unknown', attempts: 1, owner: { queue: '11' }, protocolo: null }),
  callback(now, '77', `${today(now)}T09:00`, { recipient: 'Ingrid Schroeder Knoll', number: '+5547909135518', state: 'exhausted', attempts: 3, owner: { person: '8' }, protocolo: '2026112300003392' }),
  callback(now, '78', `${today(now)}T09:30`, { recipient: 'Edvaldo Nascimento Cruz', number: '+5571903552096', state: 'done', attempts: 1, owner: { person: '9' }, protocolo: '2026112300003518' }),
  callback(now, '79', `${today(now)}T13:30`, { recipient: 'Clínica Bem Viver S/S', number: '+5562905048831', state: 'missed', owner: { person: '14' }, protocolo: '2026112300003700' }),
  callback(now, '80', `${today(now)}T16:00`, { recipient: 'Recepção', number: '2114', owner: { person: '7' }, protocolo: null, note: 'Chave do arquivo.' }),
  callback(now, '81', `${dayAfter(now, -1)}T15:00`, { recipient: 'Josué Batista Lins', number: '+5581904673395', state: 'cancelled', protocolo: '2026112300003205' }),
];

const HISTORY = (now) => ({
  75: [
    { at: at(now, 90_000), attempt: null, state: 'open', outcome: null },
    { at: at(now, 12_700), attempt: 1, state: 'open', outcome: { kind: 'no-answer' } },
    { at: at(now, 10_300), attempt: null, state: 'open', outcome: { kind: 'denied', rule: 'hours', why: 'outside hours', next: at(now, -70_000) } },
  ],
  76: [{ at: at(now, 14_500), attempt: 1, state: 'open', outcome: { kind: 'unknown' } }],
  77: [{ at: at(now, 19_900), attempt: 1, state: 'open', outcome: { kind: 'no-answer' } }, { at: at(now, 17_400), attempt: 2, state: 'open', outcome: { kind: 'busy' } }, { at: at(now, 15_000), attempt: 3, state: 'exhausted', outcome: { kind: 'no-answer' } }],
  78: [{ at: at(now, 18_100), attempt: 1, state: 'open', outcome: { kind: 'answered' } }],
});

const suppression = (id, number, source, since, more = {}) => ({ suppression: id, number, source, note: '', since, until: null, by: null, ...more });
const suppressions = (now) => [
  suppression('301', '+5511908842201', 'Procon SP', '2026-11-02T12:00:00Z'), suppression('302', '+5511907719034', 'Procon SP', '2026-11-02T12:00:00Z'),
  suppression('303', '+5521906640178', 'pedido do cliente', at(now, 172_800), { by: '8', note: 'Não quer ofertas; só retornos.' }), suppression('304', '+5541905531267', 'Não Me Perturbe', '2026-10-15T12:00:00Z', { until: '2027-10-15T03:00:00Z' }),
  suppression('305', '+5585902317714', 'pedido do cliente', at(now, 9_000), { by: '7' }),
];
const rules = [
  { rule: 'hours telemarketing', from: '2005-01-01', until: null, source: 'Código de ética (Probare)', standing: 'in-force' }, { rule: 'attempts day', from: '2000-01-01', until: null, source: 'escolha do Ramal', standing: 'in-force' },
  { rule: 'holiday Natal', from: '1949-04-06', until: null, source: 'Lei 662/1949, art. 1', standing: 'in-force' }, { rule: 'holiday Consciência Negra', from: '2023-12-21', until: null, source: 'Lei 14.759/2023', standing: 'in-force' },
  { rule: 'holiday Dia do Católico', from: '2025-01-01', until: '2030-12-31', source: 'Lei AC 3.137/2016', standing: 'in-force' }, { rule: 'holiday Aniversário de Campinas', from: '2020-01-01', until: '2025-12-31', source: 'Lei municipal de Campinas', standing: 'over' },
  { rule: 'zone +5592', from: '2000-01-01', until: null, source: 'Anatel, Resolução 749/2022', standing: 'in-force' }, { rule: 'holiday Evangélico (DF)', from: '2027-01-01', until: null, source: 'Lei DF 893/1995', standing: 'to-come' },
];

const file = (id, name, size, kind = 'application/pdf') => ({ file: id, name, kind, size });
const appointment = (id, when, more = {}) => ({
  appointment: id, version: 1, action: 'open-case-and-notify', person: null, contact: '301', department: '1', agent: '7', comment: 'Confirmar se o estorno caiu na conta.', message: null, files: [], why: null,
  due: new Date(instantOf(when)).toISOString(), due_local: `${when}:00`, zone: ZONE, state: 'scheduled', error: null, creator: '1', ...more,
});
const appointments = (now) => [
  appointment('901', `${today(now)}T16:00`), appointment('902', `${today(now)}T16:30`, { action: 'notify', contact: '302', department: '1', agent: '8', comment: '', person: 'Diretoria' }),
  appointment('903', `${dayAfter(now, 2)}T09:00`, { action: 'open-case', contact: '303', department: '3', agent: null, comment: 'Levar o técnico do bloco B.', message: { channel: 'webhook', hook: 'whatsapp', to: '+5531904120877', text: 'Sua visita técnica é hoje, às 10h.' }, files: [file('61', 'Ordem de serviço 4412.pdf', 184_320), file('62', 'fachada do bloco B.jpg', 2_516_582, 'image/jpeg')] }),
  appointment('904', `${today(now)}T10:00`, { state: 'done', comment: 'Cobrar o laudo.' }), appointment('905', `${today(now)}T09:00`, { state: 'error', error: 'case-open', contact: '302' }),
];
const letter = (item, to, text, more) => ({ item, version: 1, message: { channel: 'sip', hook: null, to, text }, appointment: '904', lead: null, files: [], dead: null, why: null, ...more });
const outbox = (now) => [
  letter('1', '+5531904120877', 'Seu boleto vence amanhã.', { state: 'dead', dead: 'exhausted', tries: 8, next: at(now, 60), why: 'the gateway answered 503', files: [file('63', 'boleto-novembro.pdf', 48_213)], message: { channel: 'webhook', hook: 'whatsapp', to: '+5531904120877', text: 'Seu boleto vence amanhã.' } }),
  letter('2', '2114', 'Visita confirmada para as 10h.', { state: 'queued', tries: 2, next: at(now, -240), why: '480 Temporarily Unavailable' }),
  letter('3', '+5519907452310', 'Recebemos o seu pedido.', { state: 'trying', tries: 1, next: at(now, 5) }),
  letter('4', '', JSON.stringify({ event: 'lead', campaign: { id: '60', name: 'Renova Energia' }, lead: { id: '81', recipient: 'Mariana Figueiredo Prado' } }), { lead: '81', appointment: null, state: 'dead', dead: 'refused', tries: 1, next: at(now, 60), why: 'the gateway answered 404' }),
];
export const contacts = [
  { contact: '301', name: 'Mariana Figueiredo Prado', document: '52998224725', phones: ['+5519907452310'], account_name: 'Residencial 70418-6', note: null },
  { contact: '302', name: 'Transportes Serra Azul Ltda.', document: null, phones: ['+5531901186602'], account_name: null, note: null },
  { contact: '303', name: 'Sebastião Moura Leite', document: null, phones: ['+5531904120877'], account_name: null, note: null },
];

/** What a scene has of it. */
export const begin = (now) => structuredClone({ promised: promised(now), suppressions: suppressions(now), appointments: appointments(now), outbox: outbox(now), schedules });

/** The promise that an agent is held for. */
export const held = (now, state) => [callback(now, '82', local(now + 12_000), { next: at(now, -12), recipient: 'Dona Maria Aparecida', number: '+5511987654321', note: 'Segunda via da conta de outubro; prefere antes do almoço.', state, user: '7', owner: { queue: '11' }, protocolo: '2026112300003601', due: at(now, -12) })];

const rows = (all) => ({ rows: all, next: null });
const refuse = (status, code, more = {}) => ({ status, body: { error: { code, text: code, ...more } } });
const BUSY = ['waiting', 'reserved', 'preview', 'dialling', 'unknown'];
export const busy = (w) => w.promised.filter((c) => BUSY.includes(c.state));

function slotsOf(w, one, date) {
  const hours = one.week[(new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7];
  const closed = one.closed[date] ?? { '2026-12-25': 'Natal', '2027-01-01': 'Confraternização Universal' }[date] ?? null;
  if (!hours || closed) return { day: date, closed, slots: [] };
  const slots = [];
  for (let minute = hours.from; minute < hours.until; minute += one.slot_minutes) {
    const when = `${date}T${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    const taken = Math.min(one.capacity, (minute / 30 * 3 + Number(date.slice(8)) * 7) % 5 + w.promised.filter((c) => c.due_local.startsWith(when)).length);
    slots.push({ at: new Date(instantOf(when)).toISOString(), local: `${when}:00`, capacity: one.capacity, taken, free: taken < one.capacity && instantOf(when) > w.clock() });
  }
  return { day: date, closed: null, slots };
}

function impossible(w, one, when) {
  const date = when.slice(0, 10);
  const days = Array.from({ length: 14 }, (_, i) => slotsOf(w, one, new Date(Date.parse(`${date}T00:00:00Z`) + i * DAY).toISOString().slice(0, 10)));
  const slot = days[0].slots.findLast((s) => s.local.slice(0, 16) <= when);
  const next = days.flatMap((d) => d.slots).filter((s) => s.free && s.local.slice(0, 16) >= when).slice(0, 3).map(({ at, local }) => ({ at, local, zone: one.zone }));
  const why = instantOf(when) < w.clock() ? { kind: 'past' } : days[0].closed ? { kind: 'holiday', name: days[0].closed } : days[0].slots.length === 0 ? { kind: 'closed-day' } : !slot ? { kind: 'outside-hours' } : slot.free ? null : { kind: 'full', capacity: one.capacity };
  return why && refuse(422, 'impossible', { field: 'when', impossible: { why, next } });
}

export function callbacks(w, method, id, what, q, body) {
  if (method === 'GET' && id === 'board') return board(w);
  if (method === 'GET' && what === 'history') return HISTORY(w.clock())[id] ?? [];
  if (id === 'import') return { columns: ['escala', 'nome', 'telefone', 'data', 'responsavel'].map((column, i) => ({ column, read_as: ['schedule', 'recipient', 'number', 'when', 'owner'][i] })), lines: 3, created: 2, bad: [{ line: 3, field: 'when', code: 'impossible', text: 'that day is Natal' }], applied: body.apply };
  if (id === 'feed') return method === 'POST' ? { url: '/api/v1/callbacks.ics?token=9f86d081884c7d65' } : undefined;
  if (id === 'reassign') return body.callbacks.map(({ callback }) => (w.tell({ callback: Object.assign(w.promised.find((c) => c.callback === callback), { owner: body.owner }) }), { callback, done: true }));
  if (method === 'GET') return rows(w.promised.filter((c) => (!q.get('number') || c.number.endsWith(q.get('number').replace('+55', ''))) && within(q, c)));
  const one = w.promised.find((c) => c.callback === id);
  if (method === 'POST' && !id) return create(w, body);
  if (!one) return refuse(404, 'not-found');
  if (body.version !== undefined && body.version < one.version) return refuse(409, 'outdated');
  if (method === 'PATCH') return impossible(w, w.schedules.find((s) => s.schedule === one.schedule), body.when) ?? change(w, one, { ...body, due_local: `${body.when}:00`, due: new Date(instantOf(body.when)).toISOString() });
  const states = { cancel: 'cancelled', settle: 'done', 'put-back': 'waiting', dial: 'dialling', take: 'preview' };
  if (what === 'reassign') return void change(w, one, { owner: body.owner });
  return void change(w, one, { state: states[what], user: what === 'put-back' ? null : one.user });
}

const within = (q, c) => (q.get('state') === 'open' ? !['done', 'exhausted', 'cancelled', 'missed'].includes(c.state) : q.get('state') === 'over' ? ['done', 'exhausted', 'cancelled', 'missed'].includes(c.state) : true)
  && (!q.get('from') || c.due_local.slice(0, 10) >= q.get('from')) && (!q.get('until') || c.due_local.slice(0, 10) <= q.get('until'));

function create(w, body) {
  const one = w.schedules.find((s) => s.schedule === body.schedule);
  const no = impossible(w, one, body.when);
  if (no) return no;
  const made = callback(w.clock(), String(100 + w.promised.length), body.when, { ...body, protocolo: body.protocolo ?? null, zone: one.zone });
  w.promised.push(made);
  w.tell({ callback: made });
  return made;
}

function change(w, one, more) {
  Object.assign(one, more, { version: one.version + 1 });
  w.tell({ callback: one });
  return one;
}

function board(w) {
  const all = w.promised.filter((c) => c.due_local.startsWith(today(w.clock())));
  const count = (...states) => all.filter((c) => states.includes(c.state)).length;
  return { due: count('open', 'waiting', 'unknown'), waiting: count('waiting'), late: all.filter((c) => ['open', 'waiting'].includes(c.state) && Date.parse(c.due) < w.clock()).length, done: count('done'), missed: count('missed'), exhausted: count('exhausted'), rows: all };
}

export function scheduleDays(w, id, q) {
  const one = w.schedules.find((s) => s.schedule === id);
  return Array.from({ length: Number(q.get('days')) }, (_, i) => slotsOf(w, one, new Date(Date.parse(`${q.get('from')}T00:00:00Z`) + i * DAY).toISOString().slice(0, 10)));
}
export const checked = (w) => ({ broken: w.promised.filter((c) => c.state === 'open').slice(0, 2), count: 2 });

export function suppressed(w, method, id, q, body) {
  if (id === 'import') return { columns: [{ column: 'telefone', read_as: 'number' }], lines: 1_204, created: 1_203, bad: [{ line: 87, field: 'number', code: 'invalid', text: 'not a number' }], applied: body.apply };
  if (method === 'GET') return rows(w.suppressions.filter((s) => !q.get('q') || s.number.includes(q.get('q').replace(/\D/g, '')) || s.source.includes(q.get('q'))));
  if (method === 'POST') w.suppressions.unshift({ suppression: String(400 + w.suppressions.length), note: '', until: null, since: new Date(w.clock()).toISOString(), by: w.signedIn.user, ...body });
  else w.suppressions = w.suppressions.filter((s) => s.suppression !== id);
  w.tell({ lists: ['suppressions'] });
  return method === 'POST' ? w.suppressions[0] : undefined;
}

export const gate = (w) => ({
  number: '+5592907335081', kind: 'national', allowed: false, zone: 'America/Manaus', next: at(w.clock(), -70_000),
  lines: [
    { rule: 'prefix', says: 'passes', fact: null, source: null }, { rule: 'doubt', says: 'passes', fact: null, source: null }, { rule: 'clock', says: 'passes', fact: null, source: null }, { rule: 'do-not-call', says: 'passes', fact: null, source: null },
    { rule: 'attempts-a-day', says: 'passes', fact: '1 of 3', source: null }, { rule: 'attempts-a-week', says: 'passes', fact: '2 of 10', source: null }, { rule: 'attempts-a-month', says: 'warns', fact: '28 of 30', source: 'escolha do Ramal' },
    { rule: 'hours', says: 'denies', fact: 'it is 21:40 in Manaus', source: 'Código de ética (Probare)' }, { rule: 'holiday', says: 'not-asked', fact: null, source: null },
  ],
});
export const rulesInForce = () => rules;

export function appointed(w, method, id, what, body) {
  if (method === 'GET') return rows(w.appointments);
  const one = w.appointments.find((a) => a.appointment === id);
  if (!one && method === 'POST') {
    const due = instantOf(body.when);
    if (w.appointments.some((a) => a.state === 'scheduled' && Math.abs(Date.parse(a.due) - due) < 360_000)) return refuse(422, 'too-near', { field: 'when', near: { before: new Date(due - 480_000).toISOString(), after: new Date(due + 420_000).toISOString() } });
    w.appointments.push(appointment(String(950 + w.appointments.length), body.when.slice(0, 16), { ...body, creator: w.signedIn.user, message: body.message ?? null, files: [] }));
  } else Object.assign(one, what === 'cancel' ? { state: 'cancelled' } : { ...body.form, files: one.files, due_local: `${body.form.when}:00` }, { version: one.version + 1 });
  const now = one ?? w.appointments.at(-1);
  w.tell({ appointment: now });
  return what === 'cancel' ? undefined : now;
}

/** What may be attached; one of the names is too much for it. */
export function files(method, name) {
  if (method === 'GET') return { most: 10, most_bytes_each: 10_485_760, most_bytes: 20_971_520, kinds: ['application/pdf', 'image/jpeg', 'audio/ogg'] };
  if (method !== 'POST') return undefined;
  if (name.endsWith('.exe.pdf')) return refuse(422, 'invalid', { field: 'file', fields: { file: 'disguised' } });
  return { status: 201, body: file(String(70 + name.length), name, 48_213) };
}

export const gateways = () => [{ name: 'sms' }, { name: 'whatsapp' }];

export function mailed(w, method, id, what) {
  if (method === 'GET') return rows(w.outbox);
  if (what === 'drop') w.outbox = w.outbox.filter((o) => o.item !== id);
  else Object.assign(w.outbox.find((o) => o.item === id), { state: 'queued', dead: null, why: null });
}
