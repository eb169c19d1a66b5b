// What the agent's own calls add up to: what rings, which one is in front, who consults whom. Pure.

import type { Agent, Call, Id, Me } from '../api/types';

/** Nobody tells of who has a ramal and never began a day: that person is offline. Null: no agent at all. */
export const newcomer = ({ user, name, ramal }: Me): Agent | null =>
  ramal === null ? null : { user, name, ramal, state: { kind: 'offline', since: '', reason: null, until: null }, after_call: null, queues: [], device: null, next_break: null, page_gone: false };

/** Where the agent is in a call; each screen of Atendimento is one of these. */
export type Scene =
  | { kind: 'idle' }
  | { kind: 'dialling'; call: Call }
  | { kind: 'talking'; call: Call }
  | { kind: 'consulting'; customer: Call; colleague: Call }
  | { kind: 'conference'; calls: Call[]; front: Call }
  | { kind: 'wrap-up'; call: Call };

export const isRinging = (c: Call): boolean => c.direction === 'inbound' && c.state === 'ringing';
const isUp = (c: Call): boolean => c.state === 'answered';
const isDialling = (c: Call): boolean => c.direction === 'outbound' && (c.state === 'dialling' || c.state === 'ringing' || c.state === 'early-media');

const byStart = (a: Call, b: Call): number => a.started.localeCompare(b.started) || a.call.localeCompare(b.call);

export function mine(calls: Record<Id, Call>, user: Id | null): Call[] {
  return Object.values(calls).filter((c) => c.user === user && c.state !== 'ended').sort(byStart);
}

/** Oldest first (SM-03). */
export const ringing = (own: Call[]): Call[] => own.filter(isRinging);

/** What Atendimento shows, of the agent's own calls and, in wrap-up, the last one that ended. */
export function scene(own: Call[], wrapUp: Call | null): Scene {
  // One more for a conference is asked first: that is a consultation until they are joined.
  const asked = own.find((c) => c.consults !== null && c.conference === null && (isUp(c) || isDialling(c)));
  const customer = own.find((c) => c.call === asked?.consults);
  if (asked && customer) return { kind: 'consulting', customer, colleague: asked };
  const met = own.filter((c) => c.conference !== null && isUp(c));
  if (met.length > 0) return { kind: 'conference', calls: met, front: met[0]! };
  const up = own.filter(isUp);
  const talking = up.find((c) => !c.held) ?? up.at(-1);
  const dialled = own.find(isDialling);
  if (talking && !talking.held) return { kind: 'talking', call: talking };
  if (dialled) return { kind: 'dialling', call: dialled };
  if (talking) return { kind: 'talking', call: talking };
  return wrapUp ? { kind: 'wrap-up', call: wrapUp } : { kind: 'idle' };
}

/** The call whose person, case and Protocolo the screen is about. */
export function front(s: Scene): Call | null {
  switch (s.kind) {
    case 'idle':
      return null;
    case 'consulting':
      return s.customer;
    case 'conference':
      return s.front;
    case 'dialling':
    case 'talking':
    case 'wrap-up':
      return s.call;
  }
}

/** The customer's call of the matter that ended last: calls to colleagues about it have its Protocolo and began later. `ended`: newest first. */
export function lastMatter(ended: Call[], user: Id | null): Call | null {
  const own = ended.filter((c) => c.user === user);
  return own.filter((c) => c.protocolo === own[0]?.protocolo).sort(byStart)[0] ?? null;
}

/** Other calls of the agent that wait on hold. */
export function waiting(own: Call[], s: Scene): Call[] {
  const shown = s.kind === 'consulting' ? [s.customer, s.colleague] : s.kind === 'conference' ? s.calls : [front(s)];
  return own.filter((c) => isUp(c) && !shown.some((x) => x?.call === c.call));
}

/** The one of a consultation that the agent hears now. */
export const heard = (s: Extract<Scene, { kind: 'consulting' }>): Call => (s.colleague.held ? s.customer : s.colleague);

/** What the person is called: the contact, the caller's own name, else nothing. */
export const nameOf = (c: Call): string | null => c.contact?.name ?? c.name;
