// Invented people and lists: numbers start with 90, which no phone has.

export const BASE = Date.parse('2026-11-24T17:32:00Z');

export const me = {
  user: '7', login: 'luana.andrade', name: 'Luana Andrade', language: 'pt-BR', perfil: 'agent', ramal: '2107', queues: ['11', '12', '13', '14'], location: '1',
  permissions: ['calls', 'recordings.make', 'recordings.hear-own', 'contacts.see', 'contacts.edit', 'callbacks.see', 'callbacks.create', 'callbacks.edit', 'callbacks.cancel'],
};

/** Who takes part in campaigns. */
export const dialer = { ...me, permissions: [...me.permissions, 'campaigns'] };

export const chief = {
  user: '1', login: 'helena.dias', name: 'Helena Dias', language: 'pt-BR', perfil: 'administrator', ramal: null, queues: [], location: '1',
  permissions: [...me.permissions, 'agents.see', 'agents.change', 'calls.see-all', 'calls.listen', 'calls.take-over', 'history.see-all', 'history.export', 'recordings.hear-all', 'users.list', 'users.create', 'users.edit', 'reasons.list', 'reasons.create', 'reasons.edit', 'reasons.delete', 'administration', 'settings', 'callbacks.all', 'appointments', 'do-not-call', 'campaigns', 'campaigns.steer'],
};

export const reasons = [
  { reason: '1', kind: 'pause', name: 'Almoço', limit_s: 3600, nr17: false },
  { reason: '2', kind: 'pause', name: 'Descanso NR-17', limit_s: 600, nr17: true },
  { reason: '3', kind: 'pause', name: 'Pausa particular', limit_s: 300, nr17: false },
  { reason: '4', kind: 'pause', name: 'Treinamento', limit_s: null, nr17: false },
  { reason: '5', kind: 'pause', name: 'Conversa com a supervisão', limit_s: null, nr17: false },
];

const script = 'Confirme nome e CPF. Em caso de estorno, informe o prazo de até 10 dias úteis e leia o Protocolo antes de encerrar.';
const days = (last, from, until) => Array.from({ length: last }, (_, i) => ({ weekday: i + 1, from, until }));
export const queues = [
  { queue: '11', name: 'Faturas', number: '6011', wrap_up_s: 120, music: 'faturas', script, members: ['7', '8', '9', '10'], hours: days(5, 480, 1200) },
  { queue: '12', name: 'Suporte técnico', number: '6012', wrap_up_s: 60, music: null, script: null, members: ['7', '11', '12'], hours: days(7, 480, 1320) },
  { queue: '13', name: 'Empresas', number: '6013', wrap_up_s: 120, music: null, script: null, members: ['7', '8'], hours: days(5, 480, 1080) },
  { queue: '14', name: 'Estornos', number: '6014', wrap_up_s: null, music: null, script: null, members: ['7', '9', '13'], hours: days(5, 540, 1020) },
];

export const dispositions = ['Resolvido nesta ligação', 'Encaminhado a outra área', 'Retorno combinado', 'Ligação caiu', 'Engano'].map((name, i) => ({ disposition: String(i + 1), name, queue: null }));
export const departments = ['Faturas', 'Estornos', 'Suporte', 'Campo', 'Financeiro'].map((name, i) => ({ id: String(i + 1), name }));
export const locations = ['Campinas', 'Recife', 'Casa'].map((name, i) => ({ id: String(i + 1), name }));
export const devices = [{ device: 'browser', kind: 'browser', own: false }, { device: 'Fone Jabra 40', kind: 'headset', own: true }, { device: 'Mesa 2107', kind: 'sip', own: false }];

export const names = [
  ['7', 'Luana Andrade', '2107'], ['8', 'Rafael Tavares', '2114'], ['9', 'Marina Rangel', '2131'], ['10', 'Conrado Bessa', '2120'], ['11', 'Iracema Guedes', '2118'], ['12', 'Raquel Amaral', '2126'],
  ['13', 'Ramon Vilela', '2140'], ['14', 'Rayssa Souto', '2133'], ['15', 'Tiago Fontes', '2141'], ['16', 'Beatriz Lemos', '2142'], ['17', 'Otávio Prates', '2143'], ['18', 'Jussara Pinho', '2144'],
  ['19', 'Caio Meireles', '2145'], ['20', 'Dalva Correia', '2146'], ['21', 'Nelson Akira', '2147'], ['22', 'Priscila Rocha', '2148'], ['23', 'Gilberto Sena', '2149'], ['24', 'Yara Monteiro', '2150'],
  ['25', 'Fábio Quintela', '2151'], ['26', 'Vera Lúcia Dias', '2152'], ['27', 'Murilo Castanho', '2153'], ['28', 'Simone Arruda', '2154'], ['29', 'Davi Brandão', '2155'], ['30', 'Elisa Tanaka', '2156'],
];

export const users = [
  { user: '1', login: 'helena.dias', name: 'Helena Dias', language: 'pt-BR', perfil: 'administrator', ramal: null, location: '1', queues: [], departments: [], active: true, directions: 'both' },
  ...names.slice(0, 9).map(([user, name, ramal], i) => ({
    user, name, ramal, login: name.toLowerCase().normalize('NFD').replace(/[^a-z ]/g, '').replace(/ /g, '.'), language: 'pt-BR', perfil: 'agent', location: String((i % 3) + 1), queues: ['11'], departments: i === 0 ? ['1'] : [], active: user !== '14', directions: 'both',
  })),
];
export const perfis = [
  { perfil: 'agent', name: 'Agente', builtin: true, permissions: me.permissions },
  { perfil: 'supervisor', name: 'Supervisor', builtin: true, permissions: [...me.permissions, 'agents.see', 'agents.change', 'calls.see-all', 'calls.listen', 'history.see-all'] },
  { perfil: 'administrator', name: 'Administrador', builtin: true, permissions: chief.permissions },
  { perfil: 'quality', name: 'Monitoria de qualidade', builtin: false, permissions: ['agents.see', 'history.see-all', 'recordings.hear-all'] },
];

const mornings = [{ at: 600, minutes: 10, reason: '2' }, { at: 690, minutes: 20, reason: '1' }, { at: 780, minutes: 10, reason: '2' }];
export const shifts = [
  { shift: '31', name: 'Manhã A', days: [1, 2, 3, 4, 5], from: 480, until: 840, breaks: mornings, users: ['7', '8', '9', '10'] },
  { shift: '32', name: 'Manhã B', days: [1, 2, 3, 4, 5], from: 480, until: 840, breaks: mornings.map((one) => ({ ...one, at: one.at + 20 })), users: ['11', '12', '13'] },
  { shift: '33', name: 'Noite', days: [1, 2, 3, 4, 5, 6], from: 1320, until: 240, breaks: [{ at: 1410, minutes: 10, reason: '2' }, { at: 30, minutes: 20, reason: '1' }, { at: 120, minutes: 10, reason: '2' }], users: ['14', '15'] },
];

export const directory = [
  ...names.map(([, name, number], i) => ({ kind: 'ramal', number, name, state: ['idle', 'idle', 'idle', 'talking', 'ringing', 'talking', 'idle', 'offline'][i] ?? 'idle' })).slice(1),
  ...queues.map((q) => ({ kind: 'queue', number: q.number, name: q.name, state: 'unknown' })),
  { kind: 'contact', number: '+5519907452310', name: 'Mariana Figueiredo Prado', state: 'unknown' },
];

export const theCase = {
  case: '501', protocolo: '2026112400004173', state: 'open', document: '52998224725', contact_name: 'Mariana Figueiredo Prado', contact_phone: '+5519907452310', account_name: 'Residencial 70418-6',
  owner: '7', department: '1', channel: 'voice', subject: 'Fatura em duplicidade',
  notes: 'Conta de outubro veio com duas faturas. Cliente já pagou a de R$ 184,90 em 03/11 e quer o estorno da segunda.\nConferi o CPF e o endereço (Rua das Acácias, Campinas).',
  disposition: null, contact: '301', opened: '2026-11-24T17:28:01Z', closed: null, version: 4, tasks: [],
};
