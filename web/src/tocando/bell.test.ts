import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from '../api/types';

const state = vi.hoisted(() => ({ ringing: [] as unknown[], scene: { kind: 'idle' } }));
vi.mock('../state/desk.svelte', () => ({ desk: state }));

const call = { call: '1', number: '+5519907452310', name: null, contact: { name: 'Mariana' } } as unknown as Call;
/** Each: how loud it begins, in the order of their bursts. */
const bursts: number[] = [];

class FakeContext {
  currentTime = 0;
  destination = {};
  resume = async () => {};
  close = async () => {};
  createGain = () => ({ connect: () => {}, gain: { setValueAtTime: () => {}, linearRampToValueAtTime: (to: number) => to > 0 && bursts.push(to) } });
  createOscillator = () => ({ frequency: { value: 0 }, connect: () => {}, start: () => {}, stop: () => {} });
}

class FakeNote {
  static permission = 'granted';
  static all: { title: string; closed: boolean }[] = [];
  private own: { title: string; closed: boolean };
  constructor(title: string) {
    FakeNote.all.push((this.own = { title, closed: false }));
  }
  close() {
    this.own.closed = true;
  }
}

async function rings(hidden: boolean, scene = 'idle'): Promise<() => void> {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
  state.ringing = [call];
  state.scene = { kind: scene };
  const { ringBell } = await import('./bell.svelte');
  const quiet = ringBell();
  flushSync();
  return quiet;
}

describe('a new call reaches who looks elsewhere (SM-02)', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetModules();
    vi.stubGlobal('AudioContext', FakeContext);
    vi.stubGlobal('Notification', FakeNote);
    FakeNote.all = [];
    bursts.length = 0;
    document.title = 'Ramal';
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('by a sound that comes again, and a title that flashes with the number', async () => {
    const quiet = await rings(false);
    expect(bursts.length).toBe(1);
    const title = document.title;
    expect(title).toMatch(/^Nova chamada · \(19\) 90745/);
    vi.advanceTimersByTime(1_000);
    expect(document.title).toBe('Ramal');
    vi.advanceTimersByTime(1_000);
    expect(document.title).toBe(title);
    vi.advanceTimersByTime(2_000);
    expect(bursts.length).toBe(2);
    quiet();
    vi.advanceTimersByTime(20_000);
    expect(document.title).toBe('Ramal');
    expect(bursts.length).toBe(2);
  });

  it('by a desktop notification where the tab is hidden, which goes with the ring', async () => {
    const quiet = await rings(true);
    expect(FakeNote.all).toEqual([{ title: expect.stringMatching(/^Nova chamada: \(19\) 90745/), closed: false }]);
    quiet();
    expect(FakeNote.all[0]?.closed).toBe(true);
  });

  it('by no notification where the tab is seen', async () => {
    (await rings(false))();
    expect(FakeNote.all).toEqual([]);
  });

  it('more softly into the ear of who is in a call', async () => {
    (await rings(false))();
    vi.resetModules();
    (await rings(false, 'talking'))();
    expect(bursts[1]).toBeLessThan(bursts[0]!);
  });
});
