import { expect, it } from 'vitest';
import { readClock, writeClock, writeDays } from './shift';

it('writes days in a row as one', () => {
  expect(writeDays([1, 2, 3, 4, 5], 'pt-BR')).toBe('seg-sex');
  expect(writeDays([7, 1, 3], 'en')).toBe('mon, wed, sun');
  expect(writeDays([], 'en')).toBe('');
});

it('reads times of the day as it writes them', () => {
  for (const minutes of [0, 605, 1439]) expect(readClock(writeClock(minutes))).toBe(minutes);
  expect(readClock('8h05')).toBe(485);
  for (const wrong of ['', '24:00', '8:60', '8']) expect(readClock(wrong)).toBe(null);
  expect(writeClock(null)).toBe('');
});
