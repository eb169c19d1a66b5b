// How a campaign's standing and a mode are shown: ground, icon and word together.

import type { Campaign, CampaignLive, Mode, Standing } from '../api/campaigns';
import type { Face } from '../callbacks/words';
import type { Key } from '../words/words.svelte';

const STANDING: Record<Standing, Face> = {
  running: { look: 'talk', icon: 'play', word: 'campaign.running' },
  paused: { look: 'pause', icon: 'pause', word: 'campaign.paused' },
  draining: { look: 'wrap', icon: 'clock', word: 'campaign.draining' },
  stopped: { look: 'off', icon: 'ring', word: 'campaign.stopped' },
};
const MEMBER: Face = { look: 'ready', icon: 'check', word: 'campaign.member' };

export const standingFace = (standing: Standing): Face => STANDING[standing];
/** As its agent sees it: taking part says more than being started. */
export const ownFace = (standing: Standing, member: boolean): Face => (member && standing === 'running' ? MEMBER : STANDING[standing]);
export const modeKey = (mode: Mode): Key => `campaign.mode.${mode}`;

/** The live news are newer than the list. */
export const standingOf = (campaign: Campaign, live: Record<string, CampaignLive>): Standing => live[campaign.campaign]?.standing ?? campaign.standing;

const ORDER: Standing[] = ['running', 'draining', 'paused', 'stopped'];
/** Those that run first, then by name: as they were when the page was opened, so that nothing moves under the mouse. */
export const inOrder = (all: Campaign[]): Campaign[] => [...all].sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || a.name.localeCompare(b.name, 'pt-BR'));
