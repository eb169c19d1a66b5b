import { describe, expect, it } from 'vitest';
import { nearness } from './pacing';

describe('GN-18: abandonment beside its limit', () => {
  const at = (abandoned_permille: number, abandoned = 1) => nearness({ abandoned, abandoned_permille, limit_permille: 30 });
  it('is near from four fifths on, and over at the limit itself', () => {
    expect([at(0), at(23), at(24), at(29), at(30), at(31)]).toEqual(['within', 'within', 'near', 'near', 'over', 'over']);
  });
  it('is within where nobody was abandoned, even with no limit to spare', () => {
    expect(nearness({ abandoned: 0, abandoned_permille: 0, limit_permille: 0 })).toBe('within');
  });
});
