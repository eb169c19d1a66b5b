import { describe, expect, it } from 'vitest';
import type { LeadList, WaitsKind, WhyNot } from '../api/campaigns';
import { listFace, nextOf, whyWords } from './lead';

const why = (kind: WaitsKind, more: object = {}, rest: Partial<WhyNot> = {}): WhyNot => ({ campaign: '60', waits: { kind, attempt: null, callback: null, most: null, next: null, since: null, until: null, why: null, ...more }, denied: null, next: null, ...rest });
const now = Date.parse('2026-11-24T17:32:00Z');

describe('gn_16: why a lead is not being dialled', () => {
  it('has a sentence for every reason', () => {
    const kinds: WaitsKind[] = ['turn', 'leased', 'list-loading', 'list-reworked', 'filtered', 'list-discarded', 'promised', 'person', 'done', 'declined', 'exhausted', 'not-in-campaign', 'campaign-stopped', 'held'];
    const said = kinds.map((kind) => whyWords(why(kind), now));
    expect(said.every((text) => text.endsWith('.'))).toBe(true);
    expect(new Set(said).size).toBe(kinds.length);
  });

  it("tells the gate's rule where its turn has come", () => {
    const denied = { rule: 'hours telemarketing', fact: 'x', next: '2026-11-25T12:00:00Z', version: 1, zone: 'America/Manaus' } as WhyNot['denied'];
    expect(whyWords(why('turn', {}, { denied }), now)).toBe('Não discado: fora do horário em Manaus.');
    expect(nextOf(why('turn', {}, { next: '2026-11-25T12:00:00Z' }))).toContain('25/11');
    expect(nextOf(why('done'))).toBeNull();
  });

  it('names the limit that was reached', () => {
    expect(whyWords(why('exhausted', { why: 'lead-limit', most: 6 }), now)).toBe('Já teve as 6 tentativas que um registro pode ter.');
  });
});

it('an import that stopped waits for somebody', () => {
  const list = (state: LeadList['state'], running: boolean) => ({ state, standing: { kind: state }, import: { file: 'f', rows: 9, bad: 0, twice: 0, part: 0.5, running } }) as LeadList;
  expect([listFace(list('loading', true)).word, listFace(list('loading', false)).word, listFace(list('ready', false)).word]).toEqual(['list.loading', 'list.broken', 'list.ready']);
});
