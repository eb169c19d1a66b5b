// What the daemon says of promised calls, escalas, the gate, and appointments, by the names that the page uses.

import type { Agent, Id, News, Snapshot } from './schema';

/** UTC, RFC 3339. */
type Time = string;
/** On somebody's wall: `2026-11-23T09:00:00`. */
export type Local = string;
/** `2026-11-23` */
export type Day = string;

export type CallbackState = 'open' | 'waiting' | 'reserved' | 'preview' | 'dialling' | 'unknown' | 'done' | 'exhausted' | 'cancelled' | 'missed';
export type Owner = { person: Id } | { queue: Id };

export interface Denied {
  rule: string;
  /** An English sentence. */
  fact: string;
  next: Time | null;
}

export interface Callback {
  callback: Id;
  version: number;
  /** A return is of a call that our side dropped. */
  kind: 'callback' | 'return';
  schedule: Id;
  recipient: string;
  number: string;
  note: string;
  owner: Owner;
  protocolo: string | null;
  due: Time;
  due_local: Local;
  zone: string;
  /** When it is tried next. */
  next: Time;
  attempts: number;
  denied: Denied | null;
  state: CallbackState;
  /** Who is held for it, reads its record or talks. */
  user: Id | null;
}

export interface CallbackPage {
  rows: Callback[];
  next: string | null;
}

/** What is filled in. */
export interface CallbackDraft {
  schedule: Id;
  recipient: string;
  number: string;
  note: string;
  owner: Owner;
  /** On the escala's wall: `2026-11-23T09:00`. */
  when: Local;
  protocolo?: string;
}

export interface Why {
  kind: 'past' | 'too-far' | 'skipped' | 'closed-day' | 'holiday' | 'outside-hours' | 'full';
  name?: string;
  capacity?: number;
}

export interface Possible {
  at: Time;
  local: Local;
  zone: string;
}

export interface Impossible {
  why: Why;
  next: Possible[];
}

export interface AttemptOutcome {
  kind: 'answered' | 'no-answer' | 'busy' | 'failed' | 'not-dialled' | 'unknown' | 'denied';
  why?: string | null;
  rule?: string | null;
  next?: Time | null;
}

export interface HistoryLine {
  at: Time;
  attempt: number | null;
  outcome: AttemptOutcome | null;
}

export interface Board {
  due: number;
  waiting: number;
  late: number;
  done: number;
  missed: number;
  exhausted: number;
  rows: Callback[];
}

export interface Reassigned {
  callback: Id;
  done: boolean;
  error?: string | null;
}

/** Minutes after midnight. */
export interface DayHours {
  from: number;
  until: number;
}

export interface Schedule {
  schedule: Id;
  name: string;
  zone: string;
  /** From Monday on. */
  week: (DayHours | null)[];
  closed: Record<Day, string>;
  slot_minutes: number;
  capacity: number;
  attempts: number;
  interval_minutes: number;
  mode: 'automatic' | 'preview';
  absence: { grace_minutes: number; then: { queue: Id } | 'stay' };
  patience_s: number;
  /** Whose agents promise by it; none: everybody's. */
  queues: Id[];
  returns: boolean;
  calendar: { national: boolean; optional: boolean; states: string[]; places: string[] };
}

export interface Slot {
  at: Time;
  local: Local;
  capacity: number;
  taken: number;
  free: boolean;
}

export interface ScheduleDay {
  day: Day;
  /** Why it has no hours, where it is no matter of the weekday. */
  closed: string | null;
  slots: Slot[];
}

export interface Suppression {
  suppression: Id;
  number: string;
  source: string;
  note: string;
  since: Time;
  until: Time | null;
  by: Id | null;
}

export interface GateLine {
  rule: string;
  says: 'passes' | 'warns' | 'denies' | 'not-asked';
  fact: string;
  next: Time | null;
}

export interface Explained {
  number: string;
  kind: string;
  allowed: boolean;
  lines: GateLine[];
  next: Time | null;
  zone: string | null;
}

export interface GateRule {
  rule: string;
  from: Day | null;
  until: Day | null;
  source: string;
  standing: 'in-force' | 'over' | 'to-come';
}

/** A CSV file of promises or numbers. */
export type { CallbackReport as LinesReport } from './schema';

export type AppointmentAction = 'open-case' | 'open-case-and-notify' | 'notify';
export type AppointmentState = 'scheduled' | 'running' | 'done' | 'error' | 'cancelled' | 'missed';

export interface Message {
  channel: 'sip' | 'webhook';
  to: string;
  text: string;
}

export interface Appointment {
  appointment: Id;
  version: number;
  action: AppointmentAction;
  /** Person or group. */
  person: string | null;
  contact: Id;
  department: Id | null;
  agent: Id | null;
  comment: string;
  message: Message | null;
  files: { file: Id; name: string; size: number }[];
  due: Time;
  due_local: Local;
  zone: string;
  state: AppointmentState;
  error: string | null;
  creator: Id;
}

export interface OutboxItem {
  item: Id;
  channel: 'sip' | 'webhook';
  to: string;
  text: string;
  state: 'waiting' | 'sending' | 'sent' | 'dead';
  attempts: number;
  next: Time | null;
  error: string | null;
  created: Time;
}

/** The live socket's lines, as far as they are of promises. */
export type WithPromises<T extends Snapshot | News> = T & (T extends Snapshot ? { callbacks?: Callback[]; reminders?: Appointment[] } : { callback?: Callback; appointment?: Appointment; reminder?: { appointment: Appointment } });
/** An agent is held for a promise before it is dialled, or has its record on the screen. */
export type AgentKind = Agent['state']['kind'] | 'reserved' | 'preview';
