// An appointment as it is filled in: what is missing, and what is sent (AG-05). Pure.

import type { Appointment, AppointmentAction, Message } from '../api/callbacks';
import { dayOf, readDate, readTime, timeOf, typedDate } from '../callbacks/when';

export interface Draft {
  action: AppointmentAction;
  person: string;
  contact: string;
  department: string;
  agent: string;
  comment: string;
  channel: Message['channel'];
  to: string;
  text: string;
  files: Appointment['files'];
  date: string;
  time: string;
}

export const EMPTY: Draft = { action: 'open-case', person: '', contact: '', department: '', agent: '', comment: '', channel: 'webhook', to: '', text: '', files: [], date: '', time: '' };

export const draftOf = (a: Appointment): Draft => ({
  action: a.action, person: a.person ?? '', contact: a.contact, department: a.department ?? '', agent: a.agent ?? '', comment: a.comment, channel: a.message?.channel ?? 'webhook', to: a.message?.to ?? '', text: a.message?.text ?? '', files: a.files,
  date: typedDate(dayOf(a.due_local)), time: timeOf(a.due_local),
});

const opens = (draft: Draft): boolean => draft.action !== 'notify';
/** A notice sends nothing to the contact. */
export const mayWrite = opens;
/** Files go with a message, and not by SIP. */
export const mayAttach = (draft: Draft): boolean => opens(draft) && draft.channel === 'webhook' && draft.text.trim() !== '';

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
    mayWrite(draft) && draft.text.trim() !== '' && draft.to.trim() === '' ? 'to' : null,
    readDate(draft.date) ? null : 'date',
    readTime(draft.time) ? null : 'time',
  ];
  return all.filter((one) => one !== null);
}

export function bodyOf(draft: Draft): object {
  const message: Message | null = mayWrite(draft) && draft.text.trim() !== '' ? { channel: draft.channel, to: draft.to.trim(), text: draft.text.trim() } : null;
  return {
    action: draft.action, person: draft.person.trim() || null, contact: draft.contact, department: draft.department, agent: draft.agent || null, comment: draft.comment.trim(), message,
    files: mayAttach(draft) ? draft.files.map((one) => one.file) : [], when: whenOf(draft),
  };
}
