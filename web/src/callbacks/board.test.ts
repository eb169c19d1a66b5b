import { describe, expect, it } from 'vitest';
import type { Callback, CallbackState } from '../api/callbacks';
import { counts, FIGURES, listOf, type Figure } from './board';
import { heldFor } from './due';
import { canChange, canSettle, inOrder } from './states';

const now = Date.parse('2026-11-24T17:00:00Z');
const promise = (callback: string, state: CallbackState, minutes = 0, more: Partial<Callback> = {}): Callback => {
  const due = new Date(now + minutes * 60_000).toISOString();
  return { callback, version: 1, kind: 'callback', schedule: '5', recipient: '', number: '2114', note: '', owner: { person: '7' }, protocolo: null, due, due_local: due.slice(0, 19), zone: 'UTC', next: due, attempts: 0, denied: null, state, user: null, ...more };
};
const rows = [promise('1', 'open', 30), promise('2', 'waiting', -2), promise('3', 'open', -0.5), promise('4', 'done', -60), promise('5', 'exhausted', -90), promise('6', 'missed', -120), promise('7', 'cancelled', -5), promise('8', 'unknown', -40)];

describe('the board of today (CB-10, CB-14)', () => {
  it('counts each figure by the rows it lists', () => {
    const found = Object.fromEntries(FIGURES.map((f) => [f, listOf(f, rows, now).map((c) => c.callback).join()])) as Record<Figure, string>;
    expect(found).toEqual({ due: '1,2,3,8', waiting: '2', late: '2,8', done: '4', missed: '6', exhausted: '5' });
  });
  it('calls late what is tried next more than a minute ago, not what was put off to later', () => {
    expect(counts('late', promise('9', 'open', -60, { next: new Date(now + 60_000).toISOString() }), now)).toBe(false);
    expect(counts('late', promise('9', 'open', -1), now)).toBe(false);
    expect(counts('late', promise('9', 'open', -1.1), now)).toBe(true);
  });
});

it('reads open promises by their time, then those that are over, the last first', () => {
  expect(inOrder(rows).map((c) => c.callback)).toEqual(['8', '2', '3', '1', '7', '4', '5', '6']);
});

it('changes a promise until it is dialled, and settles one that nobody knows of (CB-12)', () => {
  expect(rows.filter(canChange).map((c) => c.callback)).toEqual(['1', '2', '3', '8']);
  expect(canChange(promise('9', 'dialling'))).toBe(false);
  expect(rows.filter(canSettle).map((c) => c.callback)).toEqual(['8']);
});

it('is held for one promise at most: the record on the screen before the one to come (CB-08)', () => {
  const all = { 1: promise('1', 'reserved', 0, { user: '7' }), 2: promise('2', 'preview', 0, { user: '7' }), 3: promise('3', 'dialling', 0, { user: '8' }) };
  expect(heldFor(all, '7')?.callback).toBe('2');
  expect(heldFor(all, '8')?.callback).toBe('3');
  expect(heldFor(all, '9')).toBeNull();
  expect(heldFor(all, null)).toBeNull();
});
