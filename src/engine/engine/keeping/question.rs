//! What the gate must know of a number before it is dialled by the daemon: asked of the store each time, so that what was
//! added a moment ago counts.

use crate::border::StoreError;
use crate::callback::{Denial, Judgement, Standing};
use crate::config::Account;
use crate::gate::{self, Attempts, Law, OfPromise, Purpose, Suppression, Verdict};
use crate::id::{PromiseId, QuestionId, UserId};
use crate::number::Number;
use crate::records::{Facts, Question};
use crate::time::Now;

use super::super::Engine;

/// A question of `callback`, on its way.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    promise: PromiseId,
    ask: u32,
    number: Number,
}

impl Engine {
    pub(super) fn ask_about(&mut self, promise: PromiseId, number: Number, ask: u32, now: Now) {
        let periods = gate::periods(&Law::of(&self.config), &number, now);
        let question = Question::Number { number: number.normalised.clone(), promise: Some(promise), periods };
        let id = self.load(question);
        self.keeping.asked.insert(id, Ask { promise, ask, number });
    }

    /// An answer of the store to a question of the gate; whether it was one.
    pub(in super::super) fn on_number_known(
        &mut self,
        question: QuestionId,
        facts: &Result<Facts, StoreError>,
        now: Now,
    ) -> bool {
        let Some(Ask { promise, ask, number }) = self.keeping.asked.remove(&question) else { return false };
        let (known, doubt) = match facts {
            Ok(Facts::Number { suppressed, attempts }) => (Some((suppressed, attempts)), None),
            Ok(Facts::Start { .. } | Facts::Known(_) | Facts::Promises(_) | Facts::Promise(_)) => {
                (None, Some("the store answered another question".to_owned()))
            }
            Err(why) => (None, Some(format!("the store could not be read: {why}"))),
        };
        let judgement = match self.facts_of(promise, known, doubt, now) {
            Some(facts) => {
                let verdict = gate::judge(&Law::of(&self.config), &facts, &number, Purpose::Callback, now);
                self.keeping.judged = Some((promise, facts));
                judgement(verdict)
            }
            None => Judgement::Denied(Denial {
                rule: "agent".to_owned(),
                fact: "Who was to talk has no extension to dial from.".to_owned(),
                next: None,
                version: Law::of(&self.config).version(),
            }),
        };
        self.keeping.callbacks.on_judged(promise, ask, judgement, now);
        true
    }

    /// None: nobody is there with an extension.
    fn facts_of(
        &mut self,
        promise: PromiseId,
        known: Option<(&Suppression, &Attempts)>,
        doubt: Option<String>,
        now: Now,
    ) -> Option<gate::Facts> {
        let view = self.keeping.callbacks.view(promise).filter(|view| view.standing == Standing::Dialling)?;
        let account = self.account_of(view.user?)?.clone();
        let most = self.staff.schedule(view.promise.schedule).map_or(0, |schedule| schedule.attempts);
        // The one that is being judged again is counted when something comes of it.
        let of_promise = OfPromise { made: view.promise.attempts.into(), most: most.into() };
        let doubt = doubt.or_else(|| self.store_failing.then(|| "nothing can be written down now".to_owned()));
        Some(gate::Facts {
            account: self.calls.load(&account, now),
            route: None,
            doubt,
            clock: self.keeping.right,
            suppressed: known.map(|(suppressed, _)| suppressed.clone()),
            attempts: known.map(|(_, attempts)| Attempts { promise: Some(of_promise), ..*attempts }),
        })
    }

    pub(super) fn account_of(&self, user: UserId) -> Option<&std::sync::Arc<Account>> {
        self.staff.user(user)?.ramal.as_ref().and_then(|ramal| self.config.accounts.get(ramal))
    }
}

fn judgement(verdict: Verdict) -> Judgement {
    match verdict {
        Verdict::Allow { version, .. } => Judgement::Allowed { version },
        Verdict::Deny { version, rule, fact, next } => {
            let next = next.map(|next| next.at);
            Judgement::Denied(Denial { rule: rule.to_owned(), fact, next, version })
        }
    }
}
