//! The dry run: who could be dialled when, and by which rule not.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use chrono_tz::America::Sao_Paulo;
use engine::campaign::{Campaign, DialMode, Priority, Scope};
use engine::gate::Law;
use engine::rules::{Hours, Rules, Span, Term, Week, wall};

use super::*;
use crate::store::{NewLead, SuppressionLine};

/// Nine to six on weekdays.
fn config() -> Config {
    let day = || vec![Span { from: 9 * 60, until: 18 * 60 }];
    let weekend = Vec::new;
    let week = Week { days: [day(), day(), day(), day(), day(), weekend(), weekend()] };
    let term = Term { from: NaiveDate::from_ymd_opt(2000, 1, 1).unwrap(), until: None, source: "a law".to_owned() };
    let (closed_on, states) = (Default::default(), Default::default());
    let hours = Hours { name: "comercial".to_owned(), week, closed_on, states, term };
    let rules = Rules { hours: vec![hours], ..Rules::default() };
    Config { rules: std::sync::Arc::new(rules), zone: Sao_Paulo, ..Config::empty() }
}

fn campaign(lists: &[u64]) -> Campaign {
    let lists = lists.iter().copied().map(ListId).collect();
    Campaign::new(CampaignId(1), "Renova", DialMode::Progressive, lists)
}

/// On the first such weekday that is still to come, at this hour in São Paulo.
fn on(weekday: Weekday, hour: u32) -> DateTime<Utc> {
    let tomorrow = Utc::now().with_timezone(&Sao_Paulo).date_naive() + Days::new(1);
    let day = tomorrow.iter_days().find(|day| day.weekday() == weekday).unwrap();
    wall::first_at(Sao_Paulo, DateTime::UNIX_EPOCH, day.and_hms_opt(hour, 0, 0).unwrap()).unwrap()
}

fn run(store: &Store, terms: &Campaign, at: DateTime<Utc>) -> DryRun {
    dry_run(&store.reader().unwrap(), terms, Law::of(&config()), at, &|| true).unwrap().expect("it is not ended")
}

fn rules_of(found: &DryRun) -> Vec<(&str, u64)> {
    found.by_rule.iter().map(|(rule, count)| (rule.as_str(), *count)).collect()
}

/// GN-16: for all leads at once.
#[test]
fn gn_16_a_dry_run_says_how_many_can_be_dialled_now_today_and_never_and_why() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(1_200));
    let terms = campaign(&[1]);
    let found = run(&store, &terms, on(Weekday::Mon, 10));
    assert_eq!((found.leads, found.now, found.by_rule.len()), (1_200, 1_200, 0));

    let early = run(&store, &terms, on(Weekday::Mon, 8));
    assert_eq!((early.now, early.today, rules_of(&early)), (0, 1_200, vec![("hours", 1_200)]));
    let late = run(&store, &terms, on(Weekday::Fri, 19));
    assert_eq!((late.today, late.later, rules_of(&late)), (0, 1_200, vec![("hours", 1_200)]));
}

#[test]
fn gn_16_who_is_on_a_do_not_call_list_or_in_work_is_told_apart() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(10));
    let entry = |person: u32, until| SuppressionLine {
        suppression: 0,
        number: format!("+5511900000{person:03}"),
        source: "Procon".to_owned(),
        note: String::new(),
        since: Utc::now(),
        until,
        user: None,
        scope: Scope::default(),
    };
    let monday = on(Weekday::Mon, 10);
    store.suppress(vec![entry(0, None), entry(1, Some(monday + TimeDelta::hours(2)))]).unwrap();
    let leased = store.lease(want(&[1], 3)).unwrap().leads.len() as u64;
    let found = run(&store, &campaign(&[1]), monday);
    assert_eq!((found.leads, found.in_work, leased), (10, 3, 3));
    assert_eq!(found.now + found.today + found.never, 7);
    assert!(rules_of(&found).iter().all(|(rule, _)| *rule == "do-not-call"), "{found:?}");
}

#[test]
fn gn_15_lists_that_cannot_be_used_hold_their_leads_in_the_dry_run_too() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(5));
    let stale = List { expires: Some(Utc::now()), ..list(2) };
    store.open_list(stale, None).unwrap();
    let phone = engine::number::Number::read("11987651234", &rules()).unwrap();
    let lead = NewLead {
        recipient: "Ana".to_owned(),
        phones: vec![(phone, "celular".to_owned())],
        priority: Priority::default(),
        zone: None,
        fields: Vec::new(),
    };
    let chunk = crate::store::Chunk {
        list: ListId(2),
        leads: vec![lead],
        across_lists: false,
        node: 0,
        now: Utc::now(),
        progress: None,
    };
    store.add_leads(chunk).unwrap().unwrap();
    let monday = on(Weekday::Mon, 10);
    let found = run(&store, &campaign(&[1, 2]), monday);
    assert_eq!((found.now, found.never, rules_of(&found)), (5, 1, vec![("list", 1)]));

    let needy = Campaign { needs: ["Não Me Perturbe".to_owned()].into(), ..campaign(&[1]) };
    let held = run(&store, &needy, monday);
    assert_eq!((held.now, rules_of(&held)), (0, vec![("do-not-call-list", 5)]));
}

#[test]
fn a_dry_run_that_nobody_waits_for_ends() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(1_200));
    let reader = store.reader().unwrap();
    let found = dry_run(&reader, &campaign(&[1]), Law::of(&config()), on(Weekday::Mon, 10), &|| false).unwrap();
    assert_eq!(found, None);
}
