//! Stories of lists: what people's files look like, what becomes of them, and whose turn it is then.

mod dry;
mod figures;
mod files;
mod hopper;
mod hostile;
mod lists;
mod repeats;
mod rework;

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use engine::campaign::{Aim, Area, Filter, List, ListState, Want};
use engine::config::{Config, GateRules};
use engine::gate::Periods;
use engine::id::{CampaignId, ListId};

use super::*;
use crate::store::Store;
use crate::store::tests::Scratch;

pub(super) fn rules() -> GateRules {
    Config::empty().gate
}

pub(super) fn file(scratch: &Scratch, name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A list that is to be made of a file.
pub(super) fn order(number: u64, path: PathBuf, options: Options) -> Order {
    Order { list: list(number), path, file: "clientes.csv".to_owned(), options, node: 0 }
}

pub(super) fn list(number: u64) -> List {
    List {
        list: ListId(number),
        name: format!("lista {number}"),
        source: "CRM".to_owned(),
        dated: Utc::now(),
        expires: Some(Utc::now() + TimeDelta::days(31)),
        user: None,
        made: Utc::now(),
        state: ListState::Ready,
        leads: 0,
        numbers: 0,
        filter: Filter::default(),
        aside: 0,
        reworked: false,
    }
}

/// `count` people of the DDDs 11 to 99, one number each.
pub(super) fn people(count: u32) -> String {
    let mut text = "nome;telefone;cpf\n".to_owned();
    for person in 0..count {
        text += &format!("Pessoa {person};(11) 9{:04}-{:04};{person:011}\n", person / 10_000, person % 10_000);
    }
    text
}

pub(super) fn keep(store: &Store, scratch: &Scratch, number: u64, text: &str) -> Done {
    let path = file(scratch, &format!("{number}.csv"), text.as_bytes());
    import(store, order(number, path, Options::default()), &rules(), &Progress::default()).unwrap()
}

pub(super) fn since(at: DateTime<Utc>) -> Periods {
    Periods { day: at, week: at, month: at }
}

/// The next leads of some lists, wherever they are.
pub(super) fn want(lists: &[u64], most: u16) -> Want {
    let now = Utc::now();
    Want {
        campaign: CampaignId(1),
        aim: Aim::Sales,
        lists: lists.iter().copied().map(ListId).collect(),
        needs: Vec::new(),
        open: Area::all().map(|area| (area, since(now - TimeDelta::days(1)))).collect(),
        now,
        dead_last: false,
        most,
        until: now + TimeDelta::minutes(10),
    }
}
