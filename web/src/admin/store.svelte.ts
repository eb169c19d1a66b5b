// The rows that the administration shows: its own list and those that its forms choose from.

import { ask } from '../api/http';
import { kept } from '../config/kept.svelte';
import { gateways } from '../state/gateways.svelte';
import { lists } from '../state/lists.svelte';
import { leadLists } from '../steering/leadlists.svelte';
import { maySee, type AdminList } from '../state/rights';
import { refusal } from '../words/words.svelte';
import { ruling } from './ruling.svelte';
import { DEFINITIONS, idOf, rowsOf, titleOf, type Row } from './lists';

class AdminStore {
  rows = $state<Partial<Record<AdminList, Row[]>>>({});
  why = $state<Partial<Record<AdminList, string>>>({});

  async fetch(list: AdminList): Promise<void> {
    try {
      this.rows[list] = rowsOf(await ask<Row[] | { rows: Row[] }>('GET', `/${list}`));
      delete this.why[list];
    } catch (fault) {
      this.why[list] = refusal(fault);
    }
  }

  /** What a form needs: its own rows, and those of the lists it chooses from. */
  async need(list: AdminList): Promise<void> {
    const fields = DEFINITIONS.find((d) => d.list === list)?.fields ?? [];
    const others = fields.flatMap((f) => (f.from && f.from !== list && maySee(f.from) ? [f.from] : []));
    await Promise.all([this.fetch(list), ...others.map((one) => this.fetch(one)), ...(fields.some((f) => f.kept || f.parts) ? [kept.fetch()] : []), ...(fields.some((f) => f.kept === 'lead-lists') ? [leadLists.fetch()] : []), ...(fields.some((f) => f.kept === 'rule-packs') ? [ruling.fetch()] : []), ...(fields.some((f) => f.kept === 'gateways') ? [gateways.fetch()] : [])]);
  }

  choices(list: AdminList): { value: string; name: string }[] {
    const d = DEFINITIONS.find((one) => one.list === list)!;
    return (this.rows[list] ?? []).map((row) => ({ value: idOf(d, row), name: titleOf(d, row) }));
  }

  nameOf(list: AdminList, id: unknown): string {
    return this.choices(list).find((c) => c.value === String(id))?.name ?? String(id ?? '');
  }

  async changed(list: AdminList): Promise<void> {
    await this.fetch(list);
    lists.stale([list]);
  }
}

export const store = new AdminStore();
