// What a dry run found, in words (GN-16).

import { maybe, t } from '../words/words.svelte';

/** The rule that keeps leads from being dialled: the dry run's own, or the gate's, which may carry the name of its table. */
export const ruleWords = (rule: string): string => maybe(`dry.rule.${rule}`) ?? maybe(`rule.${rule}`) ?? rule;

/** When nobody is left to be called today, after so many minutes; null: the day ends before. */
export function through(minutes: number | null): string {
  if (minutes === null) return t('dry.forecast.all-day');
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return t('dry.forecast.through', { time: hours > 0 ? `${hours} h ${String(rest).padStart(2, '0')} min` : `${rest} min` });
}
