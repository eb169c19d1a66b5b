import { describe, expect, it } from 'vitest';
import type { Schedule, ScheduleDay } from '../api/callbacks';
import { faceOf, hoursOf, impossible, nextFree, slotOf, type Days } from './free';

const NINE_TO_SIX = { from: 540, until: 1080 };
const schedule: Schedule = {
  schedule: '5', name: 'Retorno comercial', zone: 'America/Manaus', week: [NINE_TO_SIX, NINE_TO_SIX, NINE_TO_SIX, NINE_TO_SIX, NINE_TO_SIX, { from: 600, until: 840 }, null], closed: {}, slot_minutes: 30, capacity: 2,
  attempts: 3, interval_minutes: 10, mode: 'automatic', absence: { grace_minutes: 15, then: 'stay' }, patience_s: 60, queues: [], returns: false, calendar: { national: true, optional: false, states: [], places: [] },
};
const day = (date: string, times: [string, boolean][], closed: string | null = null): ScheduleDay => ({
  day: date, closed, slots: times.map(([time, free]) => ({ at: `${date}T${time}:00Z`, local: `${date}T${time}:00`, capacity: 2, taken: free ? 1 : 2, free })),
});
const days: Days = {
  '2026-11-25': day('2026-11-25', [['09:00', false], ['09:30', true], ['10:00', false], ['10:30', true]]),
  '2026-11-26': day('2026-11-26', [['09:00', true], ['09:30', true]]),
  '2026-11-29': day('2026-11-29', []),
  '2026-12-25': day('2026-12-25', [], 'Natal'),
};
/** 08:00 of 25/11 in Manaus, four hours behind. */
const now = Date.parse('2026-11-25T12:00:00Z');
const why = (when: string, own: string | null = null) => impossible(days, when, schedule, now, own)?.why ?? null;

describe('a time that cannot be promised is refused at once (CB-06)', () => {
  it('past, by the clocks of the escala and not of this browser', () => {
    expect(why('2026-11-25T07:59')).toEqual({ kind: 'past' });
    expect(why('2026-11-24T10:00')).toEqual({ kind: 'past' });
  });
  it('holiday by its name, closed weekday, outside the hours, full slot with its capacity', () => {
    expect(why('2026-12-25T10:00')).toEqual({ kind: 'holiday', name: 'Natal' });
    expect(why('2026-11-29T10:00')).toEqual({ kind: 'closed-day' });
    expect(why('2026-11-25T18:00')).toEqual({ kind: 'outside-hours' });
    expect(why('2026-11-25T10:10')).toEqual({ kind: 'full', capacity: 2 });
  });
  it('names the next three times that are possible', () => {
    expect(impossible(days, '2026-11-25T10:00', schedule, now)?.next.map((one) => one.local)).toEqual(['2026-11-25T10:30:00', '2026-11-26T09:00:00', '2026-11-26T09:30:00']);
    expect(nextFree(days, '2026-11-01T00:00', schedule, now)[0]?.local).toBe('2026-11-25T09:30:00');
  });
  it('leaves to the daemon what this page does not know, and what is free', () => {
    expect(why('2027-03-01T10:00')).toBeNull();
    expect(why('2026-11-25T09:45')).toBeNull();
  });
  it('keeps the place of the promise that is changed', () => {
    expect(why('2026-11-25T10:20', '2026-11-25T10:00')).toBeNull();
    expect(why('2026-11-25T09:00', '2026-11-25T10:00')).toEqual({ kind: 'full', capacity: 2 });
  });
});

it('knows a day by its slots and hours', () => {
  expect(slotOf(days['2026-11-25'], '2026-11-25T09:59', schedule)?.local).toBe('2026-11-25T09:30:00');
  expect(hoursOf(schedule, '2026-11-28')).toEqual({ from: '10:00', until: '14:00' });
  expect(hoursOf(schedule, '2026-11-29')).toBeNull();
  const face = (date: string) => faceOf(days, date, '2026-11-25');
  expect(['2026-11-24', '2026-11-25', '2026-11-29', '2026-12-25', '2026-12-01'].map(face)).toEqual(['past', 'free', 'closed', 'closed', 'unknown']);
  expect(faceOf({ '2026-11-27': day('2026-11-27', [['09:00', false]]) }, '2026-11-27', '2026-11-25')).toBe('full');
});
