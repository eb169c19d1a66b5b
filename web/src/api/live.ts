// The live socket: first a snapshot, then numbered news; after a break it asks for what came since its last number.
//
//   closed --start--> connecting --line--> live --close, error, silence--> waiting --time, wake--> connecting
//                          \--close, error--> waiting
//   any --stop, bye signed-out--> closed
//
// It owns no clock and no socket: both are given, so that tests run it in virtual time.

import type { Line } from './types';

/** Pauses before trying again, in ms; the last one stays. */
const PAUSES = [250, 500, 1_000, 2_000, 4_000, 8_000];
/** Lines or ticks are due every 5 s; so long without any, in ms, is a dead connection. */
const SILENCE = 12_000;

export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
}

export interface World {
  open(): Socket;
  /** Runs `what` after `ms`; the answer takes it back. */
  later(what: () => void, ms: number): () => void;
  /** 0 up to 1: spreads the returns of many pages. */
  random(): number;
}

export type LiveState = { kind: 'closed' } | { kind: 'connecting' } | { kind: 'live' } | { kind: 'waiting'; ms: number };

export class LiveClient {
  private socket: Socket | null = null;
  private last: number | null = null;
  private failures = 0;
  private ticks = false;
  private takeBack: () => void = () => {};

  constructor(
    private readonly world: World,
    private readonly onLine: (line: Line) => void,
    private readonly onState: (state: LiveState) => void,
  ) {}

  start(): void {
    if (this.socket === null) this.connect();
  }

  stop(): void {
    this.drop();
    this.last = null;
    this.onState({ kind: 'closed' });
  }

  /** The network came back or the tab woke up: do not sit out the pause. */
  wake(): void {
    if (this.socket === null && this.failures > 0) this.connect();
  }

  private connect(): void {
    this.takeBack();
    this.onState({ kind: 'connecting' });
    const socket = this.world.open();
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ since: this.last }));
    socket.onmessage = (event) => this.hear(String(event.data));
    socket.onclose = socket.onerror = () => this.lost();
    this.watch();
  }

  private hear(text: string): void {
    const line = JSON.parse(text) as Line;
    if (this.failures > 0 || this.last === null) this.onState({ kind: 'live' });
    this.failures = 0;
    if ('tick' in line) this.ticks = true;
    if ('bye' in line && line.bye === 'signed-out') {
      this.onLine(line);
      return this.stop();
    }
    if ('seq' in line) {
      const old = 'news' in line && this.last !== null && line.seq <= this.last;
      if (old) return;
      this.last = line.seq;
      this.onLine(line);
    }
    this.watch();
  }

  private lost(): void {
    this.drop();
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)] ?? 8_000;
    const ms = Math.round(pause * (1 + this.world.random() / 2));
    this.failures += 1;
    this.onState({ kind: 'waiting', ms });
    this.takeBack = this.world.later(() => this.connect(), ms);
  }

  /** A half-open connection says nothing: where the daemon ticks, silence is loss. */
  private watch(): void {
    this.takeBack();
    const unheard = this.last === null || this.failures > 0;
    this.takeBack = this.ticks || unheard ? this.world.later(() => this.lost(), SILENCE) : () => {};
  }

  private drop(): void {
    this.takeBack();
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }
}
