// An appointment as it is filled in: what is missing, and what is sent (AG-05). Pure.

import type { Appointment, AppointmentAction, Message } from '../api/callbacks';
import type { AttachedFile } from '../api/types';
import { dayOf, readDate, readTime, timeOf, typedDate } from '../callbacks/when';

export interface Draft {
  action: AppointmentAction;
  person: string;
  contact: string;
  department: string;
  agent: string;
  comment: string;
  /** The gateway's name; empty: a text message by SIP. */
  hook: string;
  to: string;
  text: string;
  files: AttachedFile[];
  date: string;
  time: string;
}

export const EMPTY: Draft = { action: 'open-case', person: '', contact: '', department: '', agent: '', comment: '', hook: '', to: '', text: '', files: [], date: '', time: '' };

export const draftOf = (a: Appointment): Draft => ({
  action: a.action, person: a.person ?? '', contact: a.contact, department: a.department ?? '', agent: a.agent ?? '', comment: a.comment, hook: a.message?.hook ?? '', to: a.message?.to ?? '', text: a.message?.text ?? '', files: a.files,
  date: typedDate(dayOf(a.due_local)), time: timeOf(a.due_local),
});

const opens = (draft: Draft): boolean => draft.action !== 'notify';
/** A notice sends nothing to the contact. */
export const mayWrite = opens;
/** A file alone says enough. */
export const writes = (draft: Draft): boolean => mayWrite(draft) && (draft.text.trim() !== '' || draft.files.length > 0);
/** SIP MESSAGE carries text alone. */
export const lacksWay = (draft: Draft): boolean => mayWrite(draft) && draft.files.length > 0 && draft.hook === '';

export function whenOf(draft: Draft): string | null {
  const [day, time] = [readDate(draft.date), readTime(draft.time)];
  return day && time ? `${day}T${time}` : null;
}

/** The fields that still have to be filled in. */
export function missing(draft: Draft): (keyof Draft)[] {
  const all: (keyof Draft | null)[] = [
    draft.contact === '' ? 'contact' : null,
    draft.department === '' ? 'department' : null,
    opens(draft) && draft.comment.trim() === '' ? 'comment' : null,
    writes(draft) && draft.to.trim() === '' ? 'to' : null,
    lacksWay(draft) ? 'hook' : null,
    readDate(draft.date) ? null : 'date',
    readTime(draft.time) ? null : 'time',
  ];
  return all.filter((one) => one !== null);
}

export function bodyOf(draft: Draft): object {
  const way: Pick<Message, 'channel' | 'hook'> = draft.hook === '' ? { channel: 'sip', hook: null } : { channel: 'webhook', hook: draft.hook };
  const message: Message | null = writes(draft) ? { ...way, to: draft.to.trim(), text: draft.text.trim() } : null;
  return {
    action: draft.action, person: draft.person.trim() || null, contact: draft.contact, department: draft.department, agent: draft.agent || null, comment: draft.comment.trim(), message,
    files: message === null ? [] : draft.files.map((one) => one.file),
    when: whenOf(draft),
  };
}
