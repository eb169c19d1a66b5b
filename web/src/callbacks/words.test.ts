import { describe, expect, it } from 'vitest';
import type { Callback, Schedule } from '../api/callbacks';
import type { Alert, Snapshot } from '../api/types';
import { alertText } from '../state/alerts';
import { desk } from '../state/desk.svelte';
import { apply, nothing } from '../state/live';
import { words } from '../words/words.svelte';
import { deniedWords, dueWords, lineWords, nextWords, weekWords, whyWords } from './words';

const day = { from: 540, until: 1080 };
const schedule = { name: 'Retorno comercial', zone: 'America/Sao_Paulo', week: [day, day, day, day, day, { from: 600, until: 840 }, null] } as Schedule;
const now = Date.parse('2026-11-24T17:00:00Z');
const promise: Callback = {
  callback: '77', version: 3, kind: 'callback', schedule: '5', recipient: 'Dona Maria', number: '+5592907335081', note: '', owner: { person: '7' }, protocolo: null, due: '2026-11-25T13:00:00Z', due_local: '2026-11-25T09:00:00', zone: 'America/Manaus',
  next: '2026-11-25T13:00:00Z', attempts: 0, denied: null, state: 'open', user: null,
};

describe('why a time cannot be promised, in words (CB-06)', () => {
  const said = (kind: Parameters<typeof whyWords>[0]['kind'], more = {}) => whyWords({ kind, ...more }, '2026-11-25T10:00', schedule);
  it('names the time, the day and what is known beside it', () => {
    expect(said('full', { capacity: 4 })).toEqual({ first: '10:00 de quarta, 25/11, está lotado.', rest: 'As 4 vagas já têm dono.' });
    expect(said('full', { capacity: 1 }).rest).toBe('A única vaga já tem dono.');
    expect(said('outside-hours').rest).toBe('Nesse dia a escala vai das 09:00 às 18:00.');
    expect(said('holiday', { name: 'Natal' }).first).toBe('Quarta, 25/11, é feriado ou dia fechado: Natal.');
    expect(said('closed-day').first).toBe('Retorno comercial não atende em quarta, 25/11.');
    expect(said('past').first).toBe('10:00 de quarta, 25/11, já passou.');
  });
  it('has words for each in both languages', async () => {
    await words.choose('en');
    const kinds = ['past', 'too-far', 'skipped', 'closed-day', 'holiday', 'outside-hours', 'full'] as const;
    for (const kind of kinds) expect(said(kind, { name: 'Natal', capacity: 2 }).first).toMatch(/^[A-Z0-9].+\.$/);
    await words.choose('pt-BR');
  });
});

describe('what became of a promise, in words', () => {
  const hours = { rule: 'hours', fact: 'English', next: '2026-11-30T13:00:00Z', zone: 'America/Manaus' };
  it('says why it was not dialled and when it is next', () => {
    expect(deniedWords({ ...hours, next: '2026-11-30T13:00:00Z' }, 'America/Manaus', now)).toBe('não discado: fora do horário em Manaus; próximo: seg 09:00');
    expect(deniedWords({ rule: 'do-not-call', fact: 'x', next: null }, 'America/Manaus', now)).toBe('não discado: o número está na lista de não perturbe');
    expect(deniedWords({ rule: 'never-heard-of', fact: 'a strange fact', next: null }, 'America/Manaus', now)).toBe('não discado: a strange fact');
  });
  it('names the date too where the weekday alone would mislead', () => expect(nextWords('2026-12-07T13:00:00Z', 'America/Manaus', now)).toBe('seg 07/12 09:00'));
  it('says whose clock is meant where it is not this one', () => expect(dueWords({ ...promise, zone: 'Asia/Tokyo' })).toBe('qua 25/11 às 09:00 (horário de Tokyo)'));
  it('tells each line of its history', () => {
    const line = { at: promise.due, attempt: null, state: 'open' as const, outcome: null };
    expect(lineWords(line, promise.zone, now)).toBe('marcado ou mudado');
    expect(lineWords({ ...line, state: 'cancelled' }, promise.zone, now)).toBe('cancelado');
    expect(lineWords({ ...line, attempt: 1 }, promise.zone, now)).toBe('em andamento');
    expect(lineWords({ ...line, attempt: 1, outcome: { kind: 'busy', why: null, rule: null, next: null } }, promise.zone, now)).toBe('ocupado');
    expect(lineWords({ ...line, outcome: { kind: 'denied', rule: 'holiday', why: 'x', next: null } }, promise.zone, now)).toBe('não discado: é feriado no lugar do número');
  });
  it('puts days with the same hours together', () => expect(weekWords(schedule.week)).toEqual(['seg a sex, 09:00 às 18:00', 'sáb, 10:00 às 14:00']));
});

describe('promises among the live state (CB-12)', () => {
  it('are there while somebody is busy with them, and alerts name whom they are about', () => {
    const live = nothing();
    apply(live, { seq: 1, snapshot: { calls: [], agents: [], accounts: [], watched: [], alerts: [], callbacks: [{ ...promise, state: 'waiting' }] } as unknown as Snapshot });
    expect(live.callbacks['77']?.state).toBe('waiting');
    desk.live.callbacks = live.callbacks;
    const alert = { callback: { callback: '77', owner: { person: '7' }, what: 'no-agent', rule: null } } as unknown as Alert;
    expect(alertText(alert)).toMatchObject({ text: 'Dona Maria: está na hora do callback e não há agente livre.', path: ['callbacks', 'lista', '77'] });
    apply(live, { seq: 2, news: { callback: { ...promise, state: 'done' } } as object });
    expect(live.callbacks).toEqual({});
    expect(alertText({ callback: { callback: '78', what: 'exhausted' } } as unknown as Alert)).toMatchObject({ text: 'Um callback: as tentativas acabaram e ninguém atendeu.', look: 'danger' });
    expect(alertText({ 'dialing-held': { doubt: 'restored' } } as unknown as Alert).text).toContain('cópia restaurada');
  });
});
