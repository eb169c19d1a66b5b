//! What the gate must know of a number before it is dialled by the daemon: asked of the store each time, so that what was
//! added a moment ago counts.

use std::sync::Arc;

use crate::border::{Command, Output, Refusal, RefusalCode, Reply, StoreError};
use crate::callback::Standing;
use crate::config::{Account, AccountName, Limits};
use crate::gate::{self, Attempts, Law, Load, OfPromise, Purpose, Suppression, Verdict};
use crate::id::{CommandId, PromiseId, QuestionId, UserId};
use crate::judgement::{Denial, Judgement};
use crate::number::Number;
use crate::records::{Facts, Question};
use crate::time::Now;

use super::super::Engine;
use super::super::appointing::Try;

/// What the store's answer is for.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    /// A question of `callback`.
    Promise { promise: PromiseId, ask: u32, number: Number },
    /// A person wants to know why.
    Explain { command: CommandId, dialled: String, purpose: Purpose, account: Option<AccountName> },
    /// A message of the outbox.
    Letter(Box<Try>),
}

/// What the store said of a number, or why it did not.
pub(in super::super) type Known<'a> = Result<(&'a Suppression, &'a Attempts), String>;

impl Engine {
    pub(super) fn ask_about(&mut self, promise: PromiseId, number: Number, ask: u32, now: Now) {
        let id = self.ask_number(&number, Some(promise), now);
        self.keeping.asked.insert(id, Ask::Promise { promise, ask, number });
    }

    fn ask_number(&mut self, number: &Number, promise: Option<PromiseId>, now: Now) -> QuestionId {
        let periods = gate::periods(&Law::of(&self.config), number, now);
        self.load(Question::Number { number: number.normalised.clone(), promise, periods })
    }

    /// Answered when the store has said what it knows of the number.
    pub(in super::super) fn explain(
        &mut self,
        command: &Command,
        dialled: &str,
        purpose: Purpose,
        account: Option<&AccountName>,
        now: Now,
    ) {
        let own = command.actor.user().and_then(|user| self.staff.user(user)?.ramal.clone());
        let account = account.cloned().or(own).or_else(|| self.config.default_route.clone());
        let account = account.or_else(|| self.config.accounts.keys().next().cloned());
        let ask = Ask::Explain { command: command.id, dialled: dialled.to_owned(), purpose, account };
        match Number::read(dialled, &self.config.gate) {
            Ok(number) => {
                let id = self.ask_number(&number, None, now);
                self.keeping.asked.insert(id, ask);
            }
            // Nothing need be known to say what is wrong with it.
            Err(_) => self.on_asked(ask, Err("it is no number".to_owned()), now),
        }
    }

    /// An answer of the store to a question of the gate; whether it was one.
    pub(in super::super) fn on_number_known(
        &mut self,
        question: QuestionId,
        facts: &Result<Facts, StoreError>,
        now: Now,
    ) -> bool {
        let Some(ask) = self.keeping.asked.remove(&question) else { return false };
        let known = match facts {
            Ok(Facts::Number { suppressed, attempts }) => Ok((suppressed, attempts)),
            Ok(
                Facts::Start { .. }
                | Facts::Known(_)
                | Facts::Promises(_)
                | Facts::Promise(_)
                | Facts::Appointment(_)
                | Facts::Leads(_),
            ) => Err("the store answered another question".to_owned()),
            Err(why) => Err(format!("the store could not be read: {why}")),
        };
        self.on_asked(ask, known, now);
        true
    }

    fn on_asked(&mut self, ask: Ask, known: Known<'_>, now: Now) {
        match ask {
            Ask::Letter(tried) => match tried.number().map(|number| self.judge_letter(number, known, now)) {
                Some(Verdict::Deny { rule, fact, next, .. }) => {
                    self.on_letter_denied(&tried, (rule, fact, next.map(|next| next.at)), now);
                }
                Some(Verdict::Allow { .. }) | None => self.on_letter_allowed(&tried, now),
            },
            Ask::Promise { promise, ask, number } => {
                let judgement = self.judge_promise(promise, &number, known, now);
                self.keeping.callbacks.on_judged(promise, ask, judgement, now);
            }
            Ask::Explain { command, dialled, purpose, account } => {
                let number = Number::read(&dialled, &self.config.gate).ok();
                let facts = account.and_then(|account| self.facts_with(&account, number.as_ref(), known, None, now));
                let answer = match facts {
                    Some(facts) => {
                        let explanation = gate::explain(&Law::of(&self.config), &facts, &dialled, purpose, now);
                        Ok(Reply::Explained(Box::new(explanation.into())))
                    }
                    None => Err(Refusal::new(
                        RefusalCode::NoSuchAccount,
                        "name the extension or trunk that would dial: there is none of that name",
                    )),
                };
                self.outputs.push_back(Output::Reply(command, answer));
            }
        }
    }

    /// A message of the daemon's own is asked about like a number that would be dialled; one to nobody's number need not be.
    pub(in super::super) fn ask_about_letter(&mut self, tried: Try, now: Now) {
        let Some(number) = tried.number().cloned() else { return self.on_letter_allowed(&tried, now) };
        let id = self.ask_number(&number, None, now);
        self.keeping.asked.insert(id, Ask::Letter(Box::new(tried)));
    }

    fn judge_letter(&self, number: &Number, known: Known<'_>, now: Now) -> Verdict {
        gate::judge(
            &Law::of(&self.config),
            &self.facts_beside((NO_CALLS, Some(number)), known, None),
            number,
            Purpose::Notice,
            now,
        )
    }

    fn judge_promise(&mut self, promise: PromiseId, number: &Number, known: Known<'_>, now: Now) -> Judgement {
        match self.facts_of(promise, known, now) {
            Some(facts) => {
                let verdict = gate::judge(&Law::of(&self.config), &facts, number, Purpose::Callback, now);
                self.keeping.judged = Some((promise, facts));
                judgement(verdict)
            }
            None => Judgement::Denied(Denial {
                rule: "agent".to_owned(),
                fact: "Who was to talk has no extension to dial from.".to_owned(),
                next: None,
                version: Law::of(&self.config).version(),
            }),
        }
    }

    /// None: nobody is there with an extension.
    fn facts_of(&mut self, promise: PromiseId, known: Known<'_>, now: Now) -> Option<gate::Facts> {
        let view = self.keeping.callbacks.view(promise).filter(|view| view.standing == Standing::Dialling)?;
        let account = self.account_of(view.user?)?.name.clone();
        let most = self.staff.schedule(view.promise.schedule).map_or(0, |schedule| schedule.attempts);
        // The one that is being judged again is counted when something comes of it.
        let made = OfPromise { made: view.promise.attempts.into(), most: most.into() };
        let number = view.promise.terms.number.clone();
        self.facts_with(&account, Some(&number), known, Some(made), now)
    }

    fn facts_with(
        &mut self,
        account: &AccountName,
        number: Option<&Number>,
        known: Known<'_>,
        promise: Option<OfPromise>,
        now: Now,
    ) -> Option<gate::Facts> {
        let account = self.config.accounts.get(account)?.clone();
        let load = self.calls.load(&account, now);
        Some(self.facts_beside((load, number), known, promise))
    }

    pub(in super::super) fn facts_beside(
        &self,
        (account, number): (Load, Option<&Number>),
        known: Known<'_>,
        promise: Option<OfPromise>,
    ) -> gate::Facts {
        let (known, doubt) = match known {
            Ok(known) => (Some(known), None),
            Err(why) => (None, Some(why)),
        };
        gate::Facts {
            account,
            route: None,
            in_call: number.is_some_and(|number| self.calls.is_in_call(number)),
            doubt: doubt.or_else(|| self.store_failing.then(|| "nothing can be written down now".to_owned())),
            clock: self.keeping.right,
            suppressed: known.map(|(suppressed, _)| suppressed.clone()),
            attempts: known.map(|(_, attempts)| Attempts { promise, ..*attempts }),
        }
    }

    pub(in super::super) fn account_of(&self, user: UserId) -> Option<&Arc<Account>> {
        self.staff.user(user)?.ramal.as_ref().and_then(|ramal| self.config.accounts.get(ramal))
    }
}

/// In the words of what dials by itself.
pub(in super::super) fn judgement(verdict: Verdict) -> Judgement {
    match verdict {
        Verdict::Allow { version, .. } => Judgement::Allowed { version },
        Verdict::Deny { version, rule, fact, next } => {
            let next = next.map(|next| next.at);
            Judgement::Denied(Denial { rule: rule.to_owned(), fact, next, version })
        }
    }
}

/// Limits of calls are no matter of messages.
pub(in super::super) const NO_CALLS: Load =
    Load { calls: 0, starts: 0, limits: Limits { calls_at_once: 1, calls_per_minute: 1 }, next: None };
