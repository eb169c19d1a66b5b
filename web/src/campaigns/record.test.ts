import { describe, expect, it } from 'vitest';
import type { LeadRecord, Place } from '../api/campaigns';
import { canDecline, canDial, canPromise, isMine, numberOf, recordFor, secondsLeft, turnOf } from './record';

const record = (place: Place, more: Partial<LeadRecord> = {}): LeadRecord => ({
  lead: '900', campaign: '60', place, user: '7', recipient: 'Cláudia', phones: [{ number: '+5592906601245', label: 'celular', state: 'fresh' }, { number: '+5592901180320', label: 'recado', state: 'fresh' }],
  fields: [], tried: [], call: null, machine: false, callback: null, until: null, denied: null, ...more,
});

describe('the record in front', () => {
  it("is this person's own, the one with most to lose first", () => {
    const all = { 1: record('offered', { lead: '1' }), 2: record('closing', { lead: '2' }), 3: record('talking', { lead: '3', user: '8' }) };
    expect(recordFor(all, '7')?.lead).toBe('2');
    expect(recordFor(all, '9')).toBeNull();
    expect(recordFor(all, null)).toBeNull();
  });

  it('shows the number whose turn it is, then the one that was dialled', () => {
    const one = record('open', { phones: [{ number: '+5511900000001', label: 'a', state: 'tried' }, { number: '+5511900000002', label: 'b', state: 'fresh' }] });
    expect([turnOf(one), numberOf(one)]).toEqual([1, '+5511900000002']);
    expect(numberOf({ ...one, place: 'closing', tried: [{ number: '+5511900000001', result: 'busy' }] })).toBe('+5511900000001');
  });

  it('takes a tried number before a dead one', () => {
    const one = record('open', { phones: [{ number: '1', label: '', state: 'dead' }, { number: '2', label: '', state: 'tried' }] });
    expect(turnOf(one)).toBe(1);
  });
});

describe('what may be done with it', () => {
  it('gn_06: declines until the person was reached', () => {
    expect(canDecline(record('open'))).toBe(true);
    expect(canDecline(record('closing', { tried: [{ number: '1', result: 'busy' }] }))).toBe(true);
    expect(canDecline(record('closing', { tried: [{ number: '1', result: 'connected' }] }))).toBe(false);
    expect(canDecline(record('offered'))).toBe(false);
    expect(canDecline(record('talking'))).toBe(false);
  });

  it('dials what exists', () => {
    expect(canDial(record('open'))).toBe(true);
    expect(canDial(record('connecting'))).toBe(false);
    expect(canDial(record('open', { phones: [{ number: '1', label: '', state: 'dead' }] }))).toBe(false);
  });

  it('gn_10: promises from acceptance to the close', () => {
    expect((['offered', 'open', 'connecting', 'talking', 'closing', 'gone'] as Place[]).map((place) => canPromise(record(place)))).toEqual([false, true, true, true, true, false]);
  });

  it('belongs to a campaign of everybody or of an own queue', () => {
    const of = (queues: string[]) => ({ queues }) as Parameters<typeof isMine>[0];
    expect([isMine(of([]), []), isMine(of(['11']), ['11']), isMine(of(['12']), ['11'])]).toEqual([true, true, false]);
  });

  it('counts whole seconds down to zero', () => {
    const until = '2026-11-24T17:32:20Z';
    const at = Date.parse(until);
    expect([secondsLeft(until, at - 14_200), secondsLeft(until, at), secondsLeft(until, at + 5_000), secondsLeft(null, at)]).toEqual([15, 0, 0, 0]);
  });
});
