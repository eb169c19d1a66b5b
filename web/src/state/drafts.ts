// What was typed and is not yet known to be saved, kept in this browser so that a reload loses nothing.

export type Fields = Record<string, string | null>;

/** Older drafts are not worth their room, in ms. */
const KEPT_FOR = 14 * 24 * 3_600_000;
const PREFIX = 'ramal.draft.';

interface Kept {
  at: number;
  fields: Fields;
}

export class Drafts {
  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    private readonly now: () => number,
  ) {}

  get(name: string): Fields {
    try {
      const kept = JSON.parse(this.storage.getItem(PREFIX + name) ?? 'null') as Kept | null;
      return kept !== null && this.now() - kept.at < KEPT_FOR ? kept.fields : {};
    } catch {
      return {};
    }
  }

  /** False where the browser has no room or forbids it: then the page alone holds it. */
  put(name: string, fields: Fields): boolean {
    try {
      if (Object.keys(fields).length === 0) this.storage.removeItem(PREFIX + name);
      else this.storage.setItem(PREFIX + name, JSON.stringify({ at: this.now(), fields } satisfies Kept));
      return true;
    } catch {
      return false;
    }
  }
}
