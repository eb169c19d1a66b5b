//! Who works in the demo: an agent with an extension and her administrator, what they choose from, and a customer they know.

use std::path::Path;
use std::sync::mpsc::channel;

use engine::id::{BatchId, ContactId, ItemId, QueueId, UserId};
use engine::records::Record;
use engine::staff::{Builtin, Directions, Entry, Item, List, Queue, User};

use super::stage::EXTENSIONS;
use super::{DemoError, campaign, system};
use crate::store::{ContactLine, Store};
use crate::web::Invitation;
use crate::words::{Language, Words};

/// How each of them comes in, once.
#[derive(Debug)]
pub struct Links {
    pub agent: String,
    pub administrator: String,
}

/// Everybody is there from the daemon's first moment: written into its base before it starts.
pub fn hire(data: &Path, desktop: &str, language: Language) -> Result<Links, DemoError> {
    let store = Store::open(data).map_err(std::io::Error::other).map_err(system(BASE))?;
    let (tell, told) = channel();
    let words = Words::new(language);
    let entries = entries(&words, language).into_iter().map(Record::Kept).collect();
    // Nobody waits any more only where this thread is gone.
    store.submit(BatchId(0), entries, move |_, kept| drop(tell.send(kept)));
    let kept = told.recv().map_err(std::io::Error::other).map_err(system(BASE))?;
    kept.and_then(|()| store.add_contacts(vec![known()]))
        .and_then(|_| campaign::add_lists(&store, &words))
        .map_err(std::io::Error::other)
        .map_err(system(BASE))?;
    let link = |user| {
        let invitation = Invitation::write(&store, user, desktop);
        invitation.map(|invitation| invitation.link).map_err(std::io::Error::other).map_err(system(BASE))
    };
    Ok(Links { agent: link(AGENT)?, administrator: link(ADMINISTRATOR)? })
}

fn entries(words: &Words, language: Language) -> Vec<Entry> {
    let user = |user, login: &str, name: &str, perfil: Builtin| User {
        user,
        login: login.to_owned(),
        name: name.to_owned(),
        language: language.tag().to_owned(),
        perfil: perfil.id(),
        ramal: (user == AGENT).then(|| EXTENSIONS[0].into()),
        location: None,
        queues: [QUEUE].into(),
        departments: Default::default(),
        directions: Directions::Both,
        active: true,
    };
    let people = [
        user(AGENT, "ana", "Ana Souza", Builtin::Agent),
        user(ADMINISTRATOR, "luana", "Luana Andrade", Builtin::Administrator),
    ];
    let queue = Queue {
        queue: QUEUE,
        name: words.say("demo.queue").to_owned(),
        number: "601".to_owned(),
        wrap_up_s: 20,
        music: None,
        script: words.say("demo.script").to_owned(),
        hours: Vec::new(),
        holidays: Default::default(),
    };
    let item = |(at, (list, key, minutes)): (usize, (List, &str, u32))| {
        Entry::Item(Item {
            item: ItemId(10 + at as u64),
            list,
            name: words.say(key).to_owned(),
            limit_s: (minutes > 0).then_some(minutes * 60),
            nr17: false,
            shift: None,
        })
    };
    let items = ITEMS.into_iter().enumerate().map(item);
    people
        .map(Entry::User)
        .into_iter()
        .chain([Entry::Queue(queue)])
        .chain(campaign::campaigns(words).map(Entry::Campaign))
        .chain(items)
        .collect()
}

fn known() -> ContactLine {
    ContactLine {
        contact: ContactId(1),
        name: "Maria Aparecida da Silva".to_owned(),
        document: Some("52998224725".to_owned()),
        account_name: Some("Padaria Estrela".to_owned()),
        phones: vec![KNOWN_NUMBER.to_owned()],
        ..ContactLine::blank()
    }
}

/// Talks at extension 1001.
pub const AGENT: UserId = UserId(1);
const ADMINISTRATOR: UserId = UserId(2);
const QUEUE: QueueId = QueueId(3);
/// Of the customer whom the contact base knows. Whoever calls back reaches the test exchange's customers.
pub const KNOWN_NUMBER: &str = "+5511900004321";
/// With the minutes a pause may take.
const ITEMS: [(List, &str, u32); 5] = [
    (List::PauseReason, "demo.lunch", 60),
    (List::PauseReason, "demo.coffee", 10),
    (List::Disposition, "demo.solved", 0),
    (List::Disposition, "demo.call_again", 0),
    (List::Department, "demo.sales", 0),
];
const BASE: &str = "the demo's base";
