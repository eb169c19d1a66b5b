import { describe, expect, it } from 'vitest';
import type { AttachedFile } from '../api/types';
import { ApiError } from '../api/http';
import { bodyOf, EMPTY, missing, whenOf, type Draft } from './draft';
import { fileFault, refusedAtOnce, sizeWords } from './files';
import type { OutboxItem } from '../api/callbacks';
import { saidWords, stateWords, toWords } from './words';

const bill: AttachedFile = { file: '5', name: 'fatura.pdf', kind: 'application/pdf', size: 48_213 };
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
  it('sends files with a message, and without a word too', () => {
    const written: Draft = { ...filled, to: '+5519907452310', hook: 'whatsapp', files: [bill] };
    expect(bodyOf(written)).toMatchObject({ message: { hook: 'whatsapp', text: '' }, files: ['5'] });
    expect(bodyOf({ ...written, action: 'notify' })).toMatchObject({ message: null, files: [] });
    expect(missing({ ...written, to: '' })).toEqual(['to']);
  });
  it('has no way for files by SIP (AG-06)', () => {
    expect(missing({ ...filled, to: '2114', text: 'Olá', files: [bill] })).toEqual(['hook']);
    expect(missing({ ...filled, to: '2114', text: 'Olá' })).toEqual([]);
  });
  it('has no time until both are whole', () => {
    expect(whenOf({ ...filled, time: '9' })).toBeNull();
    expect(whenOf({ ...filled, date: '31/11/2026' })).toBeNull();
  });
});

describe('a file before it is sent (AG-05)', () => {
  const limits = { most: 2, most_bytes_each: 10_485_760, most_bytes: 12_582_912, kinds: ['application/pdf'] };
  const file = (size: number) => ({ name: 'laudo.pdf', size });
  it('is refused at once when it cannot go, and says which and why', () => {
    expect(refusedAtOnce(file(1), [], limits)).toBeNull();
    expect(refusedAtOnce(file(0), [], limits)).toBe('laudo.pdf está vazio. Escolha outro arquivo.');
    expect(refusedAtOnce(file(10_485_761), [], limits)).toContain('laudo.pdf tem mais de 10 MB');
    expect(refusedAtOnce(file(1), [bill, bill], limits)).toContain('até 2 arquivos');
    expect(refusedAtOnce(file(3_000_000), [{ size: 10_000_000 }], limits)).toContain('passariam de 12 MB');
  });
  it('is named where the daemon refuses it', () => {
    const refused = (code: string, field: string | null) => new ApiError(422, code, 'said', field, field ? { file: field } : {});
    expect(fileFault(refused('invalid', 'disguised'), 'a.pdf', limits)).toContain('a.pdf não é por dentro');
    expect(fileFault(refused('files-full', null), 'a.pdf', limits)).toContain('a.pdf: não há mais espaço');
    expect(fileFault(refused('draining', null), 'a.pdf', limits)).toContain('a.pdf: O Ramal está sendo desligado');
  });
  it('has a size as people read it', () => expect([1, 48_213, 10_485_760, 2_516_582].map(sizeWords)).toEqual(['1 KB', '47 KB', '10 MB', '2,4 MB']));
});

it('says why one failed (AG-04)', () => {
  expect(stateWords({ state: 'error', error: 'case-open' })).toBe('Erro: chamado já aberto');
  expect(stateWords({ state: 'done', error: null })).toBe('Concluído');
});

describe('a message on its way, in words (AG-06)', () => {
  const message = { channel: 'webhook', hook: 'crm', to: '+5519907452310', text: 'Até amanhã' } as const;
  it('is for a number', () => expect([toWords({ lead: null, message } as OutboxItem), saidWords({ lead: null, message } as OutboxItem)]).toEqual(['(19) 90745-2310', 'Até amanhã']));
  it('or says of a record that it is told, by the campaign', () => {
    const text = JSON.stringify({ event: 'lead', campaign: { id: '60', name: 'Renova Energia' }, lead: { id: '81', recipient: 'Maria Souza' } });
    const told = { lead: '81', message: { ...message, to: '', text } } as OutboxItem;
    expect([toWords(told), saidWords(told)]).toEqual(['Registro de Maria Souza', 'Renova Energia']);
  });
});
