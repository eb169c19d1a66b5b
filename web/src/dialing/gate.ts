// The gate's rules in words. Pure but for the words.

import type { Explained, GateLine, GateRule } from '../api/callbacks';
import { nextWords, zoneName } from '../callbacks/words';
import type { IconName } from '../parts/icons';
import { maybe, t } from '../words/words.svelte';

export const SAYS: Record<GateLine['says'], { look: 'ready' | 'pause' | 'danger' | 'off'; icon: IconName }> = {
  passes: { look: 'ready', icon: 'check' },
  warns: { look: 'pause', icon: 'warn' },
  denies: { look: 'danger', icon: 'nodial' },
  'not-asked': { look: 'off', icon: 'ring' },
};

export const STANDING: Record<GateRule['standing'], { look: 'ready' | 'danger' | 'off'; icon: IconName }> = {
  'in-force': { look: 'ready', icon: 'check' },
  over: { look: 'danger', icon: 'warn' },
  'to-come': { look: 'off', icon: 'clock' },
};

/** A rule by its name; of `holiday Natal` the kind in words and what follows as it is. */
export function ruleWords(rule: string): string {
  const [kind = '', ...rest] = rule.split(' ');
  const word = maybe(`rule.${kind}`) ?? kind;
  const period = rest.length === 1 ? maybe(`rule.${kind}-a-${rest[0]}`) : null;
  if (period) return period;
  return rest.length === 0 ? word : `${word}: ${rest.join(' ')}`;
}

/** The answer in one sentence. `now` in ms. */
export function verdict(said: Explained, now: number): string {
  if (said.allowed) return t(said.lines.some((line) => line.says === 'warns') ? 'gate.warned' : 'gate.allowed');
  return said.next === null ? t('gate.denied') : t('gate.denied.until', { when: nextWords(said.next, said.zone ?? 'America/Sao_Paulo', now), zone: zoneName(said.zone ?? 'America/Sao_Paulo') });
}
