//! A campaign: whom it calls, how, and within which limits. Only an administrator changes it; a supervisor starts and stops it.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::list::{Aim, Need};
use super::retry::RetryTable;
use crate::config::{AccountName, SoundName};
use crate::id::{CampaignId, ListId, QueueId, ScheduleId};
use crate::leg::Listening;
use crate::rules::{Bounded, Pack, Rules};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub mode: DialMode,
    pub standing: Standing,
    pub aim: Aim,
    /// Of which leads come.
    pub lists: Vec<ListId>,
    /// Whose agents may take part; none: everybody's.
    pub queues: BTreeSet<QueueId>,
    /// What is dialled over; none: the agent's own extension. Predictive needs one.
    pub routes: Vec<Route>,
    /// What the called party may see; the agent chooses where there are several (GN-05). None: the route's own.
    pub caller_ids: Vec<String>,
    pub retry: RetryTable,
    /// The pack of rules that it keeps beside the installation's ([`crate::rules::Pack`]).
    #[serde(default)]
    pub rules: Option<String>,
    /// Do-not-call lists, by their source: where one is not there or too old, nothing is dialled.
    #[serde(default)]
    pub needs: BTreeSet<String>,
    /// The escala of the callbacks that its agents promise (GN-10).
    pub schedule: Option<ScheduleId>,
    pub handling: Handling,
    pub pace: Pace,
    #[serde(default)]
    pub detection: Detection,
    /// Among the work of one agent: the higher comes first, callbacks have 0.
    pub priority: u8,
    /// What the agent says (*roteiro*).
    pub script: String,
    /// The gateway that is told what became of each lead, by its name in the configuration.
    #[serde(default)]
    pub webhook: Option<String>,
}

/// Who dials, and when (GN-02).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DialMode {
    /// *Visualização*: the agent asks for a record, and dials.
    Preview,
    /// The record is pushed, the agent dials.
    PushPreview,
    /// One call for each agent who is ready.
    Progressive,
    /// More calls than agents who are ready, within the limit of abandonment.
    Predictive,
}

/// What becomes of answering machines (GN-17) where no agent dialled: progressive and predictive. A person waits for that no longer
/// than without it ([`Detection::holds_back`]).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Detection {
    /// Whoever answers is a person.
    #[default]
    Off,
    HangUp,
    /// This is played when its greeting is over: after the beep, or a long pause, or `beep_s` where neither comes.
    Message {
        #[serde(default)]
        sound: Option<SoundName>,
        #[serde(default = "Detection::half_a_minute")]
        beep_s: u16,
    },
    /// The agent gets it, and is shown that it is one.
    Connect,
}

impl Detection {
    /// As long as machines' greetings last.
    fn half_a_minute() -> u16 {
        30
    }

    /// Whether an agent gets the call only when it is known, or can wait no longer, who answered.
    pub fn holds_back(&self) -> bool {
        match self {
            Detection::Off | Detection::Connect => false,
            Detection::HangUp | Detection::Message { .. } => true,
        }
    }

    /// What media is asked. To show a machine wrongly is less than to hang up on a person.
    pub fn listening(&self) -> Option<Listening> {
        let listening = |sure| Listening { deadline_ms: 4_000, sure, greeting_ms: None };
        match self {
            Detection::Off => None,
            Detection::Connect => Some(listening(70)),
            Detection::HangUp => Some(listening(80)),
            Detection::Message { beep_s, .. } => {
                Some(Listening { greeting_ms: Some(u32::from(*beep_s) * 1_000), ..listening(80) })
            }
        }
    }

    fn is_without_sound(&self) -> bool {
        matches!(self, Detection::Message { sound: None, .. })
    }

    fn waits_wrongly(&self) -> bool {
        matches!(self, Detection::Message { beep_s, .. } if !(3..=120).contains(beep_s))
    }
}

/// Whether it dials.
///
/// ```text
///              start             drain: what is being dialled or handled is brought to its end
///   Stopped ──────────> Running ──────────> Draining
///      ^                  │ ^                  │
///      │             pause│ │start             │
///      └──────stop────────┴─ Paused            │
///      └──────── stop, or nothing is left ─────┘
/// ```
///
/// Whatever it is, what rings goes on ringing, and who answers is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Standing {
    /// *Encerrada*.
    #[default]
    Stopped,
    Running,
    /// *Em pausa*.
    Paused,
    /// Nothing new is begun.
    Draining,
}

/// One way out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Route {
    pub account: AccountName,
    /// Its share beside the others', at least 1.
    pub weight: u16,
}

/// What agents may do with a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Handling {
    /// How long an offered record waits for its agent (GN-08).
    pub offer_s: u16,
    /// Who rejected or ignored it does not get it again for so long.
    pub cool_off_minutes: u16,
    /// *Ligar para este contato mais tarde*: not before (GN-06).
    pub later_minutes: u16,
    /// *Não ligar para este contato* puts its numbers on the do-not-call list.
    pub decline_suppresses: bool,
}

/// How fast.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pace {
    /// Calls at once, at most.
    pub lines: u16,
    /// Calls begun in one second, at most.
    pub starts_per_second: u16,
    /// Of a thousand people who answered, so many may find no agent on any day (GN-18).
    pub abandoned_permille: u16,
    /// Nobody is rung longer.
    pub ring_s: u16,
    /// A call that the pace takes back rang for so long at least.
    #[serde(default = "Pace::fifteen")]
    pub ring_at_least_s: u16,
    /// What an abandoned person hears: who called. Predictive needs one.
    pub notice: Option<SoundName>,
    /// Who presses this key meanwhile is not called any more; none where the notice does not say so.
    #[serde(default = "Pace::nine")]
    pub opt_out: Option<char>,
    /// An abandoned person is not called predictively for so long.
    pub cool_down_hours: u16,
}

impl Default for Handling {
    fn default() -> Handling {
        Handling { offer_s: 20, cool_off_minutes: 10, later_minutes: 120, decline_suppresses: false }
    }
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            lines: 30,
            starts_per_second: 5,
            abandoned_permille: 30,
            ring_s: 25,
            ring_at_least_s: Pace::fifteen(),
            notice: None,
            opt_out: Pace::nine(),
            cool_down_hours: 72,
        }
    }
}

impl Pace {
    /// As long as codes of conduct have it.
    fn fifteen() -> u16 {
        15
    }

    fn nine() -> Option<char> {
        Some('9')
    }
}

impl Pace {
    /// Whatever the terms say, never looser than what a pack lays down on a day.
    fn under(mut self, pack: &Pack, day: NaiveDate) -> Pace {
        for bound in pack.bounds_on(day) {
            match bound.of {
                Bounded::Abandoned { permille, .. } => self.abandoned_permille = self.abandoned_permille.min(permille),
                Bounded::Ring { seconds } => {
                    self.ring_s = self.ring_s.max(seconds);
                    self.ring_at_least_s = self.ring_at_least_s.max(seconds);
                }
                Bounded::CoolDown { hours } => self.cool_down_hours = self.cool_down_hours.max(hours),
                Bounded::ListAge { .. } | Bounded::ShortCalls { .. } => {}
                Bounded::LargeCaller { .. } | Bounded::Advice { .. } => {}
            }
        }
        self
    }
}

impl Campaign {
    /// As one begins: for everybody, over the agents' own extensions, and stopped.
    pub fn new(id: CampaignId, name: &str, mode: DialMode, lists: Vec<ListId>) -> Campaign {
        Campaign {
            id,
            name: name.to_owned(),
            mode,
            standing: Standing::Stopped,
            aim: Aim::Sales,
            lists,
            queues: BTreeSet::new(),
            routes: Vec::new(),
            caller_ids: Vec::new(),
            retry: RetryTable::default(),
            rules: None,
            needs: BTreeSet::new(),
            schedule: None,
            handling: Handling::default(),
            pace: Pace::default(),
            detection: Detection::default(),
            priority: 0,
            script: String::new(),
            webhook: None,
        }
    }

    /// What its pack lays down, if there is one.
    pub fn pack<'a>(&self, rules: &'a Rules) -> Option<&'a Pack> {
        self.rules.as_ref().and_then(|name| rules.packs.get(name))
    }

    /// The do-not-call lists that it does not dial without, and how old they may be by its pack.
    pub fn needs(&self, rules: &Rules, zone: Tz, now: DateTime<Utc>) -> Vec<Need> {
        let most = self.pack(rules).and_then(|pack| pack.list_age(now.with_timezone(&zone).date_naive()));
        let since = most.and_then(|days| now.checked_sub_days(Days::new(days.into())));
        self.needs.iter().map(|source| Need { source: source.clone(), since }).collect()
    }

    /// As it is dialled on a day.
    pub fn under(mut self, rules: &Rules, day: NaiveDate) -> Campaign {
        if let Some(pack) = self.pack(rules) {
            self.pace = self.pace.under(pack, day);
        }
        self
    }

    /// What is done about machines: who dials by hand hears for themselves.
    pub fn detects(&self) -> Detection {
        match self.mode {
            DialMode::Progressive | DialMode::Predictive => self.detection.clone(),
            DialMode::Preview | DialMode::PushPreview => Detection::Off,
        }
    }

    /// Whether records are given out and calls begun.
    pub fn runs(&self) -> bool {
        self.standing == Standing::Running
    }

    /// What cannot be of it: the field, and what to do. Ids are looked at by whoever knows them.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let predictive = self.mode == DialMode::Predictive;
        let faults = [
            (self.lists.len() > 100, "lists: at most 100"),
            (self.caller_ids.len() > 50, "caller_ids: at most 50"),
            (self.script.len() > 20_000, "script: at most 20,000 bytes"),
            (self.needs.len() > 20, "needs: at most 20"),
            (self.routes.iter().any(|route| route.weight == 0), "routes: a weight is at least 1"),
            (!(5..=300).contains(&self.handling.offer_s), "offer_s: 5 to 300"),
            (self.handling.later_minutes == 0, "later_minutes: at least 1"),
            (!(1..=2_000).contains(&self.pace.lines), "lines: 1 to 2,000"),
            (!(1..=500).contains(&self.pace.starts_per_second), "starts_per_second: 1 to 500"),
            (self.pace.abandoned_permille > 100, "abandoned_permille: at most 100, which is 10 %"),
            (!(15..=120).contains(&self.pace.ring_s), "ring_s: 15 to 120"),
            (!(15..=120).contains(&self.pace.ring_at_least_s), "ring_at_least_s: 15 to 120"),
            (
                self.pace.opt_out.is_some_and(|key| !"0123456789*#".contains(key)),
                "opt_out: a key of the telephone, or none",
            ),
            (self.detection.is_without_sound(), "detection: choose the sound that is left to machines"),
            (self.detection.waits_wrongly(), "detection: beep_s is 3 to 120"),
            (predictive && self.routes.is_empty(), "routes: predictive dials before an agent is chosen, name a trunk"),
            (predictive && self.pace.notice.is_none(), "notice: predictive needs what an abandoned person hears"),
        ];
        let (_, said) = faults.into_iter().find(|(wrong, _)| *wrong)?;
        said.split_once(": ")
    }
}
