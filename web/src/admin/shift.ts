// Days of the week and times of the day, as people read them. Pure.

import type { Language } from '../api/types';

/** Monday first, as the daemon counts from 1. */
export const WEEKDAYS: Record<Language, string[]> = { 'pt-BR': ['seg', 'ter', 'qua', 'qui', 'sex', 'sáb', 'dom'], en: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] };

const two = (n: number): string => String(n).padStart(2, '0');

/** Minutes after midnight; nothing for none. */
export const writeClock = (minutes: unknown): string => (typeof minutes === 'number' ? `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}` : '');

/** `8:00`, `08h00`; null when it cannot be understood. */
export function readClock(text: string): number | null {
  const said = /^(\d{1,2})[:h](\d{2})$/.exec(text.trim());
  const [hour, minute] = [Number(said?.[1]), Number(said?.[2])];
  return said && hour < 24 && minute < 60 ? hour * 60 + minute : null;
}

/** `seg-sex, dom` */
export function writeDays(days: number[], language: Language): string {
  const runs: [number, number][] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && run[1] === day - 1) run[1] = day;
    else runs.push([day, day]);
  }
  const name = (day: number): string => WEEKDAYS[language][day - 1] ?? '';
  return runs.map(([first, last]) => (first === last ? name(first) : `${name(first)}-${name(last)}`)).join(', ');
}
