// The record that this agent is offered, reads, dials or closes; and what the agent does with it.

import { ApiError, ask } from '../api/http';
import type { Callback } from '../api/callbacks';
import type { LeadRecord, LeadWhole } from '../api/campaigns';
import type { Call, Id } from '../api/types';
import { drafts } from '../atendimento/bench.svelte';
import { Booking } from '../callbacks/booking.svelte';
import { desk } from '../state/desk.svelte';
import { campaignOf } from '../state/lists.svelte';
import { route } from '../state/route.svelte';
import { session } from '../state/session.svelte';
import { toasts } from '../state/toasts.svelte';
import { agent } from '../state/wishes.svelte';
import { refusal, t } from '../words/words.svelte';
import { numberOf, recordFor, turnOf } from './record';
import { figures } from './figures.svelte';

export const PAGE = 'minhas-campanhas';
const HALTED = 'ramal.campaigns.halted';

class Work {
  busy = $state(false);
  record = $derived<LeadRecord | null>(recordFor(desk.live.records, session.me?.user ?? null));
  campaign = $derived(campaignOf(this.record?.campaign ?? null));
  inSheet = $derived(this.record !== null && route.page === PAGE);
  /** No more records after this one (GN-07). */
  stopping = $state(false);
  disposition = $state<Id | null>(null);
  /** Campaigns of which this person chose to get no more; what the daemon keeps to itself, this tab remembers. */
  halted = $state<Id[]>(remembered());
  /** Why it could not be closed; of a callback that cannot be kept (GN-12). */
  why = $state<{ text: string; callback: boolean } | null>(null);
  /** The callback's form lies over what is known of the person. */
  promising = $state(false);
  /** What was promised to this person in this handling (GN-10). */
  promise = $state.raw<Callback | null>(null);
  booking = $state.raw<Booking | null>(null);
  /** With its earlier attempts, as far as this person may see them. */
  whole = $state.raw<LeadWhole | null>(null);
  private chosen = $state<number | null>(null);
  private callers = $state<Record<Id, string>>({});
  private lead: Id | null = null;
  private tries = 0;
  /** The case of the record's last call: what is said of the record is said of it too. */
  private matter: Id | null = null;

  phone = $derived(this.chosen ?? (this.record ? turnOf(this.record) : 0));
  callerId = $derived<string | null>(this.campaign ? this.callers[this.campaign.campaign] ?? this.campaign.caller_ids[0] ?? null : null);
  /** The person was reached or not; the call of the record is over or not begun. */
  call = $derived<Call | null>(this.record?.call ? desk.live.calls[this.record.call] ?? null : null);

  /** What a call is about, where it is a record's. */
  about = (call: Call): LeadRecord | null => (this.record !== null && this.record.call === call.call ? this.record : null);
  choosePhone = (place: number): void => void (this.chosen = place);
  chooseCaller = (number: string): void => void (this.campaign && (this.callers[this.campaign.campaign] = number));

  /** Another record is in front: what belonged to the last one goes. `call`: the record's own. Made for `$effect`. */
  follow(record: LeadRecord | null, call: Call | null): void {
    const lead = record?.lead ?? null;
    if (lead !== this.lead) {
      this.lead = lead;
      this.chosen = this.disposition = this.why = this.promise = this.whole = null;
      this.stopping = this.promising = false;
      this.matter = null;
      this.booking = record && this.bookingOf(record);
      this.tries = record?.tried.length ?? 0;
      if (record) void this.fetchWhole(record.lead);
      else void figures.fetch();
    }
    if (record && record.tried.length !== this.tries) void this.fetchWhole(record.lead);
    this.tries = record?.tried.length ?? 0;
    this.matter = call?.case ?? this.matter;
    if (record && (record.callback ?? null) !== (this.promise?.callback ?? null)) void this.fetchPromise(record.callback);
  }

  accept = async (r: LeadRecord): Promise<void> => void ((await this.act(r, 'accept')) && route.go(PAGE));
  reject = async (r: LeadRecord): Promise<void> => void (await this.act(r, 'reject'));
  later = async (r: LeadRecord): Promise<void> => void ((await this.act(r, 'later')) && this.stopping && (await this.leave(r.campaign)));
  never = async (r: LeadRecord): Promise<void> => void ((await this.act(r, 'never')) && this.stopping && (await this.leave(r.campaign)));
  dial = async (r: LeadRecord): Promise<void> => void (await this.act(r, 'dial', { phone: this.phone, caller_id: this.campaign && this.campaign.caller_ids.length > 1 ? this.callerId : null }));

  /** Closes it with what the agent says of it; an unfinished callback comes first (GN-12). */
  close = async (r: LeadRecord, stop = this.stopping): Promise<void> => {
    if (this.busy) return;
    if (this.booking?.isPending) return void (this.why = { text: this.booking.unkept(), callback: true });
    this.busy = true;
    try {
      await ask('POST', `/records/${r.lead}/close`, { disposition: this.disposition, stop });
      if (stop) this.halt(r.campaign, true);
      if (this.matter && this.disposition) await ask('POST', `/cases/${this.matter}/close`, { disposition: this.disposition }).catch(() => {});
      if (desk.agent?.state.kind === 'wrap-up') await agent.endWrapUp();
    } catch (why) {
      this.why = { text: refusal(why), callback: why instanceof ApiError && why.code === 'callback-past' };
    }
    this.busy = false;
  };

  /** What was typed of a callback, or the callback itself, is given up. */
  giveUpCallback = async (): Promise<void> => {
    this.why = null;
    this.booking?.begin();
    if (this.promise) await this.booking?.cancel(this.promise);
  };
  mendCallback = (): void => {
    if (this.promise && !this.booking?.isPending) this.booking?.edit(this.promise);
    this.why = null;
    this.promising = true;
  };

  join = (campaign: Id): Promise<boolean> => this.takePart(campaign, 'join');
  leave = (campaign: Id): Promise<boolean> => this.takePart(campaign, 'leave');
  getRecord = (campaign: Id): Promise<boolean> => this.takePart(campaign, 'get-record');

  private async takePart(campaign: Id, how: 'join' | 'leave' | 'get-record'): Promise<boolean> {
    const done = await asked(`/campaigns/${campaign}/${how}`);
    // Who takes part and stopped is asked again by *Obter registro* alone.
    if (done && how !== 'join') this.halt(campaign, false);
    return done;
  }

  private halt(campaign: Id, halted: boolean): void {
    this.halted = [...this.halted.filter((one) => one !== campaign), ...(halted ? [campaign] : [])];
    sessionStorage.setItem(HALTED, JSON.stringify(this.halted));
  }

  private async act(r: LeadRecord, what: 'accept' | 'reject' | 'later' | 'never' | 'dial', body: unknown = {}): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.why = null;
    const done = await asked(`/records/${r.lead}/${what}`, body);
    this.busy = false;
    return done;
  }

  private bookingOf(r: LeadRecord): Booking {
    const about = { name: `r${r.lead}`, number: numberOf(r), recipient: r.recipient, protocolo: null, queue: null, schedule: campaignOf(r.campaign)?.schedule ?? null };
    return new Booking(about, drafts, {
      kept: (callback) => void this.link(r.lead, callback),
      gone: (callback) => callback.callback === this.promise?.callback && void this.link(r.lead, null),
    });
  }

  /** The promise is the record's from now on; null: it was cancelled. */
  private async link(lead: Id, callback: Callback | null): Promise<void> {
    if (await asked(`/records/${lead}/callback`, { callback: callback?.callback ?? null })) this.promise = callback;
  }

  private async fetchPromise(id: Id | null): Promise<void> {
    this.promise = id === null ? null : await ask<Callback>('GET', `/callbacks/${id}`).catch(() => null);
  }

  private async fetchWhole(lead: Id): Promise<void> {
    const said = await ask<LeadWhole>('GET', `/leads/${lead}`).catch(() => null);
    if (lead === this.lead) this.whole = said;
  }
}

function remembered(): Id[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(HALTED) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

/** True when the daemon did it. */
async function asked(path: string, body: unknown = {}): Promise<boolean> {
  try {
    await ask('POST', path, body);
    return true;
  } catch (why) {
    toasts.say(why instanceof ApiError && why.code === 'wrong-state' ? t('record.wrong-state') : refusal(why), 'danger');
    return false;
  }
}

export const work = new Work();
