// What of a campaign's lists holds it.

import type { CampaignLive } from '../api/campaigns';

/** Lists of leads that may not be used now. */
export const heldLists = (live: Pick<CampaignLive, 'held'>) => live.held.filter((one) => one.kind !== 'ready');

/** By one of them, or by a do-not-call list that is missing or too old. */
export const isHeld = (live: Pick<CampaignLive, 'held' | 'lacks'>): boolean => heldLists(live).length + live.lacks.length > 0;
