// Which promise an agent is held for, or reads. Pure.

import type { Callback } from '../api/callbacks';
import type { Id } from '../api/types';

/** At most one: nobody is held for two. */
export function heldFor(all: Record<Id, Callback>, user: Id | null): Callback | null {
  const own = Object.values(all).filter((c) => user !== null && c.user === user);
  return own.find((c) => c.state === 'preview') ?? own.find((c) => c.state === 'reserved') ?? own.find((c) => c.state === 'dialling') ?? null;
}
