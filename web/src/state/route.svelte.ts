// Which screen is open: the address after the `#`.

class Route {
  path = $state<string[]>(read());

  constructor() {
    addEventListener('hashchange', () => (this.path = read()));
  }

  get page(): string {
    return this.path[0] ?? '';
  }

  go(...path: string[]): void {
    const hash = `#/${path.map(encodeURIComponent).join('/')}`;
    if (location.hash !== hash) location.hash = hash;
  }

  /** The same, without a step in the browser's history: for what the person did not choose. */
  become(...path: string[]): void {
    history.replaceState(null, '', `#/${path.map(encodeURIComponent).join('/')}`);
    this.path = read();
  }
}

function read(): string[] {
  return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decode);
}

/** A mangled link is a wrong page, not an error. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = new Route();
