// The next planned break of somebody: ahead, soon, due, overdue (VZ-15). Pure but for the words.

import type { Agent, NextBreak } from '../api/types';

export type When = 'ahead' | 'soon' | 'due' | 'overdue';

/** In ms: shown in the top bar so long before; an alert after so long, as the daemon's. */
const SOON = 15 * 60_000;
const OVERDUE = 5 * 60_000;

/** `now` in ms. */
export function whenIs(next: NextBreak, now: number): When {
  const left = Date.parse(next.at) - now;
  if (left > SOON) return 'ahead';
  if (left > 0) return 'soon';
  return left > -OVERDUE ? 'due' : 'overdue';
}

/** What is worth showing beside the state: whoever pauses sees the pause. */
export const pressing = (agent: Agent, now: number): NextBreak | null => (agent.next_break && agent.state.kind !== 'paused' && whenIs(agent.next_break, now) !== 'ahead' ? agent.next_break : null);
