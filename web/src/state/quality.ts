// The quality light: three states and the cause, from what the customer's leg measures.

import type { Call, Quality } from '../api/types';

export type Light = 'good' | 'fair' | 'bad';
export type Why = 'loss' | 'far-loss' | 'jitter' | 'delay' | null;

export interface Verdict {
  light: Light;
  /** Of four. */
  bars: number;
  why: Why;
  /** Of the cause: a share for losses, ms for the others. */
  amount: number;
}

/** From which on a value is fair, and bad. Losses are shares; R 70 and 50 of ITU-T G.107 are MOS 3.6 and 2.6. */
const LIMITS = { loss: [0.02, 0.06], jitter: [30, 60], delay: [300, 500], mos: [3.6, 2.6] } as const;

/** Share of the packets that did not arrive, 0 to 1. */
export function lossOf(q: Quality): number {
  const all = q.packets_received + q.packets_lost;
  return all === 0 ? 0 : q.packets_lost / all;
}

/** What the leg to the far end measures; the other legs are devices. */
export const measured = (call: Call): Quality | null => call.legs.find((l) => l.device === null)?.quality ?? null;

export function verdict(q: Quality): Verdict {
  const found: [Exclude<Why, null>, number, readonly [number, number]][] = [
    ['loss', lossOf(q), LIMITS.loss],
    ['far-loss', q.remote_loss ?? 0, LIMITS.loss],
    ['jitter', q.jitter_ms, LIMITS.jitter],
    ['delay', q.round_trip_ms ?? 0, LIMITS.delay],
  ];
  const worst = found.map((f) => ({ why: f[0], amount: f[1], over: f[1] / f[2][0], bad: f[1] >= f[2][1] })).sort((a, b) => b.over - a.over)[0]!;
  const isBad = worst.bad || q.mos < LIMITS.mos[1];
  const isFair = worst.over >= 1 || q.mos < LIMITS.mos[0];
  const light: Light = isBad ? 'bad' : isFair ? 'fair' : 'good';
  const bars = light === 'good' ? (q.mos >= 4 ? 4 : 3) : light === 'fair' ? 2 : 1;
  return { light, bars, why: light === 'good' || worst.over < 1 ? null : worst.why, amount: worst.amount };
}
