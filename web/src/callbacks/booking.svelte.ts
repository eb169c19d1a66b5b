// A promise as it is filled in: the calendar of its escala, what is promised to its number already, and what is typed, kept
// through a reload. One key for one filled form: the same form sent twice makes one promise.

import { ApiError, ask, newKey, query } from '../api/http';
import type { Callback, CallbackDraft, CallbackEdit, CallbackPage, Day, Impossible, Local, Schedule, ScheduleDay } from '../api/callbacks';
import type { Id } from '../api/types';
import { clock } from '../state/clock.svelte';
import type { Drafts, Fields } from '../state/drafts';
import { lists } from '../state/lists.svelte';
import { mayKeepAllCallbacks } from '../state/rights';
import { session } from '../state/session.svelte';
import { toasts } from '../state/toasts.svelte';
import { dialable, phone } from '../words/format';
import { fault, refusal, t } from '../words/words.svelte';
import { impossible, type Days } from './free';
import { ownerKey, ownerOf } from './owners';
import { whyWords } from './words';
import { dayOf, minuteOf, readDate, readTime, timeOf, typedDate, wall } from './when';

export interface About {
  /** What its draft is kept by. */
  name: string;
  number: string;
  recipient: string;
  protocolo: string | null;
  queue: Id | null;
  /** The escala that the matter itself names. */
  schedule?: Id | null;
}

/** Whoever has to know what became of it. */
export interface Hearer {
  kept(callback: Callback): void;
  gone(callback: Callback): void;
}

export type BookField = 'schedule' | 'date' | 'time' | 'number' | 'recipient' | 'note' | 'owner' | 'protocolo';

/** What the daemon refused, for the time that it was asked for. */
interface Refused extends Impossible {
  when: Local;
}

/** Days of the calendar that are asked for: any month, and the first days after it. */
const SPAN = 42;
/** The daemon had not written anything: the same wish may be sent again under the same key. */
const UNCERTAIN = (why: ApiError): boolean => why.status === 0 || why.status >= 500;

export class Booking {
  typed = $state<Fields>({});
  /** The promise that is changed; null: a new one. */
  editing = $state<Callback | null>(null);
  days = $state.raw<Days>({});
  existing = $state.raw<Callback[] | null>(null);
  why = $state<string | null>(null);
  wrong = $state<Record<string, string>>({});
  busy = $state(false);
  /** What was kept a moment ago. */
  done = $state<Callback | null>(null);
  /** Somebody else changed it: as it is now. */
  newer = $state<Callback | null>(null);
  private refused = $state<Refused | null>(null);
  private leafed = $state<string | null>(null);
  private turn = 0;
  private asked = 0;

  about = $state.raw<About>()!;

  constructor(
    about: About,
    private readonly drafts: Drafts,
    private readonly hearer: Hearer | null = null,
  ) {
    this.about = about;
    this.typed = drafts.get(this.draft);
  }

  /** Whether something was typed here before a reload. */
  static hasDraft = (drafts: Drafts, name: string): boolean => Object.keys(drafts.get(`callback.${name}`)).length > 0;

  schedules = $derived.by<Schedule[]>(() => {
    const own = session.me?.queues ?? [];
    return lists.of('schedules').filter((s) => mayKeepAllCallbacks() || s.queues.length === 0 || s.queues.some((q) => own.includes(q)));
  });
  schedule = $derived.by<Schedule | null>(() => {
    const wanted = this.editing?.schedule ?? this.typed.schedule;
    const of = (id: Id | null | undefined) => this.schedules.find((s) => s.schedule === id);
    return of(wanted) ?? of(this.about.schedule) ?? this.schedules.find((s) => this.about.queue !== null && s.queues.includes(this.about.queue)) ?? this.schedules[0] ?? null;
  });
  today = $derived<Day>(dayOf(wall(clock.now, this.schedule?.zone ?? 'America/Sao_Paulo')));
  day = $derived<Day | null>(readDate(this.value('date')));
  when = $derived.by<Local | null>(() => {
    const time = readTime(this.value('time'));
    return this.day && time ? `${this.day}T${time}` : null;
  });
  month = $derived(this.leafed ?? (this.day ?? this.today).slice(0, 7));
  /** The day whose slots are shown: the typed one, else the first that has a place. */
  shownDay = $derived.by<Day>(() => {
    if (this.day) return this.day;
    const free = Object.values(this.days).find((d) => d.day >= this.today && d.slots.some((slot) => slot.free));
    return free?.day ?? this.today;
  });
  number = $derived(dialable(this.value('number')));
  /** Why the time on the screen cannot be: as the daemon said, else as the calendar shows. */
  said = $derived.by<Refused | null>(() => {
    if (this.refused !== null && this.refused.when === this.when) return this.refused;
    if (this.when === null || this.schedule === null) return null;
    const known = impossible(this.days, this.when, this.schedule, clock.now, this.editing?.schedule === this.schedule.schedule ? minuteOf(this.editing.due_local) : null);
    return known && { ...known, when: this.when };
  });
  /** A time was typed and is not promised. */
  isPending = $derived(this.editing === null ? !!this.typed.date || !!this.typed.time : Object.keys(this.typed).length > 0);
  isFilled = $derived(this.when !== null && this.number !== null && this.value('recipient').trim() !== '' && this.schedule !== null);

  value(field: BookField): string {
    return this.typed[field] ?? this.beginning(field);
  }

  private beginning(field: BookField): string {
    const { editing, about } = this;
    switch (field) {
      case 'schedule':
        return editing?.schedule ?? this.schedule?.schedule ?? '';
      case 'date':
        return editing ? typedDate(dayOf(editing.due_local)) : '';
      case 'time':
        return editing ? timeOf(editing.due_local) : '';
      case 'number':
        return phone(editing?.number ?? about.number);
      case 'recipient':
        return editing?.recipient ?? about.recipient;
      case 'note':
        return editing?.note ?? '';
      case 'owner':
        return editing ? ownerKey(editing.owner) : 'me';
      case 'protocolo':
        return (editing ? editing.protocolo : about.protocolo) ?? '';
    }
  }

  type(field: BookField, value: string): void {
    this.typed = { ...this.typed, [field]: value };
    delete this.wrong[field];
    if (field === 'date' || field === 'time' || field === 'schedule') delete this.wrong.when;
    if (field === 'date' && readDate(value)) this.leafed = null;
    this.why = this.done = null;
    this.keep();
  }

  pick(local: Local): void {
    this.type('date', typedDate(dayOf(local)));
    this.type('time', timeOf(local));
  }

  pickDay(day: Day): void {
    this.type('date', typedDate(day));
  }

  leaf(month: string): void {
    this.leafed = month;
  }

  edit(callback: Callback): void {
    this.begin();
    this.editing = callback;
  }

  /** An empty form again. */
  begin(): void {
    this.editing = this.newer = this.refused = this.why = this.done = this.leafed = null;
    this.wrong = {};
    this.typed = {};
    this.keep();
  }

  /** The calendar of the month; an older answer never replaces a newer one. */
  async fetchDays(): Promise<void> {
    const schedule = this.schedule?.schedule;
    if (schedule === undefined) return;
    const turn = (this.turn += 1);
    const said = await ask<ScheduleDay[]>('GET', `/schedules/${schedule}/days${query({ from: `${this.month}-01`, days: String(SPAN) })}`).catch(() => null);
    if (said !== null && turn === this.turn) this.days = Object.fromEntries(said.map((day) => [day.day, day]));
  }

  async fetchExisting(): Promise<void> {
    const asked = (this.asked += 1);
    const page = this.number === null ? { rows: [] } : await ask<CallbackPage>('GET', `/callbacks${query({ number: this.number, state: 'all' })}`).catch(() => null);
    if (page === null || asked !== this.asked) return;
    this.existing = page.rows;
    const now = page.rows.find((c) => c.callback === this.editing?.callback);
    if (now && this.editing && now.version > this.editing.version && this.newer === null) this.newer = now;
  }

  async submit(): Promise<void> {
    if (this.busy || !this.isFilled || this.schedule === null) return;
    this.busy = true;
    this.why = null;
    this.wrong = {};
    const body = this.body(this.schedule);
    try {
      this.taken(this.editing ? await this.change(this.editing, body) : await ask<Callback>('POST', '/callbacks', body, this.key(body)));
    } catch (why) {
      await this.fail(why, body.when);
    }
    this.busy = false;
    await Promise.all([this.fetchDays(), this.fetchExisting()]);
  }

  async cancel(callback: Callback): Promise<void> {
    try {
      await ask('POST', `/callbacks/${callback.callback}/cancel`, { version: callback.version });
      toasts.say(t('callback.cancelled', { who: callback.recipient }));
      this.hearer?.gone(callback);
      if (this.editing?.callback === callback.callback) this.begin();
    } catch (why) {
      toasts.say(refusal(why), 'danger');
    }
    await Promise.all([this.fetchDays(), this.fetchExisting()]);
  }

  /** Why what was typed is no promise yet. */
  unkept(): string {
    const why = this.said && this.schedule ? whyWords(this.said.why, this.said.when, this.schedule) : null;
    return why ? `${why.first} ${why.rest}`.trim() : t('record.callback-open');
  }

  private change(own: Callback, body: CallbackDraft): Promise<Callback> {
    const { schedule: _, protocolo: __, ...terms } = body;
    return ask<Callback>('PATCH', `/callbacks/${own.callback}`, { version: own.version, ...terms } satisfies CallbackEdit, this.key(body));
  }

  private body(schedule: Schedule): CallbackDraft {
    const protocolo = this.value('protocolo').replace(/\D/g, '');
    return {
      schedule: schedule.schedule, recipient: this.value('recipient').trim(), number: this.number ?? '', note: this.value('note').trim(), owner: ownerOf(this.value('owner')), when: this.when ?? '',
      protocolo: protocolo || null,
    };
  }

  /** The same for the same form, however often it is sent, by this page or by the one after a reload. */
  private key(body: CallbackDraft): string {
    const sent = JSON.stringify([this.editing?.callback ?? null, this.editing?.version ?? null, body]);
    if (this.typed.sent !== sent || !this.typed.key) {
      this.typed = { ...this.typed, sent, key: newKey() };
      this.keep();
    }
    return this.typed.key ?? newKey();
  }

  private taken(callback: Callback): void {
    this.begin();
    this.done = callback;
    this.hearer?.kept(callback);
  }

  private async fail(why: unknown, when: Local): Promise<void> {
    if (!(why instanceof ApiError)) return void (this.why = refusal(why));
    if (!UNCERTAIN(why)) this.forgetKey();
    const more = why.more as { impossible?: Impossible };
    if (why.code === 'impossible' && more.impossible) this.refused = { ...more.impossible, when };
    else if (why.code === 'invalid' && why.field) this.wrong = { [why.field]: fault('invalid') ?? why.said };
    else if (why.status === 422 && Object.keys(why.fields).length > 0) this.wrong = Object.fromEntries(Object.entries(why.fields).map(([field, word]) => [field, fault(word) ?? word]));
    else if (why.code === 'gate') this.wrong = { number: refusal(why) };
    else if (why.code === 'outdated') await this.reread();
    else this.why = refusal(why);
  }

  /** As somebody else left it. */
  private async reread(): Promise<void> {
    const own = this.editing;
    if (own === null) return;
    const page = await ask<CallbackPage>('GET', `/callbacks${query({ number: own.number, state: 'all' })}`).catch(() => null);
    this.newer = page?.rows.find((c) => c.callback === own.callback) ?? null;
    if (this.newer === null) this.why = t('error.outdated');
  }

  /** The newer one lies under what is typed; saving takes its version. */
  takeNewer(): void {
    if (this.newer) this.editing = this.newer;
    this.newer = null;
  }

  private forgetKey(): void {
    const { sent: _, key: __, ...rest } = this.typed;
    this.typed = rest;
    this.keep();
  }

  private get draft(): string {
    return `callback.${this.about.name}`;
  }

  /** A change of a promise is not kept: its version would be old. */
  private keep(): void {
    this.drafts.put(this.draft, this.editing ? {} : this.typed);
  }
}
