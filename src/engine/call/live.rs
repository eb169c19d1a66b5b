//! One call: its data and what others see of it.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::config::{Account, AudioClass, SoundName};
use crate::id::{CallId, ConferenceId, LegId, PromiseId, QueueId, UserId};
use crate::leg::{LegState, Listening, MediaNews, OneWay, OutDigit, Quality, Stream};
use crate::news::{CallState, CallView, ConferenceView, Direction, HangupCause, LegView, TransferView};
use crate::number::Number;
use crate::sip::session::Session;
use crate::time::Moment;

use super::Calls;
use super::desk::DeskKey;
use super::lead::Farewell;
use super::one_way::trouble;
use super::ports::LentPort;
use super::recording::Recording;
use super::transfer::Tie;

/// One call with its session and its port.
#[derive(Debug)]
pub(super) struct Call {
    pub id: CallId,
    pub protocolo: String,
    pub direction: Direction,
    pub account: Arc<Account>,
    /// The extension at whose device its person sits: its own, or a supervisor's who took it over.
    pub seat: Arc<Account>,
    /// Whose it is.
    pub user: Option<UserId>,
    /// The queue it came through.
    pub queue: Option<QueueId>,
    pub queue_music: Option<SoundName>,
    pub number: Number,
    /// It keeps this one.
    pub promise: Option<PromiseId>,
    pub caller: Caller,
    pub phase: Phase,
    pub started: DateTime<Utc>,
    pub answered: Option<DateTime<Utc>>,
    pub leg: LegId,
    /// Where its person sits, and that desk's leg.
    pub desk: DeskKey,
    pub device_leg: LegId,
    pub session: Session,
    /// Given back when the call ends.
    pub port: LentPort,
    pub ssrc: u32,
    pub stream: Option<Stream>,
    pub held: bool,
    /// Since when, the last time.
    pub held_at: Moment,
    /// The far end agreed to hear adverts while it is held (Decreto 11.034).
    pub advert_consent: bool,
    pub conference: Option<ConferenceId>,
    /// The others of its conference do not hear it.
    pub silenced: bool,
    pub recording: Recording,
    pub claim: Claim,
    /// How it is found out who answers it (GN-17).
    pub listens: Option<Listening>,
    /// What binds it to another call.
    pub tie: Tie,
    /// Its last transfer, as shown.
    pub transfer: Option<TransferView>,
    pub digits: VecDeque<OutDigit>,
    /// Number of the next digit.
    pub next_digit: u32,
    pub quality: Option<Quality>,
    /// Why we do not hear it, or it us.
    pub one_way: Option<OneWay>,
    /// It is one of its account's outgoing calls for the gate.
    pub counted: bool,
    /// Redirects followed.
    pub redirects: u8,
    /// A provisional answer came, but for 100: somebody may have been rung.
    pub progressed: bool,
    /// For a second call while another one is up: the softer signal.
    pub waiting: bool,
    /// What media was last told of its leg to the network.
    pub said: Option<LegState>,
    /// What was last stored for a crash.
    pub rescue: super::rescue::Stored,
    pub told: Option<CallView>,
}

/// Whether anybody of ours is there for it.
///
/// ```text
///   Unclaimed ── given to an agent ──> Claimed
///       └─ nobody in time, a machine ─> Dismissed ── sound heard ──> (ended)
/// ```
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) enum Claim {
    #[default]
    Claimed,
    /// Dialled for whoever is free when it answers (GN-02).
    Unclaimed,
    /// Nobody of ours comes: it hears this to its end.
    Dismissed { notice: SoundName, why: Farewell },
}

/// What the network says about who calls.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Caller {
    pub name: Option<String>,
    pub diverted_from: Option<String>,
    pub asserted: Option<String>,
}

/// Where a call stands.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Phase {
    Dialling,
    Ringing,
    Early,
    Answered,
    Ended { at: DateTime<Utc>, cause: HangupCause },
}

impl Call {
    pub fn is_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended { .. })
    }

    pub fn is_answered(&self) -> bool {
        self.phase == Phase::Answered
    }

    /// Whether it is at nobody's desk now: its person left it to itself, or it never had one.
    pub fn is_unattended(&self) -> bool {
        self.claim != Claim::Claimed || self.tie.is_unattended()
    }

    /// The far end holds us: the agreed direction lets nothing out.
    pub fn held_by_peer(&self) -> bool {
        self.is_answered() && !self.held && self.stream.as_ref().is_some_and(|stream| !stream.may_send)
    }

    /// Whether media news are about what we last said.
    pub fn is_current(&self, news: &MediaNews) -> bool {
        self.said.as_ref().is_some_and(|said| said.leg == news.leg && said.generation == news.generation)
    }

    /// What it hears while it is held: its queue's music, or the profile's; an advert only where it agreed to one (VZ-05).
    pub fn hold_audio(&self) -> &SoundName {
        if let Some(music) = &self.queue_music {
            return music;
        }
        let profile = &self.account.profile;
        match profile.hold_class {
            AudioClass::Advert if !self.advert_consent => &profile.hold_without_consent,
            AudioClass::Advert | AudioClass::Music | AudioClass::Information => &profile.hold_music,
        }
    }

    fn state(&self) -> (CallState, Option<DateTime<Utc>>, Option<HangupCause>) {
        match &self.phase {
            Phase::Dialling => (CallState::Dialling, None, None),
            Phase::Ringing => (CallState::Ringing, None, None),
            Phase::Early => (CallState::EarlyMedia, None, None),
            Phase::Answered => (CallState::Answered, None, None),
            Phase::Ended { at, cause } => (CallState::Ended, Some(*at), Some(cause.clone())),
        }
    }

    fn legs(&self) -> Vec<LegView> {
        let network = LegView {
            leg: self.leg,
            sip_call_id: Some(self.session.key().0.to_owned()),
            device: None,
            codec: self.stream.as_ref().map(|stream| stream.codec.name().to_owned()),
            quality: self.quality,
        };
        let device = LegView {
            leg: self.device_leg,
            sip_call_id: None,
            device: Some(self.seat.device.clone()),
            codec: None,
            quality: None,
        };
        vec![network, device]
    }
}

impl Calls {
    /// A call as others see it.
    pub(super) fn view(&self, call: &Call) -> CallView {
        let (state, ended, cause) = call.state();
        let conference = call.conference.and_then(|key| self.conferences.get(&key).map(|conference| (key, conference)));
        let partner = conference.filter(|(_, conference)| conference.desk.is_none() && conference.members.len() == 2);
        let desk = self.home_of(call);
        CallView {
            call: call.id,
            protocolo: call.protocolo.clone(),
            direction: call.direction,
            account: call.account.name.clone(),
            user: call.user,
            queue: call.queue,
            // The room of cases knows them.
            contact: None,
            case: None,
            promise: call.promise,
            number: call.number.normalised.clone(),
            name: call.caller.name.clone(),
            diverted_from: call.caller.diverted_from.clone(),
            asserted: call.caller.asserted.clone(),
            state,
            started: call.started,
            answered: call.answered,
            ended,
            cause,
            muted: desk.and_then(|desk| self.desks.get(desk)).is_some_and(|desk| desk.muted),
            held: call.held,
            held_by_peer: call.held_by_peer(),
            bridged_with: partner
                .and_then(|(_, conference)| conference.members.iter().copied().find(|other| *other != call.id)),
            conference: conference.map(|(conference, others)| ConferenceView {
                conference,
                led: others.desk.is_some(),
                silenced: call.silenced,
            }),
            recording: call.recording.view(),
            supervised: self.shown_supervisors(call),
            consults: call.tie.consults(),
            transfer: call.transfer.clone(),
            trouble: trouble(call, desk.and_then(|desk| self.desks.get(desk))),
            legs: call.legs(),
        }
    }
}
