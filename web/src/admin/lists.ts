// What the administration can list and edit: one table of definitions, one list page, one form for all of them.

import type { IconName } from '../parts/icons';
import type { AdminList } from '../state/rights';
import { maybe, type Key } from '../words/words.svelte';

export type Row = Record<string, unknown>;

export interface FormField {
  name: string;
  word: Key;
  kind: 'text' | 'long' | 'secret' | 'choice' | 'many' | 'flag' | 'minutes' | 'seconds' | 'number' | 'hours' | 'dates' | 'weekdays' | 'clock' | 'breaks' | 'week' | 'closed' | 'absence' | 'calendar' | 'group' | 'numbers' | 'routes' | 'retry' | 'permille';
  required?: boolean;
  /** Rows of that list are the choices. */
  from?: AdminList;
  /** What Configurações has of it are the choices. */
  kept?: 'sounds' | 'profiles' | 'lead-lists' | 'rule-packs' | 'suppression-lists' | 'gateways';
  /** Of a group: each part has a name of its own in it. */
  parts?: FormField[];
  /** Fixed choices: value and word. */
  choices?: [string, Key][];
  /** An empty choice stands for null. */
  optional?: boolean;
  /** What an empty number stands for, where that is not null. */
  empty?: number;
  /** What a new row begins with. */
  first?: unknown;
  /** The daemon has it as a number. */
  counted?: boolean;
  hint?: Key;
  /** Only when the row is new. */
  onlyNew?: boolean;
  /** Shown in the table too. */
  column?: boolean;
}

export interface Definition {
  list: AdminList;
  /** The field that holds a row's id. */
  id: string;
  /** The field that names a row to people. */
  title: string;
  icon: IconName;
  word: Key;
  one: Key;
  fields: FormField[];
  /** The connection can be tested before it is saved. */
  test?: boolean;
  /** The daemon says what a change would break, before it is saved. */
  check?: boolean;
}

const NAME: FormField = { name: 'name', word: 'admin.name', kind: 'text', required: true, column: true };

const DAY = { from: 540, until: 1080 };
/** Of Brazil, from east to west. */
const ZONES = [
  'America/Noronha', 'America/Sao_Paulo', 'America/Recife', 'America/Fortaleza', 'America/Maceio', 'America/Bahia', 'America/Belem', 'America/Santarem', 'America/Araguaina', 'America/Campo_Grande', 'America/Cuiaba', 'America/Porto_Velho',
  'America/Manaus', 'America/Boa_Vista', 'America/Eirunepe', 'America/Rio_Branco',
] as const;

const counted = (name: string, word: Key, first: number): FormField => ({ name, word, kind: 'number', counted: true, required: true, first });
const HANDLING = { offer_s: 20, cool_off_minutes: 10, later_minutes: 120, decline_suppresses: false };
const PACE = { lines: 30, starts_per_second: 5, abandoned_permille: 30, ring_s: 25, ring_at_least_s: 15, notice: null, opt_out: '9', cool_down_hours: 72 };
const DETECTION = { kind: 'off', sound: null, beep_s: 30 };

export const DEFINITIONS: Definition[] = [
  {
    list: 'users', id: 'user', title: 'name', icon: 'person', word: 'admin.users', one: 'admin.users.one',
    fields: [
      NAME,
      { name: 'login', word: 'login.user', kind: 'text', required: true, column: true },
      { name: 'password', word: 'login.password', kind: 'secret', hint: 'admin.password-later', onlyNew: true },
      { name: 'perfil', word: 'admin.perfil', kind: 'choice', from: 'perfis', required: true, column: true },
      { name: 'ramal', word: 'admin.ramal', kind: 'choice', from: 'extensions', optional: true, column: true },
      { name: 'location', word: 'admin.location', kind: 'choice', from: 'locations', optional: true },
      { name: 'queues', word: 'admin.queues', kind: 'many', from: 'queues' },
      { name: 'departments', word: 'admin.departments', kind: 'many', from: 'departments', hint: 'admin.departments.of-user' },
      { name: 'directions', word: 'admin.directions', kind: 'choice', choices: [['both', 'admin.directions.both'], ['inbound', 'admin.directions.inbound'], ['outbound', 'admin.directions.outbound']] },
      { name: 'active', word: 'admin.active', kind: 'flag', column: true },
    ],
  },
  {
    list: 'perfis', id: 'perfil', title: 'name', icon: 'shield', word: 'admin.perfis', one: 'admin.perfis.one',
    fields: [NAME, { name: 'permissions', word: 'admin.permissions', kind: 'many' }],
  },
  {
    list: 'reasons', id: 'reason', title: 'name', icon: 'pause', word: 'admin.reasons', one: 'admin.reasons.one',
    fields: [NAME, { name: 'limit_s', word: 'admin.limit', kind: 'minutes', optional: true, hint: 'admin.limit-hint', column: true }, { name: 'nr17', word: 'admin.nr17', kind: 'flag', column: true }],
  },
  {
    list: 'queues', id: 'queue', title: 'name', icon: 'layers', word: 'admin.queues', one: 'admin.queues.one',
    fields: [
      NAME,
      { name: 'number', word: 'admin.queue-number', kind: 'number', required: true, column: true, hint: 'admin.queue-number-hint' },
      { name: 'wrap_up_s', word: 'admin.wrap-up', kind: 'seconds', empty: 0, column: true },
      { name: 'hours', word: 'admin.hours', kind: 'hours', hint: 'admin.hours-hint' },
      { name: 'holidays', word: 'admin.holidays', kind: 'dates', hint: 'admin.holidays-hint' },
      { name: 'music', word: 'admin.music', kind: 'choice', kept: 'sounds', optional: true },
      { name: 'members', word: 'admin.members', kind: 'many', from: 'users', column: true },
      { name: 'script', word: 'admin.script', kind: 'long' },
    ],
  },
  {
    list: 'schedules', id: 'schedule', title: 'name', icon: 'callback', word: 'admin.schedules', one: 'admin.schedules.one', check: true,
    fields: [
      NAME,
      { name: 'zone', word: 'admin.zone', kind: 'choice', choices: ZONES.map((zone) => [zone, `zone.${zone}`]), first: 'America/Sao_Paulo', column: true },
      { name: 'week', word: 'admin.week', kind: 'week', first: [DAY, DAY, DAY, DAY, DAY, null, null] },
      { name: 'closed', word: 'admin.closed', kind: 'closed', first: {} },
      { name: 'calendar', word: 'admin.calendar', kind: 'calendar', first: { national: true, optional: false, states: [], places: [] } },
      { name: 'slot_minutes', word: 'admin.slot', kind: 'number', counted: true, required: true, first: 30 },
      { name: 'capacity', word: 'admin.capacity', kind: 'number', counted: true, required: true, first: 2, column: true },
      { name: 'attempts', word: 'admin.attempts', kind: 'number', counted: true, required: true, first: 3, column: true },
      { name: 'interval_minutes', word: 'admin.interval', kind: 'number', counted: true, required: true, first: 10 },
      { name: 'mode', word: 'admin.mode', kind: 'choice', choices: [['automatic', 'admin.mode.automatic'], ['preview', 'admin.mode.preview']], column: true },
      { name: 'absence', word: 'admin.absence', kind: 'absence', first: { grace_minutes: 15, then: 'stay' } },
      { name: 'patience_s', word: 'admin.patience', kind: 'number', counted: true, required: true, first: 60 },
      { name: 'queues', word: 'admin.schedule-queues', kind: 'many', from: 'queues', hint: 'admin.schedule-queues-hint' },
      { name: 'returns', word: 'admin.returns', kind: 'flag' },
    ],
  },
  {
    list: 'campaigns', id: 'campaign', title: 'name', icon: 'horn', word: 'admin.campaigns', one: 'admin.campaigns.one',
    fields: [
      NAME,
      { name: 'mode', word: 'admin.campaign.mode', kind: 'choice', choices: (['preview', 'push-preview', 'progressive', 'predictive'] as const).map((mode) => [mode, `campaign.mode.${mode}`]), column: true },
      { name: 'aim', word: 'admin.campaign.aim', kind: 'choice', choices: (['sales', 'collection', 'service', 'research'] as const).map((aim) => [aim, `campaign.aim.${aim}`]), column: true },
      { name: 'lists', word: 'admin.campaign.lists', kind: 'many', kept: 'lead-lists', column: true },
      { name: 'queues', word: 'admin.campaign.queues', kind: 'many', from: 'queues', hint: 'admin.campaign.queues-hint' },
      { name: 'script', word: 'admin.script', kind: 'long' },
      { name: 'caller_ids', word: 'admin.campaign.caller-ids', kind: 'numbers', hint: 'admin.campaign.caller-ids-hint', first: [] },
      { name: 'routes', word: 'admin.campaign.routes', kind: 'routes', hint: 'admin.campaign.routes-hint', first: [] },
      { name: 'schedule', word: 'admin.campaign.schedule', kind: 'choice', from: 'schedules', optional: true },
      { name: 'rules', word: 'admin.campaign.rules', kind: 'choice', kept: 'rule-packs', optional: true },
      { name: 'needs', word: 'admin.campaign.needs', kind: 'many', kept: 'suppression-lists', hint: 'admin.campaign.needs-hint' },
      { name: 'webhook', word: 'admin.campaign.webhook', kind: 'choice', kept: 'gateways', optional: true, hint: 'admin.campaign.webhook-hint' },
      { name: 'retry', word: 'admin.retry', kind: 'retry', first: { results: {}, dispositions: {}, limits: [{ of: 'number', within: 'day', most: 2 }, { of: 'lead', within: 'ever', most: 6 }] } },
      {
        name: 'handling', word: 'admin.campaign.handling', kind: 'group', first: HANDLING,
        parts: [counted('offer_s', 'handling.offer_s', 20), counted('cool_off_minutes', 'handling.cool_off_minutes', 10), counted('later_minutes', 'handling.later_minutes', 120), { name: 'decline_suppresses', word: 'handling.decline_suppresses', kind: 'flag' }],
      },
      {
        name: 'pace', word: 'admin.campaign.pace', kind: 'group', first: PACE,
        parts: [
          counted('lines', 'pace.lines', 30), counted('starts_per_second', 'pace.starts_per_second', 5), counted('ring_s', 'pace.ring_s', 25), counted('ring_at_least_s', 'pace.ring_at_least_s', 15), { name: 'abandoned_permille', word: 'pace.abandoned_permille', kind: 'permille' },
          { name: 'notice', word: 'pace.notice', kind: 'choice', kept: 'sounds', optional: true },
          { name: 'opt_out', word: 'pace.opt_out', kind: 'text', hint: 'pace.opt_out.hint', optional: true }, counted('cool_down_hours', 'pace.cool_down_hours', 72),
        ],
      },
      {
        name: 'detection', word: 'admin.campaign.detection', kind: 'group', first: DETECTION,
        parts: [
          { name: 'kind', word: 'detection.kind', kind: 'choice', hint: 'detection.hint', choices: (['off', 'hang-up', 'message', 'connect'] as const).map((kind) => [kind, `detection.${kind}`]) },
          { name: 'sound', word: 'detection.sound', kind: 'choice', kept: 'sounds', optional: true },
          { name: 'beep_s', word: 'detection.beep_s', kind: 'number', counted: true, first: 30 },
        ],
      },
      { name: 'priority', word: 'admin.campaign.priority', kind: 'number', counted: true, required: true, first: 0, hint: 'admin.campaign.priority-hint' },
    ],
  },
  {
    list: 'dispositions', id: 'disposition', title: 'name', icon: 'tag', word: 'admin.dispositions', one: 'admin.dispositions.one',
    fields: [NAME, { name: 'queue', word: 'queue', kind: 'choice', from: 'queues', optional: true, column: true }],
  },
  { list: 'departments', id: 'id', title: 'name', icon: 'building', word: 'admin.departments', one: 'admin.departments.one', fields: [NAME] },
  { list: 'locations', id: 'id', title: 'name', icon: 'globe', word: 'admin.locations', one: 'admin.locations.one', fields: [NAME] },
  {
    list: 'shifts', id: 'shift', title: 'name', icon: 'clock', word: 'admin.shifts', one: 'admin.shifts.one',
    fields: [
      NAME,
      { name: 'days', word: 'admin.days', kind: 'weekdays', column: true },
      { name: 'from', word: 'admin.from', kind: 'clock', required: true, column: true },
      { name: 'until', word: 'admin.until', kind: 'clock', required: true, column: true, hint: 'admin.until-hint' },
      { name: 'breaks', word: 'admin.breaks', kind: 'breaks', column: true },
      { name: 'users', word: 'admin.shift-users', kind: 'many', from: 'users', column: true },
    ],
  },
  {
    list: 'extensions', id: 'account', title: 'account', icon: 'phone', word: 'admin.extensions', one: 'admin.extensions.one', test: true,
    fields: [
      { name: 'ramal', word: 'admin.ramal', kind: 'number', required: true, onlyNew: true },
      { name: 'name', word: 'admin.name', kind: 'text', column: true },
      { name: 'server', word: 'setup.server', kind: 'text', required: true, column: true },
      { name: 'profile', word: 'setup.profile', kind: 'choice', kept: 'profiles', choices: [['asterisk', 'profile.asterisk'], ['freeswitch', 'profile.freeswitch'], ['generic', 'setup.profile.generic']] },
      { name: 'transport', word: 'setup.transport', kind: 'choice', choices: [['udp', 'setup.transport.udp'], ['tcp', 'setup.transport.tcp']] },
      { name: 'password', word: 'setup.ramal-password', kind: 'secret', hint: 'admin.password-hint' },
      { name: 'auth_user', word: 'admin.auth-user', kind: 'text', hint: 'admin.auth-user-hint' },
    ],
  },
  {
    list: 'contacts', id: 'contact', title: 'name', icon: 'person', word: 'admin.contacts', one: 'admin.contacts.one',
    fields: [NAME, { name: 'document', word: 'admin.document', kind: 'text', column: true }, { name: 'account_name', word: 'admin.account', kind: 'text', column: true }, { name: 'phones', word: 'admin.phones', kind: 'many', column: true }],
  },
];

/** Perfis of the daemon's own do not change; extensions of its files are changed there. */
export const isFixed = (d: Definition, row: Row): boolean => row.builtin === true || (d.list === 'extensions' && row.administered !== true);

/** The rows of a list, whichever way the daemon wraps them. */
export const rowsOf = (answer: Row[] | { rows: Row[] }): Row[] => (Array.isArray(answer) ? answer : answer.rows);

/** An extension's own name is its account; others have ids. */
export const idOf = (d: Definition, row: Row): string => String(row[d.id] ?? '');
/** The perfis that come with the daemon have its names; ours are in the person's language. */
export const titleOf = (d: Definition, row: Row): string => (row.builtin === true ? maybe(`perfil.${String(row.name)}`) : null) ?? String(row[d.title] ?? row[d.id] ?? '');
