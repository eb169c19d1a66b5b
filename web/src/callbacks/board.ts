// Today's promises as figures; each figure is the list of those it counts. Pure.

import type { Callback } from '../api/callbacks';
import { isOver } from './states';

export const FIGURES = ['due', 'waiting', 'late', 'done', 'missed', 'exhausted'] as const;
export type Figure = (typeof FIGURES)[number];

/** In ms: so long after its time one that is open is late. */
const LATE = 60_000;

export function counts(figure: Figure, c: Callback, now: number): boolean {
  switch (figure) {
    case 'due':
      return !isOver(c);
    case 'late':
      return !isOver(c) && Date.parse(c.next) + LATE < now;
    case 'waiting':
    case 'done':
    case 'missed':
    case 'exhausted':
      return c.state === figure;
  }
}

export const listOf = (figure: Figure, rows: Callback[], now: number): Callback[] => rows.filter((c) => counts(figure, c, now));
