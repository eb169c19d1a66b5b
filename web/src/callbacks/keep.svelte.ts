// The promise that this agent is held for, reads or is being connected to; and what the agent does with it.

import type { Callback, Schedule } from '../api/callbacks';
import type { Call } from '../api/types';
import { desk } from '../state/desk.svelte';
import { lists } from '../state/lists.svelte';
import { route } from '../state/route.svelte';
import { session } from '../state/session.svelte';
import { wish } from '../state/wishes.svelte';
import { heldFor } from './due';

class Keep {
  busy = $state(false);
  /** The last one that this agent was held for: what it was about stays known while they talk. */
  last = $state.raw<Callback | null>(null);
  held = $derived(heldFor(desk.live.callbacks, session.me?.user ?? null));
  /** Before it is dialled; the call itself takes over from there. */
  record = $derived(this.held !== null && this.held.state !== 'dialling' ? this.held : null);
  /** The record is offered, and lies on the screen once it is taken. */
  offered = $derived(this.record?.state === 'reserved' && modeOf(this.record.schedule) === 'preview');
  /** Atendimento has room for it; elsewhere it is a notice. */
  inSheet = $derived(this.record !== null && desk.scene.kind === 'idle' && route.page === 'atendimento');

  /** What the call is about, where it keeps a promise. */
  about = (call: Call): Callback | null => (this.last !== null && call.direction === 'outbound' && call.number === this.last.number ? this.last : null);

  dial = async (callback: Callback): Promise<void> => {
    if (await this.act(callback, 'dial')) route.go('atendimento');
  };
  take = async (callback: Callback): Promise<void> => void (await this.act(callback, 'take'));
  putBack = async (callback: Callback): Promise<void> => void (await this.act(callback, 'put-back'));

  private async act(callback: Callback, what: 'take' | 'dial' | 'put-back'): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const done = await wish('POST', `/callbacks/${callback.callback}/${what}`);
    this.busy = false;
    return done;
  }
}

const modeOf = (schedule: string): Schedule['mode'] | undefined => lists.of('schedules').find((s) => s.schedule === schedule)?.mode;

export const keep = new Keep();
