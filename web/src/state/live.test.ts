import { describe, expect, it } from 'vitest';
import type { Call, Line, Snapshot } from '../api/types';
import { front, heard, lastMatter, mine, nameOf, ringing, scene, waiting } from './desk';
import { apply, nothing } from './live';

const call = (id: string, more: Partial<Call> = {}): Call => ({
  call: id, protocolo: '2026112400004173', direction: 'inbound', account: '2107', number: '+5519907452310', name: null, diverted_from: null,
  asserted: null, state: 'answered', started: `2026-11-24T17:00:0${id}Z`, answered: '2026-11-24T17:01:00Z', ended: null, cause: null, muted: false,
  held: false, held_by_peer: false, bridged_with: null, conference: null, recording: null, supervised: [], consults: null, transfer: null, trouble: null, legs: [],
  user: '7', contact: null, case: null, promise: null, queue: null, ...more,
});
const snapshot = (calls: Call[]): Snapshot => ({ now: '2026-11-24T17:00:00Z', me: { user: '7' } as Snapshot['me'], calls, agents: [], accounts: [], watched: [], phones: [], supervisions: [], callbacks: [], campaigns: [], records: [], alerts: [] });

describe('the live state', () => {
  it('is replaced by a snapshot and changed by news, object by object', () => {
    const live = nothing();
    apply(live, { seq: 1, snapshot: snapshot([call('1')]) });
    apply(live, { seq: 2, news: { call: call('1', { muted: true }) } });
    expect(live.calls['1']?.muted).toBe(true);
    apply(live, { seq: 3, news: { 'call-ended': call('1', { state: 'ended' }) } });
    expect(live.calls).toEqual({});
    expect(live.ended[0]?.call).toBe('1');
    apply(live, { seq: 9, snapshot: snapshot([call('4')]) });
    expect(Object.keys(live.calls)).toEqual(['4']);
    expect(live.seq).toBe(9);
  });

  it('measures the leg that the news names', () => {
    const live = nothing();
    apply(live, { seq: 1, snapshot: snapshot([call('1', { legs: [{ leg: '5', sip_call_id: null, device: null, codec: 'PCMA', quality: null }] })]) });
    const quality = { packets_sent: 1, packets_received: 1, packets_lost: 0, jitter_ms: 1, round_trip_ms: 1, remote_loss: 0, playout_ms: null, concealed: 0, mos: 4 };
    apply(live, { seq: 2, news: { quality: { call: '1', leg: '5', quality } } });
    expect(live.calls['1']?.legs[0]?.quality).toEqual(quality);
  });
});

describe('the scene of Atendimento', () => {
  it('lists what rings oldest first, own calls only (SM-03)', () => {
    const calls = { a: call('2', { state: 'ringing' }), b: call('1', { state: 'ringing' }), c: call('3', { state: 'ringing', user: '8' }) };
    expect(ringing(mine(calls, '7')).map((c) => c.call)).toEqual(['1', '2']);
  });

  it('shows the call that is heard; the held one waits', () => {
    const own = [call('1', { held: true }), call('2')];
    const s = scene(own, null);
    expect(front(s)?.call).toBe('2');
    expect(waiting(own, s).map((c) => c.call)).toEqual(['1']);
  });

  it('shows both legs of a consultation and who hears the agent (VZ-07)', () => {
    const own = [call('1', { held: true }), call('2', { direction: 'outbound', consults: '1' })];
    const s = scene(own, null);
    expect(s.kind).toBe('consulting');
    if (s.kind === 'consulting') expect(heard(s).call).toBe('2');
    expect(front(s)?.call).toBe('1');
  });

  it('shows a conference whole', () => {
    const conference = { conference: '3', led: true, silenced: false };
    expect(scene([call('1', { conference }), call('2', { conference })], null)).toMatchObject({ kind: 'conference', calls: [{ call: '1' }, { call: '2' }] });
  });

  it('shows who is asked to join a conference as a consultation, until they are joined (VZ-10)', () => {
    const conference = { conference: '3', led: true, silenced: false };
    const room = [call('1', { conference, held: true }), call('2', { conference, held: true })];
    const asked = call('3', { direction: 'outbound', consults: '1' });
    expect(scene([...room, asked], null)).toMatchObject({ kind: 'consulting', customer: { call: '1' }, colleague: { call: '3' } });
    expect(scene([...room, { ...asked, conference }], null)).toMatchObject({ kind: 'conference', calls: [{}, {}, {}] });
  });

  it('shows the last call in wrap-up until a new one is there', () => {
    const ended = call('1', { state: 'ended' });
    expect(scene([], ended).kind).toBe('wrap-up');
    expect(scene([call('2')], ended).kind).toBe('talking');
    expect(scene([], null).kind).toBe('idle');
  });

  it('keeps a hostile name as a name', () => {
    expect(nameOf(call('1', { name: '<img src=x onerror=alert(1)>' }))).toBe('<img src=x onerror=alert(1)>');
  });
});

describe('the call that the wrap-up is about', () => {
  it("is the customer's, however the calls to colleagues about it ended", () => {
    const call = (id: string, protocolo: string, started: string) => ({ call: id, protocolo, started, user: '7' }) as Call;
    const ended = [call('3', 'B', '2026-01-01T10:05:00Z'), call('2', 'B', '2026-01-01T10:01:00Z'), call('1', 'A', '2026-01-01T09:00:00Z')];
    expect(lastMatter(ended, '7')?.call).toBe('2');
    expect(lastMatter(ended, '8')).toBeNull();
  });
});

describe('campaigns and the records in work', () => {
  const campaign = (standing: string) => ({ campaign: '60', standing, members: [], ready: 0, dialling: 0, talking: 0, dry: false });
  const record = (place: string) => ({ lead: '900', campaign: '60', place, user: '7' });
  const news = (seq: number, said: object): Line => ({ seq, news: said }) as unknown as Line;

  it('come with the snapshot and change with the news; a record that is gone leaves', () => {
    const live = nothing();
    apply(live, { seq: 1, snapshot: { calls: [], agents: [], accounts: [], watched: [], alerts: [], campaigns: [campaign('stopped')], records: [record('offered')] } } as unknown as Line);
    expect([live.campaigns['60']?.standing, live.records['900']?.place]).toEqual(['stopped', 'offered']);
    apply(live, news(2, { campaign: campaign('running') }));
    apply(live, news(3, { record: record('open') }));
    expect([live.campaigns['60']?.standing, live.records['900']?.place]).toEqual(['running', 'open']);
    apply(live, news(4, { record: record('gone') }));
    expect(live.records).toEqual({});
  });
});
