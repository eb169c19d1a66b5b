//! What the rest of a day would come to with a team of so many, before a campaign is started: the simulator plays it with what the
//! campaign's pace has learned.

use std::time::Duration;

use chrono::{DateTime, Datelike, Timelike, Utc};
use engine::border::StoreError;
use engine::campaign::{Campaign, DialMode, settings};
use engine::gate::Law;
use engine::pacing::{DayForecast, Memory, Pace, Prospects, Settings};
use engine::random::Random;

use super::DryRun;
use crate::store::Reader;

/// A forecast, and what it stands on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Forecast {
    pub agents: u32,
    /// Of 1; as it was seen before, or as it is assumed where the campaign has dialled nobody yet.
    pub answer_rate: f64,
    pub is_learned: bool,
    pub day: DayForecast,
}

/// Blocks for up to some seconds. None where agents dial themselves: the day is theirs.
///
/// # Errors
/// The store cannot be read.
pub fn forecast(
    reader: &Reader,
    terms: &Campaign,
    law: Law<'_>,
    found: &DryRun,
    agents: u32,
    at: DateTime<Utc>,
) -> Result<Option<Forecast>, StoreError> {
    let local = at.with_timezone(&law.zone);
    let pace = terms.clone().under(law.rules, local.date_naive()).pace;
    let team = settings(&pace, agents as usize, 0);
    let settings = match terms.mode {
        DialMode::Preview | DialMode::PushPreview => return Ok(None),
        DialMode::Progressive => Settings { pace: Pace::Progressive, ..team },
        DialMode::Predictive => team,
    };
    let learned = reader.pace_memory(terms.id)?;
    let is_learned = learned.is_some();
    let memory: Memory = learned.map(|memory| *memory).unwrap_or_default();
    // What the pace begins with is caution, not an expectation.
    let answer_rate = if is_learned { memory.answer_rate() } else { ASSUMED };
    let (_, until) = law.with(terms.pack(law.rules)).window(local.date_naive());
    let minutes = u32::from(until).saturating_sub(local.hour() * 60 + local.minute());
    let day = u32::try_from(local.num_days_from_ce()).unwrap_or_default();
    let (leads, length) = (found.now + found.today, Duration::from_secs(60 * u64::from(minutes)));
    let prospects = Prospects { settings, agents, leads, length, memory, answers: answer_rate, day };
    // The same question has the same answer.
    let day = prospects.forecast(&mut Random::new([0; 32]));
    Ok(Some(Forecast { agents, answer_rate, is_learned, day }))
}

/// Of 1, where nothing was seen yet: an assumption, that of the simulator's steady days, in which the pace was proven.
const ASSUMED: f64 = 0.25;
