//! What a client writes: one wish a line.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use engine::border::{IdempotencyKey, Refusal};
use engine::call::{RecordWish, RejectAs};
use engine::campaign::{ResultKind, Steer};
use engine::config::{AccountName, DeviceName};
use engine::gate::Purpose;
use engine::id::{CallId, CampaignId, LeadId, ListId, PromiseId, Seq};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::web::shared::{NewSuppression, SuppressionScope};

use super::shape::{campaign_text, id_text, ids_text, lead_text, list_text, number_text, promise_text};

/// One line: `{"id":1,"do":"dial","number":"11987654321","key":"k1"}`.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Comes back with every line that answers this one; `null` when left out.
    pub id: Value,
    pub key: Option<IdempotencyKey>,
    pub wish: Wish,
}

/// What can be wished; `do` names it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Wish {
    Status {},
    Extensions {},
    /// `ended`: the last hundred ended calls too.
    Calls {
        #[serde(default)]
        ended: bool,
    },
    Dial {
        number: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<AccountName>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caller_id: Option<String>,
    },
    Answer {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Reject {
        #[serde(with = "id_text")]
        call: CallId,
        #[serde(default = "declined")]
        how: RejectAs,
    },
    Hangup {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Hold {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Resume {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Mute {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Unmute {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Dtmf {
        #[serde(with = "id_text")]
        call: CallId,
        digits: String,
    },
    /// The far end agreed to hear adverts while it is held.
    Consent {
        #[serde(with = "id_text")]
        call: CallId,
        on: bool,
    },
    /// `join`: two or more calls; else the one call that it is done to, or whose conference is meant.
    Conference {
        action: ConferenceAction,
        #[serde(with = "ids_text")]
        calls: Vec<CallId>,
    },
    /// To a number, without asking there first. `route`: another one than the call's own.
    Transfer {
        #[serde(with = "id_text")]
        call: CallId,
        number: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<AccountName>,
    },
    /// Holds the call and dials a number beside it.
    Consult {
        #[serde(with = "id_text")]
        call: CallId,
        number: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<AccountName>,
    },
    /// Of the two calls of a consultation either may be named.
    Swap {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Complete {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Back {
        #[serde(with = "id_text")]
        call: CallId,
    },
    Bridge {
        #[serde(with = "id_text")]
        first: CallId,
        #[serde(with = "id_text")]
        second: CallId,
    },
    Record {
        #[serde(with = "id_text")]
        call: CallId,
        what: RecordWish,
    },
    /// At the device of `through`, an extension.
    Supervise {
        #[serde(with = "id_text")]
        call: CallId,
        mode: Supervising,
        through: AccountName,
    },
    /// Sends a text message; `events` tells what becomes of it.
    Message {
        number: String,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountName>,
    },
    /// The last text messages, newest first.
    Messages {},
    /// The lamps.
    Watched {},
    Watch {
        account: AccountName,
        numbers: Vec<String>,
    },
    Unwatch {
        account: AccountName,
        numbers: Vec<String>,
    },
    Dnd {
        account: AccountName,
        on: bool,
    },
    Register {
        account: AccountName,
    },
    /// The live state, then every change; or the changes after `since`, when they are still kept.
    Events {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Seq>,
    },
    /// What people talk through; `offered`: what the system has, too.
    Devices {
        #[serde(default = "yes")]
        offered: bool,
    },
    /// Calls a desk phone and keeps the call, for every call to come.
    Connect {
        device: DeviceName,
    },
    /// Hangs it up.
    Disconnect {
        device: DeviceName,
    },
    Trace {
        #[serde(with = "id_text")]
        call: CallId,
    },
    /// Promises to call back, open ones or the last that are over.
    Callbacks {
        #[serde(default)]
        over: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
    },
    /// `version`: the one that was seen.
    CancelCallback {
        #[serde(with = "promise_text")]
        callback: PromiseId,
        version: u32,
    },
    /// Why a number may be dialled now, or not.
    Explain {
        number: String,
        #[serde(default = "by_hand")]
        purpose: Purpose,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountName>,
    },
    /// Their terms, and how they go.
    Campaigns {},
    Steer {
        #[serde(with = "campaign_text")]
        campaign: CampaignId,
        to: Steer,
    },
    /// Whom it could dial now, today, later and never; `agents`: what the rest of the day would come to with so many.
    DryRun {
        #[serde(with = "campaign_text")]
        campaign: CampaignId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agents: Option<u32>,
    },
    /// Lists of leads, and those that are being brought in.
    LeadLists {},
    /// What a CSV file would become; nothing is kept. `across_lists`: numbers that other lists have are counted too.
    PreviewLeads {
        path: PathBuf,
        #[serde(default)]
        across_lists: bool,
    },
    /// A list of a CSV file that the daemon may read.
    ImportLeads(NewList),
    /// Goes on with one that was cut off, by the same file.
    ResumeLeads {
        #[serde(with = "list_text")]
        list: ListId,
        path: PathBuf,
    },
    DiscardLeads {
        #[serde(with = "list_text")]
        list: ListId,
    },
    /// Which leads of a list are called; no condition: all. `dry_run`: only how many that would be.
    FilterLeads {
        #[serde(with = "list_text")]
        list: ListId,
        /// As `cidade=São Paulo,Campinas`, `ddd!=11`, `saldo>=100`, `plano~fibra`.
        conditions: Vec<String>,
        #[serde(default)]
        dry_run: bool,
    },
    /// Leads that are over come back. `dry_run`: only how many that would be.
    RecycleLeads {
        #[serde(with = "list_text")]
        list: ListId,
        chosen: Chosen,
        #[serde(default)]
        dry_run: bool,
    },
    /// `q`: a number in any spelling, or part of a name.
    Leads {
        q: String,
    },
    /// With every attempt, and why it is not called now.
    Lead {
        #[serde(with = "lead_text")]
        lead: LeadId,
    },
    /// Whether the attempt that a crash cut off reached anybody.
    SettleLead {
        #[serde(with = "lead_text")]
        lead: LeadId,
        reached: bool,
    },
    /// Numbers that are not dialled automatically; `number`: how they begin.
    Suppressions {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
    },
    Suppress(NewSuppression),
    Unsuppress {
        #[serde(with = "number_text")]
        suppression: u64,
    },
    /// What is said of each list that they came from.
    SuppressionLists {},
    /// Whom a list binds, and how old it is: now, where `dated` is left out.
    KeepSuppressionList {
        source: String,
        #[serde(default)]
        scope: SuppressionScope,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dated: Option<DateTime<Utc>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<DateTime<Utc>>,
    },
    /// Numbers of a CSV file that the daemon may read.
    ImportSuppressions(NewSuppressions),
    /// The restored base is the one to work with.
    ConfirmRestored {},
    /// The clock is right as it is.
    ConfirmClock {},
    Reload {},
}

/// Which leads come back; one of these is enough.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The last attempt ended so.
    #[serde(default)]
    pub results: BTreeSet<ResultKind>,
    /// The agent said so of it: the names of the dispositions.
    #[serde(default)]
    pub dispositions: BTreeSet<String>,
    /// There was no attempt.
    #[serde(default)]
    pub uncalled: bool,
    /// Not called before; none: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<DateTime<Utc>>,
}

/// What a list is made of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewList {
    pub path: PathBuf,
    pub name: String,
    /// Who gave it.
    pub source: String,
    /// As old as what is in it; none: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<DateTime<Utc>>,
    /// Nobody of it is called from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
    /// Bad rows are left out; else one of them spoils the file.
    #[serde(default)]
    pub skip_bad: bool,
    /// Numbers that other lists have are left out.
    #[serde(default)]
    pub across_lists: bool,
}

/// Numbers that are not to be dialled automatically.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSuppressions {
    pub path: PathBuf,
    /// Of lines that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of lines that name no day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Of all of them; none: each its list's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<SuppressionScope>,
    /// False: the file is only looked at.
    #[serde(default)]
    pub apply: bool,
}

/// What is done in a conference.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConferenceAction {
    Join,
    Silence,
    Unsilence,
    Split,
    Leave,
    End,
}

/// How a call is supervised, or no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Supervising {
    Listen,
    Whisper,
    Barge,
    TakeOver,
    Stop,
}

/// The no to a line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Error {
    /// A code of the engine's refusals, or `configuration`, `store`, `too-slow`, `too-long`, `too-many-clients`.
    pub code: String,
    pub text: String,
    /// `configuration`: each error of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

impl Error {
    pub(super) fn new(code: &str, text: impl Into<String>) -> Error {
        Error { code: code.to_owned(), text: text.into(), errors: Vec::new() }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        // Every code serialises to one word.
        let code = serde_json::to_value(refusal.code).ok().and_then(|code| code.as_str().map(str::to_owned));
        Error { code: code.unwrap_or_default(), text: refusal.text, errors: Vec::new() }
    }
}

impl Request {
    /// Reads a line; what is wrong comes with the line's id where it has one.
    pub fn read(line: &[u8]) -> Result<Request, (Value, Error)> {
        let bad = |text: String| Error::new("bad-request", text);
        let mut fields: Map<String, Value> =
            serde_json::from_slice(line).map_err(|error| (Value::Null, bad(format!("no JSON object: {error}"))))?;
        let id = fields.remove("id").unwrap_or_default();
        if !matches!(id, Value::Null | Value::Number(_) | Value::String(_)) {
            return Err((Value::Null, bad("id: must be a number or a string".to_owned())));
        }
        let key = match fields.remove("key") {
            None | Some(Value::Null) => None,
            Some(Value::String(key)) if (1..=MAX_KEY).contains(&key.len()) => Some(IdempotencyKey(key)),
            Some(_) => return Err((id, bad(format!("key: must be a string of 1 to {MAX_KEY} bytes")))),
        };
        match serde_json::from_value(Value::Object(fields)) {
            Ok(wish) => Ok(Request { id, key, wish }),
            Err(error) => Err((id, bad(error.to_string()))),
        }
    }

    /// The line to write, with its end.
    pub fn line(&self) -> String {
        // A wish is an object: it has a tag.
        let mut fields = match serde_json::to_value(&self.wish) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        fields.insert("id".to_owned(), self.id.clone());
        if let Some(key) = &self.key {
            fields.insert("key".to_owned(), key.0.clone().into());
        }
        format!("{}\n", Value::Object(fields))
    }
}

fn yes() -> bool {
    true
}

fn by_hand() -> Purpose {
    Purpose::ByHand
}

fn declined() -> RejectAs {
    RejectAs::Declined
}

/// A client's line, in bytes: a number, a route and a key fit many times.
pub const MAX_LINE: usize = 16 * 1024;
const MAX_KEY: usize = 128;
