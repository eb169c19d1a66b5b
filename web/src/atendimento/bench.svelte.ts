// What lies open on the agent's bench: the dock's panel and the case in hand, for as long as the call is in front.

import { ask } from '../api/http';
import type { Call, Case, Id } from '../api/types';
import { CaseFile } from '../state/casefile.svelte';
import { Booking } from '../callbacks/booking.svelte';
import { nameOf } from '../state/desk';
import { Drafts } from '../state/drafts';
import type { Panel } from './slots';

export const drafts = new Drafts(localStorage, Date.now);

export type PaneTab = 'record' | 'case' | 'callback' | 'history';

class Bench {
  tab = $state<PaneTab>('case');
  /** A return call that is being promised, or may be. */
  booking = $state.raw<Booking | null>(null);
  panel = $state<Panel>('call');
  /** The panel for one more in the conference is for inviting, not for the parties. */
  inviting = $state(false);
  /** Grows with each wish to hear the recording, or to stop it. */
  listening = $state(0);
  file = $state<CaseFile | null>(null);
  private call: Id | null = null;
  private isRecord = false;

  show(panel: Panel): void {
    this.inviting = false;
    this.panel = this.panel === panel ? 'call' : panel;
  }

  close(): void {
    this.inviting = false;
    this.panel = 'call';
  }

  /** The call in front changed: its own case comes into hand, the panel goes back. `isRecord`: it is about a campaign's record. */
  follow(call: Call | null, isRecord = false): void {
    if ((call?.call ?? null) !== this.call) {
      this.call = call?.call ?? null;
      this.close();
      // What was being filled in before a reload lies in front again.
      this.tab = call !== null && Booking.hasDraft(drafts, call.call) ? 'callback' : 'case';
      this.isRecord = false;
    }
    if (isRecord && !this.isRecord && this.tab === 'case') this.tab = 'record';
    this.isRecord = isRecord;
    this.book(call);
    const wanted = call?.case ?? null;
    if (wanted === (this.file?.id ?? null)) return;
    this.file?.close();
    this.file = wanted === null ? null : this.open(wanted);
  }

  private book(call: Call | null): void {
    if (call === null) return void (this.booking = null);
    const about = { name: call.call, number: call.number, recipient: nameOf(call) ?? '', protocolo: call.protocolo, queue: call.queue };
    if (this.booking?.about.name !== call.call) this.booking = new Booking(about, drafts);
    else if (JSON.stringify(this.booking.about) !== JSON.stringify(about)) this.booking.about = about;
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
