import { describe, expect, it } from 'vitest';
import { bodyOf, EMPTY, missing, whenOf, type Draft } from './draft';
import { stateWords } from './words';

const filled: Draft = { ...EMPTY, contact: '41', department: '3', comment: 'Cobrar o laudo.', date: '25/11/2026', time: '09:30' };

describe('an appointment as it is filled in (AG-05)', () => {
  it('needs a comment for the two actions that open a case, and none for a notice', () => {
    expect(missing({ ...filled, comment: ' ' })).toEqual(['comment']);
    expect(missing({ ...filled, action: 'open-case-and-notify', comment: '' })).toEqual(['comment']);
    expect(missing({ ...filled, action: 'notify', comment: '' })).toEqual([]);
  });
  it('needs contact, department, date and time', () => expect(missing(EMPTY)).toEqual(['contact', 'department', 'comment', 'date', 'time']));
  it('needs to know where a message goes', () => expect(missing({ ...filled, text: 'Olá' })).toEqual(['to']));
  it('sends no message with a notice', () => {
    const written: Draft = { ...filled, text: 'Olá', to: '+5519907452310' };
    expect(bodyOf(written)).toMatchObject({ message: { channel: 'sip', to: '+5519907452310', text: 'Olá' }, when: '2026-11-25T09:30' });
    expect(bodyOf({ ...written, action: 'notify' })).toMatchObject({ message: null });
  });
  it('sends it by the gateway that was chosen (AG-06)', () => {
    const written: Draft = { ...filled, text: 'Olá', to: '+5519907452310' };
    expect(bodyOf({ ...written, hook: 'whatsapp' })).toMatchObject({ message: { channel: 'webhook', hook: 'whatsapp' } });
    expect(bodyOf(written)).toMatchObject({ message: { channel: 'sip', hook: null } });
  });
  it('has no time until both are whole', () => {
    expect(whenOf({ ...filled, time: '9' })).toBeNull();
    expect(whenOf({ ...filled, date: '31/11/2026' })).toBeNull();
  });
});

it('says why one failed (AG-04)', () => {
  expect(stateWords({ state: 'error', error: 'case-open' })).toBe('Erro: chamado já aberto');
  expect(stateWords({ state: 'done', error: null })).toBe('Concluído');
});
