//! How a predictive campaign paces itself, as the API has it (GN-18, GN-19).

use engine::campaign::{Cap, PacingView};
use engine::pacing::Reason;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct CampaignPacing {
    /// People who answered today and were given to an agent.
    connected: u64,
    /// Those who answered today and found nobody.
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
    reason: Option<CampaignPaceReason>,
    /// What lets fewer calls begin than the pace would.
    #[schema(value_type = Option<CampaignCap>)]
    capped: Option<Cap>,
    short: CampaignShort,
}

/// Why not more calls are begun.
#[derive(Clone, PartialEq, Debug, Default, Serialize, ToSchema)]
pub struct CampaignPaceReason {
    /// `nobody-there`, `one-per-ready`, `ratio`, `risk`, `learning`, `day`, `burst`, `lines`.
    #[schema(value_type = String)]
    why: &'static str,
    /// Of `one-per-ready` and `ratio`: agents.
    ready: Option<u32>,
    /// Of `risk`: how probably one call more would find nobody, and the most that is taken; of `day`: the most that may be abandoned.
    risk_permille: Option<u32>,
    most_permille: Option<u32>,
    /// Of `ratio`: calls for each ready agent.
    ratio: Option<f64>,
    /// Of `learning`: calls seen, of so many.
    calls: Option<u32>,
    of: Option<u32>,
    /// Of `day` and `burst`.
    abandoned: Option<u64>,
    /// Of `day`: people who answered.
    humans: Option<u64>,
    /// Of `lines`.
    lines: Option<u32>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "the words of engine::campaign::Cap, for the document alone")]
pub enum CampaignCap {
    /// Calls begun in one second.
    Starts,
    /// What its routes allow.
    Routes,
    /// The day's volume, where too many calls are short.
    ShortCalls,
}

/// Short calls of the installation's day, and what the day will come to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct CampaignShort {
    calls: u64,
    short: u64,
    /// Calls of the whole day.
    forecast: u64,
    /// Of a thousand calls.
    share_permille: u32,
}

impl From<PacingView> for CampaignPacing {
    fn from(view: PacingView) -> CampaignPacing {
        let short = view.short;
        CampaignPacing {
            connected: view.connected,
            abandoned: view.abandoned,
            abandoned_permille: view.abandoned_permille,
            limit_permille: view.limit_permille,
            occupancy_permille: view.occupancy_permille,
            answered_permille: view.answered_permille,
            lines: view.lines,
            reason: view.reason.map(CampaignPaceReason::from),
            capped: view.capped,
            short: CampaignShort {
                calls: short.calls,
                short: short.short,
                forecast: short.forecast,
                share_permille: short.share_permille,
            },
        }
    }
}

impl From<Reason> for CampaignPaceReason {
    fn from(reason: Reason) -> CampaignPaceReason {
        let of = |why| CampaignPaceReason { why, ..CampaignPaceReason::default() };
        match reason {
            Reason::NobodyThere => of("nobody-there"),
            Reason::OnePerReady { ready } => CampaignPaceReason { ready: Some(ready), ..of("one-per-ready") },
            Reason::Ratio { ready, ratio } => {
                CampaignPaceReason { ready: Some(ready), ratio: Some(ratio), ..of("ratio") }
            }
            Reason::Risk { risk, most } => CampaignPaceReason {
                risk_permille: Some(permille(risk)),
                most_permille: Some(permille(most)),
                ..of("risk")
            },
            Reason::Learning { calls, of: needed } => {
                CampaignPaceReason { calls: Some(calls), of: Some(needed), ..of("learning") }
            }
            Reason::Day { abandoned, humans, limit } => CampaignPaceReason {
                abandoned: Some(abandoned),
                humans: Some(humans),
                most_permille: Some(permille(limit)),
                ..of("day")
            },
            Reason::Burst { abandoned } => CampaignPaceReason { abandoned: Some(abandoned.into()), ..of("burst") },
            Reason::Lines { lines } => CampaignPaceReason { lines: Some(lines), ..of("lines") },
        }
    }
}

fn permille(share: f64) -> u32 {
    (share * 1_000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GN-18: a screen can say why the pace is what it is.
    #[test]
    fn gn_18_the_reason_of_the_pace_carries_its_figures() {
        let day = CampaignPaceReason::from(Reason::Day { abandoned: 3, humans: 100, limit: 0.03 });
        assert_eq!((day.why, day.abandoned, day.humans, day.most_permille), ("day", Some(3), Some(100), Some(30)));
        let risk = CampaignPaceReason::from(Reason::Risk { risk: 0.0421, most: 0.025 });
        assert_eq!((risk.why, risk.risk_permille, risk.most_permille, risk.ready), ("risk", Some(42), Some(25), None));
    }
}
