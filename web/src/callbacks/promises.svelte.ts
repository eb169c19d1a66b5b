// Tells open lists, boards and calendars that promises have changed: each reads again what it shows, soon and not for every line.

import { desk } from '../state/desk.svelte';

/** After the first change, in ms: more of them in that time are one. */
const SOON = 250;

class Promises {
  /** Grows with what has changed; whoever shows promises reads again when it does. */
  version = $state(0);
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    // A snapshot may stand for any number of lines that were missed.
    desk.onLine((line) => ('snapshot' in line || ('news' in line && ('callback' in line.news || line.news.lists?.includes('schedules')))) && this.stale());
  }

  stale(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.version += 1;
    }, SOON);
  }
}

export const promises = new Promises();
