// The list of promises as it is filtered, read again when any of them changes; as many pages as were asked for.

import { ask, query } from '../api/http';
import type { Board, Callback, CallbackPage } from '../api/callbacks';
import type { Id } from '../api/types';
import { refusal } from '../words/words.svelte';
import { ownerQuery } from './owners';
import { dialable } from '../words/format';

export interface Filter {
  state: 'open' | 'over' | 'all';
  owner: string;
  number: string;
  from: string | null;
  until: string | null;
}

export class CallbackList {
  rows = $state.raw<Callback[] | null>(null);
  next = $state<string | null>(null);
  why = $state<string | null>(null);
  private turn = 0;
  private pages = 1;
  private asked = '';

  async fetch(filter: Filter): Promise<void> {
    const wanted = asQuery(filter);
    if (wanted !== this.asked) this.pages = 1;
    this.asked = wanted;
    const turn = (this.turn += 1);
    try {
      let rows: Callback[] = [];
      let after: string | null = null;
      for (let page = 0; page < this.pages; page += 1) {
        const said: CallbackPage = await ask<CallbackPage>('GET', `/callbacks${asQuery(filter, after)}`);
        rows = [...rows, ...said.rows];
        after = said.next;
        if (after === null) break;
      }
      if (turn !== this.turn) return;
      this.rows = rows;
      this.next = after;
      this.why = null;
    } catch (fault) {
      if (turn === this.turn) this.why = refusal(fault);
    }
  }

  more(filter: Filter): void {
    this.pages += 1;
    void this.fetch(filter);
  }
}

/** Of the list, of its CSV file. */
export function asQuery(filter: Filter, after: string | null = null): string {
  return query({ state: filter.state, owner: filter.owner === '' ? null : ownerQuery(filter.owner), number: dialable(filter.number), from: filter.from, until: filter.until, after });
}

/** Today's. */
export class TodayBoard {
  rows = $state.raw<Callback[] | null>(null);
  why = $state<string | null>(null);

  async fetch(): Promise<void> {
    try {
      this.rows = (await ask<Board>('GET', '/callbacks/board')).rows;
      this.why = null;
    } catch (fault) {
      this.why = refusal(fault);
    }
  }

  has = (id: Id | null): Callback | null => this.rows?.find((c) => c.callback === id) ?? null;
}
