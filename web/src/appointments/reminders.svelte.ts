// Notices of appointments for this agent (AG-08): kept through a reload of the page, until the agent has done with them.

import type { Appointment, WithPromises } from '../api/callbacks';
import type { Contact, News } from '../api/types';
import { ask } from '../api/http';
import { desk } from '../state/desk.svelte';

const KEPT = 'ramal.reminders';

class Reminders {
  all = $state<Appointment[]>(remembered());
  /** The notice lies on the screen. */
  shown = $state(false);
  private readonly names = $state<Record<string, string>>({});

  constructor() {
    desk.onLine((line) => {
      const told = 'news' in line ? (line.news as WithPromises<News>).reminder : undefined;
      if (told) this.take(told.appointment);
    });
  }

  done(id: string): void {
    this.all = this.all.filter((one) => one.appointment !== id);
    if (this.all.length === 0) this.shown = false;
    this.keep();
  }

  /** The contact's name, asked for once. */
  nameOf(contact: string): string {
    if (!(contact in this.names)) {
      queueMicrotask(() => {
        this.names[contact] ??= '';
        void ask<Contact>('GET', `/contacts/${contact}`).then((one) => (this.names[contact] = one.name), () => {});
      });
    }
    return this.names[contact] ?? '';
  }

  private take(appointment: Appointment): void {
    this.all = [...this.all.filter((one) => one.appointment !== appointment.appointment), appointment];
    this.shown = true;
    this.keep();
  }

  private keep(): void {
    sessionStorage.setItem(KEPT, JSON.stringify(this.all));
  }
}

function remembered(): Appointment[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as Appointment[];
  } catch {
    return [];
  }
}

export const reminders = new Reminders();
