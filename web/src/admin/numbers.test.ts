import { expect, it } from 'vitest';
import { readNumbers, writeNumbers } from './numbers';

it('reads numbers in any spelling, and refuses what is none', () => {
  expect(readNumbers('(92) 90500-7000, +551140001000; 4004')).toEqual(['+5592905007000', '+551140001000', '4004']);
  expect(readNumbers('')).toEqual([]);
  expect(readNumbers('4004, quatro')).toBeNull();
  expect(writeNumbers(['+5592905007000', '4004'])).toBe('(92) 90500-7000, 4004');
});
