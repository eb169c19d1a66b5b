// What the daemon says over HTTP and the live socket, by the names that the page uses. Every shape is generated from the daemon's own
// description (`npm run types`): what the daemon does not say cannot be read here.

import type { AgentKind as Kind, BadLine, History, Hours, ImportReport as Report, Line, News as Told, Row, Trouble as OneSided } from './schema';

export type {
  Account, Agent, Call, CallState, Case, Contact, Department, Disposition, Id, Invitation, Invited, Language, Leg, Line, Location, Me, Peaks, Phone, Quality, Queue, Reason, Section, Setting,
  SipMessage, Snapshot, Sound, StoryLine, SuperviseMode, Supervision, Task, TestStep, Token, TotpSecret, Trace, Watched,
} from './schema';
export type { AttachedFile, FileLimits } from './schema';
export type { Break as BreakPlan, DayBreak, NextBreak, Outcome } from './schema';
export type { Alert, BadLine, Cause, ErrorBody, DeviceInfo as Device, Found as DirectoryEntry } from './schema';

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
/** What a CSV file has in it, and what was or would be done; of contacts: those left out, since they are there. */
export type ImportReport = Omit<Report, 'changed'> & { changed?: number; duplicates?: BadLine[] };
