import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Callback, Schedule } from '../api/callbacks';
import type { LeadRecord } from '../api/campaigns';
import type { Me } from '../api/types';
import { apply } from '../state/live';
import { desk } from '../state/desk.svelte';
import { lists } from '../state/lists.svelte';
import { session } from '../state/session.svelte';
import { begun } from './begun.svelte';
import { work } from './work.svelte';

const schedule = { schedule: '5', name: 'Retorno', zone: 'America/Sao_Paulo', week: Array(7).fill({ from: 0, until: 1440 }), closed: {}, slot_minutes: 30, capacity: 2, queues: [], mode: 'automatic' } as unknown as Schedule;
const campaign = { campaign: '60', name: 'Renova', mode: 'push-preview', standing: 'running', queues: [], lists: [], caller_ids: [], schedule: '5', handling: { offer_s: 20 } };
const record: LeadRecord = { lead: '900', campaign: '60', place: 'closing', user: '7', recipient: 'Cláudia', phones: [{ number: '+5592906601245', label: '', state: 'tried' }], fields: [], tried: [{ number: '+5592906601245', result: 'connected' }], call: null, machine: false, callback: null, until: null, denied: null };
const kept = { callback: '77', version: 1, schedule: '5', recipient: 'Cláudia', number: '+5592906601245', state: 'open', owner: { person: '7' }, due_local: '2099-11-25T09:00:00', due: '2099-11-25T12:00:00Z', zone: schedule.zone } as unknown as Callback;

let sent: { path: string; body: unknown }[] = [];
let refused: object | null = null;
const respond = (status: number, body: object) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const settled = () => new Promise((done) => setTimeout(done, 0));

beforeEach(async () => {
  [sent, refused] = [[], null];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const path = url.replace('api/v1', '');
    if (init.method === 'GET') return respond(200, path === '/schedules' ? [schedule] : path === '/campaigns' ? [campaign] : path.startsWith('/callbacks/') ? kept : path.startsWith('/callbacks') ? { rows: [], next: null } : []);
    sent.push({ path, body: JSON.parse(String(init.body)) });
    if (path === '/callbacks') return respond(201, kept);
    return refused && path.endsWith('/close') ? respond(422, refused) : new Response(null, { status: 204 });
  });
  session.me = { user: '7', ramal: '2107', permissions: ['campaigns', 'callbacks.see', 'callbacks.create', 'callbacks.cancel'], queues: [] } as unknown as Me;
  lists.forget();
  lists.of('schedules');
  lists.of('campaigns');
  await settled();
  desk.live.records = { 900: record };
  work.follow(null, null);
  work.follow(record, null);
});
afterEach(() => vi.unstubAllGlobals());

const paths = () => sent.map((one) => one.path);

describe('closing a record', () => {
  it('says how it ended, and that it was the last one (GN-07)', async () => {
    work.disposition = '5';
    await work.close(record, true);
    expect(sent).toEqual([{ path: '/records/900/close', body: { disposition: '5', stop: true } }]);
  });

  it('gn_12: is refused while a callback is half filled in, until it is given up', async () => {
    work.booking!.type('date', '25/11/2020');
    work.booking!.type('time', '09:00');
    await work.close(record);
    expect([paths(), work.why]).toEqual([[], { text: '09:00 de quarta, 25/11, já passou.', callback: true }]);
    await work.giveUpCallback();
    await work.close(record);
    expect([paths(), work.why]).toEqual([['/records/900/close'], null]);
  });

  it('gn_12: explains that the callback it has lies in the past', async () => {
    refused = { error: { code: 'callback-past', text: 'past', field: 'callback' } };
    await work.close(record);
    expect(work.why).toEqual({ text: 'A hora do callback já passou.', callback: true });
  });
});

describe('a callback of a record (GN-10)', () => {
  it('becomes the record\'s when it is kept, and leaves it when it is cancelled', async () => {
    work.booking!.type('date', '25/11/2099');
    work.booking!.type('time', '09:00');
    await work.booking!.submit();
    await settled();
    expect(sent.map((one) => [one.path, one.path.endsWith('/callback') ? one.body : null])).toEqual([['/callbacks', null], ['/records/900/callback', { callback: '77' }]]);
    expect(work.promise?.callback).toBe('77');
    await work.booking!.cancel(kept);
    await settled();
    expect(sent.at(-1)).toEqual({ path: '/records/900/callback', body: { callback: null } });
  });

  it('does not go on to the next record', () => {
    work.booking!.type('date', '25/11/2099');
    work.follow({ ...record, lead: '901' }, null);
    expect(work.booking!.isPending).toBe(false);
  });
});

describe('Campanha iniciada (GN-04)', () => {
  const news = (standing: string) => apply(desk.live, { seq: 1, news: { campaign: { campaign: '60', standing, members: [], ready: 0, dialling: 0, talking: 0, dry: false } } } as never);

  it('is told once for each start', () => {
    news('running');
    expect(begun.next?.name).toBe('Renova');
    begun.answer('60');
    expect(begun.next).toBeNull();
  });

  it('is not told to who may not take part, or has no ramal', () => {
    sessionStorage.clear();
    news('stopped');
    expect(begun.next).toBeNull();
    session.me = { ...session.me!, ramal: null };
    news('running');
    expect(begun.next).toBeNull();
  });
});
