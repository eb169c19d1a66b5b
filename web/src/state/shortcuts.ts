// What the keyboard does, by which keys, and which keys may be given to what. Pure.

import type { KeyName } from './keys';

/** In the order in which they are listed; each with the key it has until somebody gives it another. */
export const DEFAULTS = {
  answer: 'Alt KeyA',
  reject: 'Alt KeyR',
  mute: 'Alt KeyM',
  hold: 'Alt KeyE',
  transfer: 'Alt KeyT',
  swap: 'Alt KeyS',
  conference: 'Alt KeyC',
  keypad: 'Alt KeyK',
  record: 'Alt KeyG',
  hangup: 'Alt KeyX',
  callback: 'Alt KeyB',
  conclude: 'Alt Enter',
  state: 'Alt KeyP',
  dial: 'Ctrl KeyK',
  'page.tocando': 'Alt Digit1',
  'page.atendimento': 'Alt Digit2',
  'page.historico': 'Alt Digit3',
  'page.minhas-campanhas': 'Alt Digit4',
  'page.callbacks': 'Alt Digit5',
  'page.agendamentos': 'Alt Digit6',
  'page.campanhas': 'Alt KeyV',
  'page.discagem': 'Alt KeyN',
  'page.pausas': 'Alt KeyI',
  'page.ao-vivo': 'Alt Digit7',
  'page.admin': 'Alt Digit8',
  'page.gravacoes': 'Alt Digit9',
  'page.config': 'Alt Digit0',
} as const satisfies Record<string, KeyName>;

export type Command = keyof typeof DEFAULTS;
export type Bindings = Record<Command, KeyName>;
export const COMMANDS = Object.keys(DEFAULTS) as Command[];

/** Why a key is refused: it is none that works while typing, browser or system keep it, or it is another command's. */
export type Fault = { kind: 'not-alone' } | { kind: 'reserved' } | { kind: 'taken'; by: Command };

/** What the page always does with them. */
const FIXED = ['Ctrl Enter'];
/** Closing, opening, finding, copying, printing, walking; Alt with F4, arrows and the space bar belongs to the system. */
const BROWSERS = ['A', 'C', 'F', 'H', 'J', 'L', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z'].map((letter) => `Ctrl Key${letter}`);
const PLACES = /^(Key[A-Z]|Digit\d|Enter|F\d+|Comma|Period|Slash|Semicolon|Quote|Minus|Equal|BracketLeft|BracketRight|Backslash|IntlBackslash|IntlRo|Backquote)$/;

/** What a browser does with F1, F3, F5, F6, F7, F11 and F12 cannot be taken from it. */
const FREE = ['F2', 'F4', 'F8', 'F9', 'F10'];

export function faultOf(bindings: Bindings, command: Command, key: KeyName | null): Fault | null {
  const [held, place] = key?.includes(' ') ? key.split(' ') : ['', key ?? ''];
  if (key === null || (held === '' && !FREE.includes(key))) return { kind: 'not-alone' };
  if (held !== '' && (!PLACES.test(place ?? '') || key === 'Alt F4' || BROWSERS.includes(key) || FIXED.includes(key) || key.startsWith('Ctrl Digit'))) return { kind: 'reserved' };
  const by = COMMANDS.find((other) => other !== command && bindings[other] === key);
  return by ? { kind: 'taken', by } : null;
}

/** What was kept, over the defaults; whatever is no key of ours any more falls away. */
export function restored(kept: unknown): Bindings {
  const bindings: Bindings = { ...DEFAULTS };
  if (typeof kept !== 'object' || kept === null) return bindings;
  for (const [command, key] of Object.entries(kept)) {
    if (command in DEFAULTS && typeof key === 'string' && faultOf(bindings, command as Command, key) === null) bindings[command as Command] = key;
  }
  return bindings;
}

const SIGNS: Record<string, string> = { Comma: ',', Period: '.', Slash: '/', Semicolon: ';', Quote: "'", Minus: '-', Equal: '=', BracketLeft: '[', BracketRight: ']', Backslash: '\\', Backquote: '`' };

/** As it is written on its control: `Alt A`, `Ctrl K`, `F8`. */
export function written(key: KeyName, onMac: boolean): string {
  const names: Record<string, string> = onMac ? { Alt: '⌥', Ctrl: '⌘' } : {};
  return key.split(' ').map((part) => names[part] ?? SIGNS[part] ?? part.replace(/^(Key|Digit)/, '')).join(' ');
}
