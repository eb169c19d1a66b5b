// Lists and leads in words: how they stand, why nobody is called, and when next (GN-16).

import type { Lead, LeadList, LeadStateKind, ListKind, WhyNot } from '../api/campaigns';
import { deniedWords, instantWords, type Face } from '../callbacks/words';
import { typedDate } from '../callbacks/when';
import { isoDay } from '../words/format';
import { t } from '../words/words.svelte';

const LIST: Record<ListKind | 'broken', Face> = {
  loading: { look: 'talk', icon: 'reload', word: 'list.loading' },
  broken: { look: 'pause', icon: 'warn', word: 'list.broken' },
  ready: { look: 'ready', icon: 'check', word: 'list.ready' },
  stale: { look: 'danger', icon: 'clock', word: 'list.stale' },
  reworked: { look: 'talk', icon: 'reload', word: 'list.reworked' },
  discarded: { look: 'off', icon: 'x', word: 'list.discarded' },
};
/** One that is neither complete nor being read waits for somebody. */
export const listFace = (one: LeadList): Face => LIST[one.state === 'loading' && one.import?.running !== true ? 'broken' : (one.standing.kind as ListKind)];

const LEAD: Record<LeadStateKind, Face> = {
  waiting: { look: 'off', icon: 'clock', word: 'lead.waiting' },
  leased: { look: 'talk', icon: 'headset', word: 'lead.leased' },
  callback: { look: 'talk', icon: 'callback', word: 'lead.callback' },
  unknown: { look: 'danger', icon: 'warn', word: 'lead.unknown' },
  done: { look: 'ready', icon: 'check', word: 'lead.done' },
  declined: { look: 'off', icon: 'nodial', word: 'lead.declined' },
  exhausted: { look: 'pause', icon: 'nodial', word: 'lead.exhausted' },
};
export const leadFace = (lead: Pick<Lead, 'state'>): Face => LEAD[lead.state.kind as LeadStateKind];
export const STATES = Object.keys(LEAD) as LeadStateKind[];

/** `20/11/2026`, by this browser's wall. */
export const writtenDay = (at: string): string => typedDate(isoDay(new Date(at)));

const OWN = Intl.DateTimeFormat().resolvedOptions().timeZone;
const when = (at: unknown): string => instantWords(String(at), OWN);

/** Why no attempt may follow: which limit it was. */
function exhausted({ why, most }: WhyNot['waits']): string {
  switch (why) {
    case 'lead-limit':
      return t('wait.exhausted.lead-limit', { n: most ?? 0 });
    case 'number-limit':
      return t('wait.exhausted.number-limit', { n: most ?? 0 });
    case 'numbers-dead':
      return t('wait.exhausted.numbers-dead');
    case 'suppressed':
      return t('wait.exhausted.suppressed');
    default:
      return t('wait.exhausted');
  }
}

/** The answer of one campaign in one or two sentences. `now` in ms. */
export function whyWords(why: WhyNot, now: number): string {
  const { waits } = why;
  const gate = why.denied ? capital(deniedWords({ ...why.denied, next: null }, OWN, now)) : null;
  switch (waits.kind) {
    case 'turn':
      return gate ?? t('wait.turn');
    case 'until':
      return [t('wait.until', { when: when(waits.next) }), gate].filter(Boolean).join(' ');
    case 'leased':
      return t('wait.leased');
    case 'list-stale':
      return t('wait.list-stale', { when: when(waits.since) });
    case 'exhausted':
      return exhausted(waits);
    case 'list-loading':
    case 'list-discarded':
    case 'list-reworked':
    case 'filtered':
    case 'promised':
    case 'person':
    case 'done':
    case 'declined':
    case 'not-in-campaign':
    case 'campaign-stopped':
    case 'held':
      return t(`wait.${waits.kind}`);
  }
}

/** `Próxima: seg 23/11 às 09:00`; null where time alone does not help. */
export const nextOf = (why: WhyNot): string | null => (why.next === null ? null : t('wait.next', { when: when(why.next) }));

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
