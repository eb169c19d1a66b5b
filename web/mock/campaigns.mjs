// Campaigns, their lists, leads and results as fixtures, and what the page may do with them.

import { at } from './calls.mjs';

const table = { results: { busy: { kind: 'again', after_minutes: 15, turn: 'next' }, machine: { kind: 'again', after_minutes: 180, turn: 'same' }, 'number-unknown': { kind: 'finish' } }, dispositions: { 1: { kind: 'finish' }, 3: { kind: 'again', after_minutes: 1440, turn: 'same' } }, limits: [{ of: 'lead', within: 'ever', most: 6 }, { of: 'number', within: 'day', most: 2 }] };
const campaign = (id, name, mode, standing, more = {}) => ({
  campaign: id, name, mode, standing, aim: 'sales', lists: ['70'], queues: [], routes: [], caller_ids: ['+5592905007000', '+551190087000'], schedule: '5', rules: null, webhook: null, needs: ['Não Me Perturbe'], retry: structuredClone(table),
  handling: { offer_s: 20, cool_off_minutes: 10, later_minutes: 120, decline_suppresses: true }, pace: { lines: 30, starts_per_second: 5, abandoned_permille: 30, ring_s: 25, ring_at_least_s: 15, opt_out: '9', notice: null, cool_down_hours: 72 }, detection: { kind: 'off' }, priority: 0,
  script: 'Apresente-se, diga “Nortelux” e o motivo. Confirme o nome antes de falar do contrato. Ofereça o Renova 24; se pedir para pensar, marque um callback.', ...more,
});
const all = () => [
  campaign('60', 'Renova Energia', 'push-preview', 'running'), campaign('61', 'Pesquisa pós-visita', 'preview', 'running', { aim: 'research', lists: ['71'] }),
  campaign('62', 'Cobrança amigável', 'predictive', 'running', { aim: 'collection', routes: [{ account: 'tronco', weight: 1 }], pace: { lines: 60, starts_per_second: 5, abandoned_permille: 30, ring_s: 25, ring_at_least_s: 15, opt_out: '9', notice: 'faturas', cool_down_hours: 72 } }),
  campaign('63', 'Boas-vindas', 'progressive', 'stopped', { aim: 'service', lists: [] }),
];
const live = (c, members, more = {}) => ({ campaign: c.campaign, standing: c.standing, members, ready: 0, dialling: 0, talking: 0, dry: false, held: [], lacks: [], pacing: null, ...more });
const pacing = { connected: 1184, abandoned: 31, abandoned_permille: 26, limit_permille: 30, occupancy_permille: 871, answered_permille: 314, lines: 38, reason: 'risk', capped: null, short: { calls: 9120, short: 2210, forecast: 21_400, share_permille: 242 } };
const lacks = [{ source: 'Procon SP', dated: '2026-10-10T12:00:00Z' }];

const FORECAST = { leads: 1200, now: 412, today: 260, later: 308, never: 205, in_work: 15, by_rule: { hours: 260, retry: 308, 'do-not-call': 64, exhausted: 91, declined: 50 } };
const record = (now, place, more = {}) => ({
  lead: '900', campaign: '60', place, user: '7', recipient: 'Cláudia Regina Sampaio',
  phones: [{ number: '+5592906601245', label: 'celular', state: 'fresh' }, { number: '+5592901180320', label: 'recado', state: 'dead' }],
  fields: [['CPF', '123.456.789-09'], ['Conta', 'Residencial 33087-1'], ['Plano atual', 'Essencial, desde 03/2022'], ['Fim do contrato', '31/12/2026'], ['Oferta', 'Renova 24 com 12 % a menos'], ['Observação', 'Prefere WhatsApp depois das 14h']],
  tried: [], call: null, callback: null, until: place === 'offered' ? at(now, -14) : null, denied: null, ...more,
});
/** Scenes have `campaigned: { joined, place }`. */
export const campaigned = (joined, place = null, more = {}) => ({ campaigned: { joined, place, more } });

const attempt = (now, id, ago, result, more = {}) => ({ attempt: id, campaign: '60', number: '+5592906601245', at: at(now, ago), user: '8', result, sip: null, q850: null, disposition: null, call: null, ...more });
const history = (now) => [attempt(now, '1', 420_000, 'busy', { sip: 486, q850: 17 }), attempt(now, '2', 88_000, 'no-answer', { sip: 480, q850: 19, user: '9' })];

const list = (id, name, source, more = {}) => ({ list: id, name, source, dated: '2026-11-20T12:00:00Z', expires: '2026-12-20T12:00:00Z', user: '1', made: '2026-11-20T14:12:00Z', state: 'ready', standing: { kind: 'ready' }, leads: 8214, numbers: 11_930, filter: [], aside: 0, rework: null, import: null, ...more });
const lists = () => [
  list('70', 'Renova novembro', 'CRM Nortelux, extração de 20/11'), list('71', 'Visitas de outubro', 'campo', { leads: 142, numbers: 142, expires: null }),
  list('72', 'Inadimplentes lote 3', 'financeiro', { state: 'loading', standing: { kind: 'loading' }, leads: 31_200, numbers: 40_118, import: { file: 'f2', rows: 80_000, bad: 0, twice: 12, part: 0.39, running: true, error: null } }),
  list('73', 'Renova outubro', 'CRM Nortelux', { expires: '2026-11-20T12:00:00Z', standing: { kind: 'stale', since: '2026-11-20T12:00:00Z' }, leads: 6120, numbers: 7002 }),
];

const lead = (now, id, recipient, number, state, more = {}) => ({ lead: id, list: '70', recipient, phones: [{ number, label: 'celular', state: 'tried' }], priority: 5, zone: null, fields: [['CPF', '987.654.321-00'], ['Plano atual', 'Família']], attempts: 2, state, ...more });
const leads = (now) => [
  { ...record(now, 'open'), list: '70', priority: 1, zone: null, attempts: 2, state: { kind: 'leased', fence: 3, until: at(now, -60) } },
  lead(now, '901', 'Aldenir Tupinambá Reis', '+5592907335081', { kind: 'waiting', next: at(now, -3600), top: false, cool_off: null }),
  lead(now, '902', 'Ingrid Schroeder Knoll', '+5547909135518', { kind: 'declined' }, { attempts: 1 }),
  lead(now, '903', 'Edvaldo Nascimento Cruz', '+5571903552096', { kind: 'exhausted', why: 'lead-limit', most: 6 }, { attempts: 6 }),
  lead(now, '904', 'Sebastião Moura Leite', '+5531904120877', { kind: 'callback', promise: '74' }, { attempts: 1 }),
  lead(now, '905', 'Josué Batista Lins', '+5581904673395', { kind: 'unknown', attempt: '88' }, { attempts: 3 }),
  lead(now, '906', 'Clínica Bem Viver S/S', '+5562905048831', { kind: 'done' }, { attempts: 1 }),
];
const flat = { attempt: null, callback: null, most: null, next: null, since: null, until: null, why: null };
const why = (now, one) => {
  const waits = { waiting: { kind: 'until', next: at(now, -3600) }, leased: { kind: 'leased', until: at(now, -60) }, callback: { kind: 'promised', promise: '74' }, unknown: { kind: 'person', attempt: '88' }, done: { kind: 'done' }, declined: { kind: 'declined' }, exhausted: { kind: 'exhausted', why: 'lead-limit', most: 6 } }[one.state.kind];
  const denied = one.lead === '901' ? { rule: 'hours telemarketing', fact: 'outside hours of +5592', next: at(now, -66_000), version: 4, zone: 'America/Manaus' } : null;
  return [{ campaign: '60', waits: { ...flat, ...waits }, denied, next: denied?.next ?? waits.next ?? null }, ...(one.lead === '901' ? [{ campaign: '63', waits: { kind: 'campaign-stopped' }, denied: null, next: null }] : [])];
};

export function begin(now, scene) {
  const campaigns = all();
  const { joined = [], place = null, more = {} } = scene.campaigned ?? {};
  const of = (c) => (joined.includes(c.campaign) ? ['7', '8', '9'] : c.campaign === '62' ? ['8', '9', '10', '11'] : ['9', '11']);
  return {
    campaigns, campaignsLive: campaigns.map((c) => live(c, c.standing === 'stopped' ? [] : of(c), { ready: 12, dialling: c.standing === 'running' ? 3 : 0, talking: c.standing === 'running' ? 2 : 0, ...(c.campaign === '62' ? { pacing } : {}), ...(c.campaign === '61' ? { lacks, held: [{ list: '73', kind: 'stale', since: '2026-11-20T12:00:00Z' }] } : {}) })),
    records: place ? [record(now, place, more)] : [], leadLists: lists(), leads: leads(now), shownCampaigns: scene.campaigned !== undefined,
  };
}

const refuse = (status, code, more = {}) => ({ status, body: { error: { code, text: code, ...more } } });
const tellCampaign = (w, id) => w.tell({ campaign: w.campaignsLive.find((c) => c.campaign === id) });

export function campaigns(w, method, id, what, q, body) {
  if (method === 'GET' && id === undefined) return w.campaigns;
  if (method === 'GET' && what === 'dry-run') return FORECAST;
  if (id === 'today') return [{ campaign: '60', handled: 18, connected: 11 }];
  const one = w.campaigns.find((c) => c.campaign === id);
  const now = w.campaignsLive.find((c) => c.campaign === id);
  if (method === 'POST' && id === undefined) return (w.campaigns.push({ ...body, campaign: '64', standing: 'stopped' }), w.campaigns.at(-1));
  if (what === 'results') return results(w.clock());
  if (what === 'steer') {
    one.standing = now.standing = { start: 'running', pause: 'paused', drain: 'draining', stop: 'stopped' }[body.to];
    return tellCampaign(w, id);
  }
  if (what === 'pace') return Object.assign(one.pace, body), one;
  if (what === 'join' || what === 'get-record') now.members = [...new Set([...now.members, '7'])];
  if (what === 'leave') now.members = now.members.filter((u) => u !== '7');
  if (what) tellCampaign(w, id);
  if (what === 'get-record') {
    w.records = [record(w.clock(), 'open', { campaign: id })];
    w.tell({ record: w.records[0] });
  }
  if (method === 'PATCH') return Object.assign(one, body);
  return what ? undefined : one;
}

export function records(w, id, what, body) {
  const one = w.records.find((r) => r.lead === id);
  if (!one) return refuse(404, 'not-found');
  const become = (place, more = {}) => {
    Object.assign(one, { place, until: null, ...more });
    w.tell({ record: one });
    if (place === 'gone') w.records = [];
  };
  if (what === 'accept') return become('open');
  if (what === 'dial') return become('connecting');
  if (what === 'callback') return become(one.place, body);
  return become('gone');
}

const HOURS = [[9, 42, 8, 61, 1], [10, 58, 11, 70, 1], [11, 61, 14, 66, 2], [12, 47, 9, 58, 1], [13, 52, 10, 63, 1], [14, 31, 6, 35, 0]];
function results() {
  return {
    hours: HOURS.map(([hour, connected, busy, none, abandoned]) => ({ hour, results: { connected, busy, 'no-answer': none, abandoned, machine: busy + 3, 'number-unknown': 2 } })),
    dispositions: [['1', 'Resolvido nesta ligação', 96], ['3', 'Retorno combinado', 41], ['2', 'Encaminhado a outra área', 23], ['5', 'Engano', 7]].map(([disposition, name, count]) => ({ disposition, name, count })),
  };
}

export function leadsOf(w, method, id, what, q) {
  if (what === 'settle') return void (w.leads.find((l) => l.lead === id).state = { kind: 'done' });
  if (id) {
    const one = w.leads.find((l) => l.lead === id);
    return one ? { ...one, history: one.attempts ? history(w.clock()) : [], why: why(w.clock(), one) } : refuse(404, 'not-found');
  }
  const wanted = (q.get('q') ?? '').toLowerCase();
  return { rows: w.leads.filter((l) => l.recipient.toLowerCase().includes(wanted) && (!q.get('list') || l.list === q.get('list')) && (!q.get('state') || l.state.kind === q.get('state'))), next: null };
}

const COLUMNS = ['nome', 'celular', 'telefone fixo', 'prioridade', 'cpf', 'plano', 'obs_interna'];
const MEANT = ['recipient', 'phone', 'phone', 'priority', 'field', 'field', 'field'];
export function leadLists(w, method, id, what, body) {
  if (method === 'GET' && id === undefined) return w.leadLists;
  if (id === 'files') return { status: 201, body: { file: 'f1', name: 'renova-dezembro.csv', size: 412_003 } };
  if (id === 'preview') {
    const columns = COLUMNS.map((name, i) => ({ name, meaning: body.options.columns[i] ?? MEANT[i] }));
    const errors = [
      { line: 14, column: 'celular', code: 'number', value: '(92) 9066', text: 'too few digits; correct it, with DDD' }, { line: 203, column: '', code: 'missing', value: '', text: 'it has no telephone number' },
      { line: 988, column: 'prioridade', code: 'priority', value: 'urgente', text: 'priorities are 1 to 9' },
    ];
    const sample = w.leads.slice(0, 4).map(({ recipient, phones, priority, zone, fields }) => ({ recipient, phones, priority, zone, fields }));
    return { encoding: 'windows1252', separator: ';', columns, rows: 4120, leads: 4117, numbers: 5630, bad: errors.length, errors, repeats: { rows: 1, first: [{ line: 310, first: 14 }], uncompared: 0 }, listed: null, twice: 1, size: 412_003, sha256: '9f86', sample };
  }
  if (id === 'import') {
    const one = list('74', body.name, body.source, { dated: body.dated, expires: body.expires, state: 'loading', standing: { kind: 'loading' }, leads: 500, numbers: 700, import: { file: 'f1', rows: 4120, bad: 0, twice: 3, part: 0.12, running: true, error: null } });
    w.leadLists.push(one);
    return { status: 202, body: one };
  }
  const one = w.leadLists.find((l) => l.list === id);
  if (method === 'DELETE') return void (w.leadLists = w.leadLists.filter((l) => l !== one));
  if (method === 'POST' && id === undefined) return (w.leadLists.push(list('75', body.name, body.source, { leads: 0, numbers: 0 })), { status: 201, body: w.leadLists.at(-1) });
  if (what === 'fields') return ['plano', 'cidade'];
  if (what === 'filter' && method === 'PUT') [one.filter, one.aside] = [body.conditions, body.conditions.length > 0 ? 5214 : 0];
  if (method === 'POST' && (what === 'filter' || what === 'recycle')) return { leads: one.leads, chosen: 3000 };
  if (what === 'stop') one.import.running = false;
  return one;
}
