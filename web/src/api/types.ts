// What the daemon says over HTTP and the live socket: the words of /api/v1, nothing of the page's own.

export type Id = string;
/** UTC, RFC 3339. */
export type Time = string;

export type Language = 'pt-BR' | 'en';

export interface Me {
  user: Id;
  login: string;
  name: string;
  language: Language;
  perfil: string;
  permissions: string[];
  ramal: string | null;
  queues: Id[];
  location: Id | null;
}

export type CallState = 'dialling' | 'ringing' | 'early-media' | 'answered' | 'ended';

export interface Cause {
  kind: string;
  by: 'us' | 'peer' | 'network';
  sip: number | null;
  q850: number | null;
  text: string | null;
}

export type Trouble =
  | 'device-gone'
  | 'not-permitted'
  | 'muted'
  | 'silent-microphone'
  | 'never-received'
  | 'stopped-receiving'
  | 'wrong-address'
  | 'comfort-noise'
  | 'decryption-fails'
  | 'far-end-loses';

export interface Quality {
  packets_received: number;
  packets_lost: number;
  jitter_ms: number;
  round_trip_ms: number | null;
  /** Share lost as the far end reports it, 0 to 1. */
  remote_loss: number | null;
  playout_ms?: number | null;
  /** Share of the sound that was made up, 0 to 1. */
  concealed?: number;
  mos: number;
}

export interface Leg {
  leg: Id;
  device: string | null;
  codec: string | null;
  quality: Quality | null;
}

export type TransferState = 'trying' | 'ringing' | 'done' | { failed: { status: number | null; kind: string } };

export interface Call {
  call: Id;
  protocolo: string;
  direction: 'inbound' | 'outbound';
  account: string;
  number: string;
  name: string | null;
  diverted_from: string | null;
  asserted: string | null;
  state: CallState;
  started: Time;
  answered: Time | null;
  ended: Time | null;
  cause: Cause | null;
  muted: boolean;
  held: boolean;
  held_by_peer: boolean;
  bridged_with: Id | null;
  conference: { conference: Id; led: boolean; silenced: boolean } | null;
  recording: { recording: Id; paused: boolean } | null;
  /** Supervisors in it, as far as its agent may know. */
  supervised: { mode: SuperviseMode; by: string }[];
  consults: Id | null;
  transfer: { to: string; state: TransferState } | null;
  trouble: Trouble | null;
  legs: Leg[];
  user: Id | null;
  contact: { contact: Id; name: string; account_name: string | null; document: string | null } | null;
  case: Id | null;
  queue: Id | null;
}

export type SuperviseMode = 'listen' | 'whisper' | 'barge';

/** Somebody who supervises a call; over where `mode` is null. */
export interface Supervision {
  /** At whose device the supervisor sits. */
  account: string;
  supervisor: Id | null;
  name: string;
  leg: Id | null;
  call: Id;
  agent: Id | null;
  mode: SuperviseMode | null;
  since: Time;
  why: string | null;
}

export type AgentKind = 'offline' | 'ready' | 'paused' | 'offered' | 'reserved' | 'talking' | 'wrap-up' | 'preview';

export interface Agent {
  user: Id;
  name: string;
  ramal: string | null;
  state: { kind: AgentKind; since: Time; reason: Id | null; until: Time | null };
  after_call: { reason: Id } | null;
  queues: Id[];
  device: string | null;
}

export interface Account {
  account: string;
  kind: string;
  group: string | null;
  registration: {
    state: 'waiting' | 'registering' | 'registered' | 'refused' | 'unregistered' | 'not-needed';
    until: Time | null;
    round_trip_ms: number | null;
    last_error: string | null;
    last_error_at: Time | null;
  };
  calls: number;
}

export interface Watched {
  account: string;
  number: string;
  state: 'unknown' | 'idle' | 'ringing' | 'talking' | 'unwatched';
  since: Time | null;
  why: string | null;
}

/** One key, the alert's kind, and what it says: `{"forgotten-hold":{"call":…,"seconds":60}}`, or the bare kind. */
export type Alert = string | Record<string, Record<string, unknown>>;

/** A desk phone that is somebody's device. */
export interface Phone {
  device: string;
  number: string;
  account: string;
  state: string;
}

export interface Level {
  peak: number;
  rms: number;
}

export interface Snapshot {
  /** The daemon's own clock. */
  now?: Time;
  me: Me;
  calls: Call[];
  agents: Agent[];
  accounts: Account[];
  watched: Watched[];
  alerts: Alert[];
  /** Desk phones that are people's devices. */
  phones?: Phone[];
  supervisions?: Supervision[];
}

export interface News {
  me?: Me;
  call?: Call;
  'call-ended'?: Call;
  agent?: Agent;
  'agent-gone'?: Id;
  account?: Account;
  watched?: Watched;
  phone?: Phone;
  supervision?: Supervision;
  /** Beside `call-ended`: a supervisor has it now. */
  'taken-over'?: { call: Id; by: string };
  message?: unknown;
  digit?: { call: Id; leg: Id; digit: string };
  quality?: { call: Id; leg: Id; quality: Quality };
  levels?: { call: Id; said: Level; heard: Level };
  alert?: Alert;
  lists?: string[];
  case?: Case;
}

export type Line =
  | { seq: number; snapshot: Snapshot }
  | { seq: number; news: News }
  | { tick: number }
  | { bye: 'idle' | 'signed-out' | 'too-slow' | 'draining' };

export interface Task {
  at: Time;
  subject: string;
  comment: string;
  recording: Id | null;
  call: Id;
}

export interface Case {
  case: Id;
  protocolo: string;
  state: 'open' | 'closed';
  document: string | null;
  contact_name: string | null;
  contact_phone: string | null;
  account_name: string | null;
  owner: string | null;
  department: Id | null;
  channel: string | null;
  subject: string | null;
  notes: string | null;
  disposition: Id | null;
  contact: Id | null;
  opened: Time;
  closed: Time | null;
  version: number;
  tasks: Task[];
}

export interface HistoryRow {
  call: Id;
  protocolo: string;
  direction: 'inbound' | 'outbound';
  number: string;
  name: string | null;
  account: string;
  user: Id | null;
  started: Time;
  answered: Time | null;
  ended: Time | null;
  cause: Cause | string | null;
  recording: { recording: Id; seconds: number; state: string } | null;
  case: Id | null;
}

export interface Page<T> {
  rows: T[];
  next: string | null;
}

export interface Peaks {
  seconds: number;
  agent: number[];
  customer: number[];
}

export interface StoryLine {
  at: Time;
  event: string;
  detail: string | null;
}

export interface Reason {
  reason: Id;
  kind: 'pause';
  name: string;
  limit_s: number | null;
  nr17: boolean;
}

export interface Queue {
  queue: Id;
  name: string;
  number: string | null;
  wrap_up_s: number | null;
  music: string | null;
  script: string | null;
  members: Id[];
  hours: Opening[];
}

/** Minutes after midnight, on a weekday from 1 (Monday) to 7. */
export interface Opening {
  weekday: number;
  from: number;
  until: number;
}

export interface Disposition {
  disposition: Id;
  name: string;
  queue: Id | null;
}

export interface Device {
  device: string;
  kind: 'headset' | 'browser' | 'sip' | 'file' | 'null';
  /** What is set for one's ramal. */
  own: boolean;
}

export interface DirectoryEntry {
  kind: 'ramal' | 'queue' | 'contact';
  number: string;
  name: string;
  state: 'idle' | 'talking' | 'ringing' | 'unknown' | 'offline';
}

export interface TestStep {
  step: string;
  ok: boolean;
  /** What was met, for words. */
  code: string;
  said: string;
  ms: number;
}

/** A line of a CSV file that is left out. */
export interface BadLine {
  line: number;
  field: string;
  code: string;
  /** In English. */
  text: string;
}

/** What a CSV file has in it, and what was or would be done. */
export interface ImportReport {
  columns: { column: string; read_as: string | null }[];
  lines: number;
  created: number;
  changed: number;
  bad: BadLine[];
  /** Of contacts: left out, since they are there. */
  duplicates?: BadLine[];
  applied: boolean;
}
