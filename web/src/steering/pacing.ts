// How near a day's abandonment is to its limit.

import type { CampaignPacing } from '../api/schema';

/** From four fifths of the limit on it is near. Nobody abandoned is within, whatever the limit. */
export function nearness(pacing: Pick<CampaignPacing, 'abandoned' | 'abandoned_permille' | 'limit_permille'>): 'within' | 'near' | 'over' {
  const { abandoned, abandoned_permille: now, limit_permille: limit } = pacing;
  if (abandoned === 0) return 'within';
  if (now >= limit) return 'over';
  return now * 5 >= limit * 4 ? 'near' : 'within';
}
