// What a campaign may be bound by: packs of rules, and do-not-call lists by their source.

import { ask } from '../api/http';
import type { RulePack, SuppressionList } from '../api/schema';

interface Choice {
  value: string;
  name: string;
}

class Ruling {
  packs = $state.raw<Choice[]>([]);
  lists = $state.raw<Choice[]>([]);

  /** What cannot be read is no choice. */
  async fetch(): Promise<void> {
    const none = () => [];
    const [packs, lists] = await Promise.all([ask<RulePack[]>('GET', '/rule-packs').catch(none), ask<SuppressionList[]>('GET', '/suppression-lists').catch(none)]);
    this.packs = packs.map((one) => ({ value: one.name, name: one.title }));
    this.lists = lists.map((one) => ({ value: one.source, name: one.source }));
  }

  /** With those that are chosen already, should they be there no more. */
  listsWith = (chosen: string[]): Choice[] => [...this.lists, ...chosen.filter((one) => !this.lists.some((l) => l.value === one)).map((one) => ({ value: one, name: one }))];
}

export const ruling = new Ruling();
