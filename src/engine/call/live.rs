//! One call: its data and what others see of it.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::config::Account;
use crate::id::{CallId, LegId};
use crate::leg::{LegState, MediaNews, OutDigit, Quality, Stream};
use crate::news::{CallState, CallView, Direction, HangupCause, LegView};
use crate::number::Number;
use crate::sip::session::Session;

use super::ports::LentPort;

/// One call with its session, its device leg and its port.
#[derive(Debug)]
pub(super) struct Call {
    pub id: CallId,
    pub protocolo: String,
    pub direction: Direction,
    pub account: Arc<Account>,
    pub number: Number,
    pub caller: Caller,
    pub phase: Phase,
    pub started: DateTime<Utc>,
    pub answered: Option<DateTime<Utc>>,
    pub leg: LegId,
    pub device_leg: LegId,
    pub session: Session,
    /// Given back when the call ends.
    pub port: LentPort,
    pub ssrc: u32,
    pub stream: Option<Stream>,
    pub held: bool,
    pub muted: bool,
    /// The call it is bridged with, and that call's leg to the network.
    pub bridged: Option<(CallId, LegId)>,
    pub digits: VecDeque<OutDigit>,
    /// Number of the next digit.
    pub next_digit: u32,
    pub quality: Option<Quality>,
    /// It is one of its account's outgoing calls for the gate.
    pub counted: bool,
    /// Redirects followed.
    pub redirects: u8,
    /// For a second call while another one is up: the softer signal.
    pub waiting: bool,
    /// What media was last told, for the network and the device.
    pub said: [Option<LegState>; 2],
    /// What was last stored for a crash.
    pub rescue: super::rescue::Stored,
    pub told: Option<CallView>,
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

    /// The far end holds us: the agreed direction lets nothing out.
    pub fn held_by_peer(&self) -> bool {
        self.is_answered() && !self.held && self.stream.as_ref().is_some_and(|stream| !stream.may_send)
    }

    /// Whether media news are about what we last said.
    pub fn is_current(&self, news: &MediaNews) -> bool {
        self.said.iter().flatten().any(|said| said.leg == news.leg && said.generation == news.generation)
    }

    pub fn view(&self) -> CallView {
        let (state, ended, cause) = match &self.phase {
            Phase::Dialling => (CallState::Dialling, None, None),
            Phase::Ringing => (CallState::Ringing, None, None),
            Phase::Early => (CallState::EarlyMedia, None, None),
            Phase::Answered => (CallState::Answered, None, None),
            Phase::Ended { at, cause } => (CallState::Ended, Some(*at), Some(cause.clone())),
        };
        CallView {
            call: self.id,
            protocolo: self.protocolo.clone(),
            direction: self.direction,
            account: self.account.name.clone(),
            number: self.number.normalised.clone(),
            name: self.caller.name.clone(),
            diverted_from: self.caller.diverted_from.clone(),
            asserted: self.caller.asserted.clone(),
            state,
            started: self.started,
            answered: self.answered,
            ended,
            cause,
            muted: self.muted,
            held: self.held,
            held_by_peer: self.held_by_peer(),
            bridged_with: self.bridged.map(|(call, _)| call),
            legs: self.legs(),
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
            device: Some(self.account.device.clone()),
            codec: None,
            quality: None,
        };
        vec![network, device]
    }
}
