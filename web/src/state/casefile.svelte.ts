// The open case as it is typed: saved a moment after each change, kept here until the daemon has it, tried again when it could not be.
//
//   saved --typed--> dirty --600 ms--> saving --200--> saved
//                      ^                  \--409: take the newer case, keep what was typed--> saving
//                      \------- other fault: guarded, wait longer from try to try --------/

import { ApiError } from '../api/http';
import type { Case } from '../api/types';
import type { Drafts, Fields } from './drafts';

/** After the last key, in ms. */
const DEBOUNCE = 600;
/** Pauses between tries, in ms; the last one stays. */
const RETRIES = [2_000, 4_000, 8_000, 15_000, 30_000];

export const EDITABLE = ['document', 'contact_name', 'contact_phone', 'account_name', 'subject', 'notes', 'disposition', 'department'] as const;
export type EditableField = (typeof EDITABLE)[number];
/** An entry's id or nothing: no empty text. */
const FROM_LISTS: readonly EditableField[] = ['disposition', 'department'];

export interface CaseWorld {
  read(id: string): Promise<Case>;
  write(id: string, version: number, fields: Fields): Promise<Case>;
  later(what: () => void, ms: number): () => void;
  now(): number;
  drafts: Drafts;
}

export type SaveState = { kind: 'clean' } | { kind: 'dirty' } | { kind: 'saved'; at: number } | { kind: 'guarded' } | { kind: 'refused'; why: unknown };

export class CaseFile {
  saved = $state<Case | null>(null);
  typed = $state<Fields>({});
  state = $state<SaveState>({ kind: 'clean' });
  missing = $state(false);
  private busy = false;
  private failures = 0;
  private takeBack: () => void = () => {};

  constructor(
    readonly id: string,
    private readonly world: CaseWorld,
  ) {
    this.typed = world.drafts.get(id);
  }

  /** Fetches the case; what was typed before a reload lies over it and is saved. */
  async open(): Promise<void> {
    try {
      this.saved = await this.world.read(this.id);
      this.failures = 0;
      if (Object.keys(this.typed).length > 0) this.plan(0);
    } catch (why) {
      if (why instanceof ApiError && why.status === 404) this.missing = true;
      else this.takeBack = this.world.later(() => void this.open(), this.pause());
    }
  }

  value(field: EditableField): string {
    return (field in this.typed ? this.typed[field] : this.saved?.[field]) ?? '';
  }

  type(field: EditableField, value: string): void {
    const isNothing = value === '' && FROM_LISTS.includes(field);
    this.typed = { ...this.typed, [field]: isNothing ? null : value };
    const kept = this.world.drafts.put(this.id, this.typed);
    if (this.state.kind !== 'guarded' || !kept) this.state = { kind: 'dirty' };
    this.plan(DEBOUNCE);
  }

  /** Saves now; true when nothing is left to save. */
  async flush(): Promise<boolean> {
    this.takeBack();
    await this.save();
    return Object.keys(this.typed).length === 0;
  }

  close(): void {
    this.takeBack();
    if (Object.keys(this.typed).length > 0) void this.save();
  }

  private plan(ms: number): void {
    this.takeBack();
    this.takeBack = this.world.later(() => void this.save(), ms);
  }

  private async save(): Promise<void> {
    const sent = { ...this.typed };
    if (this.busy || this.saved === null || Object.keys(sent).length === 0) return;
    this.busy = true;
    try {
      this.saved = await this.world.write(this.id, this.saved.version, sent);
      this.settle(sent);
    } catch (why) {
      await this.fail(why);
    } finally {
      this.busy = false;
    }
  }

  /** What was sent and has not been typed over since is safe. */
  private settle(sent: Fields): void {
    this.failures = 0;
    this.typed = Object.fromEntries(Object.entries(this.typed).filter(([field, value]) => sent[field] !== value));
    this.world.drafts.put(this.id, this.typed);
    const left = Object.keys(this.typed).length > 0;
    this.state = left ? { kind: 'dirty' } : { kind: 'saved', at: this.world.now() };
    if (left) this.plan(DEBOUNCE);
  }

  private async fail(why: unknown): Promise<void> {
    const status = why instanceof ApiError ? why.status : 0;
    if (status === 400 || status === 403 || status === 422) {
      this.state = { kind: 'refused', why };
      return;
    }
    if (status === 409) this.saved = await this.world.read(this.id).catch(() => this.saved);
    if (status !== 409 || this.failures > 0) this.state = { kind: 'guarded' };
    this.plan(status === 409 && this.failures === 0 ? 0 : this.pause());
    this.failures += 1;
  }

  private pause(): number {
    return RETRIES[Math.min(this.failures, RETRIES.length - 1)] ?? 30_000;
  }
}
