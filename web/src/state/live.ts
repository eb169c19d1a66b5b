// The live state as the page knows it, and how a line of the socket changes it. Pure: the only place that does.

import type { Callback, CallbackState, WithPromises } from '../api/callbacks';
import type { CampaignLive, LeadRecord } from '../api/campaigns';
import type { Account, Agent, Alert, Call, HistoryRow, Id, Line, Me, News, Snapshot, Supervision, Watched } from '../api/types';

/** Ended calls kept for the wrap-up; older ones are in the history. */
const ENDED_KEPT = 20;

export interface Live {
  seq: number | null;
  me: Me | null;
  calls: Record<Id, Call>;
  /** Newest first. */
  ended: Call[];
  agents: Record<Id, Agent>;
  accounts: Record<string, Account>;
  /** By number. */
  watched: Record<string, Watched>;
  /** By the supervisor's extension. */
  supervisions: Record<string, Supervision>;
  /** Those that somebody is busy with, or that wait for somebody. */
  callbacks: Record<Id, Callback>;
  campaigns: Record<Id, CampaignLive>;
  /** Leads in work, by lead. */
  records: Record<Id, LeadRecord>;
  alerts: Alert[];
  /** Digits that the far end pressed, by call. */
  digits: Record<Id, string>;
}

export function nothing(): Live {
  return { seq: null, me: null, calls: {}, ended: [], agents: {}, accounts: {}, watched: {}, supervisions: {}, callbacks: {}, campaigns: {}, records: {}, alerts: [], digits: {} };
}

/** Takes one line in; `live` is changed in place, so that only what changed is drawn again. */
export function apply(live: Live, line: Line): void {
  if (!('seq' in line)) return;
  live.seq = line.seq;
  if ('snapshot' in line) replaceAll(live, line.snapshot);
  else change(live, line.news);
}

function replaceAll(live: Live, s: WithPromises<Snapshot>): void {
  live.me = s.me;
  live.calls = byKey(s.calls, (c) => c.call);
  live.agents = byKey(s.agents, (a) => a.user);
  live.accounts = byKey(s.accounts, (a) => a.account);
  live.watched = byKey(s.watched, (w) => w.number);
  live.supervisions = byKey(s.supervisions ?? [], (x) => x.account);
  live.callbacks = byKey(s.callbacks ?? [], (c) => c.callback);
  live.campaigns = byKey(s.campaigns ?? [], (c) => c.campaign);
  live.records = byKey(s.records ?? [], (r) => r.lead);
  live.alerts = s.alerts;
}

function change(live: Live, n: WithPromises<News>): void {
  if (n.me) live.me = n.me;
  if (n.call) live.calls[n.call.call] = n.call;
  if (n['call-ended']) end(live, n['call-ended']);
  if (n.agent) live.agents[n.agent.user] = n.agent;
  if (n['agent-gone']) delete live.agents[n['agent-gone']];
  if (n.account) live.accounts[n.account.account] = n.account;
  if (n.watched) light(live, n.watched);
  if (n.supervision) supervise(live, n.supervision);
  if (n.callback) promise(live, n.callback);
  if (n.campaign) live.campaigns[n.campaign.campaign] = n.campaign;
  if (n.record) work(live, n.record);
  if (n.digit) live.digits[n.digit.call] = (live.digits[n.digit.call] ?? '') + n.digit.digit;
  if (n.alert) live.alerts = alerted(live.alerts, n.alert);
  if (n.quality) measure(live, n.quality);
}

/** An alert's name and what it says. */
export function told(alert: Alert): [kind: string, said: Record<string, unknown>] {
  if (typeof alert === 'string') return [alert, {}];
  const [kind, said] = Object.entries(alert)[0] ?? ['', {}];
  return [kind, said as Record<string, unknown>];
}

/** What an alert is about: of two with one subject the newer one counts. */
function subject(alert: Alert): string {
  const [kind, of] = told(alert);
  const about = of.callback ?? of.call ?? of.queue ?? of.user ?? of.group ?? of.account ?? of.device ?? '';
  return `${kind} ${String(about)}`;
}

/** Good news that are the end of bad ones. */
const ENDS: Record<string, string> = { 'group-up': 'group-down', 'store-works': 'store-failing', 'recordings-work': 'no-recordings' };

function alerted(alerts: Alert[], alert: Alert): Alert[] {
  const over = typeof alert === 'object' && 'over' in alert ? (alert.over as unknown as Alert) : null;
  const [kind, ...about] = subject(over ?? alert).split(' ');
  const ended = [kind!, ENDS[kind!] ?? kind!].map((one) => [one, ...about].join(' '));
  const others = alerts.filter((other) => !ended.includes(subject(other)));
  return over ? others : [alert, ...others].slice(0, 50);
}

function end(live: Live, call: Call): void {
  live.alerts = live.alerts.filter((alert) => subject(alert) !== `forgotten-hold ${call.call}`);
  delete live.calls[call.call];
  delete live.digits[call.call];
  live.ended = [call, ...live.ended.filter((c) => c.call !== call.call)].slice(0, ENDED_KEPT);
}

/** An ended call, as far as its row in the history tells. */
export function ended(row: HistoryRow): Call {
  const { call, protocolo, direction, account, number, name, started, answered, user, cause, queue } = row;
  const recording = row.recording && { recording: row.recording.recording, paused: false };
  const contact = row.contact === null ? null : { contact: '', name: row.contact, account_name: null, document: null };
  return {
    call, protocolo, direction, account, number, name, started, answered, user, recording, cause, contact, queue, ended: row.ended, case: row.case, promise: null, state: 'ended', diverted_from: null,
    asserted: null, muted: false, held: false, held_by_peer: false, bridged_with: null, conference: null, supervised: [], consults: null, transfer: null, trouble: null, legs: [],
  };
}

function light(live: Live, lamp: Watched): void {
  if (lamp.state === 'unwatched') delete live.watched[lamp.number];
  else live.watched[lamp.number] = lamp;
}

function supervise(live: Live, s: Supervision): void {
  if (s.mode === null) delete live.supervisions[s.account];
  else live.supervisions[s.account] = s;
}

const BUSY: CallbackState[] = ['waiting', 'reserved', 'preview', 'dialling', 'unknown'];

function promise(live: Live, callback: Callback): void {
  if (BUSY.includes(callback.state)) live.callbacks[callback.callback] = callback;
  else delete live.callbacks[callback.callback];
}

function work(live: Live, record: LeadRecord): void {
  if (record.place === 'gone') delete live.records[record.lead];
  else live.records[record.lead] = record;
}

function measure(live: Live, q: NonNullable<News['quality']>): void {
  const leg = live.calls[q.call]?.legs.find((l) => l.leg === q.leg);
  if (leg) leg.quality = q.quality;
}

function byKey<T>(list: T[], key: (one: T) => string): Record<string, T> {
  return Object.fromEntries(list.map((one) => [key(one), one]));
}
