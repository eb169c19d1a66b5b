import { describe, expect, it } from 'vitest';
import { day, dialable, documento, duration, initials, isoDay, percent, phone, protocolo, shortName } from './format';

describe('what people read', () => {
  it.each([
    ['+5519907452310', '(19) 90745-2310'],
    ['19907452310', '(19) 90745-2310'],
    ['+551130451200', '(11) 3045-1200'],
    ['08001234567', '0800 123 4567'],
    ['2114', '2114'],
    ['+14155550100', '+14155550100'],
    ['anonymous', 'anonymous'],
  ])('writes the number %s as %s', (number, shown) => expect(phone(number)).toBe(shown));

  it('groups a Protocolo 8-7-1 by thin spaces', () => {
    expect(protocolo('2026112400004173')).toBe('20261124\u20090000417\u20093');
    expect(protocolo('short')).toBe('short');
  });

  it('writes times, days, shares and documents as Brazil does', () => {
    expect(duration(277_000)).toBe('04:37');
    expect(duration(3_725_000)).toBe('1:02:05');
    expect(duration(-5)).toBe('00:00');
    expect(day(new Date(2026, 10, 24), 'pt-BR')).toBe('ter 24/11');
    expect(isoDay(new Date(2026, 0, 5))).toBe('2026-01-05');
    expect(percent(0.031, 'pt-BR')).toBe('3,1\u2009%');
    expect(percent(0.04, 'en')).toBe('4\u2009%');
    expect(documento('52998224725')).toBe('529.982.247-25');
    expect(documento('11222333000181')).toBe('11.222.333/0001-81');
  });

  it('shortens names', () => {
    expect(initials('Luana Andrade')).toBe('LA');
    expect(initials('  ')).toBe('');
    expect(shortName('Mariana Figueiredo Prado')).toBe('Mariana Prado');
  });
});

describe('what is typed or pasted to be dialled (VZ-08)', () => {
  it.each([
    ['(19) 90745-2310', '19907452310'],
    ['tel:+55-19-90745-2310', '+5519907452310'],
    ['sip:2114@pabx.example;transport=tcp', '2114'],
    [' 0800 123 4567 ', '08001234567'],
    ['*72#', '*72#'],
    ['90745\u20112310', '907452310'],
  ])('dials %s as %s', (text, number) => expect(dialable(text)).toBe(number));

  it.each(['rafael', '19 9 mariana', '+', '1', '12+34', '<b>123</b>'])('does not dial %s', (text) => expect(dialable(text)).toBeNull());
});
