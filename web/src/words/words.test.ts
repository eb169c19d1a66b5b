import { describe, expect, it } from 'vitest';
import { catalogues, faults } from '../../build/words-complete.js';
import { ApiError } from '../api/http';
import { fill, refusal, t, words } from './words.svelte';

describe('the catalogues', () => {
  it('have every key in both languages, with the same blanks', () => {
    expect(faults(catalogues())).toEqual([]);
  });

  it('would not pass with a key missing, empty, or with another blank', () => {
    expect(faults({ 'pt-BR': { a: 'um', b: 'dois {n}' }, en: { a: '', b: 'two {m}' } })).toEqual(['en.json: "a" is missing or empty', '"b": the languages fill different blanks']);
    expect(faults({ 'pt-BR': { a: 'um' }, en: {} })).toEqual(['en.json: "a" is missing or empty']);
  });

  it('chooses by number', () => {
    expect(fill('{n} {n|ligação|ligações}', { n: 1 })).toBe('1 ligação');
    expect(fill('{n} {n|ligação|ligações}', { n: 0 })).toBe('0 ligações');
    expect(fill('{n} {n|ligação|ligações} na porta {port}', { n: 4000, port: 5060 })).toBe('4.000 ligações na porta 5060');
  });

  it('switches for the person', async () => {
    await words.choose('en');
    expect(t('answer')).toBe('Answer');
    await words.choose('pt-BR');
    expect(t('answer')).toBe('Atender');
  });

  it("words a refusal by its rule, else by its code, else as the daemon said it", () => {
    expect(refusal(new ApiError(400, 'gate', 'x', 'number', {}, null, 'calls-a-minute'))).toContain('Muitas ligações');
    expect(refusal(new ApiError(400, 'gate', 'x', 'number', {}, null, 'never-heard-of'))).toContain('não pode ser discado');
    expect(refusal(new ApiError(500, 'strange', 'a strange fault'))).toBe('a strange fault');
  });
});
