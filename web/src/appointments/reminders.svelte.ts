// Notices of appointments for this agent (AG-08): the daemon keeps them until they are put away.

import type { Appointment, WithPromises } from '../api/callbacks';
import type { Contact, News } from '../api/types';
import { ask } from '../api/http';
import { desk } from '../state/desk.svelte';

class Reminders {
  all = $state<Appointment[]>([]);
  /** The notice lies on the screen. */
  shown = $state(false);
  private readonly names = $state<Record<string, string>>({});

  constructor() {
    desk.onLine((line) => {
      if ('snapshot' in line) void this.read();
      const told = 'news' in line ? (line.news as WithPromises<News>).reminder : undefined;
      if (told) this.take(told.appointment);
    });
  }

  done(id: string): void {
    this.all = this.all.filter((one) => one.appointment !== id);
    if (this.all.length === 0) this.shown = false;
    void ask('DELETE', `/reminders/${id}`).catch(() => {});
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

  private async read(): Promise<void> {
    const told = await ask<{ appointment: Appointment }[]>('GET', '/reminders').catch(() => []);
    this.all = told.map((one) => one.appointment).reverse();
  }

  private take(appointment: Appointment): void {
    this.all = [...this.all.filter((one) => one.appointment !== appointment.appointment), appointment];
    this.shown = true;
  }
}

export const reminders = new Reminders();
