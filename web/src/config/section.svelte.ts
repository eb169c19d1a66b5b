// A section of the configuration while it is changed: its values, what is wrong with them, saved and taken back.

import { ApiError, ask } from '../api/http';
import type { Section } from '../api/types';
import { toasts } from '../state/toasts.svelte';
import { refusal, t } from '../words/words.svelte';
import { said, type Values } from './fields';
import { kept } from './kept.svelte';

export class Draft {
  values = $state<Values>({});
  wrong = $state<Record<string, string>>({});
  why = $state<string | null>(null);
  busy = $state(false);

  constructor(private readonly section: Section) {
    for (const [key, one] of Object.entries(section.keys)) if (key !== 'base') this.values[key] = one.value;
  }

  /** It stands in a file, and is changed there. */
  get fixed(): boolean {
    return !this.section.administered;
  }

  /** `base`: of a profile that is made here. What is all as usual need not stand anywhere. */
  save = (name: string, title: string, base: string | null): Promise<boolean> =>
    this.act(async () => {
      const keys = said(this.values, this.section.keys);
      const path = `/settings/${encodeURIComponent(name)}`;
      if (base !== null || Object.keys(keys).length > 0) await ask('PUT', path, base === null ? keys : { base, ...keys });
      else if (this.section.place !== null) await ask('DELETE', path);
      toasts.say(t('admin.saved', { name: title }));
    });

  takeBack = (): Promise<boolean> => this.act(() => ask('DELETE', `/settings/${encodeURIComponent(this.section.section)}`));

  private async act(what: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.why = null;
    this.wrong = {};
    try {
      await what();
      await kept.fetch();
      return true;
    } catch (fault) {
      this.wrong = fault instanceof ApiError ? fault.fields : {};
      if (!Object.keys(this.wrong).some((key) => key in this.values || key === 'name')) this.why = refusal(fault);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
