// Who may keep a promise: oneself, anybody of a queue, and for whoever looks after all of them every agent.

import type { Owner } from '../api/callbacks';
import { desk } from '../state/desk.svelte';
import { lists } from '../state/lists.svelte';
import { mayKeepAllCallbacks } from '../state/rights';
import { session } from '../state/session.svelte';
import { t } from '../words/words.svelte';
import { ownerWords } from './words';

/** In a choice: `me`, `queue:12`, `person:7`. */
export const ownerKey = (owner: Owner): string => ('queue' in owner ? `queue:${owner.queue}` : owner.person === session.me?.user ? 'me' : `person:${owner.person}`);

export function ownerOf(key: string): Owner {
  const [kind, id = ''] = key.split(':');
  return kind === 'queue' ? { queue: id } : { person: kind === 'me' ? session.me?.user ?? '' : id };
}

/** As a query has it: `me`, `queue:12`, `user:7`. */
export const ownerQuery = (key: string): string => key.replace(/^person:/, 'user:');

/** `now`: stays a choice, whoever it is. */
export function ownerChoices(now: Owner | null = null): { value: string; name: string }[] {
  const own = session.me?.queues ?? [];
  const all = mayKeepAllCallbacks();
  const queues = lists.of('queues').filter((q) => all || own.includes(q.queue));
  const people = all ? Object.values(desk.live.agents).filter((a) => a.user !== session.me?.user).sort((a, b) => a.name.localeCompare(b.name, 'pt-BR')) : [];
  const found = [
    { value: 'me', name: t('callback.me') },
    ...queues.map((q) => ({ value: `queue:${q.queue}`, name: t('callback.any-of', { queue: q.name }) })),
    ...people.map((a) => ({ value: `person:${a.user}`, name: a.name })),
  ];
  return now === null || found.some((one) => one.value === ownerKey(now)) ? found : [...found, { value: ownerKey(now), name: ownerWords(now) }];
}
