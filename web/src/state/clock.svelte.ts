// The daemon's time, ticking once a second: every timer on the page reads this one.

class Clock {
  /** ms since 1970, by the daemon's clock. */
  now = $state(Date.now());
  private offset = 0;

  constructor() {
    this.tick();
  }

  /** The daemon said what time it is. A `Date` header has whole seconds only: smaller differences are noise. */
  set(daemon: number): void {
    const offset = daemon - Date.now();
    if (Math.abs(offset - this.offset) > 1_500) this.offset = Math.abs(offset) > 1_500 ? offset : 0;
    this.now = Date.now() + this.offset;
  }

  private tick(): void {
    this.now = Date.now() + this.offset;
    setTimeout(() => this.tick(), 1_000 - (this.now % 1_000) + 5);
  }
}

export const clock = new Clock();
