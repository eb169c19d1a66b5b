// The seven slots of the action bar. Each action has its own for ever; one that is impossible now leaves it empty (SM-05). Pure.

import type { IconName } from '../parts/icons';
import { heard, type Scene } from '../state/desk';
import type { Command } from '../state/shortcuts';
import type { Key } from '../words/words.svelte';

export type ActionName = 'mute' | 'hold' | 'transfer' | 'conference' | 'keypad' | 'record' | 'hangup' | 'listen' | 'conclude';
/** What it is called among the keys: hearing and making a recording are never both possible. */
export const commandOf = (action: ActionName): Command => (action === 'listen' ? 'record' : action);
export type Panel = 'call' | 'transfer' | 'conference' | 'keypad';

export interface Slot {
  action: ActionName;
  icon: IconName;
  word: Key;
  /** Null where it is no switch. */
  pressed: boolean | null;
  look: '' | 'on' | 'muted' | 'rec' | 'hang' | 'next';
}

export interface Rights {
  record: boolean;
  dial: boolean;
  listen: boolean;
}

type Row = [mute: Slot | null, hold: Slot | null, transfer: Slot | null, conference: Slot | null, keypad: Slot | null, record: Slot | null, last: Slot | null];

const EMPTY: Row = [null, null, null, null, null, null, null];

export function slots(scene: Scene, panel: Panel, may: Rights): Row {
  switch (scene.kind) {
    case 'idle':
      return EMPTY;
    case 'dialling':
      return [null, null, null, null, scene.call.state === 'early-media' ? keypad(panel) : null, null, hangup];
    case 'talking': {
      const { muted, held, recording } = scene.call;
      const sent = scene.call.transfer?.state === 'trying' || scene.call.transfer?.state === 'ringing';
      return [held ? null : mute(muted), hold(held), may.dial && !sent ? transfer(panel === 'transfer') : null, may.dial && !sent ? conference(panel) : null, held ? null : keypad(panel), may.record ? record(recording) : null, hangup];
    }
    case 'consulting': {
      const now = heard(scene);
      const both = scene.colleague.state === 'answered';
      return [mute(now.muted), null, both ? transfer(true) : null, both ? conference(panel) : null, both ? keypad(panel) : null, may.record ? record(scene.customer.recording) : null, hangup];
    }
    case 'conference': {
      const muted = scene.calls.every((c) => c.muted);
      return [mute(muted), hold(scene.calls.every((c) => c.held)), null, conference('conference'), keypad(panel), may.record ? record(scene.front.recording) : null, hangup];
    }
    case 'wrap-up':
      return [null, null, null, null, null, may.listen && scene.call.recording ? listen : null, { action: 'conclude', icon: 'check', word: 'act.conclude', pressed: null, look: 'next' }];
  }
}

const mute = (on: boolean): Slot => ({ action: 'mute', icon: on ? 'mic-off' : 'mic', word: 'act.mute', pressed: on, look: on ? 'muted' : '' });
const hold = (on: boolean): Slot => ({ action: 'hold', icon: 'pause', word: 'act.hold', pressed: on, look: on ? 'on' : '' });
const transfer = (on: boolean): Slot => ({ action: 'transfer', icon: 'forward', word: 'act.transfer', pressed: null, look: on ? 'on' : '' });
const conference = (panel: Panel): Slot => ({ action: 'conference', icon: 'people', word: 'act.conference', pressed: null, look: panel === 'conference' ? 'on' : '' });
const keypad = (panel: Panel): Slot => ({ action: 'keypad', icon: 'keypad', word: 'act.keypad', pressed: null, look: panel === 'keypad' ? 'on' : '' });
const record = (now: { paused: boolean } | null): Slot => ({
  action: 'record', icon: now?.paused ? 'rec-pause' : 'rec', word: 'act.record', pressed: now !== null && !now.paused, look: now === null ? '' : now.paused ? 'on' : 'rec',
});
const listen: Slot = { action: 'listen', icon: 'play', word: 'play', pressed: null, look: '' };
const hangup: Slot = { action: 'hangup', icon: 'down', word: 'act.hangup', pressed: null, look: 'hang' };
