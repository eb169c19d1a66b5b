// What may be done with a record where it is, and whose it is. Pure.

import type { Campaign, LeadRecord, Place } from '../api/campaigns';
import type { Id } from '../api/types';

/** The more there is to lose, the earlier. */
const FIRST: Place[] = ['talking', 'connecting', 'closing', 'open', 'offered'];

/** What lies in front of this person. */
export function recordFor(all: Record<Id, LeadRecord>, user: Id | null): LeadRecord | null {
  const own = Object.values(all).filter((r) => user !== null && r.user === user && r.place !== 'gone');
  return own.sort((a, b) => FIRST.indexOf(a.place) - FIRST.indexOf(b.place))[0] ?? null;
}

/** Nobody was reached yet: the person may still be put off, or let go for good (GN-06). */
export const canDecline = (r: LeadRecord): boolean => (r.place === 'open' || r.place === 'closing') && !r.tried.some((one) => one.result === 'connected');
export const canDial = (r: LeadRecord): boolean => (r.place === 'open' || r.place === 'closing') && r.phones.some((p) => p.state !== 'dead');
/** From when it was accepted until it is closed (GN-10). */
export const canPromise = (r: LeadRecord): boolean => r.place !== 'offered' && r.place !== 'gone';

/** The place of the number whose turn it is, as the daemon would take it. */
export function turnOf(r: LeadRecord): number {
  const fresh = r.phones.findIndex((p) => p.state === 'fresh');
  return fresh >= 0 ? fresh : Math.max(0, r.phones.findIndex((p) => p.state !== 'dead'));
}

/** The number that the screen is about: what was dialled last, else whose turn it is. */
export const numberOf = (r: LeadRecord): string => (r.place === 'talking' || r.place === 'closing' ? r.tried.at(-1)?.number : undefined) ?? r.phones[turnOf(r)]?.number ?? '';

/** Whether this person may take part: it is everybody's, or of a queue of theirs. */
export const isMine = (c: Campaign, queues: Id[]): boolean => c.queues.length === 0 || c.queues.some((q) => queues.includes(q));

/** In whole seconds, never below zero. */
export const secondsLeft = (until: string | null, now: number): number => (until === null ? 0 : Math.max(0, Math.ceil((Date.parse(until) - now) / 1000)));
