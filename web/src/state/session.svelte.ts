// Who is signed in here.

import { ApiError, ask, listen } from '../api/http';
import type { Language, Me } from '../api/types';
import { words } from '../words/words.svelte';
import { clock } from './clock.svelte';

export type Door = 'unknown' | 'setup' | 'out' | 'in' | 'unreachable';

class Session {
  door = $state<Door>('unknown');
  me = $state<Me | null>(null);

  constructor() {
    listen({ signedOut: () => this.door === 'in' && this.leave(), date: (now) => clock.set(now) });
  }

  /** Looks who is here; called at the page's start and whenever it could not be asked. */
  async look(): Promise<void> {
    try {
      this.enter(await ask<Me>('GET', '/session'));
    } catch (why) {
      if (!(why instanceof ApiError) || why.status !== 401) this.door = 'unreachable';
      else this.door = (await this.isNew()) ? 'setup' : 'out';
    }
  }

  async signIn(login: string, password: string, code: string | null): Promise<void> {
    this.enter(await ask<Me>('POST', '/session', code ? { login, password, code } : { login, password }));
  }

  async signOut(): Promise<void> {
    await ask('DELETE', '/session').catch(() => {});
    this.leave();
  }

  async speak(language: Language): Promise<void> {
    await words.choose(language);
    if (this.me === null) return;
    this.me.language = language;
    await ask('PATCH', '/session', { language }).catch(() => {});
  }

  enter(me: Me): void {
    this.me = me;
    if (me.language !== words.language) void words.choose(me.language);
    this.door = 'in';
  }

  leave(): void {
    this.me = null;
    this.door = 'out';
  }

  can(permission: string): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }

  private async isNew(): Promise<boolean> {
    return ask<{ needed: boolean }>('GET', '/setup').then((s) => s.needed, () => false);
  }
}

export const session = new Session();
