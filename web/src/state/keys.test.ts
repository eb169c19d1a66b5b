import { beforeEach, describe, expect, it, vi } from 'vitest';
import { keyOf, nameOf, onKey, press } from './keys';
import { DEFAULTS, faultOf, restored, written, type Bindings } from './shortcuts';

const key = (more: Partial<KeyboardEvent>) => new KeyboardEvent('keydown', { code: 'KeyM', key: 'm', cancelable: true, ...(more as KeyboardEventInit) });

describe('the keys', () => {
  let bindings: Bindings;
  beforeEach(() => {
    bindings = { ...DEFAULTS };
    keyOf((command) => bindings[command as keyof Bindings]);
  });

  it('are Alt with a place on the keyboard; AltGr stays a letter', () => {
    expect(nameOf(key({ altKey: true }))).toBe('Alt KeyM');
    expect(nameOf(key({ altKey: true, ctrlKey: true }))).toBeNull();
    expect(nameOf(key({ ctrlKey: true, code: 'KeyK' }))).toBe('Ctrl KeyK');
    expect(nameOf(key({ code: 'F8', key: 'F8' }))).toBe('F8');
    expect(nameOf(key({}))).toBeNull();
  });

  it('go to whoever came last, and back when it has gone; one who answers false passes on', () => {
    const below = vi.fn();
    const above = vi.fn(() => false);
    const endBelow = onKey('mute', below);
    const endAbove = onKey('mute', above);
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

  it('are the command that a person gave them to, and no more the one they were', () => {
    const mute = vi.fn();
    const end = onKey('mute', mute);
    bindings.mute = 'F8';
    press(key({ altKey: true }));
    expect(mute).not.toHaveBeenCalled();
    press(key({ code: 'F8', key: 'F8' }));
    expect(mute).toHaveBeenCalledOnce();
    end();
  });
});

describe('a key for a command', () => {
  it('is refused where it only types, where the browser keeps it, and where another command has it', () => {
    expect(faultOf(DEFAULTS, 'mute', null)).toEqual({ kind: 'not-alone' });
    expect(faultOf(DEFAULTS, 'mute', 'F5')).toEqual({ kind: 'not-alone' });
    expect(faultOf(DEFAULTS, 'mute', 'Ctrl KeyW')).toEqual({ kind: 'reserved' });
    expect(faultOf(DEFAULTS, 'mute', 'Alt F4')).toEqual({ kind: 'reserved' });
    expect(faultOf(DEFAULTS, 'mute', 'Alt ArrowLeft')).toEqual({ kind: 'reserved' });
    expect(faultOf(DEFAULTS, 'mute', 'Ctrl Enter')).toEqual({ kind: 'reserved' });
    expect(faultOf(DEFAULTS, 'mute', 'Alt KeyE')).toEqual({ kind: 'taken', by: 'hold' });
    for (const good of ['Alt KeyM', 'Alt KeyQ', 'Ctrl KeyM', 'F8']) expect(faultOf(DEFAULTS, 'mute', good)).toBeNull();
  });

  it('comes back after a reload; what was kept wrong does not', () => {
    expect(restored({ mute: 'F8', hold: 'Alt KeyA', nonsense: 'F9', reject: 7 })).toEqual({ ...DEFAULTS, mute: 'F8' });
    expect(restored(null)).toEqual(DEFAULTS);
  });

  it('is written as it is printed on the keyboard', () => {
    expect([written('Alt KeyA', false), written('Ctrl Digit1', false), written('F8', false), written('Alt KeyA', true)]).toEqual(['Alt A', 'Ctrl 1', 'F8', '⌥ A']);
  });

  it('is no one twice from the beginning', () => {
    expect(new Set(Object.values(DEFAULTS)).size).toBe(Object.keys(DEFAULTS).length);
  });
});
