// Dates and times as people type and read them, on the wall of an escala's zone, wherever this browser is. Pure.

import type { Day, Local } from '../api/callbacks';
import type { Language } from '../api/types';
import { day as writtenDay } from '../words/format';

const two = (n: number): string => String(n).padStart(2, '0');

/** Puts the slashes of `DD/MM/AAAA` while it is typed; a pasted ISO date is turned. */
export function dateMask(text: string): string {
  const iso = /^\s*(\d{4})-(\d{2})-(\d{2})/.exec(text);
  if (iso) return `${iso[3]}/${iso[2]}/${iso[1]}`;
  return masked(text, [2, 2, 4], '/');
}

/** Puts the colon of `HH:MM`; `9:30`, `9h30` and `930` are 09:30. */
export function timeMask(text: string): string {
  // No hour begins with 3 or more: `9` and the next digit are 09 and its minutes.
  return masked(text.replace(/h/i, ':').replace(/^(?=[3-9]\d)/, '0'), [2, 2], ':');
}

/** Parts of at most so many digits; a separator that was typed fills its part with a zero in front. */
function masked(text: string, lengths: number[], sign: string): string {
  const parts: string[] = [''];
  for (const one of text) {
    const last = parts.length - 1;
    const isFull = parts[last]!.length === lengths[last];
    if (/\d/.test(one)) {
      if (!isFull) parts[last] += one;
      else if (last + 1 < lengths.length) parts.push(one);
    } else if (/[/.\-: ]/.test(one) && parts[last] !== '' && last + 1 < lengths.length) {
      parts[last] = parts[last]!.padStart(Math.min(2, lengths[last]!), '0');
      parts.push('');
    }
  }
  return parts.join(sign);
}

/** When the field is left: `930` is 09:30, `9` is 09:00; what cannot be a time stays. */
export function finishTime(text: string): string {
  const digits = text.replace(/\D/g, '');
  const [hour, minute] = text.includes(':') ? text.split(':') : digits.length === 3 ? [digits.slice(0, 1), digits.slice(1)] : [digits.slice(0, 2), digits.slice(2)];
  const whole = `${two(Number(hour))}:${two(Number(minute || 0))}`;
  return digits !== '' && readTime(whole) ? whole : text;
}

/** `25/11/2026` and `25/11/26` to `2026-11-25`; null where there is no such day. */
export function readDate(text: string): Day | null {
  const said = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})$/.exec(text.trim());
  if (!said) return null;
  const [day, month, year] = [Number(said[1]), Number(said[2]), Number(said[3]!.length === 2 ? `20${said[3]}` : said[3])];
  const at = new Date(Date.UTC(year, month - 1, day));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day && year >= 1900 ? at.toISOString().slice(0, 10) : null;
}

/** `09:00`; null where it is none. */
export function readTime(text: string): string | null {
  const said = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim());
  return said ? `${two(Number(said[1]))}:${said[2]}` : null;
}

/** As it is typed: `25/11/2026`. */
export const typedDate = (day: Day): string => day.split('-').reverse().join('/');
export const dayOf = (local: Local): Day => local.slice(0, 10);
export const timeOf = (local: Local): string => local.slice(11, 16);
/** To the minute, as promises are asked for. */
export const minuteOf = (local: Local): Local => local.slice(0, 16);

const formats = new Map<string, Intl.DateTimeFormat | null>();

/** Null where this browser does not know the zone. */
function formatOf(zone: string): Intl.DateTimeFormat | null {
  if (!formats.has(zone)) {
    let made: Intl.DateTimeFormat | null = null;
    try {
      made = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
    } catch {
      // Told by the browser's own wall then.
    }
    formats.set(zone, made);
  }
  return formats.get(zone) ?? null;
}

/** What the wall clock of a zone shows at an instant, in ms. */
export function wall(at: number, zone: string): Local {
  const format = formatOf(zone);
  if (format === null) return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  const part = Object.fromEntries(format.formatToParts(at).map((one) => [one.type, one.value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

/** Whether the clocks of that zone show something else than this browser's. */
export const isElsewhere = (at: number, zone: string): boolean => formatOf(zone) !== null && minuteOf(wall(at, zone)) !== minuteOf(wall(at, Intl.DateTimeFormat().resolvedOptions().timeZone));

/** Noon: no change of the clock makes it another day. */
export const noonOf = (day: Day): Date => new Date(`${day}T12:00:00`);
/** `qua 25/11` */
export const shortDay = (day: Day, language: Language): string => writtenDay(noonOf(day), language);

const LONG: Record<Language, string[]> = {
  'pt-BR': ['domingo', 'segunda', 'terça', 'quarta', 'quinta', 'sexta', 'sábado'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};
const MONTHS: Record<Language, string[]> = {
  'pt-BR': ['janeiro', 'fevereiro', 'março', 'abril', 'maio', 'junho', 'julho', 'agosto', 'setembro', 'outubro', 'novembro', 'dezembro'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};

/** `quarta, 25/11` */
export const longDay = (day: Day, language: Language): string => `${LONG[language][noonOf(day).getDay()]}, ${day.slice(8, 10)}/${day.slice(5, 7)}`;
/** `25 de novembro`, for who hears it. */
export function spokenDay(day: Day, language: Language): string {
  const month = MONTHS[language][Number(day.slice(5, 7)) - 1] ?? '';
  return language === 'en' ? `${month} ${Number(day.slice(8, 10))}` : `${Number(day.slice(8, 10))} de ${month}`;
}
/** `novembro de 2026` of `2026-11`. */
export function monthName(month: string, language: Language): string {
  const name = MONTHS[language][Number(month.slice(5, 7)) - 1] ?? '';
  return language === 'en' ? `${name} ${month.slice(0, 4)}` : `${name} de ${month.slice(0, 4)}`;
}

/** Sunday first, as calendars hang on walls in Brazil. */
export const weekdays = (language: Language): string[] => (language === 'en' ? ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] : ['dom', 'seg', 'ter', 'qua', 'qui', 'sex', 'sáb']);

/** The days of `2026-11`, after as many blanks as its first week lacks. */
export function monthDays(month: string): { blanks: number; days: Day[] } {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5, 7))];
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { blanks: new Date(Date.UTC(year, number - 1, 1)).getUTCDay(), days: Array.from({ length: count }, (_, i) => `${month}-${two(i + 1)}`) };
}

/** `2026-12` after `2026-11`. */
export function moveMonth(month: string, by: number): string {
  const at = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1 + by, 1));
  return at.toISOString().slice(0, 7);
}

export function moveDay(day: Day, by: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}
