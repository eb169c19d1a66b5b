// How a predictive campaign paces itself, in words (GN-18, GN-19).

import type { CampaignLive, Pacing } from '../api/campaigns';
import { instantWords } from '../callbacks/words';
import { percent } from '../words/format';
import { maybe, t, words } from '../words/words.svelte';

/** From so many hundredths of its limit on, abandonment is near it. */
const NEAR = 80;
export type Closeness = 'ready' | 'pause' | 'danger';
/** How abandonment stands to its limit: within, near, over. With a limit of none, the first one is over. */
export function closeness({ abandoned_permille: share, limit_permille: limit }: Pick<Pacing, 'abandoned_permille' | 'limit_permille'>): Closeness {
  if (share > limit) return 'danger';
  return limit > 0 && share * 100 >= limit * NEAR ? 'pause' : 'ready';
}

export const share = (permille: number): string => percent(permille / 1000, words.language);

/** Why not more calls are begun, in a sentence. */
export function reasonWords({ reason }: Pick<Pacing, 'reason'>): string {
  if (!reason) return t('pacing.none');
  const blanks = {
    ready: reason.ready ?? 0, calls: reason.calls ?? 0, of: reason.of ?? 0, abandoned: reason.abandoned ?? 0, humans: reason.humans ?? 0, lines: reason.lines ?? 0,
    risk: share(reason.risk_permille ?? 0), most: share(reason.most_permille ?? 0), ratio: (reason.ratio ?? 0).toLocaleString(words.language, { maximumFractionDigits: 1 }),
  };
  return maybe(`pacing.${reason.why}`, blanks) ?? reason.why;
}

const OWN = Intl.DateTimeFormat().resolvedOptions().timeZone;
const when = (at: string): string => instantWords(at, OWN);

/** Why a list of leads gives none. */
export const heldWords = ({ kind, since }: CampaignLive['held'][number], name: string): string =>
  maybe(`steering.held.${kind}`, { name, when: since ? when(since) : '' }) ?? `${name}: ${kind}`;

/** What a do-not-call list lacks: it is not there, or too old. */
export const lackWords = ({ source, dated }: CampaignLive['lacks'][number]): string =>
  dated ? t('steering.lacks.old', { source, when: when(dated) }) : t('steering.lacks.missing', { source });

/** The rule that keeps leads from being dialled, in words: the dry run's own, or the gate's. */
export const ruleWords = (rule: string): string => maybe(`dry.rule.${rule}`) ?? maybe(`rule.${rule}`) ?? rule;
