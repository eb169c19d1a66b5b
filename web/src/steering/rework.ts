// Which leads of a list are called, and which come back: what is typed, as the daemon takes it.

import type { Condition, Foreseen, ResultKind, Subject, Test } from '../api/campaigns';
import { t, words } from '../words/words.svelte';

/** A condition as it is typed; `of` is `ddd`, `priority`, or `field:` and its name. */
export interface Typed {
  of: string;
  is: Test;
  values: string;
}

export const TESTS: Test[] = ['any-of', 'none-of', 'contains', 'at-least', 'at-most'];
const isNumber = (is: Test): boolean => is === 'at-least' || is === 'at-most';
/** Results after which a lead may be over. */
export const RESULTS: ResultKind[] = ['no-answer', 'busy', 'machine', 'rejected', 'congestion', 'failed', 'abandoned', 'connected'];

export function typed({ of, name, is, values }: Condition): Typed {
  return { of: of === 'field' ? `field:${name ?? ''}` : of, is, values: values.join(', ') };
}

export function condition({ of, is, values }: Typed): Condition {
  const field = of.startsWith('field:');
  // A comma belongs to a number.
  const list = isNumber(is) ? [values.trim()] : values.split(',').map((value) => value.trim());
  return { of: (field ? 'field' : of) as Subject, name: field ? of.slice('field:'.length) : null, is, values: list };
}

/** What is wrong with it; null: nothing. */
export function fault({ of, is, values }: Typed): string | null {
  const list = condition({ of, is, values }).values;
  if (isNumber(is) && !/^(R\$)?\s*-?[\d.]+(,\d+)?$/i.test(values.trim())) return t('filter.wrong.number');
  if (of === 'ddd' && !list.every((value) => /^[1-9][1-9]$/.test(value))) return t('filter.wrong.ddd');
  if (of === 'priority' && !list.every((value) => /^[1-9]$/.test(value))) return t('filter.wrong.priority');
  return null;
}

export const subjectWords = (of: string): string => (of.startsWith('field:') ? of.slice('field:'.length) : t(of === 'ddd' ? 'filter.of.ddd' : 'filter.of.priority'));

/** `cidade é uma de: São Paulo, Campinas`. */
export function conditionWords(one: Condition): string {
  const { of, is, values } = typed(one);
  return `${subjectWords(of)} ${t(`filter.is.${is}`)} ${values || t('filter.nothing')}`;
}

/** `320 de 1.000 registros seriam chamados`. */
export const foreseenWords = (key: 'filter.would' | 'recycle.would', { leads, chosen }: Foreseen): string =>
  t(key, { leads: leads.toLocaleString(words.language), chosen: chosen.toLocaleString(words.language) });
