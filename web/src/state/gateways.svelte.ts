// Gateways, by their names in the configuration: a message goes by one, and a campaign tells one.

import { ask } from '../api/http';

class Gateways {
  names = $state.raw<string[]>([]);

  /** What cannot be read is no choice. */
  async fetch(): Promise<void> {
    const all = await ask<{ name: string }[]>('GET', '/gateways').catch(() => []);
    this.names = all.map((one) => one.name);
  }

  /** With the one that is chosen already, should it be configured no more. */
  choicesWith(chosen: string): { value: string; name: string }[] {
    return [...new Set([...this.names, ...(chosen ? [chosen] : [])])].map((name) => ({ value: name, name }));
  }
}

export const gateways = new Gateways();
