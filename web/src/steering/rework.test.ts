import { describe, expect, it } from 'vitest';
import { condition, conditionWords, fault, foreseenWords, typed } from './rework';

describe('gn_14: which leads of a list are called', () => {
  it('is typed as people write it and kept as the daemon takes it', () => {
    const towns = condition({ of: 'field:cidade', is: 'any-of', values: 'São Paulo,  Campinas' });
    expect(towns).toEqual({ of: 'field', name: 'cidade', is: 'any-of', values: ['São Paulo', 'Campinas'] });
    expect(typed(towns)).toEqual({ of: 'field:cidade', is: 'any-of', values: 'São Paulo, Campinas' });
    expect(condition({ of: 'field:saldo', is: 'at-least', values: ' 1.234,56' }).values).toEqual(['1.234,56']);
    expect(conditionWords(towns)).toBe('cidade é São Paulo, Campinas');
    expect(conditionWords({ of: 'ddd', name: null, is: 'none-of', values: ['11'] })).toBe('DDD não é 11');
  });

  it('says what is wrong before anything is asked', () => {
    expect(fault({ of: 'field:saldo', is: 'at-least', values: 'muito' })).toBe('Um número, como 100 ou 1.234,56.');
    expect(fault({ of: 'field:saldo', is: 'at-most', values: 'R$ 1.234,56' })).toBeNull();
    expect(fault({ of: 'ddd', is: 'any-of', values: '11, 1' })).toBe('DDDs de dois algarismos, como 11, 21.');
    expect(fault({ of: 'priority', is: 'at-most', values: '10' })).toBe('Prioridades de 1 a 9.');
    expect(fault({ of: 'field:cidade', is: 'any-of', values: '' })).toBeNull();
  });

  it('tells how many it would be', () => {
    expect(foreseenWords('filter.would', { leads: 1000, chosen: 320 })).toBe('320 de 1.000 registros seriam chamados.');
  });
});
