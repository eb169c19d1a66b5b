//! From the gate to the call and what comes of it: judged, written, judged again, dialled. Dialling is at most once: nothing
//! better exists. [`super::answered`] has what follows an answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::attempt::{Attempt, AttemptResult, ResultKind};
use super::heard::rang;
use super::hopper::Written;
use super::lead::{Finished, Lead, LeadState, PhoneState};
use super::order::{By, Order};
use super::record::{Context, Record, Stays, Tried, waiting};
use super::retry::{Limit, Next, Of, Tallies, Tally, Within};
use super::state::{State, Voice};
use super::terms::{DialMode, Standing};
use crate::assign::Work;
use crate::id::{AttemptId, CallId, ItemId, UserId};
use crate::judgement::{Denial, Judgement};
use crate::pacing::Event;
use crate::time::Moment;

impl Record {
    pub(super) fn ask_gate(&mut self, by: By, phone: usize, cx: &mut Context<'_>) {
        let ask = self.ask(phone, cx);
        self.state = State::Judging { by, phone, ask };
        self.tell(cx);
    }

    pub(super) fn ask(&mut self, phone: usize, cx: &mut Context<'_>) -> u32 {
        self.asks = self.asks.wrapping_add(1);
        cx.orders.push_back(Order::AskGate { lead: self.id(), phone, ask: self.asks });
        self.asks
    }

    /// The gate's answer; one to an earlier question says nothing.
    pub fn on_judged(&mut self, answer: u32, judgement: Judgement, new: AttemptId, cx: &mut Context<'_>) -> Stays {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Judging { by, phone, ask } if ask == answer => match judgement {
                Judgement::Allowed { version } => self.write_attempt(by, phone, new, version, cx),
                Judgement::Denied(denial) => return self.on_denied(Some(by), phone, denial, cx),
            },
            State::JudgingAgain { by, phone, attempt, ask } if ask == answer => match (judgement, by) {
                (Judgement::Allowed { .. }, Some(by)) if may_dial(by, cx) => self.dial(by, phone, attempt, cx),
                (Judgement::Allowed { .. } | Judgement::Denied(_), by) if !self.led_nowhere.is_empty() => {
                    return self.no_other_route(by, phone, attempt, cx);
                }
                (Judgement::Allowed { .. }, _) | (Judgement::Denied(_), None) => {
                    self.not_dialled(attempt, cx);
                    return self.again(by, cx);
                }
                (Judgement::Denied(denial), by) => {
                    self.not_dialled(attempt, cx);
                    return self.on_denied(by, phone, denial, cx);
                }
            },
            other => self.state = other,
        }
        Stays::Here
    }

    fn write_attempt(&mut self, by: By, phone: usize, id: AttemptId, version: u64, cx: &mut Context<'_>) {
        let number = self.facts.lead.phones.get(phone).map(|phone| phone.number.normalised.clone()).unwrap_or_default();
        let attempt = Attempt {
            attempt: id,
            lead: self.id(),
            campaign: cx.terms.id,
            number,
            at: cx.now.civil,
            version,
            call: None,
            user: by.user(),
            paced: by == By::Anybody,
            result: None,
            disposition: None,
        };
        (self.denied, self.refused, self.led_nowhere) = (None, Vec::new(), Vec::new());
        cx.orders.push_back(Order::Attempt(Written::Attempt { attempt: attempt.clone(), fence: self.fence }));
        self.state = State::Storing { by: Some(by), phone, attempt };
        self.tell(cx);
    }

    /// The attempt is written, or could not be.
    pub fn on_stored(&mut self, id: AttemptId, written: bool, cx: &mut Context<'_>) -> Stays {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Storing { by, phone, attempt } if attempt.attempt == id && written => {
                let ask = self.ask(phone, cx);
                self.state = State::JudgingAgain { by, phone, attempt, ask };
                Stays::Here
            }
            State::Storing { by, attempt, .. } if attempt.attempt == id => self.again(by, cx),
            other => {
                self.state = other;
                Stays::Here
            }
        }
    }

    fn dial(&mut self, by: By, phone: usize, attempt: Attempt, cx: &mut Context<'_>) {
        let (lead, id, caller_id) = (self.id(), attempt.attempt, self.caller_id.clone());
        let attempt = held_by(by.user(), attempt, cx);
        (self.detection, self.toned) = (cx.terms.detects(), None);
        let detection = self.detection.clone();
        cx.orders.push_back(Order::Dial { lead, attempt: id, phone, by, caller_id, detection });
        self.state = State::Dialling { user: by.user(), phone, attempt, call: None, since: cx.now.moment };
        self.tell(cx);
    }

    /// The call is there, or why there is none.
    pub fn on_dialled(&mut self, id: AttemptId, call: Result<CallId, AttemptResult>, cx: &mut Context<'_>) -> Stays {
        match (&mut self.state, call) {
            (State::Dialling { attempt, call: own, .. }, Ok(call)) if attempt.attempt == id => {
                *own = Some(call);
                self.tell(cx);
                Stays::Here
            }
            (State::Dialling { attempt, .. }, Err(result)) if attempt.attempt == id => self.on_ended(result, cx),
            _ => Stays::Here,
        }
    }

    /// What came of the call, when it is over.
    pub fn on_ended(&mut self, result: AttemptResult, cx: &mut Context<'_>) -> Stays {
        match std::mem::replace(&mut self.state, State::Queued) {
            State::Dialling { user, phone, attempt, since, .. } => {
                let result = self.as_toned(result);
                if user.is_none() {
                    cx.seen.extend(unanswered(result.kind, since));
                }
                self.came_of(phone, attempt, result, cx);
                match (user, cx.terms.mode) {
                    (Some(user), DialMode::Preview | DialMode::PushPreview) => {
                        self.foresee(cx);
                        self.open(user, cx);
                    }
                    (
                        user,
                        DialMode::Preview | DialMode::PushPreview | DialMode::Progressive | DialMode::Predictive,
                    ) => {
                        self.state = user.map_or(State::Queued, |user| State::Open { user, since: cx.now.moment });
                        return self.settle(cx);
                    }
                }
            }
            State::Talking { user, phone, attempt, since, voice, .. } => {
                cx.seen.push(Event::Talked(since));
                let kind = match voice {
                    Voice::Person | Voice::Doubtful => ResultKind::Connected,
                    Voice::Machine => ResultKind::Machine,
                };
                self.came_of(phone, attempt, AttemptResult::plain(kind), cx);
                self.foresee(cx);
                self.open(user, cx);
            }
            // Who answered hung up before anybody was there.
            State::Answered { phone, attempt, voice, .. } => {
                cx.orders.push_back(Order::Withdraw(Work::Answered(self.id())));
                self.unserved(phone, attempt, voice, cx);
                return self.settle(cx);
            }
            State::Listening { by, phone, attempt, since, answered, .. } => {
                cx.seen.push(Event::Answered(rang(since, answered, cx.now.moment)));
                self.nobody_wanted(by, cx);
                self.unserved(phone, attempt, Voice::Person, cx);
                return self.settle(cx);
            }
            State::Dismissed { .. } | State::Machine { .. } => return self.settle(cx),
            other => self.state = other,
        }
        Stays::Here
    }

    /// Written without waiting: a start without it takes the attempt for unknown, which counts and is not dialled again.
    pub(super) fn came_of(&mut self, phone: usize, attempt: Attempt, result: AttemptResult, cx: &mut Context<'_>) {
        let (id, at) = (attempt.attempt, cx.now.civil);
        cx.orders.push_back(Order::Store(Written::Result { attempt: id, result, at }));
        if result.kind.counts() {
            self.facts.lead.attempts = self.facts.lead.attempts.saturating_add(1);
            self.facts.tally.count();
            self.facts.phones.get_mut(phone).into_iter().for_each(super::PhoneFacts::count);
        }
        if let Some(known) = self.facts.lead.phones.get_mut(phone) {
            known.state = match result.kind {
                ResultKind::NumberUnknown => PhoneState::Dead,
                kind if kind.counts() => PhoneState::Tried,
                _ => known.state,
            };
        }
        self.tried.push(Tried { phone, attempt, result });
    }

    /// Closed by what came of its last attempt.
    pub(super) fn settle(&mut self, cx: &mut Context<'_>) -> Stays {
        let Some(last) = self.tried.last().cloned() else { return Stays::Here };
        let lead = self.after(&last, None, cx);
        self.give_back(lead, cx);
        Stays::Closed
    }

    /// What follows for the lead.
    pub(super) fn after(&self, last: &Tried, disposition: Option<ItemId>, cx: &Context<'_>) -> Lead {
        let phones: Vec<Tally> = self.facts.phones.iter().map(super::PhoneFacts::tally).collect();
        let tallies = Tallies { lead: self.facts.tally, phones: &phones };
        let said = (last.result.kind, disposition);
        // Its day is over when it is over wherever it may be.
        let zones: Vec<_> = self.facts.lead.zone.into_iter().chain(self.zones.iter().copied()).collect();
        match cx.terms.retry.next(&self.facts.lead, last.phone, said, tallies, &zones, cx.now.civil) {
            Next::Try { phone, at } => {
                let mut lead = self.becomes(waiting(self.cooled(last, at, cx)));
                lead.give_turn(phone);
                lead
            }
            Next::Over(Finished::ByRule) => self.becomes(LeadState::Done),
            Next::Over(finished) => self.becomes(LeadState::Exhausted(finished)),
        }
    }

    /// Who was abandoned is left in peace for a while (GN-18).
    fn cooled(&self, last: &Tried, at: DateTime<Utc>, cx: &Context<'_>) -> DateTime<Utc> {
        match last.result.kind {
            ResultKind::Abandoned => at.max(cx.now.civil + TimeDelta::hours(cx.terms.pace.cool_down_hours.into())),
            _ => at,
        }
    }

    /// This number is not dialled now. Another of its numbers may be; an agent who has the record chooses.
    fn on_denied(&mut self, by: Option<By>, phone: usize, denial: Denial, cx: &mut Context<'_>) -> Stays {
        self.denied = Some(denial.clone());
        if let Some(By::Holder(user)) = by {
            self.open(user, cx);
            return Stays::Here;
        }
        self.refused.push((phone, denial));
        let asked = |place: &usize| self.refused.iter().any(|(refused, _)| refused == place);
        let alive = |place: &usize| self.facts.lead.phones[*place].state != PhoneState::Dead;
        let other = (0..self.facts.lead.phones.len()).filter(alive).find(|place| !asked(place));
        match (other, by) {
            (Some(other), Some(by)) => {
                self.ask_gate(by, other, cx);
                Stays::Here
            }
            (Some(_), None) => self.again(None, cx),
            (None, by) => {
                let lead = self.becomes(self.when_allowed(cx));
                self.let_go(by, cx);
                self.give_back(lead, cx);
                Stays::Closed
            }
        }
    }

    /// The first time that any of its numbers may be dialled, as the gate said.
    fn when_allowed(&self, cx: &Context<'_>) -> LeadState {
        let soon = cx.now.civil + AFTER_DOUBT;
        let for_good = |denial: &Denial| denial.next.is_none() && FOR_GOOD.contains(&denial.rule.as_str());
        let times = self.refused.iter().filter(|(_, denial)| !for_good(denial));
        match times.map(|(_, denial)| denial.next.map_or(soon, |next| next.max(soon))).min() {
            Some(next) => waiting(next),
            None => LeadState::Exhausted(self.finished(cx)),
        }
    }

    /// Why none of its numbers may ever be dialled again, as the gate said.
    fn finished(&self, cx: &Context<'_>) -> Finished {
        let said = |rule| self.refused.iter().any(|(_, denial)| denial.rule == rule);
        let most = |of| {
            let ever = |limit: &&Limit| limit.of == of && (limit.within == Within::Ever || limit.most == 0);
            cx.terms.retry.limits.iter().filter(ever).map(|limit| limit.most).min().unwrap_or_default()
        };
        match (said(LEAD_LIMIT), said(NUMBER_LIMIT)) {
            (true, _) => Finished::LeadLimit { most: most(Of::Lead) },
            (false, true) => Finished::NumberLimit { most: most(Of::Number) },
            (false, false) => Finished::Suppressed,
        }
    }

    /// It was not dialled, though it was allowed: the next agent gets it, or whoever had it has it still.
    fn again(&mut self, by: Option<By>, cx: &mut Context<'_>) -> Stays {
        match by {
            Some(By::Holder(user)) => {
                self.open(user, cx);
                Stays::Here
            }
            Some(By::Lease(_)) | None if cx.terms.mode != DialMode::Predictive && cx.terms.runs() && !cx.held => {
                self.let_go(by, cx);
                self.queue(cx);
                Stays::Here
            }
            Some(By::Lease(_) | By::Anybody) | None => {
                self.let_go(by, cx);
                self.give_back(self.becomes(waiting(cx.now.civil + AFTER_DOUBT)), cx);
                Stays::Closed
            }
        }
    }

    /// Who was held for it is free again.
    fn let_go(&mut self, by: Option<By>, cx: &mut Context<'_>) {
        cx.orders.push_back(Order::Withdraw(Work::Record(self.id())));
        if let Some(user) = by.and_then(By::user) {
            self.tell_gone(user, cx);
        }
    }

    fn not_dialled(&mut self, attempt: Attempt, cx: &mut Context<'_>) {
        let result = AttemptResult::plain(ResultKind::NotDialled);
        cx.orders.push_back(Order::Store(Written::Result { attempt: attempt.attempt, result, at: cx.now.civil }));
    }
}

/// Nobody is dialled with no agent held; whoever is free when it answers is the pace's care. Nothing is begun where the campaign does
/// not run, but for who has the record of one that pauses or drains.
fn may_dial(by: By, cx: &Context<'_>) -> bool {
    let is_held = match by {
        By::Lease(lease) => lease.until > cx.now.moment && cx.terms.runs(),
        By::Holder(_) => cx.terms.standing != Standing::Stopped,
        By::Anybody => cx.terms.mode == DialMode::Predictive && cx.terms.runs(),
    };
    is_held && !cx.held
}

/// Who was held when it was written may have left since, and somebody else be held.
fn held_by(user: Option<UserId>, attempt: Attempt, cx: &mut Context<'_>) -> Attempt {
    if let Some(user) = user.filter(|user| attempt.user != Some(*user)) {
        cx.orders.push_back(Order::Store(Written::Given { attempt: attempt.attempt, user }));
    }
    Attempt { user, ..attempt }
}

/// What the pace learns of a call that rang since then, and that nobody answered; nothing of one that never rang.
fn unanswered(kind: ResultKind, since: Moment) -> Option<Event> {
    match kind {
        ResultKind::NotDialled | ResultKind::Unknown => None,
        ResultKind::Withdrawn => Some(Event::Withdrawn(since)),
        ResultKind::Connected | ResultKind::Machine | ResultKind::Abandoned => Some(Event::Unanswered(since)),
        ResultKind::Busy | ResultKind::NoAnswer | ResultKind::Rejected => Some(Event::Unanswered(since)),
        ResultKind::Congestion | ResultKind::NumberUnknown | ResultKind::Failed => Some(Event::Unanswered(since)),
    }
}

/// Rules that no time undoes.
const FOR_GOOD: [&str; 3] = ["do-not-call", LEAD_LIMIT, NUMBER_LIMIT];
/// Of the campaign's own limits (GN-14).
pub const LEAD_LIMIT: &str = "lead-limit";
pub const NUMBER_LIMIT: &str = "number-limit";

/// A denial without a time to wait for: a doubt, a full line.
const AFTER_DOUBT: TimeDelta = TimeDelta::minutes(1);
