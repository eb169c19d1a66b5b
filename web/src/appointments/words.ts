// Appointments in words: what is done, how it stands, why it failed.

import type { Appointment, AppointmentAction, AppointmentState, Message, OutboxItem } from '../api/callbacks';
import type { Face } from '../callbacks/words';
import { phone } from '../words/format';
import { maybe, t } from '../words/words.svelte';

/** Exactly three (AG-01). */
export const ACTIONS: AppointmentAction[] = ['open-case', 'open-case-and-notify', 'notify'];
export const opensCase = (action: AppointmentAction): boolean => action !== 'notify';

const FACES: Record<AppointmentState, Face> = {
  scheduled: { look: 'talk', icon: 'clock', word: 'appointment.state.scheduled' },
  running: { look: 'wrap', icon: 'reload', word: 'appointment.state.running' },
  done: { look: 'ready', icon: 'check', word: 'appointment.state.done' },
  error: { look: 'danger', icon: 'warn', word: 'appointment.state.error' },
  cancelled: { look: 'off', icon: 'x', word: 'appointment.state.cancelled' },
  missed: { look: 'danger', icon: 'missed', word: 'appointment.state.missed' },
};
export const faceOf = (state: AppointmentState): Face => FACES[state] ?? FACES.scheduled;

/** `Erro: chamado já aberto` */
export function stateWords(a: Pick<Appointment, 'state' | 'error'>): string {
  if (a.state !== 'error') return t(faceOf(a.state).word);
  return t('appointment.error', { why: errorWords(a) });
}

/** `chamado já aberto` */
export const errorWords = (a: Pick<Appointment, 'error'>): string => maybe(`appointment.error.${a.error ?? 'unknown'}`) ?? a.error ?? '';

const MAIL: Record<OutboxItem['state'], Face> = {
  queued: { look: 'pause', icon: 'clock', word: 'outbox.state.waiting' },
  trying: { look: 'talk', icon: 'forward', word: 'outbox.state.sending' },
  done: { look: 'ready', icon: 'check', word: 'outbox.state.sent' },
  dropped: { look: 'off', icon: 'x', word: 'outbox.state.dropped' },
  dead: { look: 'danger', icon: 'warn', word: 'outbox.state.dead' },
};
/** By which way a message goes: the gateway as it is called, or SIP. */
export const wayOf = (message: Message): string => message.hook ?? t('appointment.channel.sip');
/** Whom it reaches; of a lead's end the gateway is told, and nobody is reached. */
export const toWords = (one: OutboxItem): string => one.lead === null ? phone(one.message.to) : t('outbox.record', { who: told(one).lead.recipient });
/** `Renova Energia`, of a lead's end: programs read the rest. */
export const saidWords = (one: OutboxItem): string => one.lead === null ? one.message.text : told(one).campaign.name;
/** docs/webhooks.md */
const told = (one: OutboxItem) => JSON.parse(one.message.text) as { lead: { recipient: string }; campaign: { name: string } };
export const mailFace = (state: OutboxItem['state']): Face => MAIL[state] ?? MAIL.queued;
export const canCancel = (a: Appointment): boolean => a.state === 'scheduled';
