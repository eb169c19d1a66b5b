// Short sentences at the bottom left of the sheet, some with a way back.

/** How long one stays, in ms. */
const STAYS = 8_000;

export interface Toast {
  id: number;
  text: string;
  look: 'plain' | 'danger';
  undo: (() => void) | null;
}

class Toasts {
  all = $state<Toast[]>([]);
  private next = 0;

  say(text: string, look: Toast['look'] = 'plain', undo: Toast['undo'] = null): void {
    const id = (this.next += 1);
    this.all = [...this.all.filter((one) => one.text !== text), { id, text, look, undo }].slice(-3);
    setTimeout(() => this.close(id), STAYS);
  }

  close(id: number): void {
    this.all = this.all.filter((one) => one.id !== id);
  }
}

export const toasts = new Toasts();
