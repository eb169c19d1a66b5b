import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ALERTS, PROFILE, said } from './fields';

it('says only what is not as usual', () => {
  const keys = { nat: { value: true, usual: false }, codecs: { value: ['pcma'], usual: ['pcma'] }, recording_notice: { value: null, usual: null } };
  expect(said({ nat: true, codecs: ['pcma'], recording_notice: null }, keys)).toEqual({ nat: true });
  expect(said({ nat: false, codecs: ['pcmu', 'pcma'], recording_notice: 'gravacao' }, keys)).toEqual({ codecs: ['pcmu', 'pcma'], recording_notice: 'gravacao' });
});

it('has a field for every key that the configuration documents', () => {
  const text = readFileSync('../docs/configuration.md', 'utf8');
  const chapter = (name: string): string[] => {
    const lines = text.split(`\n## [${name}]`)[1]!.split('\n## ')[0]!.split('\n');
    return lines.flatMap((line) => /^\| `(\w+)`/.exec(line)?.[1] ?? []).filter((key) => key !== 'base');
  };
  const own = (groups: typeof PROFILE): string[] => groups.flatMap((g) => g.fields.map((f) => f.key));
  expect(own(PROFILE).sort()).toEqual(chapter('profile.NAME').sort());
  expect(own(ALERTS).sort()).toEqual(chapter('alerts').sort());
});
