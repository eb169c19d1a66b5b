// What a dry run found, in words (GN-16).

import { maybe } from '../words/words.svelte';

/** The rule that keeps leads from being dialled: the dry run's own, or the gate's, which may carry the name of its table. */
export const ruleWords = (rule: string): string => maybe(`dry.rule.${rule}`) ?? maybe(`rule.${rule}`) ?? rule;
