// What this agent did today, by campaign.

import { ask } from '../api/http';
import type { Today } from '../api/campaigns';
import type { Id } from '../api/types';

class TodayFigures {
  private rows = $state.raw<Today[]>([]);

  of = (campaign: Id): Today => this.rows.find((one) => one.campaign === campaign) ?? { campaign, handled: 0, connected: 0 };

  /** What cannot be read stays as it was: a figure is no reason to complain. */
  async fetch(): Promise<void> {
    this.rows = await ask<Today[]>('GET', '/campaigns/today').catch(() => this.rows);
  }
}

export const figures = new TodayFigures();
