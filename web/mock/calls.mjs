// Calls, agents and history rows as fixtures; times are told in seconds before now.

import { names } from './people.mjs';

export const at = (now, seconds) => new Date(now - seconds * 1000).toISOString();

const quality = { packets_sent: 9000, packets_received: 9980, packets_lost: 20, jitter_ms: 4, round_trip_ms: 38, remote_loss: 0.002, playout_ms: 60, concealed: 0.002, mos: 4.3 };
export const unstable = { ...quality, packets_received: 9600, packets_lost: 400, jitter_ms: 18, mos: 3.4 };

export function call(now, id, more = {}) {
  const { ago = 277, waited = 43, ...rest } = more;
  const answered = rest.state && rest.state !== 'answered' && rest.state !== 'ended' ? null : at(now, ago);
  return {
    call: id, protocolo: '2026112400004173', direction: 'inbound', account: '2107', number: '+5519907452310', name: null, diverted_from: null, asserted: null, state: 'answered',
    started: at(now, ago + (answered ? waited : 0)), answered, ended: null, cause: null, muted: false, held: false, held_by_peer: false, bridged_with: null, conference: null,
    recording: { recording: '801', paused: false }, consults: null, transfer: null, trouble: null,
    legs: [{ leg: `${id}1`, sip_call_id: null, device: null, codec: 'PCMA', quality }], user: '7', contact: { contact: '301', name: 'Mariana Figueiredo Prado', account_name: 'Residencial 70418-6', document: '52998224725' },
    case: '501', queue: '11', supervised: [], ...rest,
  };
}

const ring = (more) => ({ state: 'ringing', case: null, recording: null, legs: [], ...more });
export const ringers = (now) => [
  call(now, '41', ring({ ago: 41 })),
  call(now, '42', ring({ ago: 26, number: '+5531901186602', protocolo: '2026112400004181', contact: { contact: '302', name: 'Transportes Serra Azul Ltda.', account_name: null, document: null }, queue: '13' })),
  call(now, '43', ring({ ago: 19, number: '+5581904673395', protocolo: '2026112400004199', contact: null, name: 'Josué Batista Lins' })),
  call(now, '44', ring({ ago: 3, number: '+5585902317714', protocolo: '2026112400004207', contact: null, queue: '12' })),
];
export const second = (now) => call(now, '44', ring({ ago: 7, number: '+5585902317714', protocolo: '2026112400004207', contact: null, queue: '12' }));
export const rafael = (now, more = {}) =>
  call(now, '45', { direction: 'outbound', number: '2114', name: 'Rafael Tavares', contact: null, case: null, queue: null, recording: null, ago: 31, waited: 4, ...more });

export const agent = (now, kind, ago, more = {}) => ({
  user: '7', name: 'Luana Andrade', ramal: '2107', state: { kind, since: at(now, ago), reason: null, until: null, ...more.state }, after_call: null, queues: ['11', '12', '13'], device: 'Fone Jabra 40', next_break: { reason: '2', at: at(now, -4500), minutes: 10 }, page_gone: false, ...more.agent,
});

const KINDS = ['talking', 'talking', 'ready', 'talking', 'offered', 'paused', 'wrap-up', 'offline', 'talking', 'talking', 'ready', 'talking', 'paused', 'talking', 'wrap-up', 'ready', 'talking', 'talking', 'offered', 'talking', 'ready', 'talking', 'paused', 'talking'];
const AGO = [485, 192, 34, 365, 6, 860, 40, 0, 171, 58, 75, 284, 696, 87, 112, 9, 453, 21, 3, 310, 52, 128, 185, 219];
const REASON = { 5: '1', 12: '2', 22: '4' };
export const team = (now) =>
  names.map(([user, name, ramal], i) => ({
    user, name, ramal, state: { kind: KINDS[i], since: at(now, AGO[i]), reason: REASON[i] ?? null, until: null }, after_call: null, queues: ['11'], device: 'browser', next_break: KINDS[i] === 'offline' ? null : { reason: '2', at: at(now, i === 3 ? 1020 : i === 9 ? -480 : i === 14 ? 120 : -5400), minutes: 10 }, page_gone: i === 10,
  }));
const CUSTOMERS = ['Mariana Figueiredo Prado', 'Josué Batista Lins', 'Sebastião Moura Leite', 'Aldenir Tupinambá Reis', 'Padaria Flor do Ipê ME', 'Ingrid Schroeder Knoll', 'Edvaldo Nascimento Cruz', 'Clínica Bem Viver S/S'];
export const teamCalls = (now) =>
  names.flatMap(([user], i) => {
    const number = `+551990${String(4100000 + i * 79193)}`;
    const contact = { contact: `3${i}`, name: CUSTOMERS[i % CUSTOMERS.length], account_name: null, document: null };
    if (KINDS[i] === 'talking') return [call(now, `7${i}`, { user, ago: AGO[i], number: i === 0 ? '+5519907452310' : number, contact, direction: i % 3 ? 'inbound' : 'outbound', held: i === 8, queue: ['11', '12', '13'][i % 3] })];
    return KINDS[i] === 'offered' ? [call(now, `7${i}`, ring({ user, ago: AGO[i], number, contact: null }))] : [];
  });

export const accounts = (now) =>
  [...names.slice(0, 8).map(([, , ramal]) => ramal)].map((account) => ({
    account, kind: 'extension', group: 'pbx', calls: 0, do_not_disturb: false,
    registration: account === '2133'
      ? { state: 'refused', until: null, round_trip_ms: null, last_error: '403 Forbidden', last_error_at: at(now, 900) }
      : { state: 'registered', until: at(now, -300), round_trip_ms: 1.2, last_error: null, last_error_at: null },
  }));

export const watched = [
  ['2114', 'idle'], ['2131', 'idle'], ['2120', 'talking'], ['2118', 'ringing'], ['2126', 'talking'], ['2140', 'idle'],
].map(([number, state]) => ({ account: '2107', number, state, since: null, why: null }));

const row = (now, i, direction, number, name, ago, seconds, more = {}) => ({
  call: `9${i}`, protocolo: `20261124${String(417 - i * 19).padStart(7, '0')}${i}`, direction, number, name: null, contact: name, queue: direction === 'inbound' ? '11' : null, account: '2107', user: '7', started: at(now, ago + seconds), answered: seconds ? at(now, ago + seconds) : null,
  ended: at(now, seconds ? ago : ago - 34), cause: { kind: 'normal', by: 'peer', sip: null, q850: 16, text: '' }, recording: seconds > 60 ? { recording: `80${i}`, seconds, state: 'done' } : null, case: null, ...more,
});
export const history = (now) => [
  row(now, 1, 'inbound', '+5519907452310', 'Mariana Figueiredo Prado', 90, 578),
  row(now, 2, 'inbound', '+5531904120877', 'Sebastião Moura Leite', 1400, 232),
  row(now, 3, 'outbound', '+5592907335081', 'Aldenir Tupinambá Reis', 3100, 137, { cause: { kind: 'normal', by: 'us', sip: null, q850: 16, text: '' } }),
  row(now, 4, 'inbound', '+5585902317714', null, 4300, 0, { cause: { kind: 'cancelled', by: 'peer', sip: 487, q850: null, text: '' } }),
  row(now, 5, 'outbound', '+5511900874402', 'Padaria Flor do Ipê ME', 5600, 304, { cause: { kind: 'transferred', by: 'us', sip: null, q850: null, text: '' } }),
  row(now, 6, 'outbound', '2114', 'Rafael Tavares', 7000, 48),
  row(now, 7, 'inbound', '+5547909135518', 'Ingrid Schroeder Knoll', 7300, 466),
  row(now, 8, 'inbound', '+5571903552096', 'Edvaldo Nascimento Cruz', 9500, 260, { cause: { kind: 'session-expired', by: 'network', sip: null, q850: null, text: '' } }),
  row(now, 9, 'outbound', '+5562905048831', 'Clínica Bem Viver S/S', 10500, 0, { cause: { kind: 'no-answer', by: 'peer', sip: 480, q850: null, text: '' } }),
];

export const story = (now) => [
  { at: at(now, 320), event: 'ringing', detail: '' },
  { at: at(now, 277), event: 'recording-started', detail: '801' },
  { at: at(now, 160), event: 'held', detail: '' },
  { at: at(now, 139), event: 'resumed', detail: '' },
];

const sip = (now, ms, sent, line, more = '') => ({
  at: new Date(now - 90_000 + ms).toISOString(), sent, transport: 'udp', local: '192.0.2.5:5060', remote: '192.0.2.20:5060', line,
  text: `${line}\r\nVia: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK7f3a\r\nFrom: <sip:+5519907452310@pabx.nortelux.example>;tag=91\r\nTo: <sip:2107@pabx.nortelux.example>\r\nCall-ID: 7f3a@192.0.2.20\r\nCSeq: 1 INVITE\r\n${more}Content-Length: 0\r\n\r\n`,
});
const SDP = 'Content-Type: application/sdp\r\n';
export const trace = (now) => [
  sip(now, 0, false, 'INVITE sip:2107@192.0.2.5:5060 SIP/2.0', SDP), sip(now, 3, true, 'SIP/2.0 100 Trying'), sip(now, 12, true, 'SIP/2.0 180 Ringing'),
  sip(now, 4_120, true, 'SIP/2.0 200 OK', SDP), sip(now, 4_131, false, 'ACK sip:2107@192.0.2.5:5060 SIP/2.0'), sip(now, 64_870, false, 'BYE sip:2107@192.0.2.5:5060 SIP/2.0'), sip(now, 64_872, true, 'SIP/2.0 200 OK'),
];
