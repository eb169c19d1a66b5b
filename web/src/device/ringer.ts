// The ring, made of two oscillators: nothing is fetched for it. It can come out of another loudspeaker than the voice.

/** Sounding and silent parts of a second, in s; `knock` is what somebody in a call hears. */
const CADENCE = { ring: { on: 1, period: 4, gain: 0.25 }, knock: { on: 0.18, period: 5, gain: 0.06 } };
export type Ring = keyof typeof CADENCE;

type SinkContext = AudioContext & { setSinkId?: (id: string) => Promise<void> };

export class Ringer {
  private context: SinkContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private what: Ring | null = null;
  private sink = '';

  start(what: Ring): void {
    if (this.what === what) return;
    this.stop();
    this.what = what;
    const { period } = CADENCE[what];
    this.burst(what);
    this.timer = setInterval(() => this.burst(what), period * 1000);
  }

  stop(): void {
    clearInterval(this.timer);
    this.what = null;
    void this.context?.close().catch(() => {});
    this.context = null;
  }

  /** By the device's id; empty is the system's choice. */
  async useSink(id: string): Promise<void> {
    this.sink = id;
    await this.context?.setSinkId?.(id).catch(() => {});
  }

  /** One burst, to hear where it rings. */
  async once(): Promise<void> {
    this.burst('ring');
    setTimeout(() => this.what === null && this.stop(), 1_500);
  }

  private burst(what: Ring): void {
    const { on, gain: loud } = CADENCE[what];
    const context = (this.context ??= this.make());
    if (context === null) return;
    void context.resume().catch(() => {});
    const gain = context.createGain();
    gain.connect(context.destination);
    const from = context.currentTime;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(loud, from + 0.03);
    gain.gain.setValueAtTime(loud, from + on - 0.05);
    gain.gain.linearRampToValueAtTime(0, from + on);
    for (const hertz of [425, 532]) {
      const tone = context.createOscillator();
      tone.frequency.value = hertz;
      tone.connect(gain);
      tone.start(from);
      tone.stop(from + on);
    }
  }

  private make(): SinkContext | null {
    if (typeof AudioContext === 'undefined') return null;
    const context: SinkContext = new AudioContext();
    if (this.sink) void context.setSinkId?.(this.sink).catch(() => {});
    return context;
  }
}
