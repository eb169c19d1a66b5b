// What an alert of the daemon says, in words.

import type { Alert } from '../api/types';
import type { IconName } from '../parts/icons';
import { desk } from './desk.svelte';
import { clockTime, duration, phone } from '../words/format';
import { maybe, t, type Blanks } from '../words/words.svelte';

export interface AlertText {
  text: string;
  look: 'danger' | 'pause' | 'ready';
  icon: IconName;
}

const GOOD = new Set(['group-up', 'store-works', 'recordings-work']);
const LOUD = new Set(['registration-lost', 'group-down', 'store-failing', 'no-media-ports', 'no-recordings', 'phone-lost', 'disk-low']);

export function alertText(alert: Alert): AlertText {
  const [kind, said] = typeof alert === 'string' ? [alert, {}] : (Object.entries(alert)[0] ?? ['', {}]);
  const text = maybe(`alert.${kind}`, blanks(said)) ?? t('alert.other', { kind });
  const good = GOOD.has(kind);
  return { text, look: good ? 'ready' : LOUD.has(kind) ? 'danger' : 'pause', icon: good ? 'check' : /hold|pause|break/.test(kind) ? 'clock' : 'warn' };
}

function blanks(said: Record<string, unknown>): Blanks {
  const shown: Blanks = {};
  for (const [name, value] of Object.entries(said)) {
    if (name === 'user') shown.name = desk.live.agents[String(value)]?.name ?? String(value);
    else if (name === 'at') shown.at = clockTime(new Date(String(value)));
    else if (name === 'seconds' || name.endsWith('_s')) shown[name] = duration(Number(value) * 1000);
    else shown[name] = name === 'number' ? phone(String(value)) : String(value);
  }
  return shown;
}
