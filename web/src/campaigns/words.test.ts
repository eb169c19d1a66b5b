import { describe, expect, it } from 'vitest';
import type { Callback } from '../api/callbacks';
import type { LeadRecord, Place } from '../api/campaigns';
import { originOf, originOfCallback } from './words';

const record = (place: Place, recipient = 'Cláudia Regina Sampaio') => ({ place, recipient, tried: [], phones: [{ number: '+5592906601245', label: 'celular', state: 'fresh' }] }) as unknown as LeadRecord;

describe('origins', () => {
  it('gn_09: are told in the words of the specification', () => {
    expect(originOf(record('offered'))).toBe('Registro oferecido');
    expect(originOf(record('open'))).toBe('Chamada de campanha de saída – Conectando…');
    expect(originOf(record('connecting'))).toBe('Chamada de campanha de saída – Conectando…');
    expect(originOf(record('talking'))).toBe('Chamada de campanha de saída para Cláudia Regina Sampaio');
    expect(originOf(record('talking', ''))).toBe('Chamada de campanha de saída para (92) 90660-1245');
  });

  it('gn_11: of a callback that is due', () => {
    expect(originOfCallback({ owner: { person: '7' } } as Callback)).toBe('Retorno de chamada pessoal');
    expect(originOfCallback({ owner: { queue: '11' } } as Callback)).toBe('Retorno de chamada');
  });
});
