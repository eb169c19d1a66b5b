import { describe, expect, it } from 'vitest';
import { DEFINITIONS } from './lists';

describe('the form of somebody who is there already', () => {
  it('asks for no password: people choose their own by a link', () => {
    const users = DEFINITIONS.find((d) => d.list === 'users')!;
    const secrets = users.fields.filter((f) => f.kind === 'secret');
    expect(secrets.map((f) => [f.name, f.onlyNew])).toEqual([['password', true]]);
  });
});
