import { expect, it } from 'vitest';
import { readSpan, writeSpan } from './span';

it('writes times as people do, and reads them back', () => {
  for (const [said, written] of [['500ms', '500 ms'], ['90s', '90 s'], ['5m', '5 min'], ['1h', '1 h'], ['off', 'desligado']] as const) {
    expect(writeSpan(said, 'desligado')).toBe(written);
    expect(readSpan(written)).toBe(said);
  }
});

it('reads either language, and leaves to the daemon what it does not understand', () => {
  expect(readSpan(' 5 MIN ')).toBe('5m');
  expect(readSpan('never')).toBe('off');
  expect(readSpan('uma hora')).toBe('uma hora');
  expect(readSpan('5')).toBe('5');
});
