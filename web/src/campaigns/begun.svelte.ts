// Campanha iniciada (GN-04): which campaigns of this agent were started or loaded and not yet answered. What was answered is
// kept for this tab, so that a reload does not ask again; a campaign that stops is forgotten, so that its next start is told.

import type { Campaign } from '../api/campaigns';
import type { Id } from '../api/types';
import { desk } from '../state/desk.svelte';
import { lists } from '../state/lists.svelte';
import { mayTakePart } from '../state/rights';
import { session } from '../state/session.svelte';
import { clock } from '../state/clock.svelte';
import { isMine } from './record';

const KEPT = 'ramal.campaigns.answered';

class Begun {
  private answered = $state<Id[]>(read());
  /** When this page saw it start, in ms. */
  private readonly seen = $state<Record<Id, number>>({});

  private running = $derived(lists.of('campaigns').filter((c) => desk.live.campaigns[c.campaign]?.standing === 'running' && isMine(c, session.me?.queues ?? [])));
  /** The one that is told now. */
  next = $derived<Campaign | null>(mayTakePart() && session.me?.ramal != null ? this.running.find((c) => !this.answered.includes(c.campaign)) ?? null : null);

  constructor() {
    desk.onLine((line) => {
      const one = 'news' in line ? (line.news as { campaign?: { campaign: Id; standing: string } }).campaign : undefined;
      if (one && one.standing !== 'running') delete this.seen[one.campaign];
      else if (one) this.seen[one.campaign] ??= clock.now;
      // Who takes part already has answered, perhaps in another tab.
      if ('snapshot' in line) this.keep([...new Set([...this.answered, ...this.joined()])]);
      this.forget();
    });
  }

  private joined = (): Id[] => Object.values(desk.live.campaigns).flatMap((c) => (c.members.includes(session.me?.user ?? '') ? [c.campaign] : []));

  at = (campaign: Id): number | null => this.seen[campaign] ?? null;

  answer(campaign: Id): void {
    this.keep([...this.answered, campaign]);
  }

  /** Of those that do not run any more. */
  private forget(): void {
    const left = this.answered.filter((id) => desk.live.campaigns[id]?.standing === 'running');
    if (left.length !== this.answered.length) this.keep(left);
  }

  private keep(answered: Id[]): void {
    this.answered = answered;
    sessionStorage.setItem(KEPT, JSON.stringify(answered));
  }
}

function read(): Id[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

export const begun = new Begun();
