// What the daemon says over HTTP and the live socket, by the names that the page uses. Every shape is generated from the daemon's own
// description (`npm run types`): what the daemon does not say cannot be read here.

import type { AgentKind as Kind, History, Hours, Line, News as Told, Row, Trouble as OneSided } from './schema';

export type {
  Account, Agent, Call, CallState, Case, Contact, Department, Disposition, Id, Language, Leg, Line, Location, Me, Peaks, Phone, Quality, Queue, Reason, SipMessage, Snapshot,
  StoryLine, SuperviseMode, Supervision, Task, Token, TotpSecret, Trace, Watched,
} from './schema';
export type { Alert, Cause, ErrorBody, DeviceInfo as Device, Found as DirectoryEntry } from './schema';

/** UTC, RFC 3339. */
export type Time = string;
export type AgentKind = Kind;
export type HistoryRow = Row;
export type HistoryPage = History;
/** Minutes after midnight, on a weekday from 1 (Monday) to 7. */
export type Opening = Hours;
export type News = Told;
export type Trouble = OneSided;
export type Bye = Extract<Line, { bye: unknown }>['bye'];
/** One step of a connection's test. */
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
