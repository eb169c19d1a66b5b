// Telephone numbers in one field, separated by commas. Pure.

import { dialable, phone } from '../words/format';

/** `+55…` where it is a Brazilian number with its DDD, else as it was typed. */
function whole(text: string): string | null {
  const plain = dialable(text);
  return plain === null ? null : /^[1-9]\d{9,10}$/.test(plain) ? `+55${plain}` : plain;
}

/** Null where one of them is no number. */
export function readNumbers(text: string): string[] | null {
  const all = text.split(/[,;\n]/).map((one) => one.trim()).filter(Boolean).map(whole);
  return all.some((one) => one === null) ? null : [...new Set(all as string[])];
}

export const writeNumbers = (numbers: string[]): string => numbers.map(phone).join(', ');
