// The keys of the desktop. They work while typing: Alt with a letter, read by its place on the keyboard. AltGr is Ctrl+Alt and stays a letter.

import type { Command } from './shortcuts';

export type KeyName = string;
/** What is the same for everybody. */
type Fixed = 'Escape' | 'Ctrl Enter';
type Handler = () => boolean | void;

const handlers = new Map<Command | Fixed, Handler[]>();
let bound: (command: string) => KeyName = () => '';

/** Where commands have their keys from. */
export function keyOf(lookUp: (command: string) => KeyName): void {
  bound = lookUp;
}

/** `Alt KeyA`, `Ctrl KeyK`, `F8`, `Escape`; null for what is just typing. */
export function nameOf(e: Pick<KeyboardEvent, 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'key'>): KeyName | null {
  if (e.altKey && !e.ctrlKey && !e.metaKey) return `Alt ${e.code}`;
  if ((e.ctrlKey !== e.metaKey) && !e.altKey) return `Ctrl ${e.code}`;
  if (e.altKey || e.ctrlKey) return null;
  return e.key === 'Escape' ? 'Escape' : /^F\d+$/.test(e.code) ? e.code : null;
}

/** Gives a command to whoever came last and is still there; a handler that answers false passes it on. */
export function onKey(what: Command | Fixed, handler: Handler): () => void {
  const stack = handlers.get(what) ?? [];
  handlers.set(what, [handler, ...stack]);
  return () => handlers.set(what, (handlers.get(what) ?? []).filter((h) => h !== handler));
}

/** Gives several at once; made for `$effect`, which takes them back. */
export function onKeys(map: Partial<Record<Command | Fixed, Handler>>): () => void {
  const ends = Object.entries(map).map(([what, handler]) => onKey(what as Command | Fixed, handler));
  return () => ends.forEach((end) => end());
}

export function press(e: KeyboardEvent): void {
  const name = nameOf(e);
  if (name === null || e.repeat || e.defaultPrevented) return;
  for (const [what, stack] of handlers) {
    if (what !== name && bound(what) !== name) continue;
    for (const handler of stack) {
      if (handler() === false) continue;
      e.preventDefault();
      return;
    }
  }
}
