// The live state of this page, kept by the live socket; and what follows from it for the agent who sits here.

import { ask, query } from '../api/http';
import { LiveClient, type LiveState, type Socket } from '../api/live';
import type { Agent, Call, HistoryPage, Id, Line } from '../api/types';
import { clock } from './clock.svelte';
import { isoDay } from '../words/format';
import { lastMatter, mine, newcomer, ringing, scene, waiting, type Scene } from './desk';
import { apply, ended, nothing } from './live';
import { lists } from './lists.svelte';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';
import { t } from '../words/words.svelte';

/** A customer's call and those to colleagues about it. */
const RECALLED = 10;

class Desk {
  live = $state(nothing());
  contact = $state<LiveState>({ kind: 'closed' });
  /** When contact was lost, in ms. */
  lostAt = $state<number | null>(null);
  /** The agent chose Concluir: the call that ended is no longer shown. */
  private concluded = $state<Id | null>(null);

  own = $derived<Call[]>(mine(this.live.calls, session.me?.user ?? null));
  ringing = $derived(ringing(this.own));
  agent = $derived<Agent | null>(this.live.agents[session.me?.user ?? ''] ?? (this.live.me && newcomer(this.live.me)));
  last = $derived<Call | null>(lastMatter(this.live.ended, session.me?.user ?? null));
  scene = $derived<Scene>(scene(this.own, this.wrapUp()));
  waiting = $derived(waiting(this.own, this.scene));

  private readonly hearers = new Set<(line: Line) => void>();
  private readonly client = new LiveClient(
    { open: () => new WebSocket(address()) as unknown as Socket, later, random: Math.random },
    (line) => this.hear(line),
    (state) => this.turn(state),
  );

  start(): void {
    this.client.start();
  }

  stop(): void {
    this.client.stop();
    this.live = nothing();
  }

  wake(): void {
    this.client.wake();
  }

  /** Tells `hearer` every line after it has been taken in; the answer ends that. */
  onLine(hearer: (line: Line) => void): () => void {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }

  conclude(call: Id): void {
    this.concluded = call;
  }

  private wrapUp(): Call | null {
    const inIt = this.agent?.state.kind === 'wrap-up';
    return inIt && this.last !== null && this.last.call !== this.concluded ? this.last : null;
  }

  private hear(line: Line): void {
    if ('bye' in line) return line.bye === 'signed-out' ? session.leave() : undefined;
    if ('snapshot' in line && line.snapshot.now) clock.set(Date.parse(line.snapshot.now));
    apply(this.live, line);
    if (this.live.me && ('snapshot' in line || ('news' in line && line.news.me))) session.enter(this.live.me);
    if ('news' in line && line.news['taken-over']) toasts.say(t('supervised.taken-over', { name: line.news['taken-over'].by }));
    if ('news' in line && line.news.lists) lists.stale(line.news.lists);
    if ('snapshot' in line && this.last === null) void this.recall();
    for (const hearer of this.hearers) hearer(line);
  }

  /** A page that was just loaded does not know the call that has ended: the wrap-up goes on with what the history says. */
  private async recall(): Promise<void> {
    const path = `/history${query({ day: isoDay(new Date(clock.now)), user: session.me?.user })}`;
    const rows = await ask<HistoryPage>('GET', path).then((page) => page.rows.filter((row) => row.ended), () => []);
    if (this.last === null) this.live.ended = rows.sort((a, b) => (b.ended ?? '').localeCompare(a.ended ?? '')).slice(0, RECALLED).map(ended);
  }

  private turn(state: LiveState): void {
    this.contact = state;
    if (state.kind === 'live' || state.kind === 'closed') this.lostAt = null;
    else if (state.kind === 'waiting') {
      this.lostAt ??= Date.now();
      // A socket that is refused does not say why: a session that ended is told by this.
      void ask('GET', '/session').catch(() => {});
    }
  }
}

function later(what: () => void, ms: number): () => void {
  const timer = setTimeout(what, ms);
  return () => clearTimeout(timer);
}

function address(): string {
  const url = new URL('api/v1/live', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  return url.href;
}

export const desk = new Desk();

addEventListener('online', () => desk.wake());
document.addEventListener('visibilitychange', () => document.hidden || desk.wake());
