// Promises, refusals, attempts in words.

import type { AttemptOutcome, Callback, CallbackState, Denied, HistoryLine, Local, Owner, Schedule, Why } from '../api/callbacks';
import type { Time } from '../api/types';
import type { IconName } from '../parts/icons';
import { desk } from '../state/desk.svelte';
import { queueOf } from '../state/lists.svelte';
import { session } from '../state/session.svelte';
import { maybe, t, words, type Key } from '../words/words.svelte';
import { clock, hoursOf } from './free';
import { dayOf, isElsewhere, longDay, shortDay, timeOf, wall, weekdays } from './when';

export interface Face {
  look: 'ready' | 'talk' | 'wrap' | 'pause' | 'off' | 'danger';
  icon: IconName;
  word: Key;
}

const FACES: Record<CallbackState, Face> = {
  open: { look: 'talk', icon: 'clock', word: 'callback.state.open' },
  waiting: { look: 'pause', icon: 'people', word: 'callback.state.waiting' },
  reserved: { look: 'talk', icon: 'callback', word: 'callback.state.reserved' },
  preview: { look: 'talk', icon: 'eye', word: 'callback.state.preview' },
  dialling: { look: 'ready', icon: 'phone-out', word: 'callback.state.dialling' },
  unknown: { look: 'danger', icon: 'warn', word: 'callback.state.unknown' },
  done: { look: 'ready', icon: 'check', word: 'callback.state.done' },
  exhausted: { look: 'danger', icon: 'nodial', word: 'callback.state.exhausted' },
  cancelled: { look: 'off', icon: 'x', word: 'callback.state.cancelled' },
  missed: { look: 'danger', icon: 'missed', word: 'callback.state.missed' },
};

export const faceOf = (state: CallbackState): Face => FACES[state] ?? FACES.open;

/** `Manaus` of `America/Manaus`; Brasília for São Paulo, as Brazilians say it. */
export const zoneName = (zone: string): string => maybe(`zone.${zone}`) ?? zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');

/** `qua 25/11 às 10:30` */
export const localWords = (local: Local): string => t('callback.day-at', { day: shortDay(dayOf(local), words.language), time: timeOf(local) });

/** The same, and whose clocks they are where they are not this browser's. */
export function dueWords(c: Pick<Callback, 'due' | 'due_local' | 'zone'>): string {
  const text = localWords(c.due_local);
  return isElsewhere(Date.parse(c.due), c.zone) ? t('callback.in-zone', { when: text, zone: zoneName(c.zone) }) : text;
}

/** An instant as the wall of a zone shows it. */
export const instantWords = (at: Time, zone: string): string => localWords(wall(Date.parse(at), zone));

/** `seg 09:00` within the next days, else `seg 30/11 09:00`. */
export function nextWords(at: Time, zone: string, now: number): string {
  const local = wall(Date.parse(at), zone);
  const isNear = Date.parse(at) - now < 6 * 86_400_000;
  const day = shortDay(dayOf(local), words.language);
  return `${isNear ? day.slice(0, day.indexOf(' ')) : day} ${timeOf(local)}`;
}

export function ownerWords(owner: Owner): string {
  if ('queue' in owner) return t('queue.named-lower', { name: queueOf(owner.queue)?.name ?? owner.queue });
  if (owner.person === session.me?.user) return t('callback.owner.me');
  return desk.live.agents[owner.person]?.name ?? t('callback.owner.other');
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Why nobody can be promised a call at that time. `first`: what is wrong; `rest`: what is known beside it. */
export function whyWords(why: Why, when: Local, schedule: Schedule): { first: string; rest: string } {
  const day = longDay(dayOf(when), words.language);
  const hours = hoursOf(schedule, dayOf(when));
  const blanks = { day, time: timeOf(when), name: why.name ?? '', schedule: schedule.name };
  const first = capital(t(`callback.why.${why.kind}`, blanks));
  switch (why.kind) {
    case 'full':
      return { first, rest: why.capacity === undefined || why.capacity === 1 ? t('callback.why.full.one') : t('callback.why.full.many', { n: why.capacity }) };
    case 'outside-hours':
      return { first, rest: hours ? t('callback.why.hours', hours) : '' };
    case 'past':
    case 'too-far':
    case 'skipped':
    case 'closed-day':
    case 'holiday':
      return { first, rest: '' };
  }
}

/** `não discado: fora do horário em Manaus; próximo: seg 09:00` */
export function deniedWords(denied: Pick<Denied, 'rule' | 'next'> & { fact?: string; zone?: string }, zone: string, now: number): string {
  const place = denied.zone ?? null;
  const plain = denied.rule.replace(/ .*/, '');
  const why = (place === null ? null : maybe(`callback.denied.${plain}.in`, { place: zoneName(place) })) ?? maybe(`callback.denied.${plain}`) ?? denied.fact ?? denied.rule;
  return denied.next === null ? t('callback.not-dialled', { why }) : t('callback.not-dialled.next', { why, next: nextWords(denied.next, zone, now) });
}

/** A line of the history: what came of an attempt, or that it begins; else how the promise stood then. */
export function lineWords(line: HistoryLine, zone: string, now: number): string {
  if (line.outcome !== null) return outcomeWords(line.outcome, zone, now);
  if (line.attempt !== null) return t('callback.outcome.going-on');
  return line.state === 'open' ? t('callback.outcome.kept') : t(faceOf(line.state).word).toLowerCase();
}

function outcomeWords(outcome: AttemptOutcome, zone: string, now: number): string {
  if (outcome.kind === 'denied') return deniedWords({ rule: outcome.rule ?? '', next: outcome.next ?? null, fact: outcome.why ?? undefined }, zone, now);
  if (outcome.kind === 'not-dialled') return t('callback.not-dialled', { why: maybe(`callback.denied.${outcome.why ?? ''}`) ?? outcome.why ?? t('callback.outcome.changed') });
  return t(`callback.outcome.${outcome.kind}`);
}

/** `seg a sex, 09:00 às 18:00` and so on: days with the same hours together. */
export function weekWords(week: Schedule['week']): string[] {
  const names = weekdays(words.language);
  const runs: { first: number; last: number; span: string }[] = [];
  for (const [i, hours] of week.entries()) {
    if (!hours) continue;
    const span = t('callback.span', { from: clock(hours.from), until: clock(hours.until) });
    const run = runs.at(-1);
    if (run && run.last === i - 1 && run.span === span) run.last = i;
    else runs.push({ first: i, last: i, span });
  }
  const name = (i: number): string => names[(i + 1) % 7] ?? '';
  return runs.map(({ first, last, span }) => `${first === last ? name(first) : t(last === first + 1 ? 'callback.days.two' : 'callback.days', { first: name(first), last: name(last) })}, ${span}`);
}
