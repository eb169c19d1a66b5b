// What the calendar on the screen says of a time, before the daemon is asked: why it cannot be, and when it could (CB-06). Pure.

import type { Day, Impossible, Local, Possible, Schedule, ScheduleDay, Slot, Why } from '../api/callbacks';
import { dayOf, minuteOf, wall } from './when';

/** Times that a refusal names. */
const SUGGESTED = 3;

export type Days = Record<Day, ScheduleDay>;

const minutes = (local: Local): number => Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16));

/** The slot that a time lies in. */
export function slotOf(day: ScheduleDay | undefined, when: Local, schedule: Schedule): Slot | null {
  const at = minutes(when);
  return day?.slots.find((slot) => at >= minutes(slot.local) && at < minutes(slot.local) + schedule.slot_minutes) ?? null;
}

/** Null where the time is free, or its day is not known here: the daemon decides. `own`: the time of the promise that is changed, whose place is its own. */
export function impossible(days: Days, when: Local, schedule: Schedule, now: number, own: Local | null = null): Impossible | null {
  const why = whyNot(days, when, schedule, now, own);
  return why === null ? null : { why, next: nextFree(days, why.kind === 'past' ? wall(now, schedule.zone) : when, schedule, now) };
}

function whyNot(days: Days, when: Local, schedule: Schedule, now: number, own: Local | null): Why | null {
  if (when < minuteOf(wall(now, schedule.zone))) return { kind: 'past' };
  const day = days[dayOf(when)];
  if (!day) return null;
  if (day.closed !== null) return { kind: 'holiday', name: day.closed };
  if (day.slots.length === 0) return { kind: 'closed-day' };
  const slot = slotOf(day, when, schedule);
  if (slot === null) return { kind: 'outside-hours' };
  const isOwn = own !== null && slotOf(days[dayOf(own)], own, schedule) === slot;
  return slot.free || isOwn ? null : { kind: 'full', capacity: slot.capacity };
}

/** The next beginnings of free slots that this page knows of. */
export function nextFree(days: Days, from: Local, schedule: Schedule, now: number): Possible[] {
  const least = from > wall(now, schedule.zone) ? from : wall(now, schedule.zone);
  const all = Object.values(days).flatMap((day) => day.slots).filter((slot) => slot.free && minuteOf(slot.local) >= minuteOf(least));
  return all.sort((a, b) => a.local.localeCompare(b.local)).slice(0, SUGGESTED).map(({ at, local }) => ({ at, local, zone: schedule.zone }));
}

/** A day's hours as they are heard: `09:00`, `18:00`; null where it has none. */
export function hoursOf(schedule: Schedule, day: Day): { from: string; until: string } | null {
  const hours = schedule.week[(new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7];
  return hours ? { from: clock(hours.from), until: clock(hours.until) } : null;
}

export const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

export type DayFace = 'past' | 'closed' | 'full' | 'free' | 'unknown';

/** How a day shows in the month. */
export function faceOf(days: Days, day: Day, today: Day): DayFace {
  if (day < today) return 'past';
  const known = days[day];
  if (!known) return 'unknown';
  if (known.closed !== null || known.slots.length === 0) return 'closed';
  return known.slots.some((slot) => slot.free) ? 'free' : 'full';
}
