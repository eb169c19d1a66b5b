import { expect, test } from 'vitest';
import { ruleWords } from './dryrun';

test('gn_16_rules_of_a_dry_run_have_words', () => {
  expect(['hours', 'do-not-call', 'cool-down', 'retry', 'do-not-call-list', 'attempts-a-day'].map(ruleWords)).toEqual([
    'Horário', 'Não perturbe', 'Descanso depois de abandono', 'Intervalo entre tentativas', 'Lista de não perturbe que falta ou está velha', 'Tentativas no dia',
  ]);
});
