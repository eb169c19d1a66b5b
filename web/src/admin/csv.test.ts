import { describe, expect, it } from 'vitest';
import { parts } from './csv';

describe('a large CSV file', () => {
  it('goes in parts that begin with the names of the columns and break no record', () => {
    const text = 'nome;obs\r\nAna;"a\nb"\r\nBia;c\r\nLu;d';
    const made = parts(text, 12);
    expect(made.map((p) => p.csv)).toEqual(['nome;obs\r\nAna;"a\nb"\r\n', 'nome;obs\r\nBia;c\r\nLu;d\n']);
    expect(made.map((p) => p.linesBefore)).toEqual([0, 2]);
  });
  it('is one part where it is small, and one where it is empty', () => {
    expect(parts('nome\nAna\n')).toEqual([{ csv: 'nome\nAna\n', linesBefore: 0 }]);
    expect(parts('')).toEqual([{ csv: '', linesBefore: 0 }]);
  });
});
