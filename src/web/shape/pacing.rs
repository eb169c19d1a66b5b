//! How a predictive campaign paces itself, as the API has it (GN-18, GN-19).

use engine::campaign::{Cap, PacingView};
use engine::pacing::Reason;
use serde::Serialize;
use utoipa::ToSchema;

/// A predictive campaign that runs.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct CampaignPacing {
    /// People who answered today and got an agent, and those who found nobody.
    connected: u64,
    abandoned: u64,
    /// Of a thousand who answered; of a small team over thirty days.
    abandoned_permille: u32,
    limit_permille: u16,
    /// Talking and writing of a thousand parts of presence, today.
    occupancy_permille: u32,
    /// Answers to a thousand calls, as expected now.
    answered_permille: u32,
    /// Calls that ring, wait or talk.
    lines: u32,
    /// Why not more calls are begun; null before the first decision.
    reason: Option<PacingReason>,
    /// What lets fewer calls begin than the pace would.
    #[schema(value_type = Option<PacingCap>)]
    capped: Option<Cap>,
    short: ShortCalls,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PacingReason {
    NobodyThere,
    /// Every ready agent has a call under way, or nobody is ready.
    OnePerReady,
    Ratio,
    /// Another call would more likely find nobody than the day allows.
    Risk,
    /// The same while few calls were seen yet.
    Learning,
    /// The day has no abandonment left.
    Day,
    /// Many were abandoned within a minute.
    Burst,
    /// All lines of the campaign are taken.
    Lines,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of engine::campaign::Cap, for the document alone")]
pub enum PacingCap {
    /// The campaign's calls in one second.
    Starts,
    /// What its routes allow.
    Routes,
    /// The day's volume, where too many calls are short.
    ShortCalls,
}

/// Short calls of the installation's day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ShortCalls {
    calls: u64,
    short: u64,
    /// Calls to the end of the day.
    forecast: u64,
    share_permille: u32,
}

impl From<&PacingView> for CampaignPacing {
    fn from(view: &PacingView) -> CampaignPacing {
        let short = view.short;
        CampaignPacing {
            connected: view.connected,
            abandoned: view.abandoned,
            abandoned_permille: view.abandoned_permille,
            limit_permille: view.limit_permille,
            occupancy_permille: view.occupancy_permille,
            answered_permille: view.answered_permille,
            lines: view.lines,
            reason: view.reason.map(PacingReason::from),
            capped: view.capped,
            short: ShortCalls {
                calls: short.calls,
                short: short.short,
                forecast: short.forecast,
                share_permille: short.share_permille,
            },
        }
    }
}

impl From<Reason> for PacingReason {
    fn from(reason: Reason) -> PacingReason {
        match reason {
            Reason::NobodyThere => PacingReason::NobodyThere,
            Reason::OnePerReady { .. } => PacingReason::OnePerReady,
            Reason::Ratio { .. } => PacingReason::Ratio,
            Reason::Risk { .. } => PacingReason::Risk,
            Reason::Learning { .. } => PacingReason::Learning,
            Reason::Day { .. } => PacingReason::Day,
            Reason::Burst { .. } => PacingReason::Burst,
            Reason::Lines { .. } => PacingReason::Lines,
        }
    }
}
