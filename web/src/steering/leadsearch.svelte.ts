// Leads that are looked for: a number in any spelling, a part of a name, a list, a state. An older answer never replaces a newer one.

import { ask, query } from '../api/http';
import type { Lead, LeadPage, LeadWhole } from '../api/campaigns';
import type { Id } from '../api/types';
import { refusal } from '../words/words.svelte';

/** After the last key, in ms. */
const DEBOUNCE = 200;

export interface LeadFilter {
  q: string;
  list: string;
  state: string;
}

class LeadSearch {
  filter = $state<LeadFilter>({ q: '', list: '', state: '' });
  rows = $state.raw<Lead[] | null>(null);
  next = $state<Id | null>(null);
  why = $state<string | null>(null);
  one = $state.raw<LeadWhole | null>(null);
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  soon(filter: LeadFilter): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.fetch(filter, null), this.rows === null ? 0 : DEBOUNCE);
  }

  more = (): Promise<void> => this.fetch(this.filter, this.next);

  async open(lead: Id): Promise<void> {
    this.one = this.one?.lead === lead ? this.one : null;
    try {
      this.one = await ask<LeadWhole>('GET', `/leads/${lead}`);
    } catch (fault) {
      this.why = refusal(fault);
    }
  }

  private async fetch(filter: LeadFilter, after: Id | null): Promise<void> {
    const turn = (this.turn += 1);
    try {
      const page = await ask<LeadPage>('GET', `/leads${query({ ...filter, after })}`);
      if (turn !== this.turn) return;
      this.rows = after === null ? page.rows : [...(this.rows ?? []), ...page.rows];
      [this.next, this.why] = [page.next, null];
    } catch (fault) {
      if (turn === this.turn) this.why = refusal(fault);
    }
  }
}

export const search = new LeadSearch();
