// Caminho: what the call itself tells of its beginning, answer and end, and the events that the daemon kept between. Pure.

import type { Call, StoryLine } from '../api/types';

export interface Step {
  at: string;
  /** Its words are `story.` and this. */
  event: string;
  /** How long something lasted, in ms. */
  lasted?: number;
  /** The queue's id. */
  queue?: string;
}

/** Oldest first; the same event again and again is told once. `byMode`: of a record's call, whether its campaign dials by itself. */
export function trail(call: Call, story: StoryLine[], byMode = false): Step[] {
  const steps: Step[] = story.map(({ at, event }) => ({ at, event }));
  // Who answers a predictive campaign is given to an agent, or to nobody: it was nobody's before.
  const byItself = byMode || story.some(({ event }) => event === 'given' || event === 'abandoned');
  if (call.direction === 'outbound') steps.push({ at: call.started, event: byItself ? 'dialled-by-itself' : 'dialled' });
  if (call.queue) steps.push({ at: call.started, event: 'queue', queue: call.queue });
  if (call.answered) steps.push(answered(call, call.answered));
  if (call.ended) steps.push({ at: call.ended, event: ending(call) });
  const sorted = steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || rank(a) - rank(b));
  return sorted.filter((step, i) => step.event !== sorted[i - 1]?.event).map((step, i, all) => (step.event === 'resumed' ? resumed(step, all.slice(0, i)) : step));
}

/** What comes first of one moment; a recording begins with the answer, so do other things. */
const ORDER = ['queue', 'dialled', 'dialled-by-itself', 'ringing', 'early-media', 'they-answered', 'answered', 'given'];
const LAST = ['recording-ended', 'ended', 'we-hung-up', 'they-hung-up'];
function rank({ event }: Step): number {
  if (LAST.includes(event)) return ORDER.length + 1 + LAST.indexOf(event);
  return ORDER.includes(event) ? ORDER.indexOf(event) : ORDER.length;
}

const answered = (call: Call, at: string): Step =>
  call.direction === 'inbound' ? { at, event: 'answered', lasted: Date.parse(at) - Date.parse(call.started) } : { at, event: 'they-answered' };

function ending(call: Call): string {
  if (call.cause?.kind !== 'normal') return 'ended';
  return call.cause.by === 'us' ? 'we-hung-up' : 'they-hung-up';
}

function resumed(step: Step, before: Step[]): Step {
  const held = before.findLast((one) => one.event === 'held');
  return held ? { ...step, event: 'resumed-after', lasted: Date.parse(step.at) - Date.parse(held.at) } : step;
}
