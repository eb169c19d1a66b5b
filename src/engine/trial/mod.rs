//! *Testar conexão* (VZ-12): an extension tried out before it is saved, step by step, and what each step met.
//!
//! ```text
//!            any final answer            2xx                 any end
//!   Asking ───────────────▶ Registering ─────▶ Leaving ───────────────▶ told
//!      │                        │  ▲  │
//!      │ no name, no way,       │  └──┘ 401, 407: answered
//!      │ no answer              │ anything else
//!      └───────────▶ told ◀─────┘
//! ```
//!
//! Nobody else's registration is touched: the trial has a Call-ID and a Contact of its own and takes back that Contact alone.
//! Where the extension is registered by us at this moment, the REGISTER has no Contact and asks what is bound (RFC 3261 §10.2.3):
//! a PBX that takes one Contact for each extension would throw out the one that calls come by.

mod request;
mod step;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::border::{Flow, Refusal, RefusalCode, Reply};
use crate::config::{Credentials, Destination};
use crate::id::{CommandId, TransactionId};
use crate::owner::Owner;
use crate::random::Random;
use crate::sip::asked::Asked;
use crate::sip::auth::AuthClient;
use crate::sip::message::Message;
use crate::sip::ua::{NextHop, Outgoing, SendFailure, Ua};
use crate::sip::uri::Host;
use crate::time::{Moment, Now, Timers};

use request::Identity;

pub use step::{Finding, Step, StepName};

/// What shall be tried.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Wish {
    /// User part of the AOR.
    pub user: String,
    /// Host part of the AOR.
    pub domain: Host,
    pub server: Destination,
    pub credentials: Option<Credentials>,
}

/// Trials under way.
#[derive(Debug, Default)]
pub struct Trials {
    running: BTreeMap<CommandId, Trial>,
    timers: Timers<CommandId>,
    done: VecDeque<(CommandId, Result<Reply, Refusal>)>,
}

/// What this room borrows of the others.
#[derive(Debug)]
pub struct Context<'a> {
    pub ua: &'a mut Ua<Owner>,
    pub now: Now,
    pub random: &'a mut Random,
}

#[derive(Debug)]
struct Trial {
    wish: Wish,
    /// It is registered by us already.
    lives: bool,
    identity: Identity,
    auth: Option<AuthClient>,
    stage: Stage,
    /// Of the request that is under way.
    request: TransactionId,
    since: Moment,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Stage {
    Asking,
    Registering(Asked),
    Leaving(Asked),
}

impl Trials {
    /// Begins; the answer comes by [`Trials::poll_done`]. `lives`: we have it registered already.
    pub fn begin(&mut self, id: CommandId, wish: Wish, lives: bool, cx: &mut Context<'_>) {
        if self.running.len() >= MOST_AT_ONCE {
            let busy = Refusal::new(RefusalCode::WrongState, "several connections are being tested; try again shortly");
            return self.done.push_back((id, Err(busy)));
        }
        let identity = Identity::new(cx.random);
        let outgoing = Outgoing {
            request: request::options(&wish, &identity),
            next: NextHop::Destination(wish.server.clone()),
            local: None,
            contact_user: None,
        };
        let request = cx.ua.send(Owner::Trial(id), outgoing, cx.now, cx.random);
        let auth = wish.credentials.clone().map(AuthClient::new);
        let since = cx.now.moment;
        self.timers.set(id, since + PATIENCE);
        let trial = Trial { wish, lives, identity, auth, stage: Stage::Asking, request, since, steps: Vec::new() };
        self.running.insert(id, trial);
    }

    /// A response to a request of this room, provisional ones too.
    pub fn on_response(
        &mut self,
        id: CommandId,
        request: TransactionId,
        flow: Flow,
        response: &Message,
        cx: &mut Context<'_>,
    ) {
        let status = response.status().unwrap_or(0);
        let Some(mut trial) = self.take(id, request).filter(|_| status >= 200) else { return };
        let took = cx.now.moment.since(trial.since);
        match std::mem::replace(&mut trial.stage, Stage::Asking) {
            Stage::Asking => {
                trial.steps.extend(step::reached(&trial.wish.server, flow, response, took));
                let message = request::register(&trial.wish, &trial.identity);
                let asked = Asked::new(message, None, cx.random);
                self.put(id, trial, Stage::Registering(asked), flow, cx);
            }
            Stage::Registering(asked) => match status {
                200..=299 if trial.lives => self.finish(id, trial, Some(step::registered(response, took))),
                200..=299 => {
                    trial.steps.push(step::registered(response, took));
                    let message = request::unregister(&asked.request);
                    let asked = Asked::new(message, trial.auth.as_mut(), cx.random);
                    self.put(id, trial, Stage::Leaving(asked), flow, cx);
                }
                401 | 407 => match asked.answering(response, trial.auth.as_mut(), cx.random) {
                    Ok(asked) => self.put(id, trial, Stage::Registering(asked), flow, cx),
                    Err(_) => self.finish(id, trial, Some(step::refused(response, took))),
                },
                _ => self.finish(id, trial, Some(step::refused(response, took))),
            },
            Stage::Leaving(asked) => match status {
                401 | 407 => match asked.answering(response, trial.auth.as_mut(), cx.random) {
                    Ok(asked) => self.put(id, trial, Stage::Leaving(asked), flow, cx),
                    // It ends by itself after the minute that was asked for.
                    Err(_) => self.finish(id, trial, None),
                },
                _ => self.finish(id, trial, None),
            },
        }
    }

    /// A request of this room that got no answer.
    pub fn on_failed(&mut self, id: CommandId, request: TransactionId, why: &SendFailure, now: Now) {
        let Some(mut trial) = self.take(id, request) else { return };
        let took = now.moment.since(trial.since);
        match trial.stage {
            Stage::Asking => {
                trial.steps.extend(step::unreached(&trial.wish.server, why, took));
                self.finish(id, trial, None);
            }
            Stage::Registering(_) => self.finish(id, trial, Some(step::unanswered(StepName::Register, why, took))),
            Stage::Leaving(_) => self.finish(id, trial, None),
        }
    }

    /// Patience with one answer is over.
    pub fn on_timeout(&mut self, cx: &mut Context<'_>) {
        if let Some(id) = self.timers.pop_due(cx.now.moment) {
            // Whoever asked hears that nobody answered.
            cx.ua.give_up(|owner| *owner == Owner::Trial(id));
        }
    }

    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// What is to be answered next.
    pub fn poll_done(&mut self) -> Option<(CommandId, Result<Reply, Refusal>)> {
        self.done.pop_front()
    }

    /// Whether an answer is waited for from there.
    pub fn trusts(&self, flow: Flow, ua: &Ua<Owner>) -> bool {
        let to = |trial: &Trial| ua.sent_request(trial.request).is_some_and(|(_, sent)| sent.remote == flow.remote);
        self.running.values().any(to)
    }

    /// The trial whose request this is.
    fn take(&mut self, id: CommandId, request: TransactionId) -> Option<Trial> {
        self.running.get(&id).filter(|trial| trial.request == request)?;
        self.running.remove(&id)
    }

    /// Sends what the next stage asks.
    fn put(&mut self, id: CommandId, mut trial: Trial, stage: Stage, flow: Flow, cx: &mut Context<'_>) {
        let (Stage::Registering(asked) | Stage::Leaving(asked)) = &stage else { return };
        let contact_user = (!trial.lives).then(|| trial.identity.contact.clone());
        let outgoing =
            Outgoing { request: asked.request.clone(), next: NextHop::Flow(flow), local: None, contact_user };
        trial.request = cx.ua.send(Owner::Trial(id), outgoing, cx.now, cx.random);
        trial.since = cx.now.moment;
        trial.stage = stage;
        self.timers.set(id, cx.now.moment + PATIENCE);
        self.running.insert(id, trial);
    }

    fn finish(&mut self, id: CommandId, mut trial: Trial, last: Option<Step>) {
        self.timers.cancel(&id);
        trial.steps.extend(last);
        self.done.push_back((id, Ok(Reply::Tested(trial.steps))));
    }
}

/// For one answer: a person waits, and a PBX that is there answers at once.
const PATIENCE: Duration = Duration::from_secs(4);
/// Administrators at work, not a scanner.
const MOST_AT_ONCE: usize = 8;
