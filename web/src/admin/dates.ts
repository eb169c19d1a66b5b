// Holidays as people write them and as the daemon keeps them: `25/12/2026, 01/01/2027`; the ISO way is understood too. Pure.

import type { Language } from '../api/types';

const BRAZIL = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const STATES = 'AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO'.split(' ');
const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;

export function writeDates(dates: string[], language: Language): string {
  const shown = (date: string): string => (language === 'pt-BR' ? date.split('-').reverse().join('/') : date);
  return [...dates].sort().map(shown).join(', ');
}

/** `SP, am` as the letters of states; null when one cannot be. */
export function readStates(text: string): string[] | null {
  const all = text.toUpperCase().split(/[,;\s]+/).filter(Boolean);
  return all.every((one) => STATES.includes(one)) ? [...new Set(all)].sort() : null;
}

/** Null when one of them cannot be understood, or is no day: 31/02. */
export function readDates(text: string): string[] | null {
  const all = text.split(/[,;\s]+/).filter(Boolean).map(read);
  return all.every((date) => date !== null) ? [...new Set(all as string[])].sort() : null;
}

function read(text: string): string | null {
  const brazil = BRAZIL.exec(text);
  const iso = ISO.exec(text);
  const [year, month, day] = brazil ? [brazil[3], brazil[2], brazil[1]] : iso ? [iso[1], iso[2], iso[3]] : [];
  if (!year || !month || !day) return null;
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const same = at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(day);
  return same ? at.toISOString().slice(0, 10) : null;
}
