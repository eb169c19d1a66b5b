// What a day of attempts adds up to. Pure.

import type { ResultKind, Results } from '../api/campaigns';

export interface Hour {
  hour: number;
  attempts: number;
  /** People who answered: those who talked, and those who found nobody. */
  answered: number;
  abandoned: number;
  /** Of all who answered from the day's first hour on, the share that found nobody; null: nobody answered yet. */
  share: number | null;
}

const of = (results: Partial<Record<ResultKind, number>>, kind: ResultKind): number => results[kind] ?? 0;

export function byHour(said: Results): Hour[] {
  let [answered, abandoned] = [0, 0];
  return [...said.hours].sort((a, b) => a.hour - b.hour).map(({ hour, results }) => {
    const attempts = Object.values(results).reduce((sum, n) => sum + (n ?? 0), 0);
    const own = of(results, 'connected') + of(results, 'abandoned');
    answered += own;
    abandoned += of(results, 'abandoned');
    return { hour, attempts, answered: own, abandoned: of(results, 'abandoned'), share: answered === 0 ? null : abandoned / answered };
  });
}

/** Kinds in the order of the columns, those that happened. */
const KINDS: ResultKind[] = ['connected', 'abandoned', 'machine', 'no-answer', 'busy', 'rejected', 'congestion', 'number-unknown', 'withdrawn', 'failed', 'not-dialled', 'unknown'];
export const kindsOf = (said: Results): ResultKind[] => KINDS.filter((kind) => said.hours.some((one) => of(one.results, kind) > 0));
export const totalOf = (said: Results, kind: ResultKind): number => said.hours.reduce((sum, one) => sum + of(one.results, kind), 0);
export const countOf = (said: Results, at: number, kind: ResultKind): number => of(said.hours.find((one) => one.hour === at)?.results ?? {}, kind);

/** Of the day, in permille, to be held against the limit; null: nobody answered. */
export const abandonedOf = (hours: Hour[]): number | null => {
  const last = hours.at(-1)?.share ?? null;
  return last === null ? null : last * 1000;
};
