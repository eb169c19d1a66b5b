// What the daemon says of promised calls, escalas, the gate, and appointments, by the names that the page uses: generated as far as the
// daemon describes it.

import type { Agent, Appointment, Callback, CallbackHistoryLine, CallbackOutcome, CallbackState, News, RuleLine, Snapshot } from './schema';

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

export type { Appointment, OutboxItem } from './schema';
export type AppointmentAction = Appointment['action'];
export type AppointmentState = Appointment['state'];
export type Message = NonNullable<Appointment['message']>;

/** The live socket's lines, as far as they are of promises. */
export type WithPromises<T extends Snapshot | News> = T & (T extends Snapshot ? { callbacks?: Callback[] } : { callback?: Callback; appointment?: Appointment; reminder?: { appointment: Appointment } });
/** An agent is held for a promise before it is dialled, or has its record on the screen. */
export type AgentKind = Agent['state']['kind'] | 'reserved' | 'preview';
