//! `ramal leads`: who is in the lists, what became of them, and why nobody calls them now.

use engine::campaign::{Lead, LeadState};
use engine::id::LeadId;

use crate::control::Wish;
use crate::words::Words;

use super::args::Leads;
use super::client::Client;
use super::exit::{Code, Failure};
use super::lists::{said, unknown};
use super::screen::Screen;
use super::{lead, table, wall};

pub fn run(what: &Leads, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    match what {
        Leads::Find { text } => find(text, client, screen),
        Leads::Show { lead } => lead::show(id(lead, screen)?, client, screen),
        Leads::Why { lead } => lead::why(id(lead, screen)?, client, screen),
        Leads::Settle { lead, reached } => {
            said(Wish::SettleLead { lead: id(lead, screen)?, reached: *reached }, "leads.settled", lead, client, screen)
        }
    }
}

fn id(lead: &str, screen: &Screen) -> Result<LeadId, Failure> {
    lead.parse().map(LeadId).map_err(|_| unknown(lead, screen))
}

fn find(text: &str, client: &mut Client, screen: &Screen) -> Result<Code, Failure> {
    let mut answer = client.ask(Wish::Leads { q: text.to_owned() })?;
    if screen.json {
        screen.value(&answer);
        return Ok(Code::Done);
    }
    let found: Vec<Lead> = client.typed(answer["leads"].take())?;
    if found.is_empty() {
        screen.line(screen.words.say("leads.none"));
        return Ok(Code::Done);
    }
    let row = |lead: &Lead| {
        let numbers: Vec<&str> = lead.phones.iter().map(|phone| phone.number.normalised.as_str()).collect();
        vec![
            lead.lead.to_string(),
            lead.recipient.clone(),
            numbers.join(" "),
            lead.attempts.to_string(),
            state(&lead.state, &screen.words),
        ]
    };
    let heading = ["table.call", "table.name", "table.number", "table.attempts", "table.state"];
    table::print(screen, &heading.map(|key| screen.words.say(key)), &found.iter().map(row).collect::<Vec<_>>());
    Ok(Code::Done)
}

pub fn state(state: &LeadState, words: &Words) -> String {
    let plain = |key: &str| words.say(key).to_owned();
    match state {
        LeadState::Waiting { next, .. } => words.fill("leads.waiting", &[("next", &wall::minute(*next))]),
        LeadState::Leased { .. } => plain("leads.leased"),
        LeadState::Callback { .. } => plain("leads.callback"),
        LeadState::Unknown { .. } => plain("leads.unknown_attempt"),
        LeadState::Done => plain("leads.done"),
        LeadState::Declined => plain("leads.declined"),
        LeadState::Exhausted(_) => plain("leads.exhausted"),
    }
}
