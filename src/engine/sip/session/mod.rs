//! The INVITE usage of a dialog: from the first INVITE to the end of the BYE (RFC 3261 §13–15, 3262, 3311, 4028).
//!
//! ```text
//!  we dial                                   we are dialled
//!  Calling ──2xx──> Up <──accept, later ACK── Ringing
//!     │ final ≥ 300   │ BYE either way          │ reject, CANCEL
//!     │               v                         │
//!     │            Ending ──our BYE answered──> │
//!     └──────────────────> Over <───────────────┘
//! ```
//!
//! How to drive it: [`Session::dial`] or [`Session::incoming`]; hand in every response, request, ACK and timeout that
//! belongs to it; drain [`Session::poll_event`] after each. Offers and answers are made from [`LocalMedia`] alone, at
//! once: nobody above is asked in the middle of a transaction.

mod calling;
mod change;
mod early;
mod ending;
mod fields;
mod late;
mod prack;
mod refer;
mod referred;
mod refresh;
mod remains;
mod replace;
mod requests;
mod ringing;
mod up;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::border::Flow;
use crate::config::{PrackMode, SessionTimer};
use crate::id::TransactionId;
use crate::leg::Stream;
use crate::random::Random;
use crate::sdp::{Direction, LocalMedia};
use crate::sip::auth::AuthClient;
use crate::sip::dialog::Dialog;
use crate::sip::message::{Message, Method};
use crate::sip::ua::{NextHop, Outgoing, SendFailure, Ua};
use crate::sip::uri::{NameAddr, Uri};
use crate::time::{Moment, Now, Timers};

pub use fields::{ALLOWED, EXTENSIONS, tagged};
pub use late::shed;
pub use referred::Referral;
pub use remains::Remains;
pub use replace::Standing;
pub use requests::{is_digit, refuse_method};

use calling::Calling;
use ending::Ending;
use refer::Refer;
use referred::Referred;
use ringing::Ringing;
use up::Up;

/// What a session borrows while it works; `owner` is how responses find their way back to it.
#[derive(Debug)]
pub struct Context<'a, O> {
    pub ua: &'a mut Ua<O>,
    pub owner: O,
    pub now: Now,
    pub random: &'a mut Random,
}

/// What stays the same for a session's life.
#[derive(Clone, Debug)]
pub struct Settings {
    pub timer: SessionTimer,
    pub prack: PrackMode,
    /// Our Contact on the flow used.
    pub contact: NameAddr,
}

/// Who is dialled, by whom.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub request_uri: Uri,
    /// From, without a tag.
    pub from: NameAddr,
    pub to: NameAddr,
    /// Preloaded routes, when an outbound proxy wants them written.
    pub routes: Vec<NameAddr>,
    pub next: NextHop,
    /// Header fields beside the usual ones (P-Preferred-Identity, Diversion, …).
    pub extra: Vec<(crate::sip::header::Name, String)>,
    /// Whether the far end shall make the offer (INVITE without SDP).
    pub offerless: bool,
}

/// What the layer above is told.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// A provisional answer above 100 to our INVITE.
    Progress { status: u16 },
    /// Offer and answer agree anew: this is the stream from now on. Before the answer it is early media.
    Media(Stream),
    /// Our INVITE got its 2xx, or the ACK to ours came.
    Established,
    /// The redirect targets of a 3xx, best first; the session is over.
    Redirected(Vec<Uri>),
    /// A digit by SIP INFO.
    Digit { digit: char, duration_ms: u16 },
    /// The wanted direction was refused with this status and is as before.
    ChangeRefused { status: u16 },
    /// The peer asks us to call somebody else: [`Session::accept_refer`] or [`Session::refuse_refer`] at once.
    Referred(Box<Referral>),
    /// The peer has heard the final status of the call that it asked for, or does not want to.
    ReferrerTold,
    /// How the peer fares with our REFER: 100 once it has accepted.
    TransferProgress { status: u16 },
    /// The peer has reached the target of our REFER, or left us for it.
    TransferDone,
    /// It has not; `None` where it never said how it went. The session goes on.
    TransferFailed { status: Option<u16> },
    /// It has ended, once, with this reason. Transactions may still run until [`Session::is_over`].
    Ended(End),
}

/// Why a session ended.
#[derive(Clone, PartialEq, Debug)]
pub enum End {
    /// The final answer to our INVITE.
    Refused(Box<Message>),
    /// The peer's BYE.
    Bye(Box<Message>),
    /// The peer's CANCEL.
    Cancelled(Box<Message>),
    /// No answer to our INVITE at all.
    Failed(SendFailure),
    /// A request inside the dialog got 408 or 481, or none: the peer lost the dialog (RFC 5057 §5.1).
    Lost { status: u16 },
    /// Our 2xx never got its ACK within 64·T1 (RFC 3261 §13.3.1.4).
    NoAck,
    /// Our reliable provisional answer never got its PRACK (RFC 3262 §3).
    NoPrack,
    /// The session timer ran out (RFC 4028 §10).
    Expired,
    /// Their SDP cannot be used.
    Media(String),
    /// The challenge was not answered, and why.
    Unauthorized { status: u16, why: String },
    /// We hung up, rejected or cancelled.
    Ours,
}

/// The INVITE usage of one dialog.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    /// What we offer and answer with; `direction` is the wanted one.
    local: LocalMedia,
    auth: Option<AuthClient>,
    call_id: String,
    local_tag: String,
    state: State,
    /// Requests of ours inside the dialog that have no final answer yet.
    pending: BTreeMap<TransactionId, Pending>,
    /// Our REFER, and the peer's: usages of the dialog beside the INVITE's.
    refer: Option<Refer>,
    referred: Option<Referred>,
    /// A REFER of the peer was accepted before.
    referred_before: bool,
    timers: Timers<Timer>,
    events: VecDeque<Event>,
}

#[derive(Debug)]
enum State {
    Calling(Box<Calling>),
    Ringing(Box<Ringing>),
    Up(Box<Up>),
    Ending(Box<Ending>),
    Over,
}

/// A request of ours, kept whole so that a challenge can be answered.
#[derive(Debug)]
struct Pending {
    purpose: Purpose,
    request: Message,
    /// Challenges answered for it.
    answered: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    Prack,
    /// A re-INVITE with our offer of this direction.
    Change {
        offered: Direction,
    },
    /// An UPDATE without SDP for the session timer.
    Refresh,
    Info,
    /// We ask the peer to call somebody.
    Refer,
    /// How the call goes that the peer asked for.
    Notify,
    Bye,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Timer {
    /// Send our 2xx again (RFC 3261 §13.3.1.4).
    RepeatAnswer,
    /// 64·T1 without an ACK (RFC 3261 §13.3.1.4).
    GiveUpAck,
    /// Send our reliable provisional answer again (RFC 3262 §3).
    RepeatReliable,
    /// 64·T1 without a PRACK (RFC 3262 §3).
    GiveUpPrack,
    /// 64·T1 after CANCEL without a final answer (RFC 3261 §9.1).
    GiveUpCancel,
    /// The pause after a 491 is over (RFC 3261 §14.1).
    RetryChange,
    /// We refresh the session (RFC 4028 §7.2).
    Refresh,
    /// The peer did not (RFC 4028 §10).
    Expire,
    /// News of our REFER are overdue (RFC 6665 §4.1.2.4).
    Referral,
    /// The peer's subscription by REFER runs out.
    Subscription,
}

/// Round-trip estimate, RFC 3261 §17.1.1.1.
const T1: Duration = Duration::from_millis(500);
/// Longest interval between repeats, RFC 3261 §17.1.2.1.
const T2: Duration = Duration::from_secs(4);
/// How long we go on trying before a peer counts as gone: 64·T1.
const PATIENCE: Duration = Duration::from_secs(32);

impl Session {
    /// Hangs up, cancels or rejects, whichever fits; `reason` becomes a Reason field (RFC 3326). `status` is used where
    /// a final answer is due.
    pub fn end<O: Clone + std::fmt::Debug>(&mut self, status: u16, reason: Option<String>, cx: &mut Context<'_, O>) {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Calling(calling) => self.cancel(calling, reason, cx),
            State::Ringing(ringing) => self.refuse(&ringing, status, reason, cx),
            State::Up(up) => {
                self.events.push_back(Event::Ended(End::Ours));
                self.bye(up.into_ending(), reason, cx);
            }
            ending @ (State::Ending(_) | State::Over) => self.state = ending,
        }
    }

    /// A response to a request of this session.
    pub fn on_response<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        flow: Flow,
        response: &Message,
        cx: &mut Context<'_, O>,
    ) {
        match self.pending.contains_key(&id) {
            true => self.on_pending_response(id, flow, response, cx),
            false => self.on_invite_response(id, flow, response, cx),
        }
    }

    /// A final answer to its INVITE after the transaction's end.
    pub fn on_late<O: Clone + std::fmt::Debug>(&mut self, flow: Flow, response: &Message, cx: &mut Context<'_, O>) {
        // No transaction has this number.
        self.on_invite_response(TransactionId(0), flow, response, cx);
    }

    /// A request of this session that nobody answered.
    pub fn on_failed<O: Clone + std::fmt::Debug>(
        &mut self,
        id: TransactionId,
        why: SendFailure,
        cx: &mut Context<'_, O>,
    ) {
        if let Some(pending) = self.pending.remove(&id) {
            return self.on_unanswered(pending.purpose, 408, cx);
        }
        match std::mem::replace(&mut self.state, State::Over) {
            State::Calling(calling) if calling.invite == id => self.finish_calling(&calling, End::Failed(why)),
            other => self.state = other,
        }
    }

    /// The earliest timer.
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// Runs what is due.
    pub fn on_timeout<O: Clone + std::fmt::Debug>(&mut self, cx: &mut Context<'_, O>) {
        while let Some(timer) = self.timers.pop_due(cx.now.moment) {
            match timer {
                Timer::RepeatAnswer => self.repeat_answer(cx),
                Timer::GiveUpAck => self.lose(End::NoAck, "no ACK", cx),
                Timer::RepeatReliable => self.repeat_reliable(cx),
                Timer::GiveUpPrack => self.give_up_prack(cx),
                Timer::GiveUpCancel => self.state = State::Over,
                Timer::RetryChange => self.settle(cx),
                Timer::Refresh => self.refresh(cx),
                Timer::Expire => self.lose(End::Expired, "session timer expired", cx),
                Timer::Referral => self.give_up_refer(),
                Timer::Subscription => self.expire_telling(cx),
            }
        }
    }

    /// The next event for the layer above.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Whether its INVITE has no final answer yet, also once it is cancelled: somebody may be rung by it.
    pub fn is_calling(&self) -> bool {
        matches!(self.state, State::Calling(_))
    }

    /// Whether nothing of it is left to be done.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Over) && self.pending.is_empty() && self.referred.is_none()
    }

    /// Call-ID and our tag: how requests of the peer find this session.
    pub fn key(&self) -> (&str, &str) {
        (&self.call_id, &self.local_tag)
    }

    /// The confirmed dialog.
    pub fn dialog(&self) -> Option<&Dialog> {
        match &self.state {
            State::Up(up) => Some(&up.dialog),
            State::Calling(_) | State::Ringing(_) | State::Ending(_) | State::Over => None,
        }
    }

    /// The client INVITE without a final answer.
    pub fn invite_in_progress(&self) -> Option<TransactionId> {
        match &self.state {
            State::Calling(calling) => Some(calling.invite),
            State::Ringing(_) | State::Up(_) | State::Ending(_) | State::Over => None,
        }
    }

    /// Whether a request of ours with this number has no final answer.
    pub fn waits_for(&self, id: TransactionId) -> bool {
        self.pending.contains_key(&id) || self.invite_in_progress() == Some(id)
    }

    /// The direction we want now.
    pub fn direction(&self) -> Direction {
        self.local.direction
    }

    /// Sends a request inside the dialog and remembers what for.
    fn send<O: Clone + std::fmt::Debug>(
        &mut self,
        purpose: Purpose,
        mut request: Message,
        next: NextHop,
        cx: &mut Context<'_, O>,
    ) {
        if let Some(auth) = &mut self.auth {
            for (name, value) in auth.preempt(&request, cx.random) {
                request.push(name, value);
            }
        }
        self.send_plain(Pending { purpose, request, answered: 0 }, next, cx);
    }

    fn send_plain<O: Clone + std::fmt::Debug>(&mut self, pending: Pending, next: NextHop, cx: &mut Context<'_, O>) {
        let outgoing = Outgoing { request: pending.request.clone(), next, local: None, contact_user: None };
        let id = cx.ua.send(cx.owner.clone(), outgoing, cx.now, cx.random);
        self.pending.insert(id, pending);
    }
}

/// The next hop of a request inside a dialog.
fn next_hop(dialog: &Dialog, flow: Flow) -> NextHop {
    NextHop::towards(dialog.next_hop(), flow)
}

/// The method of a message that has one; ACK stands in for a damaged CSeq, which matches nothing.
fn method_of(message: &Message) -> Method {
    message.method().unwrap_or(Method::Ack)
}
