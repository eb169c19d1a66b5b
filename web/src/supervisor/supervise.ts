// What a supervisor can do with an agent's call, and does now. Pure.

import type { Call, Id, Supervision, SuperviseMode } from '../api/types';

/** In the order of the buttons: nobody, the agent, everybody hears the supervisor; the call is the supervisor's. */
export const HOWS = ['listen', 'whisper', 'barge', 'take-over'] as const;
export type How = (typeof HOWS)[number];

export interface Rights {
  listen: boolean;
  takeOver: boolean;
}

export interface Choice {
  how: How;
  /** It is what the supervisor does now. */
  on: boolean;
}

/** What this person supervises now. */
export const supervisedBy = (all: Record<string, Supervision>, user: Id | null): Supervision | null =>
  Object.values(all).find((s) => user !== null && s.supervisor === user && s.mode !== null) ?? null;

/** Who else supervises this call. */
export const others = (all: Record<string, Supervision>, call: Id, user: Id | null): Supervision[] =>
  Object.values(all).filter((s) => s.call === call && s.mode !== null && (s.supervisor === null || s.supervisor !== user));

/** The row of buttons, each in its place; null where one is not for this call or this person. */
export function offered(call: Call | null, own: Supervision | null, rights: Rights, me: Id | null): (Choice | null)[] {
  const possible = call !== null && call.state === 'answered' && call.user !== me;
  return HOWS.map((how) => {
    const may = how === 'take-over' ? rights.takeOver : rights.listen;
    return possible && may ? { how, on: own?.call === call.call && own.mode === how } : null;
  });
}

/** What the agent reads about the supervisors in the call: who speaks to everybody comes first. */
export function loudest(supervised: Call['supervised']): { mode: SuperviseMode; by: string } | null {
  const order: SuperviseMode[] = ['barge', 'whisper', 'listen'];
  return order.flatMap((mode) => supervised.filter((s) => s.mode === mode))[0] ?? null;
}
