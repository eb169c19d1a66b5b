// Records, results, origins in words.

import type { LeadRecord, ResultKind } from '../api/campaigns';
import type { Callback } from '../api/callbacks';
import type { IconName } from '../parts/icons';
import { phone } from '../words/format';
import { t } from '../words/words.svelte';
import { numberOf } from './record';

/** Whom a record is about, as it is called aloud. */
export const whoOf = (r: LeadRecord): string => r.recipient || phone(numberOf(r));

/** Where the work comes from, in the words of GN-09. */
export function originOf(r: LeadRecord): string {
  switch (r.place) {
    case 'offered':
      return t('record.origin.offered');
    case 'open':
    case 'connecting':
      return t('record.origin.connecting');
    case 'talking':
    case 'closing':
    case 'gone':
      return t('record.origin.to', { who: whoOf(r) });
  }
}

/** Of a callback that is due: somebody's own, or anybody's (GN-11). */
export const originOfCallback = (c: Callback): string => t('person' in c.owner ? 'record.origin.callback-own' : 'record.origin.callback');

export const resultWords = (result: ResultKind | null): string => t(result === null ? 'reached.going-on' : `reached.${result}`);

export const RESULT_ICON: Record<ResultKind, IconName> = {
  connected: 'check', machine: 'wave', abandoned: 'drop', busy: 'missed', 'no-answer': 'missed', rejected: 'x', congestion: 'warn', 'number-unknown': 'nodial', withdrawn: 'down', failed: 'warn', 'not-dialled': 'nodial', unknown: 'warn',
};
