// The keys of the desktop. They work while typing: Alt with a letter, read by its place on the keyboard. AltGr is Ctrl+Alt and stays a letter.

export type KeyName = string;
type Handler = () => boolean | void;

const handlers = new Map<KeyName, Handler[]>();

/** `Alt KeyA`, `Ctrl KeyK`, `Escape`; null for what is just typing. */
export function nameOf(e: Pick<KeyboardEvent, 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'key'>): KeyName | null {
  if (e.altKey && !e.ctrlKey && !e.metaKey) return `Alt ${e.code}`;
  if ((e.ctrlKey !== e.metaKey) && !e.altKey) return `Ctrl ${e.code}`;
  return e.key === 'Escape' ? 'Escape' : null;
}

/** Gives a key to whoever came last and is still there; a handler that answers false passes it on. */
export function onKey(name: KeyName, handler: Handler): () => void {
  const stack = handlers.get(name) ?? [];
  handlers.set(name, [handler, ...stack]);
  return () => handlers.set(name, (handlers.get(name) ?? []).filter((h) => h !== handler));
}

/** Gives several at once; made for `$effect`, which takes them back. */
export function onKeys(map: Record<KeyName, Handler>): () => void {
  const ends = Object.entries(map).map(([name, handler]) => onKey(name, handler));
  return () => ends.forEach((end) => end());
}

export function press(e: KeyboardEvent): void {
  const name = nameOf(e);
  if (name === null || e.repeat || e.defaultPrevented) return;
  for (const handler of handlers.get(name) ?? []) {
    if (handler() === false) continue;
    e.preventDefault();
    return;
  }
}

const onMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
/** How a key is written on its control. */
export const shown = (alt: string): string => (onMac ? `⌥ ${alt}` : `Alt ${alt}`);
export const shownCtrl = (key: string): string => (onMac ? `⌘ ${key}` : `Ctrl ${key}`);
