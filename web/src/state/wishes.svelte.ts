// What the agent wishes of a call or of the own state. The daemon does it and the live socket shows it; what it refuses is said in a toast.

import { ask, type Method } from '../api/http';
import type { Id } from '../api/types';
import { refusal } from '../words/words.svelte';
import { toasts } from './toasts.svelte';

export type CallAction =
  | 'answer' | 'reject' | 'hangup' | 'hold' | 'resume' | 'mute' | 'unmute' | 'dtmf' | 'transfer' | 'consult'
  | 'swap' | 'complete' | 'back' | 'record' | 'silence' | 'split' | 'leave' | 'end' | 'supervise';

/** True when the daemon took it. */
export async function wish(method: Method, path: string, body: unknown = {}): Promise<boolean> {
  try {
    await ask(method, path, body);
    return true;
  } catch (why) {
    toasts.say(refusal(why), 'danger');
    return false;
  }
}

export const onCall = (call: Id, action: CallAction, body: unknown = {}): Promise<boolean> =>
  wish('POST', `/calls/${call}/${action}`, body);

export const agent = {
  ready: () => wish('POST', '/agent/ready'),
  pause: (reason: Id, after_call: boolean) => wish('POST', '/agent/pause', { reason, after_call }),
  endWrapUp: () => wish('POST', '/agent/wrap-up/end'),
  signIn: (device: string | null) => wish('POST', '/agent/sign-in', { device }),
  signOut: () => wish('POST', '/agent/sign-out'),
  queues: (queues: Id[]) => wish('PUT', '/agent/queues', { queues }),
  device: (device: string) => wish('PUT', '/agent/device', { device }),
};
