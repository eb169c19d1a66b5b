// What the daemon says of campaigns, their leads and lists, by the names that the page uses: generated as far as the daemon describes it.

import type { Campaign as SaidCampaign, CampaignLimit, CampaignResults, LeadStanding, LeadWaits, LeadWhole as SaidLead, LeadWhy, LeadPreview } from './schema';
import type { Id } from './types';

export type {
  AttemptWord as ResultKind, CampaignLive, CampaignMode as Mode, CampaignPace as Pace, CampaignRecord as LeadRecord, CampaignStanding as Standing, CampaignSteerTo as Steer, CampaignToday as Today,
  Lead, LeadAttempt, LeadBadRow as RowError, LeadFile as BroughtFile, LeadList, LeadMeaning as Meaning, LeadCondition as Condition, LeadOptions as ImportOptions, LeadsForeseen as Foreseen, LeadSubject as Subject, LeadTest as Test, LeadPhone as Phone, Leads as LeadPage, RecordPlace as Place,
} from './schema';
import type { AttemptWord, CampaignDryRun, LeadColumn } from './schema';

/** What follows from a result or a disposition. */
export type Retry = { kind: 'again'; after_minutes: number; turn: 'same' | 'next' } | { kind: 'finish' };
export type Limit = CampaignLimit;
/** What the daemon describes as objects is told here: by result, by disposition. */
export interface RetryTable {
  results: Partial<Record<AttemptWord, Retry>>;
  dispositions: Record<Id, Retry>;
  limits: Limit[];
}
export type Campaign = Omit<SaidCampaign, 'retry'> & { retry: RetryTable };

/** What a dry run found; what keeps leads by rule. */
export type Forecast = Omit<CampaignDryRun, 'by_rule'> & { by_rule: Record<string, number> };
export type Column = LeadColumn;

export type Results = Omit<CampaignResults, 'hours'> & { hours: { hour: number; results: Partial<Record<AttemptWord, number>> }[] };

/** What the daemon describes as text is one of these. */
export type LeadStateKind = 'waiting' | 'leased' | 'callback' | 'unknown' | 'done' | 'declined' | 'exhausted';
export type LeadState = Omit<LeadStanding, 'kind'> & { kind: LeadStateKind };
export type WaitsKind =
  | 'turn' | 'until' | 'leased' | 'list-loading' | 'list-stale' | 'list-reworked' | 'filtered' | 'list-discarded' | 'promised' | 'person' | 'done' | 'declined' | 'exhausted' | 'not-in-campaign' | 'campaign-stopped' | 'held';
/** Why a lead is not being dialled in a campaign, and when it next may be (GN-16). */
export type WhyNot = Omit<LeadWhy, 'waits'> & { waits: Omit<LeadWaits, 'kind'> & { kind: WaitsKind } };
export type LeadWhole = Omit<SaidLead, 'why'> & { why: WhyNot[] };
export type Preview = Omit<LeadPreview, 'encoding'> & { encoding: 'utf8' | 'windows1252' | 'mixed' };
export type ListKind = 'loading' | 'ready' | 'stale' | 'reworked' | 'discarded';
