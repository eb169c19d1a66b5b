// What lies open on the agent's bench: the dock's panel and the case in hand, for as long as the call is in front.

import { ask } from '../api/http';
import type { Call, Case, Id } from '../api/types';
import { CaseFile } from '../state/casefile.svelte';
import { Drafts } from '../state/drafts';
import type { Panel } from './slots';

export const drafts = new Drafts(localStorage, Date.now);

class Bench {
  panel = $state<Panel>('call');
  /** The panel for one more in the conference is for inviting, not for the parties. */
  inviting = $state(false);
  /** Grows with each wish to hear the recording, or to stop it. */
  listening = $state(0);
  file = $state<CaseFile | null>(null);
  private call: Id | null = null;

  show(panel: Panel): void {
    this.inviting = false;
    this.panel = this.panel === panel ? 'call' : panel;
  }

  close(): void {
    this.inviting = false;
    this.panel = 'call';
  }

  /** The call in front changed: its own case comes into hand, the panel goes back. */
  follow(call: Call | null): void {
    if ((call?.call ?? null) !== this.call) {
      this.call = call?.call ?? null;
      this.close();
    }
    const wanted = call?.case ?? null;
    if (wanted === (this.file?.id ?? null)) return;
    this.file?.close();
    this.file = wanted === null ? null : this.open(wanted);
  }

  private open(id: Id): CaseFile {
    const file = new CaseFile(id, {
      read: (one) => ask<Case>('GET', `/cases/${one}`),
      write: (one, version, fields) => ask<Case>('PATCH', `/cases/${one}`, { version, ...fields }),
      later: (what, ms) => {
        const timer = setTimeout(what, ms);
        return () => clearTimeout(timer);
      },
      now: Date.now,
      drafts,
    });
    void file.open();
    return file;
  }
}

export const bench = new Bench();
