// What this daemon can do, by its own description of its API: what it does not offer is not shown.

import { ask, type Method } from '../api/http';

interface Description {
  paths: Record<string, Record<string, unknown>>;
}

class Offered {
  private paths = $state.raw<Description['paths'] | null>(null);
  private asked = false;

  /** False until the description has come. */
  has(method: Method, path: string): boolean {
    if (!this.asked) void this.look();
    return this.paths?.[`/api/v1${path}`]?.[method.toLowerCase()] !== undefined;
  }

  /** Resolves when it is known. */
  async look(): Promise<void> {
    this.asked = true;
    try {
      this.paths = (await ask<Description>('GET', '/openapi.json')).paths;
    } catch {
      this.asked = false;
    }
  }
}

const offered = new Offered();

export const knowOffers = (): Promise<void> => offered.look();
export const offersExtensions = (): boolean => offered.has('POST', '/extensions');
export const offersExtensionTest = (): boolean => offered.has('POST', '/extensions/test');
export const offersImport = (list: string): boolean => offered.has('POST', `/${list}/import`);
export const offersSupervision = (): boolean => offered.has('POST', '/calls/{call}/supervise');
