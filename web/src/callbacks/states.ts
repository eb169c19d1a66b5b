// What may be done with a promise as it stands, and in which order promises are read. Pure.

import type { Callback, CallbackState } from '../api/callbacks';

const OVER: CallbackState[] = ['done', 'exhausted', 'cancelled', 'missed'];
const BUSY: CallbackState[] = ['dialling'];

export const isOver = (c: Callback): boolean => OVER.includes(c.state);
/** Until it is being dialled (CB-12). */
export const canChange = (c: Callback): boolean => !isOver(c) && !BUSY.includes(c.state);
/** Somebody has to find out whether the person was reached. */
export const canSettle = (c: Callback): boolean => c.state === 'unknown';

/** Open ones by their time, then those that are over, the last one first. */
export function inOrder(all: Callback[]): Callback[] {
  const open = all.filter((c) => !isOver(c)).sort((a, b) => a.due.localeCompare(b.due));
  return [...open, ...all.filter(isOver).sort((a, b) => b.due.localeCompare(a.due))];
}
