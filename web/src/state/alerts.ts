// What an alert of the daemon says, in words.

import type { Alert } from '../api/types';
import type { IconName } from '../parts/icons';
import { desk } from './desk.svelte';
import { told } from './live';
import { clockTime, duration, phone } from '../words/format';
import { maybe, t, type Blanks } from '../words/words.svelte';

export interface AlertText {
  text: string;
  look: 'danger' | 'pause' | 'ready';
  icon: IconName;
  /** Where whoever has to do with it looks. */
  path: string[] | null;
}

const GOOD = new Set(['group-up', 'store-works', 'recordings-work']);
const LOUD = new Set(['registration-lost', 'group-down', 'store-failing', 'no-media-ports', 'no-recordings', 'phone-lost', 'disk-low', 'dialing-held', 'not-returned']);
/** Promises that nobody kept, or that somebody has to look at. */
const LOUD_OF_CALLBACK = new Set(['exhausted', 'missed', 'unknown', 'not-stored']);

export function alertText(alert: Alert): AlertText {
  const [kind, said] = told(alert);
  const own = maybe(`alert.${kind}.${String(said.what ?? said.doubt ?? said.why)}`, blanks(said));
  const text = own ?? maybe(`alert.${kind}`, blanks(said)) ?? t('alert.other', { kind });
  const good = GOOD.has(kind);
  const loud = LOUD.has(kind) || (kind === 'callback' && LOUD_OF_CALLBACK.has(String(said.what)));
  return { text, look: good ? 'ready' : loud ? 'danger' : 'pause', icon: good ? 'check' : kind === 'callback' ? 'callback' : /hold|pause|break/.test(kind) ? 'clock' : 'warn', path: kind === 'callback' ? ['callbacks', 'lista', String(said.callback)] : null };
}

function blanks(said: Record<string, unknown>): Blanks {
  const shown: Blanks = {};
  for (const [name, value] of Object.entries(said)) {
    if (name === 'user') shown.name = desk.live.agents[String(value)]?.name ?? String(value);
    else if (name === 'callback') shown.who = desk.live.callbacks[String(value)]?.recipient || t('callback.some');
    else if (name === 'rule') shown.why = maybe(`callback.denied.${String(value)}`) ?? String(value);
    else if (name === 'at') shown.at = clockTime(new Date(String(value)));
    else if (name === 'seconds' || name.endsWith('_s')) shown[name] = duration(Number(value) * 1000);
    else shown[name] = name === 'number' ? phone(String(value)) : String(value);
  }
  return shown;
}
