import { describe, expect, it } from 'vitest';
import type { Call } from '../api/types';
import type { Scene } from '../state/desk';
import { slots } from './slots';

const call = (more: Partial<Call> = {}): Call => ({ call: '1', state: 'answered', muted: false, held: false, recording: null, transfer: null, conference: null, ...more }) as Call;
const may = { record: true, dial: true, listen: true };
const names = (scene: Scene) => slots(scene, 'call', may).map((s) => s?.action ?? null);

describe('the action bar (SM-05)', () => {
  it('keeps seven slots in every scene, each action always in its own', () => {
    const scenes: Scene[] = [
      { kind: 'idle' },
      { kind: 'dialling', call: call({ state: 'dialling' }) },
      { kind: 'talking', call: call() },
      { kind: 'talking', call: call({ held: true }) },
      { kind: 'consulting', customer: call({ held: true }), colleague: call() },
      { kind: 'conference', calls: [call(), call()], front: call() },
      { kind: 'wrap-up', call: call({ state: 'ended' }) },
    ];
    const place = new Map<string, number>();
    for (const scene of scenes) {
      const row = names(scene);
      expect(row.length).toBe(7);
      row.forEach((name, i) => {
        if (name === 'conclude' || name === 'listen') return;
        if (name !== null) expect(place.get(name) ?? i).toBe(i);
        if (name !== null) place.set(name, i);
      });
    }
  });

  it('offers only to hang up while it dials, digits too once the network speaks', () => {
    expect(names({ kind: 'dialling', call: call({ state: 'dialling' }) })).toEqual([null, null, null, null, null, null, 'hangup']);
    expect(names({ kind: 'dialling', call: call({ state: 'early-media' }) })[4]).toBe('keypad');
  });

  it('leaves the slots of what the person may not do empty', () => {
    const row = slots({ kind: 'talking', call: call() }, 'call', { record: false, dial: false, listen: false });
    expect(row.map((s) => s?.action ?? null)).toEqual(['mute', 'hold', null, null, 'keypad', null, 'hangup']);
  });

  it('shows mute as pressed and loud (VZ-06)', () => {
    expect(slots({ kind: 'talking', call: call({ muted: true }) }, 'call', may)[0]).toMatchObject({ pressed: true, look: 'muted', icon: 'mic-off' });
  });
});
