// Agents, lines and conversations of each campaign as this page saw them, every few seconds for a quarter of an hour.

import type { Id } from '../api/types';
import { clock } from '../state/clock.svelte';
import { desk } from '../state/desk.svelte';

/** In ms. */
const EVERY = 5_000;
const KEPT = 15 * 60_000;

export interface Sample {
  /** In s since 1970. */
  at: number;
  agents: number;
  lines: number;
  talking: number;
}

class Samples {
  private readonly kept = $state.raw<{ all: Record<Id, Sample[]> }>({ all: {} });
  version = $state(0);

  of = (campaign: Id): Sample[] => (void this.version, this.kept.all[campaign] ?? []);

  /** Takes them until the answer is called. */
  watch(): () => void {
    this.take();
    const timer = setInterval(() => this.take(), EVERY);
    return () => clearInterval(timer);
  }

  private take(): void {
    const now = clock.now;
    for (const one of Object.values(desk.live.campaigns)) {
      const before = this.kept.all[one.campaign] ?? [];
      const sample = { at: now / 1000, agents: one.members.length, lines: one.dialling + one.talking, talking: one.talking };
      this.kept.all[one.campaign] = [...before.filter((s) => s.at * 1000 > now - KEPT), sample];
    }
    this.version += 1;
  }
}

export const samples = new Samples();
