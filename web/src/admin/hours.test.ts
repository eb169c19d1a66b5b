import { describe, expect, it } from 'vitest';
import { readHours, writeHours } from './hours';

const week = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: 480, until: 1080 }));
const saturday = { weekday: 6, from: 480, until: 720 };

describe('opening hours', () => {
  it('are written short, in the language of the person', () => {
    expect(writeHours([saturday, ...week], 'pt-BR')).toBe('seg-sex 08:00-18:00, sáb 08:00-12:00');
    expect(writeHours([saturday, ...week], 'en')).toBe('mon-fri 08:00-18:00, sat 08:00-12:00');
    expect(writeHours([], 'pt-BR')).toBe('');
  });

  it('are read as they were written, whatever the language and accents', () => {
    expect(readHours('seg-sex 08:00-18:00, sáb 08:00-12:00')).toEqual([...week, saturday]);
    expect(readHours('Monday - Friday 8:00-18:00; sabado 8:00-12:00')).toEqual([...week, saturday]);
    expect(readHours('')).toEqual([]);
    expect(readHours('seg 08:00-12:00, seg 13:00-24:00')).toEqual([{ weekday: 1, from: 480, until: 720 }, { weekday: 1, from: 780, until: 1440 }]);
  });

  it('are refused when they make no sense', () => {
    for (const text of ['sempre', 'seg', 'seg 18:00-08:00', 'sex-seg 08:00-18:00', 'seg 08:70-18:00', 'seg 08:00-25:00', 'xyz 08:00-18:00']) expect(readHours(text)).toBeNull();
  });
});
