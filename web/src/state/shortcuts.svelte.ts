// The keys as this person has them in this browser.

import { keyOf } from './keys';
import { COMMANDS, DEFAULTS, faultOf, restored, written, type Bindings, type Command, type Fault } from './shortcuts';
import type { KeyName } from './keys';

const KEPT = 'ramal.keys';
const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

class Shortcuts {
  bindings = $state<Bindings>(remembered());
  readonly changed = $derived(COMMANDS.some((command) => this.bindings[command] !== DEFAULTS[command]));

  constructor() {
    keyOf((command) => this.bindings[command as Command]);
  }

  /** The fault, and nothing has changed; null: it is done. */
  give(command: Command, key: KeyName | null): Fault | null {
    const fault = faultOf(this.bindings, command, key);
    if (fault === null && key !== null) this.keep({ ...this.bindings, [command]: key });
    return fault;
  }

  reset(): void {
    this.keep({ ...DEFAULTS });
  }

  private keep(bindings: Bindings): void {
    this.bindings = bindings;
    const own = Object.fromEntries(COMMANDS.filter((command) => bindings[command] !== DEFAULTS[command]).map((command) => [command, bindings[command]]));
    localStorage.setItem(KEPT, JSON.stringify(own));
  }
}

function remembered(): Bindings {
  try {
    return restored(JSON.parse(localStorage.getItem(KEPT) ?? '{}'));
  } catch {
    return { ...DEFAULTS };
  }
}

export const shortcuts = new Shortcuts();
/** How a command's key is written on its control. */
export const shown = (command: Command): string => written(shortcuts.bindings[command], onMac);
