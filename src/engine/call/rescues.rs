//! What a start does with the dialogs that the last run left open (SP-14).
//!
//! ```text
//!   dialling:  CANCEL as it would have gone, repeated ──> 487: ACK ──────────> done
//!                                                    └──> 2xx: ACK, BYE ──┐
//!   ringing:   the final answer, repeated ──> ACK ──────────────────────> done
//!   answered:  BYE above every number used ───────────> answered, or not ─^
//! ```
//!
//! The INVITE's transaction died with the last run, so its messages go out as they were written down.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::border::Flow;
use crate::id::{CallId, LegId};
use crate::news::{HangupCause, HangupKind};
use crate::owner::Owner;
use crate::records::{DialogRow, Record, Rescue};
use crate::sip::auth::AuthClient;
use crate::sip::dialog::Dialog;
use crate::sip::header::Name;
use crate::sip::message::{Message, Method, Start};
use crate::sip::ua::{NextHop, Outgoing};
use crate::time::{Moment, Timers};

use super::{Context, Order};

/// Dialogs of the last run, being ended.
#[derive(Debug, Default)]
pub struct Rescues {
    open: BTreeMap<LegId, Open>,
    timers: Timers<LegId>,
    orders: VecDeque<Order>,
}

/// One dialog of the last run.
#[derive(Debug)]
struct Open {
    row: DialogRow,
    /// How often the CANCEL or the final answer went out.
    sent: u8,
    auth: Option<AuthClient>,
    bye: Option<Message>,
    answered: u8,
}

impl Rescues {
    /// What the store remembers. Calls without an end are ended with the cause *crashed*.
    pub fn begin(&mut self, rows: &[DialogRow], calls: &[CallId], cx: &mut Context<'_>) {
        for call in calls {
            let cause = HangupCause::ours(HangupKind::Crashed, "the daemon ended without hanging up");
            self.orders.push_back(Order::Store(Record::CallEnded { call: *call, at: cx.now.civil, cause }));
        }
        for row in rows {
            let auth = cx.registrations.auth(&row.account);
            self.open.insert(row.leg, Open { row: row.clone(), sent: 0, auth, bye: None, answered: 0 });
            self.act(row.leg, cx);
        }
    }

    fn act(&mut self, leg: LegId, cx: &mut Context<'_>) {
        let Some(open) = self.open.get_mut(&leg) else { return };
        match &open.row.rescue {
            Rescue::Bye { dialog, cseq_block } => {
                let mut dialog = Dialog { local_cseq: *cseq_block, ..Dialog::clone(dialog) };
                let mut bye = dialog.request(Method::Bye);
                bye.push(Name::Reason, "Q.850;cause=41;text=\"restarted\"");
                self.hang_up(leg, bye, cx);
            }
            Rescue::Cancel { cancel: message, .. } | Rescue::Respond { response: message, .. } => {
                cx.ua.send_as_is(message.clone(), open.row.target, cx.now);
                open.sent += 1;
                self.timers.set(leg, cx.now.moment + T1 * 2u32.pow(u32::from(open.sent.min(6)) - 1));
            }
        }
    }

    fn hang_up(&mut self, leg: LegId, bye: Message, cx: &mut Context<'_>) {
        let Some(open) = self.open.get_mut(&leg) else { return };
        self.timers.cancel(&leg);
        open.bye = Some(bye.clone());
        let outgoing =
            Outgoing { request: bye, next: NextHop::Target(open.row.target), local: None, contact_user: None };
        cx.ua.send(Owner::Rescue(leg), outgoing, cx.now, cx.random);
    }

    /// A final answer that no transaction of this run asked for: to the last run's INVITE or to our CANCEL of it. `false`
    /// when to neither.
    pub fn on_stray(&mut self, flow: Flow, response: &Message, cx: &mut Context<'_>) -> bool {
        let Some((leg, cancel)) = self.cancelled(response) else { return false };
        match (response.method(), response.status().unwrap_or(0)) {
            // Heard; what is left is the INVITE's own final answer.
            (Some(Method::Cancel), _) => self.timers.set(leg, cx.now.moment + PATIENCE),
            (_, 0..=199) => {}
            (_, 200..=299) => {
                let Ok(mut dialog) = Dialog::uac(response, response) else { return true };
                let Ok((cseq, _)) = response.cseq() else { return true };
                cx.ua.send_ack(dialog.ack(cseq), NextHop::Flow(flow), cx.now, cx.random);
                // A repeated 2xx gets its ACK again, and no second BYE.
                if self.open.get(&leg).is_some_and(|open| open.bye.is_none()) {
                    self.hang_up(leg, dialog.request(Method::Bye), cx);
                }
            }
            _ => {
                if let (Some(ack), Some(open)) = (ack_of_failure(&cancel, response), self.open.get(&leg)) {
                    cx.ua.send_as_is(ack.to_bytes(), open.row.target, cx.now);
                }
                self.done(leg);
            }
        }
        true
    }

    /// The dialling of the last run that `response` is about, with its CANCEL.
    fn cancelled(&self, response: &Message) -> Option<(LegId, Message)> {
        let (call_id, from) = (response.call_id().ok()?, response.from().ok()?);
        self.open.values().find_map(|open| match &open.row.rescue {
            Rescue::Cancel { call_id: ours, local_tag, cancel }
                if *ours == call_id && from.tag() == Some(local_tag) =>
            {
                Some((open.row.leg, Message::parse(cancel).ok()?))
            }
            Rescue::Cancel { .. } | Rescue::Respond { .. } | Rescue::Bye { .. } => None,
        })
    }

    /// The ACK to a final answer of the last run.
    pub fn on_ack(&mut self, ack: &Message) {
        let Ok(call_id) = ack.call_id() else { return };
        let found = self.open.values().find(|open| match &open.row.rescue {
            Rescue::Respond { response, .. } => {
                Message::parse(response).is_ok_and(|response| response.call_id().is_ok_and(|ours| ours == call_id))
            }
            Rescue::Cancel { .. } | Rescue::Bye { .. } => false,
        });
        if let Some(leg) = found.map(|open| open.row.leg) {
            self.done(leg);
        }
    }

    /// The answer to a BYE.
    pub fn on_response(&mut self, leg: LegId, response: &Message, cx: &mut Context<'_>) {
        let Some(open) = self.open.get_mut(&leg) else { return };
        let status = response.status().unwrap_or(0);
        let (true, Some(auth), Some(mut bye)) = (matches!(status, 401 | 407), &mut open.auth, open.bye.clone()) else {
            return if status >= 200 {
                self.done(leg)
            };
        };
        match auth.answer(&bye, response, open.answered, cx.random) {
            Ok(fields) => {
                open.answered += 1;
                let cseq = bye.cseq().map_or(1, |(number, _)| number) + 1;
                bye.set(Name::CSeq, format!("{cseq} BYE"));
                fields.into_iter().for_each(|(name, value)| bye.set(name, value));
                self.hang_up(leg, bye, cx);
            }
            Err(_) => self.done(leg),
        }
    }

    /// Nobody answered the BYE: the far end is gone, or will notice by itself.
    pub fn on_failed(&mut self, leg: LegId) {
        self.done(leg);
    }

    pub fn on_timeout(&mut self, cx: &mut Context<'_>) {
        while let Some(leg) = self.timers.pop_due(cx.now.moment) {
            match self.open.get(&leg).is_some_and(|open| open.sent < MAX_SENT) {
                true => self.act(leg, cx),
                false => self.done(leg),
            }
        }
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    pub fn poll_order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// Nothing of the last run is left.
    pub fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    fn done(&mut self, leg: LegId) {
        self.timers.cancel(&leg);
        if self.open.remove(&leg).is_some() {
            self.orders.push_back(Order::Store(Record::DialogEnded { leg }));
        }
    }
}

/// ACK to a non-2xx: the INVITE's own Via, which is the CANCEL's, and CSeq number, the response's To (RFC 3261 §17.1.1.3).
fn ack_of_failure(cancel: &Message, response: &Message) -> Option<Message> {
    let mut ack = cancel.clone();
    ack.start = Start::Request { method: Method::Ack, uri: cancel.uri()?.clone() };
    ack.set(Name::To, response.header(&Name::To)?);
    ack.set(Name::CSeq, format!("{} ACK", response.cseq().ok()?.0));
    Some(ack)
}

/// First pause between repeats, doubled each time, as of Timer A (RFC 3261 §17.1.1.2).
const T1: Duration = Duration::from_millis(500);
/// 64·T1, how long a final answer is waited for after a CANCEL was heard (RFC 3261 §9.1).
const PATIENCE: Duration = Duration::from_secs(32);
/// Repeats of a CANCEL or a final answer without a transaction: 31 s in all.
const MAX_SENT: u8 = 6;
