// The daemon's API as far as the page needs it to be looked at: fixtures, and actions that change them and tell the live socket.

import * as promised from './callbacks.mjs';
import * as dialled from './campaigns.mjs';
import { at, history, rafael, story, trace } from './calls.mjs';
import * as people from './people.mjs';
import { scenes } from './scenes.mjs';
import { sections, sounds } from './settings.mjs';

export class World {
  constructor(clock) {
    this.clock = clock;
    this.hearers = new Set();
    this.open('login');
  }

  open(scene) {
    const now = this.clock();
    const world = scenes[scene](now);
    Object.assign(this, promised.begin(now), dialled.begin(now, world), { reminders: [] }, world);
    this.seq = 1000;
    this.cases = { 501: structuredClone(people.theCase), 502: { ...people.theCase, case: '502', protocolo: '2026112400004207', document: null, contact_name: null, contact_phone: '+5585902317714', account_name: null, subject: null, notes: null, contact: null } };
    this.lists = structuredClone({ users: people.users, perfis: people.perfis, reasons: people.reasons, queues: people.queues, dispositions: people.dispositions, departments: people.departments, locations: people.locations, shifts: people.shifts, devices: people.devices, schedules: this.schedules });
    this.promised = [...this.promised, ...(this.held ?? [])];
    Object.assign(this, structuredClone({ sections, sounds }));
    this.fault = null;
    for (const h of this.hearers) h.close();
  }

  line() {
    const { signedIn: me, calls, agents, accounts, watched, alerts } = this;
    return { seq: this.seq, snapshot: { now: new Date(this.clock()).toISOString(), me, calls, agents, accounts, watched, phones: [], alerts, callbacks: promised.busy(this), campaigns: this.campaignsLive, records: this.records } };
  }

  tell(news) {
    this.seq += 1;
    for (const h of this.hearers) h.send(JSON.stringify({ seq: this.seq, news }));
  }

  change(id, more) {
    const call = this.calls.find((c) => c.call === id);
    if (!call) return refuse(404, 'no-such-call');
    Object.assign(call, more);
    this.tell({ call });
    return {};
  }

  state(kind, more = {}) {
    const agent = this.agents.find((a) => a.user === this.signedIn.user);
    agent.state = { kind, since: new Date(this.clock()).toISOString(), reason: null, until: null, ...more };
    this.tell({ agent });
    return {};
  }

  end(id, by = 'us') {
    const call = this.calls.find((c) => c.call === id);
    this.calls = this.calls.filter((c) => c !== call);
    this.tell({ 'call-ended': { ...call, state: 'ended', ended: new Date(this.clock()).toISOString(), cause: { kind: 'normal', by } } });
    if (this.calls.length === 0) this.state('wrap-up', { until: at(this.clock(), -120) });
    return {};
  }
}

export const refuse = (status, code, more = {}) => ({ status, body: { error: { code, text: code, ...more } } });

const ACTIONS = {
  answer(w, id) {
    for (const c of w.calls) if (c.state === 'answered' && c.call !== id) w.change(c.call, { held: true });
    w.state('talking');
    return w.change(id, { state: 'answered', answered: new Date(w.clock()).toISOString(), case: '501', recording: { recording: '801', paused: false } });
  },
  reject: (w, id) => w.end(id),
  hangup: (w, id) => w.end(id),
  leave: (w) => w.calls.map((c) => c.call).forEach((c) => w.end(c)),
  hold: (w, id) => w.change(id, { held: true }),
  resume: (w, id) => w.change(id, { held: false }),
  mute: (w, id) => w.change(id, { muted: true }),
  unmute: (w, id) => w.change(id, { muted: false }),
  record: (w, id, { what }) => w.change(id, { recording: what === 'stop' ? null : { recording: '801', paused: what === 'pause' } }),
  silence: (w, id, { on }) => w.change(id, { conference: { conference: '61', led: true, silenced: on } }),
  consult(w, id, { number }) {
    w.change(id, { held: true });
    const colleague = rafael(w.clock(), { ago: 0, consults: id, number });
    w.calls.push(colleague);
    w.tell({ call: colleague });
  },
  transfer: (w, id, { number }) => w.change(id, { transfer: { to: number, state: 'trying' } }),
  swap: (w) => w.calls.forEach((c) => w.change(c.call, { held: !c.held })),
  back(w) {
    const asked = w.calls.find((c) => c.consults);
    w.end(asked.call);
    w.change(asked.consults, { held: false });
  },
  complete: (w) => w.calls.map((c) => c.call).forEach((c) => w.end(c)),
  dtmf: () => ({}),
  supervise: () => ({}),
};

/** What the page looks for in the daemon's description of itself. */
const rows = (all) => ({ rows: all, next: null });
const strip = (text) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '');

/** One request: status and body. */
export function answer(w, method, path, q, body) {
  const [room, id, what] = path.split('/').filter(Boolean);
  const route = `${method} ${room}`;
  if (route === 'POST invitation') return body.token === 'used' ? refuse(403, 'invitation-ended') : { login: 'bia.nunes', name: 'Beatriz Nunes' };
  if (route === 'PUT invitation') return body.password.length < 8 ? refuse(422, 'invalid', { fields: { password: 'too-short' } }) : ((w.signedIn = people.chief), undefined);
  if (route === 'POST users' && what === 'invitation') return { link: 'https://ramal.example.com/#/welcome/9f86d081884c7d65', until: new Date(w.clock() + 3 * 86_400_000).toISOString() };
  if (route === 'GET setup') return { needed: w.setup };
  if (route === 'POST setup') return body.password.length < 8 ? refuse(422, 'invalid', { fields: { password: 'too-short' } }) : ((w.signedIn = people.chief), undefined);
  if (room === 'session' && id && w.signedIn === null) return refuse(401, 'not-signed-in');
  if (room === 'session' && id === 'totp') return totp(w, method, body);
  if (room === 'session' && id === 'password') return body.old === 'certa' ? undefined : refuse(422, 'invalid', { fields: { old: 'wrong' } });
  if (route === 'POST session') return signIn(w, body);
  if (w.signedIn === null) return refuse(401, 'not-signed-in');
  if (route === 'GET session' || route === 'PATCH session') return w.signedIn;
  if (route === 'DELETE session') return void (w.signedIn = null);
  if (room === 'calls') return calls(w, method, id, what, body);
  if (route === 'POST conferences') return body.calls.forEach((c) => w.change(c, { held: false, consults: null, conference: { conference: '61', led: true, silenced: false } }));
  if (room === 'agent') return agent(w, id, what, body);
  if (room === 'agents') return {};
  if (room === 'history') return rows(history(w.clock()).filter((r) => (!q.get('number') || r.number === q.get('number')) && (!q.get('recorded') || r.recording)).map((r) => ({ ...r })));
  if (room === 'recordings') return what === 'peaks' ? peaks() : { wav: true };
  if (room === 'directory') return people.directory.filter((d) => strip(d.name).includes(strip(q.get('q') ?? '')) || d.number.startsWith(q.get('q') ?? ''));
  if (room === 'cases') return cases(w, method, id, body);
  if (path === '/extensions/test') return test(body);
  if (path === '/extensions/import') return { columns: [{ column: 'ramal', read_as: 'ramal' }, { column: 'CEP', read_as: null }], lines: 3, created: 2, changed: 0, bad: body.apply ? [] : [{ line: 3, field: 'ramal', code: 'twice', text: 'ramal 2110 is in line 2 too' }], applied: body.apply };
  if (room === 'extensions') return method === 'GET' ? rows(w.accounts.map((a) => ({ account: a.account, aor: `sip:${a.account}@pabx.nortelux.example`, server: 'pabx.nortelux.example', profile: 'asterisk', transport: 'udp', administered: true, place: 'administered.toml:7' }))) : {};
  if (room === 'rule-packs') return [{ name: 'brazil-telecom', title: 'Brasil, código de conduta de telecomunicações', basis: 'code' }, { name: 'brazil-prudential', title: 'Brasil, prudencial', basis: 'prudence' }];
  if (room === 'suppression-lists') return [{ source: 'Não Me Perturbe', scope: { campaign: null, aim: 'sales' }, dated: '2026-11-20T12:00:00Z', expires: null, standing: { kind: 'ready', since: null }, numbers: 120_000 }];
  if (room === 'campaigns') return dialled.campaigns(w, method, id, what, q, body);
  if (room === 'records') return dialled.records(w, id, what, body);
  if (room === 'leads') return dialled.leadsOf(w, method, id, what, q);
  if (room === 'lead-lists') return dialled.leadLists(w, method, id, what, body);
  if (room === 'callbacks') return promised.callbacks(w, method, id, what, q, body);
  if (room === 'schedules' && what === 'days') return promised.scheduleDays(w, id, q);
  if (room === 'schedules' && what === 'check') return promised.checked(w);
  if (room === 'suppressions') return promised.suppressed(w, method, id, q, body);
  if (path === '/gate/explain') return promised.gate(w);
  if (room === 'rules') return promised.rulesInForce();
  if (room === 'appointments') return promised.appointed(w, method, id, what, body);
  if (room === 'files') return promised.files(method, q.get('name'));
  if (room === 'gateways') return promised.gateways();
  if (room === 'outbox') return promised.mailed(w, method, id, what);
  if (room === 'reminders') return method === 'GET' ? w.reminders : undefined;
  if (room === 'contacts' && id) return promised.contacts.find((c) => c.contact === id) ?? refuse(404, 'not-found');
  if (room === 'contacts') return promised.contacts.filter((c) => strip(c.name).includes(strip(q.get('q') ?? '')));
  if (room === 'breaks') return breaks(w.clock());
  if (room === 'settings') return settings(w, method, decodeURIComponent(id ?? ''), body);
  if (room === 'sounds') return sound(w, method, id);
  if (room === 'users' && what === 'totp') return method === 'GET' ? { active: id === '7' } : undefined;
  if (w.lists[room]) return list(w, method, room, id, body);
  return refuse(404, 'not-found');
}

function signIn(w, { login, password }) {
  if (password === 'errada') return { ...refuse(401, 'bad-credentials'), headers: { 'Retry-After': '4' } };
  w.signedIn = login.startsWith('helena') ? people.chief : people.me;
  return w.signedIn;
}

function calls(w, method, id, what, body) {
  if (what === 'trace') return { messages: trace(w.clock()), ladder: '' };
  if (what === 'story') return w.calls.find((c) => c.call === id)?.direction === 'outbound' ? [] : story(w.clock());
  if (id) return ACTIONS[what]?.(w, id, body) ?? {};
  if (/^0?90{2,}|^190000/.test(body.number)) return refuse(400, 'gate', { field: 'number', rule: 'premium' });
  const call = { ...rafael(w.clock(), { ago: 0, state: 'dialling' }), call: String(w.seq), number: body.number, name: null };
  w.calls.push(call);
  w.tell({ call });
  w.state('talking');
  return { call: call.call, protocolo: call.protocolo, warnings: [] };
}

function agent(w, id, what, body) {
  const own = w.agents.find((a) => a.user === w.signedIn.user);
  if (id === 'ready' || what === 'end') return w.state('ready');
  if (id === 'pause') return w.state('paused', { reason: body.reason });
  if (id === 'sign-out') return w.state('offline');
  if (id === 'sign-in') return w.state('ready');
  if (id === 'queues') own.queues = body.queues;
  if (id === 'device') own.device = body.device;
  if (id === 'browser') return w.taken && !body.take ? refuse(409, 'taken', { by: 'other-tab' }) : refuse(503, 'no-media-ports');
  w.tell({ agent: own });
  return {};
}

function totp(w, method, body) {
  if (method === 'GET') return { active: w.coded === true };
  if (method !== 'PUT' && body.password !== 'certa') return refuse(422, 'invalid', { fields: { password: 'wrong' } });
  if (method === 'POST') return { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Ramal:luana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Ramal' };
  w.coded = method === 'PUT';
}

function cases(w, method, id, body) {
  if (!id) return [];
  const one = w.cases[id];
  if (!one) return refuse(404, 'not-found');
  if (method === 'PATCH') {
    if (w.fault) return w.fault;
    const { version, ...fields } = body;
    if (version < one.version) return refuse(409, 'conflict');
    Object.assign(one, fields, { version: one.version + 1 });
  }
  return one;
}

function list(w, method, room, id, body) {
  const key = { users: 'user', perfis: 'perfil', reasons: 'reason', queues: 'queue', dispositions: 'disposition', shifts: 'shift', schedules: 'schedule' }[room] ?? 'id';
  if (method === 'GET') return w.lists[room];
  if (method === 'POST') w.lists[room].push({ ...body, [key]: String(w.lists[room].length + 100) });
  if (method === 'PATCH') Object.assign(w.lists[room].find((r) => r[key] === id), body);
  if (method === 'DELETE') w.lists[room] = w.lists[room].filter((r) => r[key] !== id);
  w.tell({ lists: [room] });
  return {};
}

function breaks(now) {
  const day = new Date(now).toISOString().slice(0, 10);
  const at = (time) => (time ? `${day}T${time}:00Z` : null);
  const rows = [
    ['8', 'Rafael Tavares', '2', '13:00', 600, '13:02', 612, 'taken'], ['8', 'Rafael Tavares', '1', '14:30', 1200, '14:31', 1235, 'taken'], ['8', 'Rafael Tavares', '2', '16:00', 600, '16:00', 381, 'short'],
    ['9', 'Marina Rangel', '2', '13:20', 600, '13:21', 605, 'taken'], ['9', 'Marina Rangel', '1', '14:50', 1200, null, 0, 'missed'], ['9', 'Marina Rangel', '2', null, 0, '15:40', 644, 'unplanned'],
    ['7', 'Luana Andrade', '2', '13:00', 600, '13:00', 603, 'taken'], ['7', 'Luana Andrade', '1', '14:30', 1200, '14:44', 1211, 'taken'], ['7', 'Luana Andrade', '2', '17:30', 600, '17:31', 96, 'running'],
    ['11', 'Iracema Guedes', '2', '13:40', 600, '13:44', 615, 'taken'], ['11', 'Iracema Guedes', '1', '15:10', 1200, '15:12', 1190, 'short'], ['11', 'Iracema Guedes', '2', '18:10', 600, null, 0, 'ahead'],
  ];
  return rows.map(([user, name, reason, planned, planned_s, began, seconds, outcome]) => ({ user, name, reason, planned: at(planned), planned_s, began: at(began), seconds, outcome })).sort((a, b) => a.name.localeCompare(b.name));
}

function settings(w, method, name, body) {
  if (method === 'GET') return w.sections;
  const one = w.sections.find((s) => s.section === name);
  if (method === 'PUT' && body.nobody_after === '5 dias') return refuse(422, 'invalid', { fields: { nobody_after: 'invalid' } });
  for (const [key, setting] of Object.entries(one.keys)) setting.value = method === 'PUT' && key in body ? body[key] : setting.usual;
  Object.assign(one, { place: method === 'PUT' ? 'administered.toml:1' : null, administered: true });
  return method === 'PUT' ? one : undefined;
}

function sound(w, method, id) {
  if (method === 'GET') return id ? { wav: true } : w.sounds;
  if (method === 'PUT') return refuse(422, 'invalid', { fields: { file: 'not-wav' } });
  Object.assign(w.sounds.find((s) => s.sound === id), { from: 'program', replaces: false });
}

function test({ password }) {
  const ok = password === 'certa';
  return {
    steps: [
      { step: 'resolve', ok: true, code: 'ok', said: '192.0.2.20', ms: 12 },
      { step: 'options', ok: true, code: 'ok', said: '200 OK', ms: 18 },
      { step: 'register', ok, code: ok ? 'ok' : 'forbidden', said: ok ? '200 OK' : '403 Forbidden', ms: 22 },
    ],
  };
}

function peaks() {
  const speak = (phase) => Array.from({ length: 300 }, (_, i) => Math.max(0, Math.sin(i / 9 + phase)) * (0.35 + 0.65 * Math.abs(Math.sin(i * 12.9898 + phase))));
  return { seconds: 537, agent: speak(0), customer: speak(Math.PI) };
}
