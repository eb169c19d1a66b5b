//! What is sold, and to whom: campaigns, lists of the same people that promises are made to, and the trunk, drawn by lot.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::border::*;
use engine::campaign::*;
use engine::config::{Account, Limits};
use engine::id::{CampaignId, ItemId, LeadId, ListId};
use engine::number::Number;
use engine::random::Random;
use engine::rules::Period;
use engine::staff::{self, Entry, EntryId, Item};

use crate::office::{DDDS, Office, Person};
use crate::shell::leads::{Leads, waiting};
use crate::shell::pbx::extension;

/// The trunk's account, as INVITEs name it.
pub const TRUNK: &str = "90";

/// Nothing of it where nothing is sold.
#[derive(Default)]
pub struct Sales {
    pub campaigns: Vec<CampaignId>,
    pub dispositions: Vec<ItemId>,
    pub trunk: Option<Limits>,
    /// Every lead there ever was: its list, and whom its numbers reach.
    pub leads: BTreeMap<LeadId, Card>,
    lists: u64,
}

#[derive(Clone)]
pub struct Card {
    pub list: ListId,
    /// By the place of the number.
    pub people: Vec<usize>,
}

/// The do-not-call list that some campaigns do not dial without.
pub const NEEDED: &str = "procon";

impl Office {
    /// More people, and a trunk.
    pub fn sells(&mut self, random: &mut Random) -> Limits {
        let zones: Vec<_> = self.people[..3].iter().map(|person| person.zones.clone()).collect();
        self.people.extend((10..22).map(|n: usize| Person {
            digits: format!("{}9123456{n:02}", DDDS[n % 3]),
            zones: zones[n % 3].clone(),
            is_ramal: false,
        }));
        let limits = Limits { calls_at_once: 1 + random.below(8), calls_per_minute: 4 + random.below(60) };
        let trunk = Account { limits, max_calls: 40, ..extension(90) };
        self.config.accounts.insert(trunk.name.clone(), Arc::new(trunk));
        limits
    }
}

impl Sales {
    pub fn new(trunk: Limits) -> Sales {
        Sales { trunk: Some(trunk), ..Sales::default() }
    }

    /// Lists come first, then who calls them; through commands, as everything that is administered.
    pub fn open(
        &mut self,
        office: &Office,
        store: &mut Leads,
        random: &mut Random,
        mut create: impl FnMut(Entry) -> Result<Reply, Refusal>,
    ) {
        let mut kept = |entry: Entry| match create(entry) {
            Ok(Reply::Kept { entry }) => entry,
            other => panic!("not kept: {other:?}"),
        };
        for name in ["sold", "later"] {
            let EntryId::Item(item) = kept(Entry::Item(disposition(name))) else { panic!("a disposition") };
            self.dispositions.push(item);
        }
        let lists: Vec<ListId> = (0..2).map(|_| self.bring_in(office, store, office.begin, random)).collect();
        store.number_lists.insert(NEEDED.to_owned(), procon(office.begin, None));
        for n in 0..1 + random.below(3) {
            let mut terms = self.terms(n, random);
            terms.lists = lists.iter().copied().filter(|list| lists[0] == *list || random.below(2) == 0).collect();
            let EntryId::Campaign(campaign) = kept(Entry::Campaign(terms)) else { panic!("a campaign") };
            self.campaigns.push(campaign);
        }
    }

    /// A list of some people, each number in it once.
    pub fn bring_in(&mut self, office: &Office, store: &mut Leads, now: DateTime<Utc>, random: &mut Random) -> ListId {
        self.lists += 1;
        let list = ListId(self.lists);
        let mut people: Vec<usize> = (0..office.people.len()).filter(|n| !office.people[*n].is_ramal).collect();
        let mut leads = 0;
        while people.len() > 3 && leads < 14 {
            let several = 1 + random.below(3) as usize;
            let chosen: Vec<usize> =
                (0..several).map(|_| people.remove(random.below(people.len() as u32) as usize)).collect();
            let id = LeadId(self.leads.len() as u64 + 1);
            let phones = chosen.iter().map(|person| {
                let number = Number::read(&office.people[*person].spelled(random), &office.config.gate).unwrap();
                Phone { number, label: "celular".to_owned(), state: PhoneState::Fresh }
            });
            store.add(Lead {
                lead: id,
                list,
                recipient: format!("lead {}", id.0),
                phones: phones.collect(),
                priority: Priority(1 + random.below(9) as u8),
                zone: None,
                fields: Vec::new(),
                attempts: 0,
                aside: false,
                state: waiting(now),
            });
            self.leads.insert(id, Card { list, people: chosen });
            leads += 1;
        }
        store.lists.insert(list, row(list, now));
        list
    }

    fn terms(&self, n: u32, random: &mut Random) -> Campaign {
        let mode = mode(random);
        Campaign {
            routes: routes(mode, random),
            retry: self.table(random),
            needs: if random.below(4) == 0 { [NEEDED.to_owned()].into() } else { BTreeSet::new() },
            handling: handling(random),
            pace: pace(random),
            priority: random.below(3) as u8,
            ..Campaign::new(CampaignId(0), &format!("campaign {n}"), mode, Vec::new())
        }
    }

    /// Who was talked with is done in most.
    pub fn table(&self, random: &mut Random) -> RetryTable {
        let mut again = |most: u32| {
            let turn = if random.below(2) == 0 { Turn::Same } else { Turn::Next };
            Retry::Again(Again { after_minutes: 1 + random.below(most), turn })
        };
        let results = [ResultKind::Busy, ResultKind::NoAnswer, ResultKind::NumberUnknown, ResultKind::Abandoned];
        let mut results: BTreeMap<_, _> = results.into_iter().map(|kind| (kind, again(12))).collect();
        results.insert(ResultKind::Connected, Retry::Finish);
        let later = again(30);
        if random.below(4) == 0 {
            results.insert(ResultKind::Connected, later);
        }
        let dispositions = [(self.dispositions[0], Retry::Finish), (self.dispositions[1], later)].into();
        let limit = |of, within, most| Limit { of, within, most };
        let limits = match random.below(4) {
            0 => vec![limit(Of::Lead, Within::Ever, 1 + random.below(4))],
            1 => vec![limit(Of::Number, Within::The(Period::Day), 1 + random.below(3))],
            2 => vec![
                limit(Of::Number, Within::Ever, 2 + random.below(3)),
                limit(Of::Lead, Within::The(Period::Day), 1 + random.below(4)),
            ],
            _ => vec![],
        };
        RetryTable { results, dispositions, limits }
    }
}

pub fn mode(random: &mut Random) -> DialMode {
    match random.below(8) {
        0 => DialMode::Preview,
        1 | 2 => DialMode::PushPreview,
        3 | 4 => DialMode::Progressive,
        _ => DialMode::Predictive,
    }
}

/// Predictive needs a trunk.
pub fn routes(mode: DialMode, random: &mut Random) -> Vec<Route> {
    match mode {
        DialMode::Preview | DialMode::PushPreview | DialMode::Progressive if random.below(2) == 0 => Vec::new(),
        DialMode::Preview | DialMode::PushPreview | DialMode::Progressive | DialMode::Predictive => {
            vec![Route { account: TRUNK.into(), weight: 1 }]
        }
    }
}

pub fn handling(random: &mut Random) -> Handling {
    Handling {
        offer_s: 5 + random.below(30) as u16,
        cool_off_minutes: random.below(10) as u16,
        later_minutes: 1 + random.below(60) as u16,
        decline_suppresses: random.below(2) == 0,
    }
}

pub fn pace(random: &mut Random) -> Pace {
    Pace {
        lines: 1 + random.below(8) as u16,
        starts_per_second: 1 + random.below(20) as u16,
        abandoned_permille: [0, 30, 100][random.below(3) as usize],
        ring_s: 15 + random.below(20) as u16,
        notice: Some("quem-ligou".into()),
        cool_down_hours: [0, 1, 72][random.below(3) as usize],
        ..Pace::default()
    }
}

pub fn procon(dated: DateTime<Utc>, expires: Option<TimeDelta>) -> NumberList {
    let scope = Scope { campaign: None, aim: None };
    NumberList { source: NEEDED.to_owned(), scope, dated, expires: expires.map(|span| dated + span) }
}

fn row(list: ListId, now: DateTime<Utc>) -> List {
    List {
        list,
        name: format!("list {list}"),
        source: "drawn by lot".to_owned(),
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
    }
}

fn disposition(name: &str) -> Item {
    let list = staff::List::Disposition;
    Item { item: ItemId(0), list, name: name.to_owned(), limit_s: None, nr17: false, shift: None }
}
