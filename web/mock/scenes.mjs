// Each scene is a world: who is signed in, what rings, who talks. `now` is the daemon's clock in ms.

import { accounts, agent, at, call, rafael, ringers, second, team, teamCalls, unstable, watched } from './calls.mjs';
import { held } from './callbacks.mjs';
import { campaigned } from './campaigns.mjs';
import { chief, dialer, me } from './people.mjs';

const outbound = (now, more) => call(now, '51', { direction: 'outbound', number: '+5592906601245', contact: null, queue: null, waited: 6, ...more });
const conference = (silenced) => ({ conference: '61', led: true, silenced });
const base = (now, who = me) => ({ signedIn: who, setup: false, calls: [], agents: [], accounts: accounts(now), watched, alerts: [{ 'forgotten-hold': { call: '41', account: '2114', seconds: 312 } }, 'clock-not-synchronised'], ended: [], taken: false });
const desk = (now, a, calls) => ({ ...base(now), agents: [a], calls });

export const scenes = {
  setup: (now) => ({ ...base(now), signedIn: null, setup: true }),
  login: (now) => ({ ...base(now), signedIn: null }),
  idle: (now) => desk(now, agent(now, 'ready', 198), []),
  offline: (now) => desk(now, agent(now, 'offline', 12, { agent: { queues: [], device: null } }), []),
  ringing: (now) => desk(now, agent(now, 'ready', 198), ringers(now)),
  talking: (now) => desk(now, agent(now, 'talking', 277), [call(now, '41')]),
  muted: (now) =>
    desk(now, agent(now, 'talking', 312), [call(now, '41', { ago: 312, muted: true, recording: { recording: '801', paused: true }, legs: [{ leg: '411', sip_call_id: null, device: null, codec: 'PCMA', quality: unstable }] }), second(now)]),
  held: (now) => desk(now, agent(now, 'talking', 400), [call(now, '41', { ago: 400, held: true })]),
  dialling: (now) => desk(now, agent(now, 'talking', 4), [call(now, '46', { direction: 'outbound', state: 'ringing', ago: 4, case: null, queue: null, recording: null, legs: [] })]),
  trouble: (now) => desk(now, agent(now, 'talking', 277), [call(now, '41', { trouble: 'stopped-receiving' })]),
  consult: (now) => desk(now, agent(now, 'talking', 418), [call(now, '41', { ago: 418, held: true }), rafael(now, { consults: '41' })]),
  conference: (now) => desk(now, agent(now, 'talking', 560), [call(now, '41', { ago: 560, conference: conference(false) }), rafael(now, { ago: 107, conference: conference(true) })]),
  'two-calls': (now) =>
    desk(now, agent(now, 'talking', 60), [call(now, '41', { ago: 300, held: true }), call(now, '47', { ago: 60, number: '+5585902317714', protocolo: '2026112400004207', contact: null, case: '502', queue: '12' })]),
  reserved: (now) => ({ ...desk(now, agent(now, 'reserved', 18), []), held: held(now, 'reserved') }),
  preview: (now) => ({ ...desk(now, agent(now, 'preview', 22), []), held: held(now, 'preview') }),
  'wrap-up': (now) => ({
    ...desk(now, agent(now, 'wrap-up', 48, { state: { until: at(now, -72) } }), []),
    ended: [call(now, '41', { ago: 626, state: 'ended', ended: at(now, 48), cause: { kind: 'normal', by: 'peer', sip: null, q850: 16, text: '' } })],
  }),
  paused: (now) => desk(now, agent(now, 'paused', 372, { state: { reason: '2', until: at(now, -228) } }), []),
  'break-due': (now) => ({ ...desk(now, agent(now, 'talking', 277, { agent: { next_break: { reason: '2', at: at(now, 420), minutes: 10 } } }), [call(now, '41')]), alerts: [{ 'break-overdue': { user: '7', reason: '2', at: at(now, 420) } }] }),
  steering: (now) => ({ ...base(now, chief), agents: team(now), calls: teamCalls(now), ...campaigned([]) }),
  supervisor: (now) => ({ ...base(now, chief), agents: team(now), calls: teamCalls(now), alerts: [{ 'registration-lost': { account: '2133', why: '403 Forbidden' } }] }),
  'other-tab': (now) => ({ ...desk(now, agent(now, 'talking', 277, { agent: { device: 'browser' } }), [call(now, '41')]), taken: true }),
  'campaign-started': (now) => ({ ...desk(now, agent(now, 'ready', 198), []), signedIn: dialer, ...campaigned([]) }),
  'campaign-waiting': (now) => ({ ...desk(now, agent(now, 'ready', 198), []), signedIn: dialer, ...campaigned(['60', '61']) }),
  'record-offered': (now) => ({ ...desk(now, agent(now, 'reserved', 6), []), signedIn: dialer, ...campaigned(['60', '61'], 'offered') }),
  'record-open': (now) => ({ ...desk(now, agent(now, 'preview', 46), []), signedIn: dialer, ...campaigned(['60', '61'], 'open') }),
  'record-denied': (now) => ({ ...desk(now, agent(now, 'preview', 46), []), signedIn: dialer, ...campaigned(['60', '61'], 'open', { denied: { rule: 'hours telemarketing', fact: 'outside hours', next: at(now, -66_000), zone: 'America/Manaus', version: 4 } }) }),
  'record-talking': (now) => ({ ...desk(now, agent(now, 'talking', 46), [outbound(now, { ago: 46 })]), signedIn: dialer, ...campaigned(['60', '61'], 'talking', { call: '51' }) }),
  'record-closing': (now) => ({ ...desk(now, agent(now, 'preview', 46), []), signedIn: dialer, ...campaigned(['60', '61'], 'closing', { tried: [{ number: '+5592906601245', result: 'connected' }] }) }),
  'record-not-reached': (now) => ({ ...desk(now, agent(now, 'preview', 46), []), signedIn: dialer, ...campaigned(['60', '61'], 'closing', { tried: [{ number: '+5592906601245', result: 'busy' }], phones: [{ number: '+5592906601245', label: 'celular', state: 'tried' }, { number: '+5592901180320', label: 'recado', state: 'fresh' }] }) }),
  hostile: (now) => desk(now, agent(now, 'ready', 10), [{ ...ringers(now)[3], name: '<img src=x onerror="document.title=\'broken\'">' }]),
};
