//! Why a lead may be dialled or not (GN-16), for who asks: every rule of the gate, with what the store knows of the lead's number
//! for this campaign.

use crate::border::{Command, LeadLook, Output, Refusal, RefusalCode, Reply};
use crate::campaign::{self, LeadFacts, Question as Of};
use crate::gate::{self, Line, Purpose, Says};
use crate::id::CommandId;
use crate::number::Number;
use crate::records::Question;
use crate::time::Now;

use super::super::Engine;
use super::super::keeping::NO_CALLS;
use super::asking::Ask;

impl Engine {
    /// Answered when the store has said what it knows of the lead.
    pub(in super::super) fn explain_lead(&mut self, command: &Command, look: &LeadLook, now: Now) {
        let at = then(look, now);
        match (self.staff.campaign(look.campaign), Number::read(&look.number, &self.config.gate)) {
            (Some(terms), Ok(number)) => {
                let (lead, campaign, aim) = (look.lead, terms.id, terms.aim);
                let periods = gate::periods(&self.law_of(terms), &number, at);
                let needs = terms.needs(&self.config.rules, self.config.zone, now.civil);
                let question = self.load(Question::Leads(Of::Lead { lead, campaign, aim, periods, needs }));
                self.campaigning.asked.insert(question, Ask::Explain { command: command.id, look: look.clone() });
            }
            (None, _) => self.outputs.push_back(Output::Reply(command.id, Err(missing("there is no such campaign")))),
            (_, Err(_)) => self.outputs.push_back(Output::Reply(command.id, Err(missing("it is no number")))),
        }
    }

    pub(super) fn explain_known(
        &mut self,
        command: CommandId,
        look: &LeadLook,
        known: Result<&LeadFacts, String>,
        now: Now,
    ) {
        let Some(terms) = self.staff.campaign(look.campaign) else {
            return self.outputs.push_back(Output::Reply(command, Err(missing("there is no such campaign"))));
        };
        let at = then(look, now);
        let held = self.held_by(terms, known.as_ref().ok().copied());
        let known = known.and_then(|known| {
            let phone = known.phones.get(usize::from(look.phone));
            phone.cloned().ok_or_else(|| "the lead has another number now".to_owned())
        });
        // Of a time to come it says what holds where nothing more is known by then.
        let known = known.map(|campaign::PhoneFacts { suppressed, attempts, .. }| {
            (gate::Suppression { read: at.civil, ..suppressed }, gate::Attempts { read: at.civil, ..attempts })
        });
        let known = known.as_ref().map(|(suppressed, attempts)| (suppressed, attempts)).map_err(Clone::clone);
        // Of a time to come nobody knows who talks then.
        let number = Number::read(&look.number, &self.config.gate).ok().filter(|_| look.from.is_none());
        let facts = self.facts_beside((NO_CALLS, number.as_ref()), known, None);
        let explanation = gate::explain(&self.law_of(terms), &facts, &look.number, Purpose::Campaign, at);
        let mut explained = gate::Explained::from(explanation);
        // What holds the whole campaign comes before what is said of a number.
        if let Some(held) = held {
            let line = Line { rule: held.rule.into(), says: Says::No, fact: Some(held.fact), source: None };
            explained.rules.insert(0, line);
            (explained.allowed, explained.next) = (false, None);
        }
        self.outputs.push_back(Output::Reply(command, Ok(Reply::Explained(Box::new(explained)))));
    }
}

fn then(look: &LeadLook, now: Now) -> Now {
    let left = look.from.and_then(|from| from.signed_duration_since(now.civil).to_std().ok());
    now.after(left.unwrap_or_default())
}

fn missing(text: &str) -> Refusal {
    Refusal::new(RefusalCode::NotFound, text)
}
