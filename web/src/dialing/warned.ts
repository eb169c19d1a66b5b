// A number dialled by hand against a rule that only warns a person: said in the rule's own words (GN-15).

import { ask, query } from '../api/http';
import type { Explained } from '../api/callbacks';
import { toasts } from '../state/toasts.svelte';
import { phone } from '../words/format';
import { t } from '../words/words.svelte';
import { ruleWords } from './gate';

/** `warnings`: the daemon's English sentences, said where the rules cannot be asked for. */
export async function sayWarnings(number: string, warnings: string[]): Promise<void> {
  if (warnings.length === 0) return;
  const said = await ask<Explained>('GET', `/gate/explain${query({ number, purpose: 'by-hand' })}`).catch(() => null);
  const rules = said?.lines.filter((line) => line.says === 'warns').map((line) => ruleWords(line.rule)) ?? [];
  toasts.say(t('dial.warned', { number: phone(number), why: (rules.length > 0 ? rules : warnings).join('; ') }));
}
