//! Campaigns for the demo's agent: one in which she asks for a record, reads it, and dials one of the test exchange's customers, and one
//! that dials a crowd by itself once somebody starts it (GN-02).

use chrono::Utc;
use engine::border::StoreError;
use engine::campaign::{Campaign, DialMode, Filter, List, ListState, Pace, Priority, Route, Standing};
use engine::config::Config;
use engine::id::{CampaignId, ListId};

use super::stage::TRUNK;
use crate::leads::Given;
use crate::store::{Chunk, Store};
use crate::words::Words;

pub fn campaigns(words: &Words) -> [Campaign; 2] {
    let script = words.say("demo.campaign_script").to_owned();
    let by_hand = Campaign {
        standing: Standing::Running,
        script: script.clone(),
        ..Campaign::new(CAMPAIGN, words.say("demo.campaign"), DialMode::Preview, vec![LIST])
    };
    let by_itself = Campaign {
        script,
        routes: vec![Route { account: TRUNK.into(), weight: 1 }],
        pace: Pace { lines: 12, notice: Some("encerrada".into()), ..Pace::default() },
        ..Campaign::new(BY_ITSELF, words.say("demo.by_itself"), DialMode::Predictive, vec![CROWD])
    };
    [by_hand, by_itself]
}

/// Whom they call.
pub fn add_lists(store: &Store, words: &Words) -> Result<(), StoreError> {
    let known = PEOPLE.iter().map(|(name, number, plan)| ((*name).to_owned(), (*number).to_owned(), *plan));
    add(store, words, (LIST, words.say("demo.list")), known)?;
    add(store, words, (CROWD, words.say("demo.crowd")), (0..PEOPLE_OF_CROWD).map(of_crowd))
}

/// Somebody in São Paulo, where the test exchange has all kinds of people.
fn of_crowd(place: usize) -> (String, String, &'static str) {
    let (first, plan) = (PEOPLE[place % PEOPLE.len()].0, PEOPLE[place % PEOPLE.len()].2);
    let last = PEOPLE[(place + place / PEOPLE.len()) % PEOPLE.len()].0;
    let [first, last] = [first.split(' ').next(), last.split(' ').next_back()].map(Option::unwrap_or_default);
    (format!("{first} {last}"), format!("1192{:07}", place * 7_919), plan)
}

fn add(
    store: &Store,
    words: &Words,
    (list, name): (ListId, &str),
    people: impl Iterator<Item = (String, String, &'static str)>,
) -> Result<(), StoreError> {
    let now = Utc::now();
    let list = List {
        list,
        name: name.to_owned(),
        source: words.say("demo.campaign").to_owned(),
        dated: now,
        expires: None,
        user: None,
        made: now,
        state: ListState::Ready,
        leads: 0,
        numbers: 0,
        filter: Filter::default(),
        aside: 0,
        reworked: false,
    };
    let id = list.list;
    store.open_list(list, None)?;
    let (gate, field) = (Config::empty().gate, words.say("demo.plan"));
    let given = |(recipient, phone, plan): (String, String, &str)| Given {
        recipient,
        phones: vec![(phone, words.say("demo.mobile").to_owned())],
        priority: Some(Priority::default().0),
        zone: None,
        fields: vec![(field.to_owned(), plan.to_owned())],
    };
    // They are as they should be: written here.
    let leads = people.filter_map(|person| given(person).read(&gate).ok()).collect();
    let chunk = Chunk { list: id, leads, across_lists: false, node: 0, now, progress: None };
    store.add_leads(chunk).map(drop)
}

const CAMPAIGN: CampaignId = CampaignId(4);
const LIST: ListId = ListId(5);
const BY_ITSELF: CampaignId = CampaignId(6);
const CROWD: ListId = ListId(7);
const PEOPLE_OF_CROWD: usize = 300;
/// Name, number, plan.
const PEOPLE: [(&str, &str, &str); 12] = [
    ("Maria Aparecida da Silva", super::people::KNOWN_NUMBER, "Essencial"),
    ("João Batista Pereira", "11900011221", "Família"),
    ("Antônia Gomes de Oliveira", "21900022332", "Essencial"),
    ("Francisco das Chagas Lima", "85900033443", "Empresa"),
    ("Ana Beatriz Carvalho", "11900044554", "Família"),
    ("José Raimundo Nascimento", "71900055665", "Essencial"),
    ("Luciana Ferreira Rocha", "31900066776", "Empresa"),
    ("Paulo Henrique Barbosa", "41900077887", "Essencial"),
    ("Terezinha de Jesus Alves", "81900088998", "Família"),
    ("Carlos Eduardo Monteiro", "51900099009", "Empresa"),
    ("Rosângela Martins Dias", "62900010110", "Essencial"),
    ("Sebastião Teixeira Neto", "19900021221", "Família"),
];
