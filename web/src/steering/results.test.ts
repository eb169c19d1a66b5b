import { describe, expect, it } from 'vitest';
import type { Results } from '../api/campaigns';
import { abandonedOf, byHour, countOf, kindsOf, totalOf } from './results';
import { readNumber, readPermille, writePermille } from './pace';

const day: Results = { day: '2026-11-24', hours: [{ hour: 10, results: { connected: 48, abandoned: 2, busy: 3 } }, { hour: 9, results: { 'no-answer': 5 } }, { hour: 11, results: { connected: 50 } }], dispositions: [] };

describe('a day of attempts', () => {
  it('gn_18: adds abandonment up over the people who answered, from the first hour on', () => {
    const hours = byHour(day);
    expect(hours.map((h) => [h.hour, h.attempts, h.answered, h.share])).toEqual([[9, 5, 0, null], [10, 53, 50, 0.04], [11, 50, 50, 0.02]]);
    expect(abandonedOf(hours)).toBe(20);
    expect(abandonedOf(byHour({ day: '2026-11-24', hours: [], dispositions: [] }))).toBeNull();
  });

  it('has a column for what happened and no other', () => {
    expect(kindsOf(day)).toEqual(['connected', 'abandoned', 'no-answer', 'busy']);
    expect([totalOf(day, 'connected'), countOf(day, 9, 'connected'), countOf(day, 10, 'abandoned')]).toEqual([98, 0, 2]);
  });
});

describe('numbers of the pace', () => {
  it('reads percent with a comma, in steps of a permille', () => {
    expect(['3', '2,5', '2.5 %', '10'].map(readPermille)).toEqual([30, 25, 25, 100]);
    expect(['', 'três', '2,55', '-1'].map(readPermille)).toEqual([null, null, null, null]);
    expect([30, 25].map(writePermille)).toEqual(['3', '2,5']);
  });

  it('takes whole numbers only', () => {
    expect(['30', ' 5 ', '1,5', '', '-2'].map(readNumber)).toEqual([30, 5, null, null, null]);
  });
});
