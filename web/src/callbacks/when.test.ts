import { describe, expect, it } from 'vitest';
import { dateMask, finishTime, isElsewhere, longDay, monthDays, monthName, moveDay, moveMonth, readDate, readTime, shortDay, spokenDay, timeMask, wall } from './when';

describe('a date as it is typed (CB-05)', () => {
  it.each([
    ['2', '2'],
    ['25', '25'],
    ['251', '25/1'],
    ['25112026', '25/11/2026'],
    ['5/1', '05/1'],
    ['5/1/2027', '05/01/2027'],
    ['25.11.2026', '25/11/2026'],
    ['2026-11-25', '25/11/2026'],
    ['25/11/20267', '25/11/2026'],
    ['abc', ''],
  ])('%s shows as %s', (typed, shown) => expect(dateMask(typed)).toBe(shown));

  it.each([
    ['25/11/2026', '2026-11-25'],
    ['25/11/26', '2026-11-25'],
    ['29/02/2028', '2028-02-29'],
    ['29/02/2027', null],
    ['31/04/2027', null],
    ['25/11', null],
    ['25/11/0026', null],
  ])('%s is the day %s', (typed, day) => expect(readDate(typed)).toBe(day));
});

describe('a time as it is typed', () => {
  it.each([
    ['9', '9'],
    ['9:', '09:'],
    ['9h30', '09:30'],
    ['0930', '09:30'],
    ['93', '09:3'],
    ['930', '09:30'],
    ['17', '17'],
    ['09305', '09:30'],
  ])('%s shows as %s', (typed, shown) => expect(timeMask(typed)).toBe(shown));

  it.each([
    ['930', '09:30'],
    ['9', '09:00'],
    ['17', '17:00'],
    ['93:0', '93:0'],
    ['99', '99'],
    ['', ''],
  ])('%s is left as %s', (typed, shown) => expect(finishTime(typed)).toBe(shown));

  it.each([
    ['09:00', '09:00'],
    ['9:05', '09:05'],
    ['24:00', null],
    ['12:60', null],
    ['12', null],
  ])('%s is the time %s', (typed, time) => expect(readTime(typed)).toBe(time));
});

describe('the wall of a zone', () => {
  const at = Date.parse('2026-11-24T02:30:00Z');
  it('shows its own day and hour', () => {
    expect(wall(at, 'America/Sao_Paulo')).toBe('2026-11-23T23:30:00');
    expect(wall(at, 'America/Manaus')).toBe('2026-11-23T22:30:00');
    expect(wall(at, 'America/Noronha')).toBe('2026-11-24T00:30:00');
  });
  it('knows the summer time of years that had it', () => expect(wall(Date.parse('2018-12-01T12:00:00Z'), 'America/Sao_Paulo')).toBe('2018-12-01T10:00:00'));
  it('is elsewhere where the clocks differ', () => {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect(isElsewhere(at, here)).toBe(false);
    expect(isElsewhere(at, 'Asia/Tokyo')).toBe(true);
    expect(isElsewhere(at, 'Not/AZone')).toBe(false);
  });
});

describe('days in words', () => {
  it('are short, long, and spoken', () => {
    expect(shortDay('2026-11-25', 'pt-BR')).toBe('qua 25/11');
    expect(longDay('2026-11-25', 'pt-BR')).toBe('quarta, 25/11');
    expect(spokenDay('2026-11-05', 'pt-BR')).toBe('5 de novembro');
    expect(spokenDay('2026-11-05', 'en')).toBe('November 5');
    expect(monthName('2026-11', 'pt-BR')).toBe('novembro de 2026');
  });
  it('make a month that begins on its weekday', () => {
    expect(monthDays('2026-11')).toMatchObject({ blanks: 0 });
    expect(monthDays('2026-12')).toMatchObject({ blanks: 2 });
    expect(monthDays('2028-02').days).toHaveLength(29);
    expect([moveMonth('2026-12', 1), moveMonth('2026-01', -1)]).toEqual(['2027-01', '2025-12']);
    expect([moveDay('2026-11-30', 1), moveDay('2026-03-01', -1)]).toEqual(['2026-12-01', '2026-02-28']);
  });
});
