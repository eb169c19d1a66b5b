import { describe, expect, it } from 'vitest';
import type { Call } from '../api/types';
import pt from '../words/pt-BR.json';
import { trail } from './trail';

const at = (s: number) => new Date(Date.UTC(2026, 10, 24, 12, 0, s)).toISOString();
const event = (s: number, name: string) => ({ at: at(s), event: name, detail: '' });
const call = (more: Partial<Call>): Call =>
  ({ call: '1', direction: 'inbound', queue: null, started: at(0), answered: null, ended: null, cause: null, ...more }) as Call;

describe('the path of a call', () => {
  it('holds its answer and end, which are no events of the daemon, and says how long they waited and were held', () => {
    const cause = { kind: 'normal', by: 'us' as const, sip: null, q850: 16, text: '' };
    const story = [event(0, 'ringing'), event(8, 'held'), event(29, 'resumed')];
    expect(trail(call({ answered: at(5), ended: at(40), cause }), story)).toEqual([
      { at: at(0), event: 'ringing' },
      { at: at(5), event: 'answered', lasted: 5_000 },
      { at: at(8), event: 'held' },
      { at: at(29), event: 'resumed-after', lasted: 21_000 },
      { at: at(40), event: 'we-hung-up' },
    ]);
  });

  it('tells digits once, however many there are', () => {
    const steps = trail(call({ direction: 'outbound', answered: at(2) }), [event(3, 'digits-sent'), event(3, 'digits-sent'), event(4, 'digits-sent')]);
    expect(steps.map((step) => step.event)).toEqual(['dialled', 'they-answered', 'digits-sent']);
  });

  it('gn_09 says of a call that came by itself that nobody of ours dialled it', () => {
    const steps = trail(call({ direction: 'outbound', answered: at(2) }), [event(1, 'ringing'), event(2, 'given')]);
    expect(steps.map((step) => step.event)).toEqual(['dialled-by-itself', 'ringing', 'they-answered', 'given']);
    const progressive = trail(call({ direction: 'outbound', answered: at(2) }), [event(1, 'ringing')], true);
    expect(progressive.map((step) => step.event)).toEqual(['dialled-by-itself', 'ringing', 'they-answered']);
  });

  it('has words for every event that the engine keeps', () => {
    const kept =
      'ringing early-media held resumed held-by-peer resumed-by-peer hold-refused digits-sent digit-received recording-notice recording-started recording-paused recording-resumed recording-ended recording-incomplete not-recorded phone-called consultation transfer transfer-ringing transfer-done transfer-failed redirected referred referral-refused replaced conference bridged leader-left heard-person heard-machine heard-tone message-left given taken-over abandoned';
    expect(kept.split(' ').filter((name) => !(`story.${name}` in pt))).toEqual([]);
  });
});
