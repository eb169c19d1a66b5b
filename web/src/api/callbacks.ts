// What the daemon says of promised calls, escalas, the gate, and appointments, by the names that the page uses: generated as far as the
// daemon describes it.

import type { Agent, Callback, CallbackHistoryLine, CallbackOutcome, CallbackState, Id, News, RuleLine, Snapshot } from './schema';

/** UTC, RFC 3339. */
type Time = string;
/** On somebody's wall: `2026-11-23T09:00:00`. */
export type Local = string;
/** `2026-11-23` */
export type Day = string;

export type {
  Callback, CallbackBoard as Board, CallbackDenial as Denied, CallbackEdit, CallbackOwner as Owner, CallbackReassigned as Reassigned, CallbackState, Callbacks as CallbackPage,
  DayHours, GateExplained as Explained, GateLine, NewCallback as CallbackDraft, Schedule, ScheduleDay, ScheduleSlot as Slot, Suppression,
} from './schema';

/** What the daemon describes as text is one of these. */
export type AttemptOutcome = Omit<CallbackOutcome, 'kind'> & { kind: 'answered' | 'no-answer' | 'busy' | 'failed' | 'not-dialled' | 'unknown' | 'denied' };
export type HistoryLine = Omit<CallbackHistoryLine, 'state' | 'outcome'> & { state: CallbackState; outcome: AttemptOutcome | null };
export type GateRule = Omit<RuleLine, 'standing'> & { standing: 'in-force' | 'over' | 'to-come' };

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
