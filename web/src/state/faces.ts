// How a state of an agent or a lamp looks: always ground, icon and word together.

import type { AgentKind } from '../api/callbacks';
import type { Agent, DirectoryEntry } from '../api/types';
import type { IconName } from '../parts/icons';
import type { Key } from '../words/words.svelte';

export interface Face {
  look: 'ready' | 'talk' | 'wrap' | 'pause' | 'off' | 'danger';
  icon: IconName;
  word: Key;
}

const AGENT: Record<AgentKind, Face> = {
  offline: { look: 'off', icon: 'ring', word: 'state.offline' },
  ready: { look: 'ready', icon: 'check', word: 'state.ready' },
  paused: { look: 'pause', icon: 'pause', word: 'state.paused' },
  offered: { look: 'ready', icon: 'bell', word: 'state.offered' },
  reserved: { look: 'talk', icon: 'callback', word: 'state.reserved' },
  preview: { look: 'talk', icon: 'eye', word: 'state.preview' },
  talking: { look: 'talk', icon: 'phone', word: 'state.talking' },
  'wrap-up': { look: 'wrap', icon: 'pencil', word: 'state.wrap-up' },
};

/** `limit_s` of the pause's reason, where it has one; `now` in ms. */
export function agentFace(agent: Agent, now: number, limit_s: number | null): Face {
  return isOver(agent, now, limit_s) ? { ...AGENT.paused, look: 'danger', icon: 'warn' } : AGENT[agent.state.kind];
}

/** A pause past its limit (VZ-14). */
export function isOver(agent: Agent, now: number, limit_s: number | null): boolean {
  if (agent.state.kind !== 'paused') return false;
  const end = agent.state.until ? Date.parse(agent.state.until) : limit_s ? Date.parse(agent.state.since) + limit_s * 1000 : null;
  return end !== null && now > end;
}

const LAMP: Record<DirectoryEntry['state'], Face> = {
  idle: { look: 'ready', icon: 'check', word: 'lamp.idle' },
  talking: { look: 'talk', icon: 'phone', word: 'lamp.talking' },
  ringing: { look: 'ready', icon: 'bell', word: 'lamp.ringing' },
  unknown: { look: 'off', icon: 'ring', word: 'lamp.unknown' },
  offline: { look: 'off', icon: 'nodial', word: 'lamp.offline' },
};

export const lampFace = (state: DirectoryEntry['state']): Face => LAMP[state] ?? LAMP.unknown;
