//! One registration: what was asked, what was granted, what comes next (RFC 3261 §10.2).

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::answer;
use super::request::{self, Identity};
use crate::border::Flow;
use crate::config::{self, Account};
use crate::news::{RegistrationState, RegistrationView};
use crate::random::Random;
use crate::sip::auth::AuthClient;
use crate::sip::header::Name;
use crate::sip::message::Message;
use crate::sip::ua::SendFailure;
use crate::time::{Moment, Now};

/// One account's registration.
///
/// ```text
///             REGISTER                 2xx
///   Resting ───────────▶ Asking ────────────────▶ Resting, until …
///      ▲  ▲               │ │ ▲ │
///      │  │ 5xx, silence  │ │ └─┘ 401, 407: answered, at most twice
///      │  └─ back-off ────┘ │
///      │                    │ other 4xx, 6xx, a challenge not to be answered
///      └── REGISTER ── Refused (tried again slowly)
/// ```
#[derive(Debug)]
pub(super) struct Binding {
    pub account: Arc<Account>,
    auth: Option<AuthClient>,
    identity: Identity,
    state: State,
    /// Seconds asked for: the account's wish, raised by a 423.
    expires: u32,
    /// False once the account was taken away or the daemon drains: the next REGISTER asks for 0 s.
    wanted: bool,
    /// The outage count of the group when this was last drawn; behind it, the registration may be lost.
    pub epoch: Option<u64>,
    /// In the group's queue out of turn.
    pub queued: bool,
    /// Failures in a row.
    failures: u32,
    until: Option<(Moment, DateTime<Utc>)>,
    round_trip: Option<Duration>,
    last_error: Option<(String, DateTime<Utc>)>,
}

#[derive(Debug)]
enum State {
    Resting,
    Asking(Box<Asking>),
    Refused,
}

/// A REGISTER on its way.
#[derive(Debug)]
struct Asking {
    request: Message,
    sent: Moment,
    /// Answers to challenges it carried.
    answered: u8,
}

/// What follows from an answer.
#[derive(Debug)]
pub(super) enum Step {
    /// A challenge is answered: send at once, the slot is paid.
    Send(Box<Message>),
    /// Registered: refresh after this long.
    Registered { refresh: Duration },
    /// Ask again in turn, without delay.
    Again,
    /// Not registered, or not refreshed: again after this long.
    RetryIn(Duration),
    /// Unregistered, as wanted.
    Gone,
    /// An answer to an older request.
    Nothing,
}

impl Binding {
    pub fn new(account: Arc<Account>, random: &mut Random) -> Binding {
        // RFC 3261 §8.1.1.4, §19.3; the number starts low enough to grow for ever (§8.1.1.5).
        let identity = Identity { call_id: random.token(100), tag: random.token(40), cseq: random.below(1 << 16) };
        Binding {
            auth: account.credentials.clone().map(AuthClient::new),
            expires: wish(&account),
            account,
            identity,
            state: State::Resting,
            wanted: true,
            epoch: None,
            queued: false,
            failures: 0,
            until: None,
            round_trip: None,
            last_error: None,
        }
    }

    /// Takes a changed account over. True when it has to register anew at once.
    pub fn change(&mut self, account: Arc<Account>) -> bool {
        let new_secret = self.account.credentials != account.credentials;
        let new_wish = self.account.register_expires != account.register_expires;
        if new_secret {
            self.auth = account.credentials.clone().map(AuthClient::new);
        }
        if new_wish {
            self.expires = wish(&account);
        }
        self.account = account;
        if new_secret || new_wish {
            self.failures = 0;
            self.state = State::Resting;
        }
        new_secret || new_wish
    }

    /// From now on it is to be unregistered. False when the registrar knows nothing of it.
    pub fn leave(&mut self) -> bool {
        let known = self.until.is_some() || self.is_asking();
        self.wanted = false;
        self.state = State::Resting;
        known
    }

    /// Begins anew after outage number `epoch`: what was granted before is taken for lost.
    pub fn enter(&mut self, epoch: u64) {
        self.epoch = Some(epoch);
        self.queued = false;
        self.until = None;
    }

    /// Whether it is registered, as far as outages up to number `epoch` let know.
    pub fn is_registered(&self, epoch: u64) -> bool {
        self.wanted && self.epoch == Some(epoch) && self.until.is_some()
    }

    pub fn is_asking(&self) -> bool {
        matches!(self.state, State::Asking(_))
    }

    /// The registrar's grant, until it is used up.
    pub fn until(&self) -> Option<Moment> {
        self.until.map(|(moment, _)| moment)
    }

    /// The grant is used up.
    pub fn on_expired(&mut self) {
        self.until = None;
    }

    /// Number of the REGISTER last sent.
    /// A copy of the digest state.
    pub fn auth(&self) -> Option<AuthClient> {
        self.auth.clone()
    }

    pub fn cseq(&self) -> u32 {
        self.identity.cseq
    }

    /// The next REGISTER; whatever is still on its way no longer counts.
    pub fn ask(&mut self, group: &config::Group, now: Now, random: &mut Random) -> Message {
        self.identity.cseq += 1;
        let expires = if self.wanted { self.expires } else { 0 };
        let mut request = request::register(&self.account, group, &self.identity, expires);
        let fields = self.auth.as_mut().map_or_else(Vec::new, |auth| auth.preempt(&request, random));
        fields.into_iter().for_each(|(name, value)| request.push(name, value));
        let asking = Asking { request: request.clone(), sent: now.moment, answered: 0 };
        self.state = State::Asking(Box::new(asking));
        request
    }

    /// A final answer to the REGISTER numbered `cseq`, over `flow`.
    pub fn on_response(&mut self, cseq: u32, flow: Flow, response: &Message, now: Now, random: &mut Random) -> Step {
        if cseq != self.identity.cseq {
            return Step::Nothing;
        }
        let State::Asking(asking) = std::mem::replace(&mut self.state, State::Resting) else { return Step::Nothing };
        match response.status().unwrap_or(0) {
            401 | 407 => self.on_challenge(*asking, response, now, random),
            _ if !self.wanted => Step::Gone,
            200..=299 => self.on_accepted(&asking, flow, response, now, random),
            423 => self.on_too_brief(response, now, random),
            status if answer::is_passing(status) => {
                let words = answer::refusal(response, &self.account);
                self.back_off(words, answer::retry_after(response), now, random)
            }
            _ => self.refuse(answer::refusal(response, &self.account), answer::retry_after(response), now, random),
        }
    }

    /// No answer came to the REGISTER numbered `cseq`.
    pub fn on_failed(&mut self, cseq: u32, why: &SendFailure, now: Now, random: &mut Random) -> Step {
        if cseq != self.identity.cseq || !self.is_asking() {
            return Step::Nothing;
        }
        self.state = State::Resting;
        if !self.wanted {
            return Step::Gone;
        }
        self.back_off(answer::silence(why), Duration::ZERO, now, random)
    }

    fn on_challenge(&mut self, asking: Asking, response: &Message, now: Now, random: &mut Random) -> Step {
        let answered = match &mut self.auth {
            Some(auth) => auth.answer(&asking.request, response, asking.answered, random).map_err(|why| why.0),
            None => Err("the account has no password".to_owned()),
        };
        let fields = match answered {
            Ok(fields) => fields,
            Err(_) if !self.wanted => return Step::Gone,
            Err(why) => {
                let words = answer::unanswered(response, &self.account, &why);
                return self.refuse(words, Duration::ZERO, now, random);
            }
        };
        self.identity.cseq += 1;
        let mut request = asking.request;
        request.set(Name::CSeq, format!("{} REGISTER", self.identity.cseq));
        request.remove(&Name::Authorization);
        request.remove(&Name::ProxyAuthorization);
        fields.into_iter().for_each(|(name, value)| request.push(name, value));
        let asking = Asking { request: request.clone(), sent: now.moment, answered: asking.answered + 1 };
        self.state = State::Asking(Box::new(asking));
        Step::Send(Box::new(request))
    }

    fn on_accepted(&mut self, asking: &Asking, flow: Flow, response: &Message, now: Now, random: &mut Random) -> Step {
        let seconds = answer::granted(response, &self.account.user, flow, self.expires);
        if seconds == 0 {
            let words = "the registrar accepted the registration for 0 s, which is none".to_owned();
            return self.refuse(words, Duration::ZERO, now, random);
        }
        let granted = now.after(Duration::from_secs(seconds.into()));
        self.until = Some((granted.moment, granted.civil));
        self.round_trip = Some(now.moment.since(asking.sent));
        self.failures = 0;
        self.last_error = None;
        // Somewhere in 50–90 % of it, so that thousands do not come back together.
        let per_mille = 500 + random.below(401);
        Step::Registered { refresh: Duration::from_millis(u64::from(seconds) * u64::from(per_mille)) }
    }

    /// RFC 3261 §10.2.8: once more at once with the registrar's floor; a floor that climbs is backed off from.
    fn on_too_brief(&mut self, response: &Message, now: Now, random: &mut Random) -> Step {
        let words = answer::refusal(response, &self.account);
        let Some(floor) = answer::floor(response, self.expires) else {
            return self.refuse(words, Duration::ZERO, now, random);
        };
        self.expires = floor;
        if self.failures > 0 {
            return self.back_off(words, Duration::ZERO, now, random);
        }
        self.failures = 1;
        Step::Again
    }

    /// The registrar cannot now; what it granted before still stands.
    fn back_off(&mut self, words: String, at_least: Duration, now: Now, random: &mut Random) -> Step {
        let wait = self.next_wait(FIRST_BACK_OFF, LONGEST_BACK_OFF);
        self.last_error = Some((words, now.civil));
        Step::RetryIn(jittered(wait, random).max(at_least))
    }

    /// The registrar says no: it takes a person, or a change over there that nobody tells us of.
    fn refuse(&mut self, words: String, at_least: Duration, now: Now, random: &mut Random) -> Step {
        let wait = self.next_wait(FIRST_AFTER_REFUSAL, LONGEST_AFTER_REFUSAL);
        self.state = State::Refused;
        self.until = None;
        self.last_error = Some((words, now.civil));
        Step::RetryIn(jittered(wait, random).max(at_least))
    }

    fn next_wait(&mut self, first: Duration, longest: Duration) -> Duration {
        let wait = first.saturating_mul(1 << self.failures.min(16)).min(longest);
        self.failures = self.failures.saturating_add(1);
        wait
    }

    /// The last failure in words.
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_ref().map(|(words, _)| words.as_str())
    }

    /// SP-01. `current`: the group is up, and this has had its turn since.
    pub fn view(&self, current: bool) -> RegistrationView {
        let state = match (&self.state, self.until) {
            _ if !self.wanted => RegistrationState::Unregistered,
            (State::Refused, _) => RegistrationState::Refused,
            _ if !current => RegistrationState::Waiting,
            (State::Resting | State::Asking(_), Some(_)) => RegistrationState::Registered,
            (State::Asking(_), None) => RegistrationState::Registering,
            (State::Resting, None) => RegistrationState::Waiting,
        };
        RegistrationView {
            state,
            until: self.until.map(|(_, civil)| civil),
            round_trip_ms: self.round_trip.map(|span| span.as_secs_f32() * 1000.0),
            last_error: self.last_error.as_ref().map(|(words, _)| words.clone()),
            last_error_at: self.last_error.as_ref().map(|(_, at)| *at),
        }
    }
}

/// Seconds asked for; none at all would unregister.
fn wish(account: &Account) -> u32 {
    u32::try_from(account.register_expires.as_secs()).unwrap_or(u32::MAX).max(1)
}

/// Three quarters to five quarters of `wait`: those who failed together do not come back together.
fn jittered(wait: Duration, random: &mut Random) -> Duration {
    wait * (750 + random.below(501)) / 1000
}

const FIRST_BACK_OFF: Duration = Duration::from_secs(5);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(300);
/// Slow, so that a wrong password locks nobody out at the registrar.
const FIRST_AFTER_REFUSAL: Duration = Duration::from_secs(300);
const LONGEST_AFTER_REFUSAL: Duration = Duration::from_secs(3600);
