// Numbers as people type them in a campaign's terms. Pure.

/** A whole number; null where it is none. */
export const readNumber = (text: string): number | null => (/^\d{1,7}$/.test(text.trim()) ? Number(text.trim()) : null);

/** `3` and `2,5` percent in permille; finer steps there are none. */
export function readPermille(text: string): number | null {
  const said = /^(\d{1,3})(?:[.,](\d))?\s*%?$/.exec(text.trim());
  return said ? Number(said[1]) * 10 + Number(said[2] ?? 0) : null;
}

/** `30` permille as `3`, `25` as `2,5`. */
export const writePermille = (permille: number): string => (permille / 10).toString().replace('.', ',');
