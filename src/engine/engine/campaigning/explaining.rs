//! Why a lead may be dialled or not (GN-16), for who asks: every rule of the gate, with what the store knows of the lead's number
//! for this campaign.

use crate::border::{Command, LeadLook, Output, Refusal, RefusalCode, Reply};
use crate::campaign::{self, LeadFacts, Question as Of};
use crate::gate::{self, Law, Purpose};
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
        let terms = self.staff.campaign(look.campaign).map(|terms| (terms.id, terms.aim));
        match (terms, Number::read(&look.number, &self.config.gate)) {
            (Some((campaign, aim)), Ok(number)) => {
                let periods = gate::periods(&Law::of(&self.config), &number, at);
                let lead = look.lead;
                let question = self.load(Question::Leads(Of::Lead { lead, campaign, aim, periods }));
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
        let at = then(look, now);
        let known = known.and_then(|known| {
            let phone = known.phones.get(usize::from(look.phone));
            phone.cloned().ok_or_else(|| "the lead has another number now".to_owned())
        });
        // Of a time to come it says what holds where nothing more is known by then.
        let known = known.map(|campaign::PhoneFacts { suppressed, attempts, .. }| {
            (gate::Suppression { read: at.civil, ..suppressed }, gate::Attempts { read: at.civil, ..attempts })
        });
        let known = known.as_ref().map(|(suppressed, attempts)| (suppressed, attempts)).map_err(Clone::clone);
        let facts = self.facts_beside(NO_CALLS, known, None);
        let explanation = gate::explain(&Law::of(&self.config), &facts, &look.number, Purpose::Campaign, at);
        self.outputs.push_back(Output::Reply(command, Ok(Reply::Explained(Box::new(explanation.into())))));
    }
}

fn then(look: &LeadLook, now: Now) -> Now {
    let left = look.from.and_then(|from| from.signed_duration_since(now.civil).to_std().ok());
    now.after(left.unwrap_or_default())
}

fn missing(text: &str) -> Refusal {
    Refusal::new(RefusalCode::NotFound, text)
}
