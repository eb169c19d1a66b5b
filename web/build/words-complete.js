import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** npm runs everything from the folder of its package. */
const folder = join(process.cwd(), 'src/words');
const languages = ['pt-BR', 'en'];

/** @param {string} text @returns {string} the blanks that show their value, sorted; `{n|one|many}` only chooses and may differ */
const blanks = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort().join(' ');

/** What is wrong with two catalogues: keys that one lacks, words that are empty, blanks that differ.
 * @param {Record<string, Record<string, string>>} catalogues by language
 * @returns {string[]} one line a fault */
export function faults(catalogues) {
  const names = Object.keys(catalogues);
  const keys = new Set(names.flatMap((n) => Object.keys(catalogues[n])));
  const found = [];
  for (const key of [...keys].sort()) {
    for (const name of names) if (!catalogues[name][key]) found.push(`${name}.json: "${key}" is missing or empty`);
    const shapes = new Set(names.map((n) => blanks(catalogues[n][key] ?? '')));
    if (shapes.size > 1) found.push(`"${key}": the languages fill different blanks`);
  }
  return found;
}

/** The catalogues on disk, by language. */
export function catalogues() {
  return Object.fromEntries(languages.map((l) => [l, JSON.parse(readFileSync(join(folder, `${l}.json`), 'utf8'))]));
}

/** Vite plugin: a build with a word missing in either language fails. */
export function wordsComplete() {
  return {
    name: 'words-complete',
    buildStart() {
      const found = faults(catalogues());
      if (found.length > 0) throw new Error(`words are missing:\n  ${found.join('\n  ')}`);
    },
  };
}
