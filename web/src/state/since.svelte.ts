// Since when a call is muted or held, as this page saw it happen; the daemon does not say.

import type { Call, Id, Line } from '../api/types';
import { clock } from './clock.svelte';
import { desk } from './desk.svelte';

export interface Seen {
  muted?: number;
  held?: number;
  silenced?: number;
}

class Since {
  private readonly seen = $state<Record<Id, Seen>>({});

  constructor() {
    desk.onLine((line) => this.look(line));
  }

  of(call: Id | undefined): Seen {
    return (call && this.seen[call]) || {};
  }

  private look(line: Line): void {
    if (!('news' in line)) return;
    const gone = line.news['call-ended'];
    if (gone) delete this.seen[gone.call];
    const call = line.news.call;
    if (call) this.seen[call.call] = this.turn(this.seen[call.call] ?? {}, call);
  }

  private turn(before: Seen, call: Call): Seen {
    const keep = (is: boolean, was: number | undefined) => (is ? was ?? clock.now : undefined);
    return { muted: keep(call.muted, before.muted), held: keep(call.held, before.held), silenced: keep(call.conference?.silenced === true, before.silenced) };
  }
}

export const since = new Since();
