// Search over ramais, queues and contacts, a moment after the last key; an older answer never replaces a newer one.

import { ask, query } from '../api/http';
import type { DirectoryEntry } from '../api/types';
import { refusal } from '../words/words.svelte';

/** In ms. */
const DEBOUNCE = 150;

export class Directory {
  found = $state<DirectoryEntry[]>([]);
  why = $state<string | null>(null);
  chosen = $state(0);
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  search(text: string, kind: DirectoryEntry['kind'] | null): void {
    clearTimeout(this.timer);
    const turn = (this.turn += 1);
    this.timer = setTimeout(() => void this.fetch(text, kind, turn), DEBOUNCE);
  }

  /** Moves the choice with the arrows; true when the key was one. */
  walk(e: KeyboardEvent): boolean {
    const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || this.found.length === 0) return false;
    this.chosen = Math.min(this.found.length - 1, Math.max(0, this.chosen + step));
    e.preventDefault();
    return true;
  }

  get choice(): DirectoryEntry | null {
    return this.found[this.chosen] ?? null;
  }

  private async fetch(text: string, kind: DirectoryEntry['kind'] | null, turn: number): Promise<void> {
    try {
      const rows = await ask<DirectoryEntry[]>('GET', `/directory${query({ q: text })}`);
      if (turn !== this.turn) return;
      this.found = kind === null ? rows : rows.filter((r) => r.kind === kind);
      this.chosen = 0;
      this.why = null;
    } catch (fault) {
      if (turn === this.turn) this.why = refusal(fault);
    }
  }
}
