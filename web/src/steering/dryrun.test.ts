import { expect, test } from 'vitest';
import { ruleWords, through } from './dryrun';

test('gn_16_rules_of_a_dry_run_have_words', () => {
  expect(['hours', 'do-not-call', 'cool-down', 'retry', 'do-not-call-list', 'attempts-a-day'].map(ruleWords)).toEqual([
    'Horário', 'Não perturbe', 'Descanso depois de abandono', 'Intervalo entre tentativas', 'Lista de não perturbe que falta ou está velha', 'Tentativas no dia',
  ]);
});

test('gn_18_a_forecast_says_when_everybody_is_dialled', () => {
  expect([through(65), through(12), through(null)]).toEqual([
    'Todos os contatos de hoje discados em 1 h 05 min.', 'Todos os contatos de hoje discados em 12 min.', 'Há contatos para o dia todo.',
  ]);
});
