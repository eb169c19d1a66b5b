// Every sentence a person reads, from one catalogue per language, and the switch between them.

import type { Language } from '../api/types';
import { ApiError } from '../api/http';
import pt from './pt-BR.json';

export type Key = keyof typeof pt;
export type Blanks = Record<string, string | number>;

const KEPT = 'ramal.language';

class Words {
  language = $state<Language>('pt-BR');
  /** English comes when somebody chooses it. */
  catalogue = $state.raw<Record<Key, string>>(pt);

  async choose(language: Language): Promise<void> {
    this.catalogue = language === 'en' ? (await import('./en.json')).default : pt;
    this.language = language;
    localStorage.setItem(KEPT, language);
    document.documentElement.lang = language;
  }
}

/** What was chosen here before, else what the browser speaks. */
export function remembered(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === 'pt-BR' || kept === 'en') return kept;
  return navigator.language.startsWith('en') ? 'en' : 'pt-BR';
}

export const words = new Words();

/** The sentence for a key. `{n}` takes a blank's value, `{n|ligação|ligações}` chooses by its number, which is a count then: `1.000`. */
export function t(key: Key, blanks: Blanks = {}): string {
  return fill(words.catalogue[key], blanks);
}

/** The same for a key made at run time; null where the catalogue has none. */
export function maybe(key: string, blanks: Blanks = {}): string | null {
  const text = (words.catalogue as Record<string, string>)[key];
  return text === undefined ? null : fill(text, blanks);
}

export function fill(text: string, blanks: Blanks): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = blanks[name];
    if (value === undefined) return whole;
    if (one !== undefined) return (Number(value) === 1 ? one : many) ?? '';
    return typeof value === 'number' && text.includes(`{${name}|`) ? value.toLocaleString(words.language) : String(value);
  });
}

/** What is wrong with a field, by the daemon's word for it; null where nothing is. */
export function fault(word: string | undefined): string | null {
  return word === undefined ? null : maybe(`error.field.${word}`) ?? word;
}

/** Why something was refused, in words: by its rule, else by its code, else as the daemon said it. */
export function refusal(why: unknown): string {
  if (!(why instanceof ApiError)) return t('error.unexpected');
  const byRule = why.rule === null ? null : maybe(`error.${why.code}.${why.rule}`);
  return byRule ?? maybe(`error.${why.code}`) ?? why.said;
}
