import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/http';
import type { Case } from '../api/types';
import { CaseFile } from './casefile.svelte';
import { Drafts } from './drafts';

const CASE = { case: '9', version: 3, contact_name: 'Mariana', notes: 'antes' } as Case;

function stage(answers: (Case | ApiError)[], storage = new Map<string, string>()) {
  const timers: { at: number; what: () => void }[] = [];
  const writes: Record<string, unknown>[] = [];
  let now = 0;
  const reads = { case: CASE };
  const drafts = new Drafts(
    { getItem: (k) => storage.get(k) ?? null, setItem: (k, v) => void storage.set(k, v), removeItem: (k) => void storage.delete(k) },
    () => now,
  );
  const file = new CaseFile('9', {
    read: async () => reads.case,
    write: async (_id, version, fields) => {
      writes.push({ ...fields, version });
      const answer = answers.shift()!;
      if (answer instanceof ApiError) throw answer;
      return answer;
    },
    later: (what, ms) => {
      const timer = { at: now + ms, what };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    now: () => now,
    drafts,
  });
  const pass = async (ms: number) => {
    now += ms;
    for (const due of timers.filter((t) => t.at <= now)) {
      timers.splice(timers.indexOf(due), 1);
      due.what();
    }
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
  };
  return { file, writes, pass, storage, reads, drafts };
}

describe('a case as it is typed (SM-12)', () => {
  it('is saved a moment after the last key, once', async () => {
    const s = stage([{ ...CASE, version: 4, notes: 'abc' }]);
    await s.file.open();
    s.file.type('notes', 'a');
    await s.pass(300);
    s.file.type('notes', 'abc');
    await s.pass(300);
    expect(s.writes).toEqual([]);
    await s.pass(300);
    expect(s.writes).toEqual([{ notes: 'abc', version: 3 }]);
    expect(s.file.state.kind).toBe('saved');
    expect(s.storage.size).toBe(0);
  });

  it('may lose its department again: an entry of a list is there or is not', async () => {
    const s = stage([{ ...CASE, version: 4, department: '2' }, { ...CASE, version: 5, department: null }]);
    await s.file.open();
    s.file.type('department', '2');
    await s.pass(600);
    s.file.type('department', '');
    expect(s.file.value('department')).toBe('');
    await s.pass(600);
    expect(s.writes).toEqual([{ department: '2', version: 3 }, { department: null, version: 4 }]);
  });

  it('comes back after a reload with what was typed, and saves it', async () => {
    const before = stage([]);
    await before.file.open();
    before.file.type('notes', 'quase perdi');
    const after = stage([{ ...CASE, version: 4, notes: 'quase perdi' }], before.storage);
    await after.file.open();
    expect(after.file.value('notes')).toBe('quase perdi');
    await after.pass(0);
    expect(after.writes).toEqual([{ notes: 'quase perdi', version: 3 }]);
  });

  it('is guarded in this computer while the daemon is away, and tried again', async () => {
    const away = () => new ApiError(0, 'offline', '');
    const s = stage([away(), away(), { ...CASE, version: 4, notes: 'x' }]);
    await s.file.open();
    s.file.type('notes', 'x');
    await s.pass(600);
    expect(s.file.state.kind).toBe('guarded');
    expect(s.drafts.get('9')).toEqual({ notes: 'x' });
    await s.pass(2_000);
    expect(s.file.state.kind).toBe('guarded');
    await s.pass(4_000);
    expect(s.file.state.kind).toBe('saved');
  });

  it('lays what was typed over a newer version that somebody else saved', async () => {
    const s = stage([new ApiError(409, 'conflict', ''), { ...CASE, version: 8, notes: 'meu', contact_name: 'Outra' }]);
    await s.file.open();
    s.reads.case = { ...CASE, version: 7, contact_name: 'Outra' };
    s.file.type('notes', 'meu');
    await s.pass(600);
    await s.pass(0);
    expect(s.writes.map((w) => w.version)).toEqual([3, 7]);
    expect(s.file.value('contact_name')).toBe('Outra');
    expect(s.file.state.kind).toBe('saved');
  });

  it('keeps what was typed while the answer was under way', async () => {
    const s = stage([{ ...CASE, version: 4, notes: 'um' }, { ...CASE, version: 5, notes: 'um dois' }]);
    await s.file.open();
    s.file.type('notes', 'um');
    const saving = s.file.flush();
    s.file.type('notes', 'um dois');
    await saving;
    expect(s.file.value('notes')).toBe('um dois');
    await s.pass(600);
    expect(s.writes.map((w) => w.notes)).toEqual(['um', 'um dois']);
  });
});
