// Files of a message before they are sent: what is refused at once, and how it is said. Pure (AG-05).

import type { AttachedFile, FileLimits } from '../api/types';
import { ApiError } from '../api/http';
import { maybe, refusal, t, words } from '../words/words.svelte';

/** `47 KB`, `9,8 MB`: as file managers write them. */
export function sizeWords(bytes: number): string {
  const kilo = bytes / 1024;
  if (kilo < 1000) return `${Math.max(1, Math.round(kilo))} KB`;
  const mega = (kilo / 1024).toFixed(1).replace(/\.0$/, '');
  return `${words.language === 'en' ? mega : mega.replace('.', ',')} MB`;
}

const sum = (all: { size: number }[]): number => all.reduce((size, one) => size + one.size, 0);

/** Why a file is not even sent; null where nothing is against it. */
export function refusedAtOnce(file: { name: string; size: number }, has: { size: number }[], limits: FileLimits): string | null {
  const { name, size } = file;
  if (size === 0) return t('appointment.file.empty', { name });
  if (size > limits.most_bytes_each) return t('appointment.file.file-too-large', { name, most: sizeWords(limits.most_bytes_each) });
  if (has.length >= limits.most) return t('appointment.file.too-many', { name, most: limits.most });
  if (sum(has) + size > limits.most_bytes) return t('appointment.file.too-heavy', { name, most: sizeWords(limits.most_bytes) });
  return null;
}

/** Why the daemon did not take it, with its name. */
export function fileFault(why: unknown, name: string, limits: FileLimits | null): string {
  const word = why instanceof ApiError ? why.fields['file'] ?? why.code : '';
  return maybe(`appointment.file.${word}`, { name, most: sizeWords(limits?.most_bytes_each ?? 0) }) ?? `${name}: ${refusal(why)}`;
}

export const addressOf = (appointment: string, file: AttachedFile): string => `api/v1/appointments/${appointment}/files/${file.file}`;
