// The strip: one sentence on the present.

import type { Call } from '../api/types';
import type { IconName } from '../parts/icons';
import { heard, nameOf, type Scene } from '../state/desk';
import { queueOf } from '../state/lists.svelte';
import { clockTime, duration, firstName, phone } from '../words/format';
import { maybe, t } from '../words/words.svelte';

export interface Sentence {
  look: '' | 'mute' | 'hold' | 'talk' | 'wrap';
  icon: IconName;
  text: string;
  /** Said at the right, in quiet. */
  aside?: string;
  /** Counts since, in ms. */
  since?: number | null;
  /** Counts down until. */
  until?: string | null;
}

export const whoOf = (c: Call): string => firstName(nameOf(c) ?? '') || phone(c.number);

/** `since`: when mute and hold were first seen, in ms. Null: nothing special, the strip tells where the call came from. */
export function sentence(scene: Scene, since: { muted?: number; held?: number }, until: string | null): Sentence | null {
  switch (scene.kind) {
    case 'idle':
      return null;
    case 'dialling':
      return { look: 'talk', icon: 'phone-out', text: t(scene.call.state === 'dialling' ? 'strip.dialling' : scene.call.state === 'ringing' ? 'strip.ringing' : 'strip.early') };
    case 'talking':
      return talking(scene.call, since);
    case 'consulting': {
      const now = heard(scene);
      const other = now === scene.customer ? scene.colleague : scene.customer;
      if (now.muted) return muted(since);
      if (scene.colleague.state !== 'answered') return { look: 'talk', icon: 'forward', text: t('strip.consult-ringing', { name: whoOf(scene.colleague), other: whoOf(scene.customer) }) };
      return { look: 'talk', icon: 'forward', text: t('strip.consult', { name: whoOf(now), other: whoOf(other) }) };
    }
    case 'conference':
      if (scene.calls.every((c) => c.muted)) return muted(since);
      return { look: 'talk', icon: 'people', text: t(scene.front.conference?.led ? 'strip.conference-led' : 'strip.conference', { n: scene.calls.length + 1 }) };
    case 'wrap-up': {
      const queue = queueOf(scene.call.queue);
      const limit = queue?.wrap_up_s ? t('strip.wrap-of', { limit: duration(queue.wrap_up_s * 1000), queue: queue.name }) : '';
      const ended = scene.call.ended ? t('strip.ended-at', { time: clockTime(new Date(scene.call.ended)) }) : '';
      return { look: 'wrap', icon: 'pencil', text: until ? t('strip.wrap') : t('strip.wrap-free'), until, aside: [limit, ended].filter(Boolean).join(' · ') };
    }
  }
}

function talking(call: Call, since: { muted?: number; held?: number }): Sentence | null {
  const sent = call.transfer;
  if (sent?.state === 'trying' || sent?.state === 'ringing') return { look: 'talk', icon: 'forward', text: t(sent.state === 'trying' ? 'strip.transfer-trying' : 'strip.transfer-ringing', { to: phone(sent.to) }) };
  if (call.held) return { look: 'hold', icon: 'music', text: t('strip.held'), since: since.held ?? null };
  if (call.muted) return muted(since);
  if (sent && typeof sent.state === 'object') {
    const why = maybe(`cause.${sent.state.failed.kind}`) ?? sent.state.failed.kind;
    return { look: 'hold', icon: 'warn', text: t('strip.transfer-failed', { to: phone(sent.to), why }) };
  }
  if (call.held_by_peer) return { look: 'hold', icon: 'pause', text: t('strip.held-by-peer') };
  return null;
}

const muted = (since: { muted?: number }): Sentence => ({ look: 'mute', icon: 'mic-off', text: t('strip.muted'), since: since.muted ?? null });
