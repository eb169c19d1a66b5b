import { expect, test } from 'vitest';
import type { CampaignLive } from '../api/campaigns';
import { isHeld } from './held';

test('gn_15_a_campaign_is_held_by_a_list_that_may_not_be_used_and_by_one_that_it_lacks', () => {
  const live = (held: string[], lacks: string[]) => ({ held: held.map((kind) => ({ list: '1', kind, since: null })), lacks: lacks.map((source) => ({ source, dated: null })) }) as unknown as CampaignLive;
  expect([live([], []), live(['ready'], []), live(['ready', 'stale'], []), live([], ['Procon'])].map(isHeld)).toEqual([false, false, true, true]);
});
