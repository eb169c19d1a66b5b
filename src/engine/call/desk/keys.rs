//! Keys that a person presses on the desk phone while talking: they reach the far end with the phone's sound where that is
//! relayed packet by packet, and are sent on by us where it is not.

use crate::id::CallId;
use crate::leg::Stream;

use super::super::live::Call;
use super::super::{Calls, Context};
use super::DeskKey;
use super::phone::{Line, Phone};

/// How we learnt of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Heard {
    /// In the phone's stream: by telephone-event, or as tones.
    InStream,
    /// By SIP INFO.
    Signalled,
}

impl Calls {
    /// A key of the phone.
    pub(in super::super) fn on_phone_key(&mut self, key: &DeskKey, digit: char, heard: Heard, cx: &mut Context<'_>) {
        let Some(desk) = self.desks.get(key) else { return };
        let Some(phone) = desk.phone.as_ref().and_then(Phone::line).and_then(|line: &Line| line.stream.clone()) else {
            return;
        };
        let muted = desk.muted;
        let arrives = |call: &Call| {
            let stream = call.stream.as_ref();
            heard == Heard::InStream && stream.is_some_and(|stream| comes_with_sound(&phone, stream, muted))
        };
        let talks =
            |call: &&Call| call.is_answered() && !call.held && call.conference.is_none() && !call.is_unattended();
        let left_out: Vec<CallId> =
            self.calls_at(key).filter(talks).filter(|call| !arrives(call)).map(|call| call.id).collect();
        for call in left_out {
            // As much as a key of ours: refused where too many wait already.
            let _sent = self.dtmf(call, &digit.to_string(), cx);
            self.touch_if_there(call, cx);
        }
    }
}

/// Tones are part of the sound. Events pass where packets are relayed as they are, and both sides know events.
fn comes_with_sound(phone: &Stream, call: &Stream, muted: bool) -> bool {
    let relayed = phone.codec == call.codec && phone.ptime_ms == call.ptime_ms && call.telephone_event.is_some();
    !muted && (phone.telephone_event_in.is_none() || relayed)
}
