// What the configuration says and which sounds there are, fetched when a screen needs them and again after each change.

import { ask } from '../api/http';
import type { Section, Sound } from '../api/types';
import { session } from '../state/session.svelte';
import { refusal } from '../words/words.svelte';
import { nameOfProfile, nameOfSound } from './fields';

class Kept {
  sections = $state<Section[] | null>(null);
  sounds = $state<Sound[] | null>(null);
  why = $state<string | null>(null);

  async fetch(): Promise<void> {
    try {
      this.sounds = await ask<Sound[]>('GET', '/sounds');
      if (session.can('settings')) this.sections = await ask<Section[]>('GET', '/settings');
      this.why = null;
    } catch (fault) {
      this.why = refusal(fault);
    }
  }

  section = (name: string): Section | null => this.sections?.find((one) => one.section === name) ?? null;
  profiles = (): Section[] => (this.sections ?? []).filter((one) => one.section.startsWith('profile.'));
  /** For a form; null where this person may not see them. */
  profileChoices = (): { value: string; name: string }[] | null => (this.sections ? this.profiles().map((one) => ({ value: profileOf(one), name: nameOfProfile(profileOf(one)) })) : null);
  /** With what is chosen already, should it be there no more. */
  soundChoices(chosen: string): { value: string; name: string }[] {
    const names = (this.sounds ?? []).map((one) => one.sound);
    return [...new Set([...names, ...(chosen ? [chosen] : [])])].map((value) => ({ value, name: nameOfSound(value) }));
  }
}

export const profileOf = (section: Section): string => section.section.slice('profile.'.length);
/** One that is made here and not a change of the program's own. */
export const isOwn = (section: Section): boolean => section.place !== null && section.keys['base']?.value !== profileOf(section);

export const kept = new Kept();
