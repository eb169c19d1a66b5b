// What a row of the history says.

import type { HistoryRow } from '../api/types';
import { duration } from '../words/format';
import { session } from '../state/session.svelte';
import { maybe, t } from '../words/words.svelte';

export const isMissed = (r: HistoryRow): boolean => r.direction === 'inbound' && r.answered === null;

/** Who the far end is known to be, else as it called itself. */
export const whoOf = (r: HistoryRow): string | null => r.contact ?? r.name;

/** Of whoever looks at it. */
export const isOwn = (r: HistoryRow): boolean => r.user === (session.me?.user ?? null);

/** How long they talked. */
export const talked = (r: HistoryRow): number => (r.answered && r.ended ? Date.parse(r.ended) - Date.parse(r.answered) : 0);
export const lasted = (r: HistoryRow): string => duration(talked(r));

export function result(r: HistoryRow): string {
  const kind = r.cause?.kind ?? null;
  if (isMissed(r)) return t('result.gave-up', { time: duration(r.ended ? Date.parse(r.ended) - Date.parse(r.started) : 0) });
  if (kind === 'normal') return t(r.cause?.by === 'us' ? (isOwn(r) ? 'result.we-hung-up' : 'result.ramal-hung-up') : 'result.they-hung-up');
  return kind === null ? t('result.going-on') : maybe(`cause.${kind}`) ?? kind;
}
