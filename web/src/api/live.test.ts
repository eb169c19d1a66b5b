import { describe, expect, it } from 'vitest';
import { LiveClient, type LiveState, type Socket } from './live';
import type { Line } from './types';

class FakeSocket implements Socket {
  sent: string[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
  says(line: unknown) {
    this.onmessage?.({ data: JSON.stringify(line) });
  }
}

function stage() {
  const sockets: FakeSocket[] = [];
  const timers: { at: number; what: () => void }[] = [];
  let now = 0;
  const lines: Line[] = [];
  const states: LiveState[] = [];
  const client = new LiveClient(
    {
      open: () => {
        sockets.push(new FakeSocket());
        return sockets.at(-1)!;
      },
      later: (what, ms) => {
        const timer = { at: now + ms, what };
        timers.push(timer);
        return () => {
          const i = timers.indexOf(timer);
          if (i >= 0) timers.splice(i, 1);
        };
      },
      random: () => 0,
    },
    (line) => lines.push(line),
    (state) => states.push(state),
  );
  const pass = (ms: number) => {
    now += ms;
    for (const due of timers.filter((t) => t.at <= now)) {
      timers.splice(timers.indexOf(due), 1);
      due.what();
    }
  };
  return { client, sockets, lines, states, pass, last: () => sockets.at(-1)! };
}

const snapshot = { seq: 10, snapshot: { me: {}, calls: [], agents: [], accounts: [], watched: [], alerts: [] } };

describe('the live socket', () => {
  it('asks for everything the first time', () => {
    const s = stage();
    s.client.start();
    s.last().onopen?.();
    expect(s.last().sent).toEqual(['{"since":null}']);
    s.last().says(snapshot);
    expect(s.states.at(-1)).toEqual({ kind: 'live' });
  });

  it('comes back after a break and asks for what came since its last number (SP-06)', () => {
    const s = stage();
    s.client.start();
    s.last().onopen?.();
    s.last().says(snapshot);
    s.last().says({ seq: 11, news: { lists: ['reasons'] } });
    s.last().onclose?.();
    expect(s.states.at(-1)).toEqual({ kind: 'waiting', ms: 250 });
    s.pass(250);
    s.last().onopen?.();
    expect(s.last().sent).toEqual(['{"since":11}']);
    s.last().says({ seq: 12, news: { lists: ['queues'] } });
    expect(s.states.at(-1)).toEqual({ kind: 'live' });
    expect(s.lines.length).toBe(3);
  });

  it('does not hear the same news twice', () => {
    const s = stage();
    s.client.start();
    s.last().says(snapshot);
    s.last().says({ seq: 10, news: { lists: ['reasons'] } });
    expect(s.lines.length).toBe(1);
  });

  it('waits longer from failure to failure, and not at all when the network comes back', () => {
    const s = stage();
    s.client.start();
    const pauses: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      s.last().onerror?.();
      const state = s.states.at(-1)!;
      if (state.kind === 'waiting') {
        pauses.push(state.ms);
        s.pass(state.ms);
      }
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000]);
    s.last().onerror?.();
    const before = s.sockets.length;
    s.client.wake();
    expect(s.sockets.length).toBe(before + 1);
  });

  it('takes 12 s of silence of a daemon that ticks as a loss', () => {
    const s = stage();
    s.client.start();
    s.last().says(snapshot);
    s.pass(60_000);
    expect(s.sockets.length).toBe(1);
    s.last().says({ tick: 10 });
    s.pass(12_000);
    expect(s.states.at(-1)?.kind).toBe('waiting');
    expect(s.sockets[0]?.closed).toBe(true);
  });

  it('stays closed after a sign-out', () => {
    const s = stage();
    s.client.start();
    s.last().says(snapshot);
    s.last().says({ bye: 'signed-out' });
    s.pass(60_000);
    expect(s.sockets.length).toBe(1);
    expect(s.states.at(-1)).toEqual({ kind: 'closed' });
  });
});
