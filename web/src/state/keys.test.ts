import { describe, expect, it, vi } from 'vitest';
import { nameOf, onKey, press } from './keys';

const key = (more: Partial<KeyboardEvent>) => new KeyboardEvent('keydown', { code: 'KeyM', key: 'm', cancelable: true, ...(more as KeyboardEventInit) });

describe('the keys', () => {
  it('are Alt with a place on the keyboard; AltGr stays a letter', () => {
    expect(nameOf(key({ altKey: true }))).toBe('Alt KeyM');
    expect(nameOf(key({ altKey: true, ctrlKey: true }))).toBeNull();
    expect(nameOf(key({ ctrlKey: true, code: 'KeyK' }))).toBe('Ctrl KeyK');
    expect(nameOf(key({}))).toBeNull();
  });

  it('go to whoever came last, and back when it has gone; one who answers false passes on', () => {
    const below = vi.fn();
    const above = vi.fn(() => false);
    const endBelow = onKey('Alt KeyM', below);
    const endAbove = onKey('Alt KeyM', above);
    const e = key({ altKey: true });
    press(e);
    expect(above).toHaveBeenCalledOnce();
    expect(below).toHaveBeenCalledOnce();
    expect(e.defaultPrevented).toBe(true);
    endAbove();
    press(key({ altKey: true }));
    expect(above).toHaveBeenCalledOnce();
    expect(below).toHaveBeenCalledTimes(2);
    endBelow();
    const nobody = key({ altKey: true });
    press(nobody);
    expect(nobody.defaultPrevented).toBe(false);
  });
});
