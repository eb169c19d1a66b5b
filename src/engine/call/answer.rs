//! Picking up.

use crate::border::Refusal;
use crate::id::CallId;
use crate::news::Direction;
use crate::records::Record;

use super::control::wrong;
use super::live::Phase;
use super::{Calls, Context, Order, Timer, session_context};

impl Calls {
    /// Picks up a call that rings here. Sound flows at once; the ACK is the session's matter. A desk
    /// phone that is not connected is called first, and the far end rings until it is picked up.
    pub(super) fn answer(&mut self, id: CallId, cx: &mut Context<'_>) -> Result<CallId, Refusal> {
        let call = self.live(id)?;
        if call.direction != Direction::Inbound || call.phase != Phase::Ringing {
            return Err(wrong(id, "only a call that rings here can be answered"));
        }
        if self.phone_first(id, cx)? {
            return Ok(id);
        }
        let call = self.live(id)?;
        call.session.accept(&mut session_context(id, cx));
        call.phase = Phase::Answered;
        call.answered = Some(cx.now.civil);
        self.timers.cancel(&Timer::Ring(id));
        self.orders.push_back(Order::Store(Record::CallAnswered { call: id, at: cx.now.civil }));
        self.begin_recording(id, cx);
        self.hold_others(id, cx);
        Ok(id)
    }
}
