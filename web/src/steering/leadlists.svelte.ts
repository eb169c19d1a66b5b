// Lists of leads, read again while one of them is being brought in or gone through.

import { ask } from '../api/http';
import type { LeadList } from '../api/campaigns';
import type { Id } from '../api/types';
import { refusal } from '../words/words.svelte';

/** In ms. */
const EVERY = 1_500;

class LeadListStore {
  rows = $state.raw<LeadList[] | null>(null);
  why = $state<string | null>(null);

  of = (id: Id | null): LeadList | null => this.rows?.find((one) => one.list === id) ?? null;
  nameOf = (id: Id): string => this.of(id)?.name ?? id;

  async fetch(): Promise<void> {
    try {
      this.rows = await ask<LeadList[]>('GET', '/lead-lists');
      this.why = null;
    } catch (fault) {
      this.why = refusal(fault);
    }
  }

  /** Until the answer is called. */
  watch(): () => void {
    void this.fetch();
    const timer = setInterval(() => this.rows?.some((one) => one.import?.running || one.rework) && void this.fetch(), EVERY);
    return () => clearInterval(timer);
  }
}

export const leadLists = new LeadListStore();
/** Only those that are there. */
export const shownLists = (): LeadList[] | null => leadLists.rows?.filter((one) => one.state !== 'discarded') ?? null;
