// Appointments in words: what is done, how it stands, why it failed.

import type { Appointment, AppointmentAction, AppointmentState, OutboxItem } from '../api/callbacks';
import type { Face } from '../callbacks/words';
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
  waiting: { look: 'pause', icon: 'clock', word: 'outbox.state.waiting' },
  sending: { look: 'talk', icon: 'forward', word: 'outbox.state.sending' },
  sent: { look: 'ready', icon: 'check', word: 'outbox.state.sent' },
  dead: { look: 'danger', icon: 'warn', word: 'outbox.state.dead' },
};
export const mailFace = (state: OutboxItem['state']): Face => MAIL[state] ?? MAIL.waiting;
export const canCancel = (a: Appointment): boolean => a.state === 'scheduled';
