// Reference lists, fetched when first needed and again when the daemon says that they changed.

import { ask } from '../api/http';
import type { Schedule } from '../api/callbacks';
import type { Campaign } from '../api/campaigns';
import type { Department, Device, Disposition, Id, Location, Queue, Reason } from '../api/types';

interface Kinds {
  reasons: Reason;
  dispositions: Disposition;
  queues: Queue;
  departments: Department;
  locations: Location;
  devices: Device;
  schedules: Schedule;
  campaigns: Campaign;
}

export type ListName = keyof Kinds;

class Lists {
  private readonly kept = $state<{ [N in ListName]?: Kinds[N][] }>({});
  private readonly asked = new Set<string>();
  /** Grows with each change, so that pages which fetch for themselves know when to look again. */
  version = $state<Record<string, number>>({});

  /** What is known now; asks for it when nobody has yet. */
  of<N extends ListName>(name: N): Kinds[N][] {
    if (!this.asked.has(name)) {
      this.asked.add(name);
      void this.fetch(name);
    }
    return (this.kept[name] as Kinds[N][] | undefined) ?? [];
  }

  stale(names: string[]): void {
    for (const name of names) {
      this.version[name] = (this.version[name] ?? 0) + 1;
      if (this.asked.has(name)) void this.fetch(name as ListName);
    }
  }

  forget(): void {
    this.asked.clear();
    for (const name of Object.keys(this.kept)) delete this.kept[name as ListName];
  }

  private async fetch<N extends ListName>(name: N): Promise<void> {
    try {
      (this.kept as Record<string, unknown>)[name] = await ask<Kinds[N][]>('GET', `/${name}`);
    } catch {
      this.asked.delete(name);
    }
  }
}

export const lists = new Lists();

export const queueOf = (id: Id | null): Queue | null => lists.of('queues').find((q) => q.queue === id) ?? null;
export const campaignOf = (id: Id | null): Campaign | null => lists.of('campaigns').find((c) => c.campaign === id) ?? null;
export const reasonOf = (id: Id | null): Reason | null => lists.of('reasons').find((r) => r.reason === id) ?? null;
