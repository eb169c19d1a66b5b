import { expect, it } from 'vitest';
import { whenIs } from './breaks';

it('is ahead, soon, due and overdue as its time goes by', () => {
  const next = { reason: '2', at: '2026-11-24T17:40:00Z', minutes: 10 };
  const at = (time: string): number => Date.parse(`2026-11-24T${time}Z`);
  expect(whenIs(next, at('17:24:59'))).toBe('ahead');
  expect(whenIs(next, at('17:25:00'))).toBe('soon');
  expect(whenIs(next, at('17:40:00'))).toBe('due');
  expect(whenIs(next, at('17:44:59'))).toBe('due');
  expect(whenIs(next, at('17:45:00'))).toBe('overdue');
});
