import { describe, expect, it } from 'vitest';
import type { Call, Supervision } from '../api/types';
import { offered, loudest, others, supervisedBy } from './supervise';

const call = { call: '1', state: 'answered', user: '7' } as Call;
const rita: Supervision = {
  account: '21', supervisor: '9', name: 'Rita', leg: '3', call: '1', agent: '7', mode: 'whisper', since: '', why: null,
};
const all = { listen: true, takeOver: true };

describe('what a supervisor is offered', () => {
  it('shows what is on, and the other ways beside it', () => {
    expect(offered(call, rita, all, '9').map((c) => c && [c.how, c.on])).toEqual([
      ['listen', false], ['whisper', true], ['barge', false], ['take-over', false],
    ]);
    expect(offered({ ...call, call: '2' }, rita, all, '9').some((c) => c?.on)).toBe(false);
  });

  it('keeps the place of what this person may not, and offers nothing of a call that only rings or is the own', () => {
    expect(offered(call, null, { listen: true, takeOver: false }, '9').map((c) => c?.how ?? null)).toEqual(['listen', 'whisper', 'barge', null]);
    expect(offered({ ...call, state: 'ringing' }, null, all, '9')).toEqual([null, null, null, null]);
    expect(offered(call, null, all, '7')).toEqual([null, null, null, null]);
    expect(offered(null, null, all, '9')).toEqual([null, null, null, null]);
  });
});

describe('who supervises', () => {
  const sara: Supervision = { ...rita, account: '22', supervisor: null, name: '22', mode: 'listen' };
  it('finds the own one and the others of a call', () => {
    const live = { '21': rita, '22': sara };
    expect(supervisedBy(live, '9')).toBe(rita);
    expect(supervisedBy(live, null)).toBe(null);
    expect(others(live, '1', '9')).toEqual([sara]);
    expect(others(live, '2', '9')).toEqual([]);
  });
});

it('tells the agent first of who is heard by the customer too', () => {
  expect(loudest([{ mode: 'whisper', by: 'Rita' }, { mode: 'barge', by: 'Sara' }])).toEqual({ mode: 'barge', by: 'Sara' });
  expect(loudest([])).toBe(null);
});
