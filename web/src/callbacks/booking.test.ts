import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Callback, Schedule } from '../api/callbacks';
import type { Me } from '../api/types';
import { Drafts } from '../state/drafts';
import { lists } from '../state/lists.svelte';
import { session } from '../state/session.svelte';
import { Booking, type About } from './booking.svelte';

const schedule = { schedule: '5', name: 'Retorno', zone: 'America/Sao_Paulo', week: Array(7).fill({ from: 0, until: 1440 }), closed: {}, slot_minutes: 30, capacity: 2, queues: [], mode: 'automatic' } as unknown as Schedule;
const kept: Callback = {
  callback: '77', version: 1, kind: 'callback', schedule: '5', recipient: 'Dona Maria', number: '+5511987654321', note: '', owner: { person: '7' }, protocolo: null, due: '2099-11-25T12:00:00Z', due_local: '2099-11-25T09:00:00',
  zone: 'America/Sao_Paulo', next: '2099-11-25T12:00:00Z', attempts: 0, denied: null, state: 'open', user: null,
};
const about: About = { name: '41', number: '+5511987654321', recipient: 'Dona Maria', protocolo: '2026112400004173', queue: null };

interface Sent {
  method: string;
  path: string;
  key: string | null;
  body: Record<string, unknown>;
}
let sent: Sent[] = [];
/** What writes are answered with, one after the other; a word is a lost connection. */
let answers: ([number, object] | 'lost')[] = [];
let rows: Callback[] = [];

function storage() {
  const all = new Map<string, string>();
  return { getItem: (k: string) => all.get(k) ?? null, setItem: (k: string, v: string) => void all.set(k, v), removeItem: (k: string) => void all.delete(k) };
}
const respond = (status: number, body: object) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

beforeEach(async () => {
  sent = [];
  answers = [];
  rows = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const path = url.replace('api/v1', '');
    if (init.method === 'GET') return respond(200, path.startsWith('/schedules/') ? [] : path === '/schedules' ? [schedule] : path.startsWith('/callbacks') ? { rows, next: null } : []);
    sent.push({ method: init.method ?? '', path, key: new Headers(init.headers).get('Idempotency-Key'), body: JSON.parse(String(init.body)) });
    const answer = answers.shift() ?? [201, kept];
    if (answer === 'lost') throw new TypeError('network');
    return respond(...answer);
  });
  session.me = { user: '7', permissions: ['callbacks.see', 'callbacks.create'], queues: ['11'] } as unknown as Me;
  lists.forget();
  lists.of('schedules');
  await new Promise((done) => setTimeout(done, 0));
});
afterEach(() => vi.unstubAllGlobals());

function filled(drafts = new Drafts(storage(), Date.now)): Booking {
  const booking = new Booking(about, drafts);
  booking.type('date', '25/11/2099');
  booking.type('time', '09:00');
  return booking;
}

describe('a promise as it is filled in (CB-05)', () => {
  it('has number, name and Protocolo filled in, and is the own one', async () => {
    const booking = filled();
    expect(booking.isFilled).toBe(true);
    await booking.submit();
    expect(sent[0]).toMatchObject({ method: 'POST', path: '/callbacks', body: { schedule: '5', recipient: 'Dona Maria', number: '11987654321', owner: { person: '7' }, when: '2099-11-25T09:00', protocolo: '2026112400004173' } });
    expect(booking.done?.callback).toBe('77');
    expect(booking.value('date')).toBe('');
  });

  it('makes one promise of two clicks', async () => {
    const booking = filled();
    await Promise.all([booking.submit(), booking.submit()]);
    expect(sent).toHaveLength(1);
  });

  it('is sent under the same key when nobody knows whether it arrived, after a reload too', async () => {
    const drafts = new Drafts(storage(), Date.now);
    answers = ['lost', [201, kept]];
    await filled(drafts).submit();
    const again = new Booking(about, drafts);
    expect(again.value('time')).toBe('09:00');
    await again.submit();
    expect(sent[1]?.key).toBe(sent[0]?.key);
    expect(Booking.hasDraft(drafts, '41')).toBe(false);
  });

  it('is another wish when it was changed or refused', async () => {
    answers = ['lost', [422, { error: { code: 'invalid', text: 'x', field: 'note' } }], [201, kept]];
    const booking = filled();
    await booking.submit();
    booking.type('note', 'à tarde');
    await booking.submit();
    expect(booking.wrong.note).toBeTruthy();
    await booking.submit();
    expect(new Set(sent.map((one) => one.key)).size).toBe(3);
  });

  it("shows the daemon's reason and its next times until another time is typed (CB-06)", async () => {
    const next = [{ at: '2099-11-25T12:30:00Z', local: '2099-11-25T09:30:00', zone: schedule.zone }];
    answers = [[422, { error: { code: 'impossible', text: 'x', field: 'when', impossible: { why: { kind: 'full', capacity: 2 }, next } } }]];
    const booking = filled();
    await booking.submit();
    expect(booking.said).toMatchObject({ why: { kind: 'full', capacity: 2 }, next });
    booking.pick(next[0]!.local);
    expect([booking.said, booking.when]).toEqual([null, '2099-11-25T09:30']);
  });
});

describe('a promise that is changed (CB-12)', () => {
  it('sends what may change with the version on the screen', async () => {
    answers = [[200, { ...kept, version: 2 }]];
    const booking = new Booking(about, new Drafts(storage(), Date.now));
    booking.edit(kept);
    expect([booking.value('date'), booking.value('time')]).toEqual(['25/11/2099', '09:00']);
    booking.type('note', 'à tarde');
    await booking.submit();
    expect(sent[0]).toMatchObject({ method: 'PATCH', path: '/callbacks/77', body: { version: 1, note: 'à tarde' } });
    expect(Object.keys(sent[0]!.body)).not.toContain('schedule');
    expect(booking.editing).toBeNull();
  });

  it('explains that somebody was faster, reads it again and keeps what was typed', async () => {
    rows = [{ ...kept, version: 4, due_local: '2099-11-26T10:00:00' }];
    answers = [[409, { error: { code: 'outdated', text: 'x' } }], [200, { ...kept, version: 5 }]];
    const booking = new Booking(about, new Drafts(storage(), Date.now));
    booking.edit(kept);
    booking.type('note', 'meu');
    await booking.submit();
    expect(booking.newer?.version).toBe(4);
    booking.takeNewer();
    expect([booking.value('note'), booking.value('date')]).toEqual(['meu', '26/11/2099']);
    await booking.submit();
    expect(sent[1]?.body.version).toBe(4);
  });
});

describe('a promise that belongs to a record (GN-10, GN-12)', () => {
  const heard: string[] = [];
  const hearer = { kept: (c: Callback) => void heard.push(`kept ${c.callback}`), gone: (c: Callback) => void heard.push(`gone ${c.callback}`) };

  it('tells the record what it became, and that it was cancelled', async () => {
    const booking = new Booking(about, new Drafts(storage(), Date.now), hearer);
    booking.type('date', '25/11/2099');
    expect([booking.isPending, booking.unkept()]).toEqual([true, 'O callback foi preenchido e não foi agendado.']);
    booking.type('time', '09:00');
    await booking.submit();
    expect(booking.isPending).toBe(false);
    await booking.cancel(kept);
    expect(heard).toEqual(['kept 77', 'gone 77']);
  });

  it('says why a typed time cannot be', () => {
    const booking = new Booking(about, new Drafts(storage(), Date.now));
    booking.type('date', '25/11/2020');
    booking.type('time', '09:00');
    expect(booking.unkept()).toBe('09:00 de quarta, 25/11, já passou.');
  });

  it("takes the campaign's escala before any other", async () => {
    const booking = new Booking({ ...about, schedule: '5', queue: '12' }, new Drafts(storage(), Date.now));
    expect(booking.schedule?.schedule).toBe('5');
  });
});
