// How a new call reaches somebody who looks elsewhere: sound, the tab's title, a desktop notification while the tab is hidden (SM-02).

import type { Call } from '../api/types';
import { untrack } from 'svelte';
import { Ringer } from '../device/ringer';
import { nameOf } from '../state/desk';
import { desk } from '../state/desk.svelte';
import { phone } from '../words/format';
import { t } from '../words/words.svelte';

export const ringer = new Ringer();
const TITLE = 'Ramal';
/** The title changes so often, in ms. */
const FLASH = 1_000;

// Not the calls themselves: what else changes about them does not begin the ring again.
const newestId = $derived(desk.ringing.at(-1)?.call ?? null);
const inCall = $derived(desk.scene.kind !== 'idle' && desk.scene.kind !== 'wrap-up');

/** One round for the newest call that rings; made for `$effect`. */
export function ringBell(): () => void {
  if (newestId === null) return quiet;
  ringer.start(inCall ? 'knock' : 'ring');
  const newest = untrack(() => desk.ringing.at(-1))!;
  const title = `${t('new-call')} · ${phone(newest.number)}`;
  document.title = title;
  const flash = setInterval(() => (document.title = document.title === TITLE ? title : TITLE), FLASH);
  const note = document.hidden ? notify(newest) : null;
  return () => {
    clearInterval(flash);
    note?.close();
    quiet();
  };
}

function quiet(): void {
  ringer.stop();
  document.title = TITLE;
}

function notify(call: Call): Notification | null {
  if (!('Notification' in window) || Notification.permission !== 'granted') return null;
  const note = new Notification(`${t('new-call')}: ${phone(call.number)}`, { body: nameOf(call) ?? t('contact.unknown'), tag: call.call, requireInteraction: true });
  note.onclick = () => window.focus();
  return note;
}
