// What the daemon says of campaigns, their leads and lists, by the names that the page uses.

import type { Denied } from './callbacks';
import type { Id, News, Snapshot } from './types';

/** UTC, RFC 3339. */
type Time = string;

export type Mode = 'preview' | 'push-preview' | 'progressive' | 'predictive';
export type Standing = 'stopped' | 'running' | 'paused' | 'draining';
export type Steer = 'start' | 'pause' | 'drain' | 'stop';
export type ResultKind = 'connected' | 'machine' | 'abandoned' | 'busy' | 'no-answer' | 'rejected' | 'congestion' | 'number-unknown' | 'withdrawn' | 'failed' | 'not-dialled' | 'unknown';

/** What follows from a result or a disposition. */
export type Retry = { kind: 'again'; after_minutes: number; turn: 'same' | 'next' } | { kind: 'finish' };
export interface Limit {
  of: 'lead' | 'number';
  within: 'ever' | 'day' | 'week' | 'month';
  most: number;
}
export interface RetryTable {
  results: Partial<Record<ResultKind, Retry>>;
  dispositions: Record<Id, Retry>;
  limits: Limit[];
}

export interface Handling {
  offer_s: number;
  cool_off_minutes: number;
  later_minutes: number;
  decline_suppresses: boolean;
}

export interface Pace {
  lines: number;
  starts_per_second: number;
  abandoned_permille: number;
  ring_s: number;
  notice: string | null;
  cool_down_hours: number;
}

export interface Campaign {
  campaign: Id;
  name: string;
  mode: Mode;
  standing: Standing;
  aim: 'sales' | 'collection' | 'service' | 'research';
  lists: Id[];
  /** Whose agents may take part; none: everybody's. */
  queues: Id[];
  routes: { account: string; weight: number }[];
  caller_ids: string[];
  /** The escala of the callbacks that its agents promise. */
  schedule: Id | null;
  retry: RetryTable;
  handling: Handling;
  pace: Pace;
  priority: number;
  script: string;
}

export interface CampaignLive {
  campaign: Id;
  standing: Standing;
  members: Id[];
  ready: number;
  dialling: number;
  talking: number;
  /** Nothing is left to be dialled now. */
  dry: boolean;
}

export interface Phone {
  number: string;
  label: string;
  state: 'fresh' | 'tried' | 'dead';
}

export type Place = 'offered' | 'open' | 'connecting' | 'talking' | 'closing' | 'gone';

/** A lead in work, as its agent sees it. */
export interface LeadRecord {
  lead: Id;
  campaign: Id;
  place: Place;
  user: Id | null;
  recipient: string;
  phones: Phone[];
  fields: [string, string][];
  tried: { number: string; result: ResultKind }[];
  call: Id | null;
  callback: Id | null;
  /** When an offer ends by itself. */
  until: Time | null;
  /** Why the number that was to be dialled was not. */
  denied: Denied | null;
}

export interface Today {
  campaign: Id;
  handled: number;
  connected: number;
}

export type LeadStateKind = 'waiting' | 'leased' | 'callback' | 'unknown' | 'done' | 'declined' | 'exhausted';

export interface Lead {
  lead: Id;
  list: Id;
  recipient: string;
  phones: Phone[];
  priority: number;
  zone: string | null;
  fields: [string, string][];
  attempts: number;
  state: { kind: LeadStateKind; [more: string]: unknown };
}

export interface LeadAttempt {
  attempt: Id;
  campaign: Id;
  number: string;
  at: Time;
  user: Id | null;
  result: ResultKind | null;
  sip: number | null;
  q850: number | null;
  disposition: Id | null;
  call: Id | null;
}

export type WaitsKind =
  | 'turn' | 'until' | 'leased' | 'list-loading' | 'list-stale' | 'list-discarded' | 'promised' | 'person' | 'done' | 'declined' | 'exhausted' | 'not-in-campaign' | 'campaign-stopped' | 'held';

/** Why a lead is not being dialled in a campaign, and when it next may be (GN-16). */
export interface WhyNot {
  campaign: Id;
  waits: { kind: WaitsKind; [more: string]: unknown };
  denied: Denied | null;
  next: Time | null;
}

export interface LeadPage {
  rows: Lead[];
  next: Id | null;
}
export type LeadWhole = Lead & { history: LeadAttempt[]; why: WhyNot[] };

export interface LeadList {
  list: Id;
  name: string;
  source: string;
  dated: Time;
  expires: Time | null;
  user: Id | null;
  made: Time;
  state: 'loading' | 'ready' | 'discarded';
  standing: { kind: 'loading' | 'ready' | 'stale' | 'discarded'; since?: Time };
  leads: number;
  numbers: number;
  import: { file: string; rows: number; bad: number; twice: number; part: number | null; running: boolean } | null;
}

export type Meaning = 'recipient' | 'phone' | 'priority' | 'zone' | 'field' | 'ignored';

/** How a file is read: columns by their place, from 0. */
export interface ImportOptions {
  columns: Record<string, Meaning>;
  skip_bad: boolean;
  across_lists: boolean;
}

/** A file of leads that is here, and not yet read. */
export interface BroughtFile {
  file: string;
  name: string;
  size: number;
}

export interface RowError {
  line: number;
  column: string;
  code: string;
  value: string;
  text: string;
}

export interface Preview {
  encoding: 'utf8' | 'windows1252' | 'mixed';
  separator: string;
  columns: { name: string; meaning: Meaning }[];
  rows: number;
  leads: number;
  numbers: number;
  bad: number;
  errors: RowError[];
  size: number;
  sha256: string;
  sample: Pick<Lead, 'recipient' | 'phones' | 'priority' | 'zone' | 'fields'>[];
}

export interface Results {
  hours: { hour: number; results: Partial<Record<ResultKind, number>> }[];
  dispositions: { disposition: Id; name: string; count: number }[];
}

/** The live socket's lines, as far as they are of campaigns. */
export type WithCampaigns<T> = T & (T extends Snapshot ? { campaigns?: CampaignLive[]; records?: LeadRecord[] } : T extends News ? { campaign?: CampaignLive; record?: LeadRecord } : never);
