import { expect, it } from 'vitest';
import { whereIs } from './place';

it('knows the state and the clock of a DDD', () => {
  expect(whereIs('+5592906601245')).toEqual({ ddd: '92', state: 'AM', zone: 'America/Manaus' });
  expect(whereIs('+5519907452310')).toEqual({ ddd: '19', state: 'SP', zone: 'America/Sao_Paulo' });
});

it('does not guess where a prefix leaves two clocks, nor for what is no Brazilian number', () => {
  expect(whereIs('+5597906601245')?.zone).toBeNull();
  expect([whereIs('2114'), whereIs('+14155550100'), whereIs('+5508001234567'), whereIs('+5520906601245')]).toEqual([null, null, null, null]);
});
