import { describe, expect, it } from 'vitest';
import type { Quality } from '../api/types';
import { verdict } from './quality';

const clean: Quality = { packets_sent: 10_000, packets_received: 10_000, packets_lost: 10, jitter_ms: 4, round_trip_ms: 38, remote_loss: 0, playout_ms: null, concealed: 0, mos: 4.3 };

describe('the quality light', () => {
  it('is good on a clean line', () => {
    expect(verdict(clean)).toMatchObject({ light: 'good', bars: 4, why: null });
  });

  it('names the loss that makes it fair', () => {
    expect(verdict({ ...clean, packets_received: 9_600, packets_lost: 400, mos: 3.7 })).toMatchObject({ light: 'fair', bars: 2, why: 'loss', amount: 0.04 });
  });

  it('names what the far end loses of us', () => {
    expect(verdict({ ...clean, remote_loss: 0.1 })).toMatchObject({ light: 'bad', why: 'far-loss' });
  });

  it('is bad with jitter beyond what is waited for', () => {
    expect(verdict({ ...clean, jitter_ms: 80, mos: 3.2 })).toMatchObject({ light: 'bad', bars: 1, why: 'jitter' });
  });

  it('trusts the MOS even where no single cause stands out', () => {
    expect(verdict({ ...clean, mos: 2.4 })).toMatchObject({ light: 'bad', why: null });
    expect(verdict({ ...clean, mos: 3.5 })).toMatchObject({ light: 'fair', why: null });
  });
});
