//! Campaigns: whom they call, how, and within which limits (GN-02, GN-14).

use std::collections::{BTreeMap, BTreeSet};

use engine::access::Kind;
use engine::campaign::{
    self, Aim, Detection, DialMode, Handling, Limit, Of, Pace, ResultKind, Retry, RetryTable, Standing, Within,
};
use engine::id::{ItemId, ListId, QueueId};
use engine::rules::Period;
use engine::staff::{Entry, EntryId, Staff};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::web::error::Error;

use super::Listed;
use crate::web::shape::{CampaignStanding, Id, ids};

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    campaign: Id,
    name: String,
    #[schema(value_type = CampaignMode)]
    mode: DialMode,
    /// Read only: it is changed by `steer`.
    standing: CampaignStanding,
    /// What people are called for; do-not-call lists may speak of one aim alone.
    #[schema(value_type = CampaignAim)]
    aim: Aim,
    /// Lists of leads.
    lists: Vec<Id>,
    /// Whose agents may take part; empty: everybody's.
    queues: Vec<Id>,
    /// What is dialled over; empty: the agent's own ramal. Predictive needs one.
    routes: Vec<CampaignRoute>,
    /// What the called party may see; the agent chooses where there are several.
    caller_ids: Vec<String>,
    /// The escala of the callbacks that its agents promise.
    schedule: Option<Id>,
    retry: CampaignRetry,
    /// The pack of rules that it keeps beside the installation's.
    rules: Option<String>,
    /// Do-not-call lists, by their source: where one is not there or too old, nothing is dialled.
    needs: Vec<String>,
    #[schema(value_type = CampaignHandling)]
    handling: Handling,
    #[schema(value_type = CampaignPace)]
    pace: Pace,
    /// What becomes of answering machines: progressive and predictive.
    #[schema(value_type = CampaignDetection)]
    detection: Detection,
    /// Among the work of one agent the higher comes first; callbacks have 0.
    priority: u8,
    /// What the agent says (*roteiro*).
    script: String,
    /// The gateway that is told what became of each lead, as `[webhook.NAME]` names it.
    webhook: Option<String>,
}

/// Who dials, and when.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "for the document alone")]
pub enum CampaignMode {
    Preview,
    PushPreview,
    Progressive,
    Predictive,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "for the document alone")]
pub enum CampaignAim {
    Sales,
    Collection,
    Service,
    Research,
}

/// One way out.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignRoute {
    /// An extension or trunk.
    account: String,
    /// Its share beside the others', at least 1.
    weight: u16,
}

/// When whom is tried again, after what (GN-14).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignRetry {
    /// By what the network or the detector said: `connected`, `machine`, `abandoned`, `busy`, `no-answer`, `rejected`, `congestion`,
    /// `number-unknown`, `withdrawn`, `failed`, `not-dialled`, `unknown`. What is not named: again in an hour, the next number.
    #[schema(value_type = BTreeMap<String, CampaignAgain>)]
    results: BTreeMap<ResultKind, Retry>,
    /// By the id of what the agent said (*tabulação*), which counts for more.
    #[schema(value_type = BTreeMap<String, CampaignAgain>)]
    dispositions: BTreeMap<Id, Retry>,
    /// All bind together.
    limits: Vec<CampaignLimit>,
}

/// What follows.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::campaign::Retry serialises to, for the document alone")]
pub struct CampaignAgain {
    #[schema(value_type = CampaignAgainKind)]
    kind: (),
    /// Of `again`.
    #[schema(value_type = u32, required = false)]
    after_minutes: (),
    /// Of `again`: which of its numbers.
    #[schema(value_type = CampaignTurn, required = false)]
    turn: (),
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "for the document alone")]
pub enum CampaignAgainKind {
    Again,
    Finish,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "for the document alone")]
pub enum CampaignTurn {
    Same,
    Next,
}

/// Most attempts of one thing within a time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignLimit {
    #[schema(value_type = CampaignLimitOf)]
    of: Of,
    within: CampaignWithin,
    most: u32,
}

/// `number`: over all campaigns and every path.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "for the document alone")]
pub enum CampaignLimitOf {
    Lead,
    Number,
}

/// Of the called party's calendar.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CampaignWithin {
    Ever,
    Day,
    Week,
    Month,
}

/// What agents may do with a record.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::campaign::Handling serialises to, for the document alone")]
pub struct CampaignHandling {
    /// How long an offered record waits for its agent, in s: 5 to 300.
    offer_s: u16,
    /// Who rejected or ignored it does not get it again for so long.
    cool_off_minutes: u16,
    /// *Ligar para este contato mais tarde*: not before.
    later_minutes: u16,
    /// *Não ligar para este contato* puts its numbers on the do-not-call list.
    decline_suppresses: bool,
}

/// How fast.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::campaign::Pace serialises to, for the document alone")]
pub struct CampaignPace {
    /// Calls at once: 1 to 2,000.
    lines: u16,
    /// Calls begun in one second: 1 to 500.
    starts_per_second: u16,
    /// Of a thousand people who answered, so many may find no agent on any day; at most 100.
    abandoned_permille: u16,
    /// Nobody is rung longer: 15 to 120.
    ring_s: u16,
    /// A call that the pace takes back rang for so long at least.
    ring_at_least_s: u16,
    /// The sound that an abandoned person hears; predictive needs one.
    notice: Option<String>,
    /// Who presses this key meanwhile is not called any more; null where the notice does not say so.
    opt_out: Option<String>,
    /// An abandoned person is not called predictively for so long.
    cool_down_hours: u16,
}

/// What becomes of answering machines. A person waits no longer for an agent than without it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what engine::campaign::Detection serialises to, for the document alone")]
pub struct CampaignDetection {
    #[schema(value_type = CampaignDetectionKind)]
    kind: (),
    /// Of `message`: the sound that is left, when the greeting is over.
    #[schema(value_type = String, required = false)]
    sound: (),
    /// Of `message`: where neither a beep nor a long pause comes, it is played after so long: 3 to 120.
    #[schema(value_type = u16, required = false)]
    beep_s: (),
}

/// `connect`: the agent gets it, and is shown that it is a machine.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "for the document alone")]
pub enum CampaignDetectionKind {
    Off,
    HangUp,
    Message,
    Connect,
}

impl Listed for Campaign {
    type New = Campaign;
    const PATH: &'static str = "/api/v1/campaigns";
    const PATH_OF_ONE: &'static str = "/api/v1/campaigns/{campaign}";
    const ID: &'static str = "campaign";
    const KIND: Kind = Kind::Campaign;

    fn entry_id(id: Id) -> EntryId {
        EntryId::Campaign(id.into())
    }

    fn of(entry: &Entry, _staff: &Staff) -> Option<Campaign> {
        let Entry::Campaign(campaign) = entry else { return None };
        let route =
            |route: &campaign::Route| CampaignRoute { account: route.account.to_string(), weight: route.weight };
        Some(Campaign {
            campaign: campaign.id.into(),
            name: campaign.name.clone(),
            mode: campaign.mode,
            standing: campaign.standing.into(),
            aim: campaign.aim,
            lists: ids(campaign.lists.iter().copied()),
            queues: ids(campaign.queues.iter().copied()),
            routes: campaign.routes.iter().map(route).collect(),
            caller_ids: campaign.caller_ids.clone(),
            schedule: campaign.schedule.map(Id::from),
            retry: CampaignRetry::from(&campaign.retry),
            rules: campaign.rules.clone(),
            needs: campaign.needs.iter().cloned().collect(),
            handling: campaign.handling,
            pace: campaign.pace.clone(),
            detection: campaign.detection.clone(),
            priority: campaign.priority,
            script: campaign.script.clone(),
            webhook: campaign.webhook.clone(),
        })
    }

    fn into_entry(self) -> Result<Entry, Error> {
        let route =
            |route: CampaignRoute| campaign::Route { account: route.account.as_str().into(), weight: route.weight };
        Ok(Entry::Campaign(campaign::Campaign {
            id: self.campaign.into(),
            name: self.name,
            mode: self.mode,
            standing: self.standing.into(),
            aim: self.aim,
            lists: self.lists.into_iter().map(ListId::from).collect(),
            queues: self.queues.into_iter().map(QueueId::from).collect::<BTreeSet<_>>(),
            routes: self.routes.into_iter().map(route).collect(),
            caller_ids: self.caller_ids,
            retry: self.retry.into(),
            rules: self.rules.filter(|name| !name.is_empty()),
            needs: self.needs.into_iter().collect(),
            schedule: self.schedule.map(Into::into),
            handling: self.handling,
            pace: self.pace,
            detection: self.detection,
            priority: self.priority,
            script: self.script,
            webhook: self.webhook.filter(|name| !name.is_empty()),
        }))
    }

    fn defaults() -> Value {
        let retry = CampaignRetry::from(&RetryTable::default());
        json!({ "mode": "preview", "standing": CampaignStanding::Stopped, "aim": "sales", "lists": [], "queues": [],
            "routes": [], "caller_ids": [], "schedule": null, "retry": retry, "rules": null, "needs": [], "handling": Handling::default(),
            "pace": Pace::default(), "detection": Detection::default(), "priority": 0, "script": "", "webhook": null })
    }

    fn example() -> Value {
        let mut example = Campaign::defaults();
        example["campaign"] = json!("60");
        example["name"] = json!("Renova Energia");
        example
    }

    /// Standing is no part of an edit.
    fn read(mut base: Value, fields: Map<String, Value>) -> Result<Entry, Error> {
        if fields.get("standing").is_some_and(|wanted| *wanted != base["standing"]) {
            return Err(Error::field("standing", "invalid", "a campaign is started and stopped by /steer alone"));
        }
        if let Some(all) = base.as_object_mut() {
            all.extend(fields);
            all.entry(Self::ID).or_insert_with(|| json!("0"));
        }
        let one: Campaign = serde_json::from_value(base).map_err(|why| Error::bad(why.to_string()))?;
        one.into_entry()
    }
}

impl From<&RetryTable> for CampaignRetry {
    fn from(table: &RetryTable) -> CampaignRetry {
        CampaignRetry {
            results: table.results.clone(),
            dispositions: table.dispositions.iter().map(|(item, retry)| (Id::from(*item), *retry)).collect(),
            limits: table.limits.iter().map(|limit| CampaignLimit::from(*limit)).collect(),
        }
    }
}

impl From<CampaignRetry> for RetryTable {
    fn from(retry: CampaignRetry) -> RetryTable {
        RetryTable {
            results: retry.results,
            dispositions: retry.dispositions.into_iter().map(|(item, retry)| (ItemId::from(item), retry)).collect(),
            limits: retry.limits.into_iter().map(Limit::from).collect(),
        }
    }
}

impl From<Limit> for CampaignLimit {
    fn from(limit: Limit) -> CampaignLimit {
        let within = match limit.within {
            Within::Ever => CampaignWithin::Ever,
            Within::The(Period::Day) => CampaignWithin::Day,
            Within::The(Period::Week) => CampaignWithin::Week,
            Within::The(Period::Month) => CampaignWithin::Month,
        };
        CampaignLimit { of: limit.of, within, most: limit.most }
    }
}

impl From<CampaignLimit> for Limit {
    fn from(limit: CampaignLimit) -> Limit {
        let within = match limit.within {
            CampaignWithin::Ever => Within::Ever,
            CampaignWithin::Day => Within::The(Period::Day),
            CampaignWithin::Week => Within::The(Period::Week),
            CampaignWithin::Month => Within::The(Period::Month),
        };
        Limit { of: limit.of, within, most: limit.most }
    }
}

impl From<Standing> for CampaignStanding {
    fn from(standing: Standing) -> CampaignStanding {
        match standing {
            Standing::Stopped => CampaignStanding::Stopped,
            Standing::Running => CampaignStanding::Running,
            Standing::Paused => CampaignStanding::Paused,
            Standing::Draining => CampaignStanding::Draining,
        }
    }
}

impl From<CampaignStanding> for Standing {
    fn from(standing: CampaignStanding) -> Standing {
        match standing {
            CampaignStanding::Stopped => Standing::Stopped,
            CampaignStanding::Running => Standing::Running,
            CampaignStanding::Paused => Standing::Paused,
            CampaignStanding::Draining => Standing::Draining,
        }
    }
}
