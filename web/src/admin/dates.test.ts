import { describe, expect, it } from 'vitest';
import { readDates, readStates, writeDates } from './dates';

describe('holidays', () => {
  it('are written as people do and kept in order, each once', () => {
    expect(readDates('25/12/2026, 1/1/2027; 2026-12-25')).toEqual(['2026-12-25', '2027-01-01']);
    expect(writeDates(['2027-01-01', '2026-12-25'], 'pt-BR')).toBe('25/12/2026, 01/01/2027');
    expect(writeDates(['2026-12-25'], 'en')).toBe('2026-12-25');
    expect(readDates(' ')).toEqual([]);
  });
  it('that are no days are not understood', () => {
    for (const wrong of ['31/02/2026', 'natal', '12-25', '2026-13-01']) expect(readDates(wrong)).toBeNull();
  });
});

it('reads the letters of states', () => {
  expect(readStates('sp, AM SP')).toEqual(['AM', 'SP']);
  expect(readStates('')).toEqual([]);
  expect(readStates('SP, XX')).toBeNull();
});
