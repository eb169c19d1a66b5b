// Opening hours as people write them and as the daemon keeps them: `seg-sex 08:00-18:00, sáb 08:00-12:00`. Pure.

import type { Opening } from '../api/types';
import type { Language } from '../api/types';

/** Monday first, as the daemon counts from 1. */
const DAYS: Record<Language, string[]> = { 'pt-BR': ['seg', 'ter', 'qua', 'qui', 'sex', 'sáb', 'dom'], en: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] };
const PART = /^(\p{L}+)(?:\s*-\s*(\p{L}+))?\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/u;
const DAY_END = 24 * 60;

/** Days in a row with the same hours are written once. */
export function writeHours(hours: Opening[], language: Language): string {
  const runs: { from: number; to: number; span: string }[] = [];
  const sorted = [...hours].sort((a, b) => a.from - b.from || a.until - b.until || a.weekday - b.weekday);
  for (const { weekday, from, until } of sorted) {
    const span = `${clock(from)}-${clock(until)}`;
    const run = runs.find((one) => one.span === span && one.to === weekday - 1);
    if (run) run.to = weekday;
    else runs.push({ from: weekday, to: weekday, span });
  }
  const name = (weekday: number): string => DAYS[language][weekday - 1] ?? '';
  return runs.sort((a, b) => a.from - b.from).map((run) => `${name(run.from)}${run.to > run.from ? `-${name(run.to)}` : ''} ${run.span}`).join(', ');
}

/** In either language; null when it cannot be understood. */
export function readHours(text: string): Opening[] | null {
  const all: Opening[] = [];
  for (const part of text.split(/[,;]/).map((one) => one.trim()).filter(Boolean)) {
    const said = PART.exec(part);
    const first = weekday(said?.[1]);
    const last = said?.[2] === undefined ? first : weekday(said[2]);
    if (!said || first === null || last === null || last < first) return null;
    const [from, until] = [minutes(said[3], said[4]), minutes(said[5], said[6])];
    if (from === null || until === null || until <= from) return null;
    for (let day = first; day <= last; day += 1) all.push({ weekday: day, from, until });
  }
  return all;
}

const clock = (at: number): string => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** By its first three letters. */
function weekday(name: string | undefined): number | null {
  const wanted = plain(name ?? '').slice(0, 3);
  const at = Object.values(DAYS).map((days) => days.findIndex((day) => plain(day) === wanted)).find((i) => i >= 0);
  return at === undefined ? null : at + 1;
}

function minutes(hour: string | undefined, minute: string | undefined): number | null {
  const at = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && at <= DAY_END ? at : null;
}
