//! A campaign that the demo's agent calls: she asks for a record, reads it, and dials one of the test exchange's customers (GN-02).

use chrono::Utc;
use engine::border::StoreError;
use engine::campaign::{Campaign, DialMode, List, ListState, Priority, Standing};
use engine::config::Config;
use engine::id::{CampaignId, ListId};

use crate::leads::Given;
use crate::store::{Chunk, Store};
use crate::words::Words;

pub fn campaign(words: &Words) -> Campaign {
    Campaign {
        standing: Standing::Running,
        script: words.say("demo.campaign_script").to_owned(),
        ..Campaign::new(CAMPAIGN, words.say("demo.campaign"), DialMode::Preview, vec![LIST])
    }
}

/// Whom it calls.
pub fn add_list(store: &Store, words: &Words) -> Result<(), StoreError> {
    let now = Utc::now();
    let list = List {
        list: LIST,
        name: words.say("demo.list").to_owned(),
        source: words.say("demo.campaign").to_owned(),
        dated: now,
        expires: None,
        user: None,
        made: now,
        state: ListState::Ready,
        leads: 0,
        numbers: 0,
    };
    store.open_list(list, None)?;
    let (gate, plan) = (Config::empty().gate, words.say("demo.plan"));
    let given = |(name, phone, since): &(&str, &str, &str)| Given {
        recipient: (*name).to_owned(),
        phones: vec![((*phone).to_owned(), words.say("demo.mobile").to_owned())],
        priority: Some(Priority::default().0),
        zone: None,
        fields: vec![(plan.to_owned(), (*since).to_owned())],
    };
    // They are as they should be: written here.
    let leads = PEOPLE.iter().filter_map(|person| given(person).read(&gate).ok()).collect();
    let chunk = Chunk { list: LIST, leads, across_lists: false, node: 0, now, progress: None };
    store.add_leads(chunk).map(drop)
}

const CAMPAIGN: CampaignId = CampaignId(4);
const LIST: ListId = ListId(5);
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
