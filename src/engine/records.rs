//! What the engine asks the store to keep, and what it wants back. Words only: no SQL here, no decision there.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::agent::{AgentState, Chosen};
use crate::appointment;
use crate::border::{IdempotencyKey, Refusal, Reply};
use crate::callback;
use crate::campaign;
use crate::case::{CaseRow, Known};
use crate::config::{AccountName, Target};
use crate::gate::{Attempts, Periods, Suppression};
use crate::id::{AppointmentId, AttemptId, CallId, CaseId, LegId, PromiseId, QueueId, RecordingId, ScheduleId, UserId};
use crate::leg::Quality;
use crate::news::{Direction, HangupCause, MessageView, RegistrationView, SupervisionView};
use crate::outbox;
use crate::protocolo::Protocolo;
use crate::sip::dialog::Dialog;
use crate::staff::{Entry, EntryId};

/// Records written in one transaction: all or none.
pub type Batch = Vec<Record>;

/// One thing to keep. Every record names its key; writing the same one twice leaves one row.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Record {
    CallOpened(CallRow),
    /// The protocolo's call was answered: the evidence CB-13 needs.
    CallAnswered {
        call: CallId,
        at: DateTime<Utc>,
    },
    CallEnded {
        call: CallId,
        at: DateTime<Utc>,
        cause: HangupCause,
    },
    /// Answered while nobody was there: it is this person's from now on.
    CallGiven {
        call: CallId,
        user: UserId,
    },
    /// A leg serves a call; a device's leg may serve many.
    LegOpened(LegRow),
    LegEnded {
        leg: LegId,
        call: CallId,
        at: DateTime<Utc>,
        cause: HangupCause,
        quality: Option<Quality>,
    },
    /// A line of the call's story: `ringing`, `held`, `digit`, `bridged`…, with a detail that holds no number.
    CallEvent {
        call: CallId,
        leg: Option<LegId>,
        at: DateTime<Utc>,
        event: String,
        detail: String,
    },
    /// Written at first ring or dial, again when the dialog is confirmed and when CSeq enters a new block of 1,000.
    Dialog(DialogRow),
    DialogEnded {
        leg: LegId,
    },
    Registration {
        account: AccountName,
        state: RegistrationView,
    },
    /// As the person set it; outlives a restart.
    DoNotDisturb {
        account: AccountName,
        on: bool,
    },
    /// Protocolos of `day` up to and excluding `next` may be given.
    ProtocoloBlock {
        day: NaiveDate,
        next: u32,
    },
    /// Who supervises which call from now on and how, or no more: a line of the audit log.
    Supervised {
        at: DateTime<Utc>,
        view: SupervisionView,
    },
    RecordingStarted(RecordingRow),
    RecordingEnded {
        recording: RecordingId,
        at: DateTime<Utc>,
    },
    /// What became of its file; said by the shell, which keeps it.
    RecordingFile(RecordingFile),
    /// A text message; written again with what became of it.
    Message(MessageView),
    CaseOpened(CaseRow),
    /// A call goes on with a case that was open.
    CaseContinued {
        case: CaseId,
        call: CallId,
        at: DateTime<Utc>,
    },
    /// What was done: a call, by its Protocolo; its recordings are found by the call (SM-11).
    CaseTask {
        case: CaseId,
        call: CallId,
        at: DateTime<Utc>,
        protocolo: String,
    },
    /// Administered, whole; the command waits for it.
    Kept(Entry),
    Removed(EntryId),
    /// What a person has chosen; outlives a restart.
    AgentChosen {
        user: UserId,
        chosen: Chosen,
    },
    /// For reports: what a person does from now on.
    AgentState {
        user: UserId,
        at: DateTime<Utc>,
        state: AgentState,
    },
    /// A promise as it is now, with a line of its history; an older version changes only that line.
    Promise(callback::Row),
    /// An appointment as it is now; an older version changes nothing.
    Appointment(appointment::Row),
    /// Where the contact is there and no other case of theirs is open; [`appointment::Question::Case`] says whether.
    CaseByAppointment(appointment::CaseRow),
    /// Somebody is to know how an appointment ended, and has not seen it yet: one for each of them.
    Notice {
        appointment: AppointmentId,
        to: BTreeSet<appointment::To>,
        at: DateTime<Utc>,
    },
    /// A message on its way out; its first version only where its key is not known, which [`appointment::Question::Key`] tells.
    Letter(outbox::Row),
    /// These normalised numbers are not to be called any more, for good.
    Suppressed {
        numbers: Vec<String>,
        /// The list that they are on from now on.
        source: String,
        /// To whom it was said; none: the called party pressed a key (GN-18).
        user: Option<UserId>,
        at: DateTime<Utc>,
    },
    /// What became of a lead or of an attempt to reach it; refused where the lead is no longer leased as it says.
    Lead(campaign::Written),
    /// An operator said that the restored base is the one to work with.
    RestoredConfirmed,
    /// The daemon lives, its clock shows this, and the store works.
    Alive {
        at: DateTime<Utc>,
        /// The clock has jumped, and nobody has said which of the two times is right: a start does not believe it either.
        #[serde(default)]
        doubted: bool,
    },
    /// Kept 24 h, so that the same key gets the same answer.
    Answer {
        key: IdempotencyKey,
        at: DateTime<Utc>,
        answer: Result<Reply, Refusal>,
    },
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallRow {
    pub call: CallId,
    pub protocolo: String,
    pub direction: Direction,
    pub account: AccountName,
    /// Whose it is.
    pub user: Option<UserId>,
    pub queue: Option<QueueId>,
    /// As dialled, or as the caller's identity said.
    pub number_dialled: String,
    /// E.164 with `+`, or the ramal as it is; the index is on it and on the day.
    pub number_normalised: String,
    /// Caller's name, Diversion and P-Asserted-Identity as shown.
    pub remote_name: Option<String>,
    pub diverted_from: Option<String>,
    pub asserted: Option<String>,
    pub at: DateTime<Utc>,
    /// Day in the installation's zone.
    pub day: NaiveDate,
    /// Version of the gate's rules, for calls that we dialled.
    pub rules_version: Option<u64>,
    /// The promise that it keeps: the attempt is counted there.
    #[serde(default)]
    pub promise: Option<PromiseId>,
    /// The attempt to reach a lead that it is: counted there.
    #[serde(default)]
    pub attempt: Option<AttemptId>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LegRow {
    pub leg: LegId,
    pub call: CallId,
    /// The SIP Call-ID; empty for a device.
    pub sip_call_id: String,
    /// Device name, or AOR of the far end.
    pub far_end: String,
    pub at: DateTime<Utc>,
}

/// One recording of a call (SP-08).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordingRow {
    pub recording: RecordingId,
    pub call: CallId,
    pub protocolo: String,
    pub at: DateTime<Utc>,
    /// Day in the installation's zone.
    pub day: NaiveDate,
}

/// A recording's file as it is now. What is `None` stays as it was.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordingFile {
    pub recording: RecordingId,
    /// For a file whose call was never stored.
    pub started: DateTime<Utc>,
    pub day: NaiveDate,
    pub state: RecordingState,
    /// Below the folder of recordings.
    pub file: Option<String>,
    pub seconds: Option<u32>,
    /// Bytes.
    pub size: Option<u64>,
    /// SHA-256 of the file, in hex.
    pub sha256: Option<String>,
    /// When it is to be deleted (Decreto 11.034).
    pub until: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordingState {
    /// Being written.
    Live,
    /// Complete, as it was written.
    Done,
    /// Ogg/Opus.
    Compacted,
    /// Its time was over.
    Deleted,
}

/// Enough of a dialog to end it after a crash (SP-14).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DialogRow {
    pub leg: LegId,
    pub call: CallId,
    pub account: AccountName,
    pub target: Target,
    pub rescue: Rescue,
}

/// What the next start does with a dialog this one left open.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Rescue {
    /// We dialled, no final answer stored: CANCEL as written; a late 2xx to `call_id` gets ACK and BYE.
    Cancel { cancel: bytes::Bytes, call_id: String, local_tag: String },
    /// We were rung: this final response, as written, to this address.
    Respond { response: bytes::Bytes, to: SocketAddr },
    /// Confirmed: BYE built from the dialog, its CSeq above `cseq_block`.
    Bye { dialog: Box<Dialog>, cseq_block: u32 },
}

/// What the engine asks the store.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Question {
    /// Asked once, at start.
    Start,
    /// Whom a call is with; asked when it begins.
    Known {
        /// Normalised.
        number: String,
    },
    /// Open promises that fall due before `until`.
    Promises {
        until: DateTime<Utc>,
    },
    /// One that may be far ahead.
    Promise {
        promise: PromiseId,
    },
    /// What the gate has to know of a number before it is dialled.
    Number {
        /// Normalised.
        number: String,
        /// The one that would be kept: its own attempt that has no end yet does not count.
        promise: Option<PromiseId>,
        periods: Periods,
    },
    Appointment(appointment::Question),
    Leads(campaign::Question),
}

/// What the store answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Facts {
    Known(Known),
    Promises(Vec<callback::Row>),
    Promise(Option<callback::Row>),
    Appointment(appointment::Facts),
    Leads(campaign::Facts),
    Number {
        suppressed: Suppression,
        attempts: Attempts,
    },
    Start {
        open_dialogs: Vec<DialogRow>,
        /// Calls without an end, to be ended with the cause *our crash*.
        open_calls: Vec<CallId>,
        /// Last reserved Protocolo block: day and first number not reserved.
        protocolo: Option<(NaiveDate, u32)>,
        answers: Vec<(IdempotencyKey, DateTime<Utc>, Result<Reply, Refusal>)>,
        /// Do-not-disturb as the person last set it.
        do_not_disturb: Vec<AccountName>,
        /// Texts that were on their way out.
        #[serde(default)]
        unanswered: Vec<MessageView>,
        /// What is administered.
        entries: Vec<Entry>,
        chosen: Vec<(UserId, Chosen)>,
        #[serde(default)]
        promises: Promises,
        /// When the base was put in place from a copy, until an operator confirms it: what dials by itself waits.
        #[serde(default)]
        restored: Option<DateTime<Utc>>,
        /// The greatest id that was ever given and written down, by whatever clock.
        #[serde(default)]
        last_id: u64,
    },
}

/// What a start has to know of promises.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Promises {
    /// How many open ones there are for which times, however far ahead.
    pub taken: Vec<(ScheduleId, DateTime<Utc>, u16)>,
    /// Calls that were answered and never ended: our side dropped them (CB-13).
    pub dropped: Vec<CallRow>,
    /// Matters whose dropped call was returned already.
    pub returned: Vec<Protocolo>,
    /// The newest moment that anything was written at: an earlier clock is wrong.
    pub newest: Option<DateTime<Utc>>,
    /// The clock was in doubt then.
    #[serde(default)]
    pub doubted: bool,
}
