// What can be set in each section of the configuration, and how it is shown. The daemon knows the values; the page their words.

import type { Setting } from '../api/types';
import { maybe, t, type Key } from '../words/words.svelte';
import { writeSpan } from './span';

export interface SettingField {
  key: string;
  word: Key;
  /** `words`: several in an order. A sound is one of those there are. */
  kind: 'span' | 'number' | 'choice' | 'flag' | 'words' | 'sound' | 'profile';
  /** As the configuration spells them, and in words. */
  choices?: [string, Key][];
  hint?: Key;
}

export interface Group {
  word: Key;
  fields: SettingField[];
}

export const ALERTS: Group[] = [
  {
    word: 'settings.alerts',
    fields: [
      { key: 'nobody_after', word: 'settings.nobody-after', kind: 'span', hint: 'settings.minute-to-day' },
      { key: 'least_free_mb', word: 'settings.least-free', kind: 'number' },
    ],
  },
];

const RECORD: [string, Key][] = [['never', 'settings.record.never'], ['on-demand', 'settings.record.on-demand'], ['always', 'settings.record.always']];
const HOLD: [string, Key][] = [['local', 'settings.hold.local'], ['sendonly', 'settings.hold.sendonly'], ['inactive', 'settings.hold.inactive']];
const CLASS: [string, Key][] = [['music', 'settings.class.music'], ['information', 'settings.class.information'], ['advert', 'settings.class.advert']];
const DTMF: [string, Key][] = [['rfc4733', 'settings.dtmf.rfc4733'], ['info', 'settings.dtmf.info'], ['inband', 'settings.dtmf.inband']];
const PRACK: [string, Key][] = [['supported', 'settings.prack.supported'], ['required', 'settings.prack.required'], ['off', 'settings.off']];
const REFRESHER: [string, Key][] = [['any', 'settings.refresher.any'], ['us', 'settings.refresher.us'], ['them', 'settings.refresher.them']];

export const PROFILE: Group[] = [
  {
    word: 'settings.group.hold',
    fields: [
      { key: 'hold', word: 'settings.hold', kind: 'choice', choices: HOLD },
      { key: 'hold_music', word: 'settings.hold-music', kind: 'sound' },
      { key: 'hold_class', word: 'settings.hold-class', kind: 'choice', choices: CLASS },
      { key: 'hold_without_consent', word: 'settings.hold-without-consent', kind: 'sound' },
      { key: 'hold_alert', word: 'settings.hold-alert', kind: 'span', hint: 'settings.or-off' },
    ],
  },
  {
    word: 'settings.group.recording',
    fields: [
      { key: 'record', word: 'settings.record', kind: 'choice', choices: RECORD },
      { key: 'recording_notice', word: 'settings.notice', kind: 'sound' },
      { key: 'show_listeners', word: 'settings.show-listeners', kind: 'flag' },
    ],
  },
  {
    word: 'settings.group.sound',
    fields: [
      { key: 'codecs', word: 'settings.codecs', kind: 'words', hint: 'settings.codecs-hint' },
      { key: 'dtmf', word: 'settings.dtmf', kind: 'choice', choices: DTMF },
      { key: 'nat', word: 'settings.nat', kind: 'flag' },
    ],
  },
  {
    word: 'settings.group.answers',
    fields: [
      { key: 'ring_timeout', word: 'settings.ring-timeout', kind: 'span' },
      { key: 'busy_status', word: 'settings.busy-status', kind: 'number' },
      { key: 'no_answer_status', word: 'settings.no-answer-status', kind: 'number' },
      { key: 'reject_status', word: 'settings.reject-status', kind: 'number' },
      { key: 'do_not_disturb_status', word: 'settings.dnd-status', kind: 'number' },
    ],
  },
  {
    word: 'settings.group.signalling',
    fields: [
      { key: 'refer', word: 'settings.refer', kind: 'flag' },
      { key: 'prack', word: 'settings.prack', kind: 'choice', choices: PRACK },
      { key: 'session_timer', word: 'settings.session-timer', kind: 'span', hint: 'settings.or-off' },
      { key: 'session_timer_min', word: 'settings.session-timer-min', kind: 'span' },
      { key: 'session_timer_refresher', word: 'settings.refresher', kind: 'choice', choices: REFRESHER },
      { key: 'keep_alive', word: 'settings.keep-alive', kind: 'span', hint: 'settings.or-off' },
    ],
  },
];

export type Values = Record<string, unknown>;

export const nameOfSound = (sound: string): string => maybe(`sound.of.${sound}`) ?? sound;
export const nameOfProfile = (profile: string): string => maybe(`profile.${profile}`) ?? profile;

/** A value in words, as its field would show it. */
export function shownValue(f: SettingField, value: unknown): string {
  if (value === null || value === undefined || value === '') return t('admin.none');
  if (f.kind === 'span') return writeSpan(String(value), t('settings.off'));
  if (f.kind === 'flag') return t(value === true ? 'yes' : 'no');
  if (f.kind === 'sound') return nameOfSound(String(value));
  const choice = f.choices?.find(([one]) => one === value);
  if (choice) return t(choice[1]);
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** What of a section's values has to be said: those that are not as usual. */
export function said(values: Values, keys: Record<string, Setting>): Values {
  const differs = ([key, value]: [string, unknown]): boolean => value !== null && JSON.stringify(value) !== JSON.stringify(keys[key]?.usual ?? null);
  return Object.fromEntries(Object.entries(values).filter(differs));
}
