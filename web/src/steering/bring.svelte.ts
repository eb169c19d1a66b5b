// A file of leads on its way to be a list: brought, looked at without keeping anything, its columns corrected, then taken.

import { ApiError, ask, newKey } from '../api/http';
import type { BroughtFile, Column, ImportOptions, LeadList, Meaning, Preview } from '../api/campaigns';
import { bringLeads } from '../api/upload';
import { readDate } from '../callbacks/when';
import { maybe, refusal, t } from '../words/words.svelte';

/** A million rows take some seconds; each number looked for in other lists, a minute. In ms. */
const PATIENCE = 300_000;

export type Field = 'name' | 'source' | 'dated' | 'expires';

export class Bringing {
  file = $state.raw<BroughtFile | null>(null);
  preview = $state.raw<Preview | null>(null);
  /** Of a file where none is a telephone yet. */
  unknown = $state.raw<Column[] | null>(null);
  /** 0 to 1 while it is sent. */
  sent = $state<number | null>(null);
  busy = $state(false);
  why = $state<string | null>(null);
  columns = $state<Record<string, Meaning>>({});
  skipBad = $state(false);
  acrossLists = $state(false);
  typed = $state<Record<Field, string>>({ name: '', source: '', dated: '', expires: '' });

  dated = $derived(readDate(this.typed.dated));
  expires = $derived(this.typed.expires.trim() === '' ? null : readDate(this.typed.expires));
  wrong = $derived<Partial<Record<Field, string>>>({
    ...(this.typed.dated.length === 10 && this.dated === null ? { dated: t('callback.no-such-day') } : {}),
    ...(this.typed.expires.length === 10 && this.expires === null ? { expires: t('callback.no-such-day') } : this.expires !== null && this.dated !== null && this.expires < this.dated ? { expires: t('lists.expires-before') } : {}),
  });
  /** Records that would be kept: not those whose numbers are all there already. */
  fresh = $derived(this.preview === null ? 0 : this.preview.leads - this.preview.twice);
  canTake = $derived(
    this.preview !== null && this.fresh > 0 && (this.preview.bad === 0 || this.skipBad) && this.typed.name.trim() !== '' && this.dated !== null && (this.typed.expires.trim() === '' || this.expires !== null) && Object.keys(this.wrong).length === 0,
  );

  private options = (): ImportOptions => ({ columns: this.columns, skip_bad: this.skipBad, across_lists: this.acrossLists });

  async take(file: File): Promise<void> {
    this.preview = this.unknown = this.file = this.why = null;
    this.columns = {};
    this.sent = 0;
    this.typed.name ||= file.name.replace(/\.[^.]*$/, '');
    await this.try(async () => {
      this.file = await bringLeads(file, (share) => (this.sent = share));
      this.sent = null;
      await this.look();
    });
    this.sent = null;
  }

  /** Nothing is kept by it. */
  look = async (): Promise<void> => {
    const file = this.file;
    if (file === null) return;
    await this.try(async () => {
      try {
        this.preview = await ask<Preview>('POST', '/lead-lists/preview', { file: file.file, options: this.options() }, newKey(), PATIENCE);
        this.unknown = null;
      } catch (fault) {
        this.unknown = columnsOf(fault);
        this.preview = null;
        if (this.unknown === null) throw fault;
      }
    });
  };

  async mean(place: number, meaning: Meaning): Promise<void> {
    this.columns = { ...this.columns, [place]: meaning };
    await this.look();
  }

  /** The list that is being filled; null: it was refused, and why is told. */
  async import(): Promise<LeadList | null> {
    if (!this.canTake || this.file === null) return null;
    let list: LeadList | null = null;
    const { file } = this.file;
    const body = { file, name: this.typed.name.trim(), source: this.typed.source.trim(), dated: instant(this.dated!, '00:00:00'), expires: this.expires === null ? null : instant(this.expires, '23:59:59'), options: this.options() };
    await this.try(async () => void (list = await ask<LeadList>('POST', '/lead-lists/import', body)));
    return list;
  }

  private async try(what: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.why = null;
    await what().catch((fault: unknown) => (this.why = said(fault)));
    this.busy = false;
  }
}

/** Those of a file that was refused only because none of them is a telephone. */
const columnsOf = (fault: unknown): Column[] | null => (fault instanceof ApiError && fault.fields.file === 'no-phone' ? (fault.more as { columns?: Column[] }).columns ?? null : null);

/** What is wrong with the file, or why it was refused. */
function said(fault: unknown): string {
  const code = fault instanceof ApiError ? fault.fields.file : undefined;
  return code === undefined ? refusal(fault) : maybe(`error.file.${code}`) ?? (fault as ApiError).said;
}

/** A time of a day here, as the daemon wants it: the day that a list is valid until belongs to it. */
const instant = (day: string, time: string): string => new Date(`${day}T${time}`).toISOString();
