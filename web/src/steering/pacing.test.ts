import { expect, test } from 'vitest';
import { closeness, lackWords, reasonWords, ruleWords } from './pacing';

const reason = (why: string, more: object) => ({ reason: { why, abandoned: null, calls: null, humans: null, lines: null, most_permille: null, of: null, ratio: null, ready: null, risk_permille: null, ...more } });

test('gn_18_abandonment_warns_from_four_fifths_of_its_limit_on', () => {
  const at = (abandoned_permille: number, limit_permille = 30) => closeness({ abandoned_permille, limit_permille });
  expect([at(23), at(24), at(30), at(31)]).toEqual(['ready', 'pause', 'pause', 'danger']);
  expect([at(0, 0), at(1, 0)]).toEqual(['ready', 'danger']);
});

test('gn_18_the_reason_of_the_pace_is_one_sentence_with_its_figures', () => {
  expect(reasonWords(reason('learning', { calls: 12, of: 100 }))).toBe('O ritmo ainda está aprendendo: 12 de 100 ligações vistas, por isso disca com cautela.');
  expect(reasonWords(reason('one-per-ready', { ready: 1 }))).toBe('Uma ligação por agente livre: 1 livre agora.');
  for (const why of ['nobody-there', 'ratio', 'risk', 'day', 'burst', 'lines']) expect(reasonWords(reason(why, {}))).toMatch(/\.$/);
  expect(reasonWords({ reason: null })).toBe('O ritmo ainda não tomou a primeira decisão.');
});

test('gn_15_a_list_that_is_missing_is_told_from_one_that_is_old', () => {
  expect(lackWords({ source: 'Procon-SP', dated: null })).toBe('A lista de não perturbe Procon-SP não existe. Importe-a.');
  expect(lackWords({ source: 'Procon-SP', dated: '2026-11-01T12:00:00Z' })).toContain('velha demais');
});

test('gn_16_rules_of_a_dry_run_have_words', () => {
  expect([ruleWords('hours'), ruleWords('retry'), ruleWords('attempts-a-day')]).toEqual(['Horário', 'Intervalo entre tentativas', 'Tentativas no dia']);
});
