//! The words of this room: what is seen of a campaign, what happens in it, what is decided, and why.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// How a campaign's calls are begun without a person's wish (GN-02).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// One call for each agent who is ready.
    Progressive,
    /// So many calls for each agent who is ready.
    Ratio(f64),
    /// More calls than ready agents, within the limit of abandonment.
    Predictive,
}

/// What a campaign lays down.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Settings {
    pub pace: Pace,
    /// The share of people who answered that may be abandoned on a day.
    pub limit: f64,
    /// How many people are in the team: five and fewer are judged by thirty days.
    pub team: u32,
    /// The most calls at a time, those that talk included.
    pub lines: u32,
    /// An answered call without an agent for so long is abandoned.
    pub patience: Duration,
    /// No ringing call is withdrawn before.
    pub ring_at_least: Duration,
}

impl Settings {
    /// Three in a hundred, two seconds, fifteen seconds.
    pub fn predictive(team: u32, lines: u32) -> Settings {
        let (patience, ring_at_least) = (Duration::from_secs(2), Duration::from_secs(15));
        Settings { pace: Pace::Predictive, limit: 0.03, team, lines, patience, ring_at_least }
    }
}

/// Who does what at this moment. The truth is elsewhere; seen anew for each decision it cannot be out of step.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct View<'a> {
    /// Agents who can take a call at once.
    pub ready: u32,
    /// Since when others talk, of those who will take this campaign's calls afterwards.
    pub talking: &'a [Moment],
    /// Since when others write, of the same.
    pub writing: &'a [Moment],
    /// Since when calls ring, the longest first.
    pub ringing: &'a [Moment],
    /// Calls that are answered and have no agent yet.
    pub waiting: u32,
}

/// What the statistics are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// A day began, by its number in civil time.
    DayBegan(u32),
    /// A call that rang since then was answered, and wants an agent (with detection: a person answered).
    Answered(Moment),
    /// A call that rang since then came to another end: busy, failed, not answered, a machine that was recognised.
    Unanswered(Moment),
    /// A call that rang since then was withdrawn: it may still have been answered.
    Withdrawn(Moment),
    /// An answered call has its agent.
    Connected,
    /// An answered call had no agent in time.
    Abandoned,
    /// One that has its agent is a machine, as it turned out: no person answered.
    Machine,
    /// A talk ended that lasted since then.
    Talked(Moment),
    /// Somebody wrote since then, and is through.
    Wrote(Moment),
}

/// What to do now.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Decision {
    /// Calls to begin.
    pub begin: u32,
    /// Calls to withdraw, the longest ringing first; none that rang less than [`Settings::ring_at_least`].
    pub withdraw: u32,
    pub reason: Reason,
    /// When to ask again, if nothing happens before.
    pub again: Moment,
}

/// Why not more calls are begun: what the screen says of the present pace.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why")]
pub enum Reason {
    /// Nobody is there to take calls.
    NobodyThere,
    /// Progressive: every ready agent has a call under way, or nobody is ready.
    OnePerReady { ready: u32 },
    /// Fixed ratio: so many calls for each ready agent are under way.
    Ratio { ready: u32, ratio: f64 },
    /// Predictive: another call would more likely than `most` find nobody.
    Risk { risk: f64, most: f64 },
    /// The same while few calls were seen yet: the outlook is a cautious guess.
    Learning { calls: u32, of: u32 },
    /// One per ready agent, as the day (or the thirty days) has no abandonment left.
    Day { abandoned: u64, humans: u64, limit: f64 },
    /// One per ready agent, as many were abandoned within a minute.
    Burst { abandoned: u32 },
    /// All lines of the campaign are taken.
    Lines { lines: u32 },
}
