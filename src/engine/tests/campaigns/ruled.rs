//! What a campaign's pack of rules and the do-not-call lists that it needs keep it from.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::border::Input;
use engine::campaign::{Campaign, DialMode, NumberList, Place, Scope, Wish};
use engine::rules::Rules;
use engine::sip::message::Method;
use engine::staff::Entry;

use crate::scene::{Floor, number, rules, terms};
use crate::world::seconds;

const NMP: &str = "Não Me Perturbe";
const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };

fn by_the_pack(campaign: &mut Campaign) {
    campaign.rules = Some("manhãs".to_owned());
}

/// Brought in on this day.
fn list(floor: &mut Floor, dated: DateTime<Utc>) {
    let list = NumberList { source: NMP.to_owned(), scope: Scope::default(), dated, expires: None };
    floor.world.shell.store.leads.number_lists.insert(NMP.to_owned(), list);
}

/// The list that holds the campaign, if one does, and when it was got.
fn lacks(floor: &Floor) -> Option<Option<DateTime<Utc>>> {
    let view = floor.shell.engine.snapshot().campaigns.remove(0);
    view.lacks.first().map(|lack| {
        assert_eq!(lack.source, NMP);
        lack.dated
    })
}

/// From 17:26:43 to seven in the morning.
const NIGHT: u64 = 48_797;

#[test]
fn GN_15_the_hours_of_its_pack_are_the_campaigns() {
    let mut floor = Floor::with(DialMode::Progressive, 5, by_the_pack);
    floor.join(floor.ana);
    floor.pass(seconds(NIGHT - 20));
    floor.nobody_is_called();
    floor.pass(seconds(40));
    floor.rings("20", &number(1));
}

#[test]
fn GN_15_a_pack_makes_terms_stricter_and_never_looser() {
    let mut floor = Floor::with(DialMode::Progressive, 5, |campaign| {
        by_the_pack(campaign);
        campaign.pace.ring_s = 25;
    });
    floor.join(floor.ana);
    floor.pass(seconds(NIGHT - 20));
    while floor.inbox.is_empty() {
        floor.moment();
    }
    let maria = floor.rings("20", &number(1));
    floor.deliver(&maria.answer(180));
    let cancelled = |floor: &Floor| floor.inbox.iter().any(|message| message.method() == Some(Method::Cancel));
    floor.pass(seconds(38));
    assert!(!cancelled(&floor), "it rings for forty seconds");
    floor.pass(seconds(3));
    assert!(cancelled(&floor));
}

#[test]
fn GN_15_without_a_list_that_it_needs_nobody_is_dialled_and_it_is_said_why() {
    let mut floor = Floor::with(DialMode::Progressive, 5, |campaign| campaign.needs = [NMP.to_owned()].into());
    floor.join(floor.ana);
    floor.pass(seconds(60));
    floor.nobody_is_called();
    assert_eq!(lacks(&floor), Some(None));
    let today = floor.now.civil;
    list(&mut floor, today);
    floor.pass(seconds(11));
    assert_eq!(lacks(&floor), None);
    floor.rings("20", &number(1));
}

#[test]
fn GN_15_a_list_older_than_the_pack_allows_holds_the_campaign() {
    let needs = |campaign: &mut Campaign| campaign.needs = [NMP.to_owned()].into();
    let mut floor = Floor::with(DialMode::Progressive, 5, needs);
    let old = floor.now.civil - TimeDelta::days(40);
    list(&mut floor, old);
    floor.join(floor.ana);
    floor.pass(seconds(11));
    floor.rings("20", &number(1));

    let mut floor = Floor::with(DialMode::Progressive, 5, |campaign| {
        by_the_pack(campaign);
        needs(campaign);
    });
    list(&mut floor, old);
    floor.join(floor.ana);
    floor.pass(seconds(NIGHT + 60));
    floor.nobody_is_called();
    assert_eq!(lacks(&floor), Some(Some(old)));
}

#[test]
fn GN_15_a_list_that_has_gone_is_noticed_at_the_gate_too() {
    let mut floor = Floor::with(DialMode::Preview, 5, |campaign| campaign.needs = [NMP.to_owned()].into());
    let (ana, today) = (floor.ana, floor.now.civil);
    list(&mut floor, today);
    floor.pass(seconds(11));
    floor.get_record(ana).unwrap();
    floor.world.shell.store.leads.number_lists.clear();
    floor.wish(ana, DIAL).unwrap();
    floor.nobody_is_called();
    let record = floor.record_of(ana).expect("she has it still");
    assert_eq!((record.standing, record.denied.unwrap().rule.as_str()), (Place::Open, "do-not-call-list"));
}

#[test]
fn GN_15_a_pack_that_is_not_there_any_more_lets_nobody_be_dialled() {
    let mut floor = Floor::with(DialMode::Preview, 5, by_the_pack);
    let ana = floor.ana;
    floor.pass(seconds(NIGHT + 20));
    floor.get_record(ana).unwrap();
    let config = engine::config::Config {
        rules: Arc::new(Rules { packs: Default::default(), ..rules() }),
        ..floor.config.clone()
    };
    let now = floor.now;
    floor.shell.handle(Input::Config(config), now);
    floor.collect();
    floor.wish(ana, DIAL).unwrap();
    floor.nobody_is_called();
    let denied = floor.record_of(ana).and_then(|record| record.denied).expect("a reason");
    assert_eq!(denied.rule, "rules");
    assert!(denied.fact.contains("manhãs"), "{}", denied.fact);
}

#[test]
fn GN_15_a_pack_that_nobody_knows_is_refused_with_those_there_are() {
    let mut floor = Floor::new(DialMode::Preview);
    let wrong = Campaign { name: "Outra".to_owned(), rules: Some("brasil".to_owned()), ..terms(DialMode::Preview) };
    let refused = floor.create(Entry::Campaign(wrong)).unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("rules"));
    assert!(refused.text.contains("brasil") && refused.text.contains("manhãs"), "{}", refused.text);
}
