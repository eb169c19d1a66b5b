// Light, dark, or what the system says.

export type Choice = 'system' | 'light' | 'dark';
const KEPT = 'ramal.theme';

class Theme {
  choice = $state<Choice>(remembered());

  constructor() {
    this.show();
  }

  choose(choice: Choice): void {
    this.choice = choice;
    localStorage.setItem(KEPT, choice);
    this.show();
  }

  private show(): void {
    const root = document.documentElement;
    if (this.choice === 'system') delete root.dataset.theme;
    else root.dataset.theme = this.choice;
  }
}

function remembered(): Choice {
  const kept = localStorage.getItem(KEPT);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export const theme = new Theme();
