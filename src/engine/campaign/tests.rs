//! Leads, the lists they are in, and what follows from an attempt.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::America::{Manaus, Sao_Paulo, St_Johns};

use super::*;
use crate::id::{CampaignId, ItemId, LeadId, ListId};
use crate::news::{HangupCause, HangupKind, Party};
use crate::number::{Number, NumberKind};
use crate::rules::Period;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A Monday, four in the afternoon in São Paulo.
fn now() -> DateTime<Utc> {
    at("2026-11-23T19:00:00Z")
}

fn phone(number: &str, state: PhoneState) -> Phone {
    let number = Number { dialled: number.to_owned(), normalised: number.to_owned(), kind: NumberKind::National };
    Phone { number, label: "celular".to_owned(), state }
}

fn lead(states: &[PhoneState]) -> Lead {
    let number = |place: usize| format!("+55119876543{place:02}");
    Lead {
        lead: LeadId(1),
        list: ListId(1),
        recipient: "Dona Maria".to_owned(),
        phones: states.iter().enumerate().map(|(place, state)| phone(&number(place)[..14], *state)).collect(),
        priority: Priority::default(),
        zone: None,
        fields: Vec::new(),
        attempts: 1,
        aside: false,
        state: LeadState::Waiting { next: now(), top: false, cool_off: None },
    }
}

fn after(table: &RetryTable, lead: &Lead, tried: usize, kind: ResultKind, tallies: &[Tally]) -> Next {
    let mut own = Tally::default();
    for tally in tallies {
        own = Tally { ever: own.ever + tally.ever, day: own.day + tally.day, ..own };
    }
    table.next(lead, tried, (kind, None), Tallies { lead: own, phones: tallies }, &[Sao_Paulo], now())
}

fn times(ever: u32, day: u32) -> Tally {
    Tally { ever, day, week: day, month: day }
}

/// GN-14: an interval per result.
#[test]
fn gn_14_each_result_has_its_interval_and_its_next_number() {
    let table = RetryTable::default();
    let lead = lead(&[PhoneState::Tried, PhoneState::Fresh]);
    let tallies = [times(1, 1), times(0, 0)];
    let try_in = |phone, minutes| Next::Try { phone, at: now() + TimeDelta::minutes(minutes) };
    assert_eq!(after(&table, &lead, 0, ResultKind::Busy, &tallies), try_in(0, 15));
    assert_eq!(after(&table, &lead, 0, ResultKind::NoAnswer, &tallies), try_in(1, 120));
    assert_eq!(after(&table, &lead, 1, ResultKind::NoAnswer, &tallies), try_in(0, 120), "after the last the first");
    assert_eq!(after(&table, &lead, 0, ResultKind::Failed, &tallies), try_in(1, 60), "what no line names");
    assert_eq!(after(&table, &lead, 0, ResultKind::Connected, &tallies), Next::Over(Finished::ByRule));
}

/// GN-14: what the agent said counts for more than what the network said.
#[test]
fn gn_14_a_disposition_has_the_last_word() {
    let (wrong_person, later) = (ItemId(7), ItemId(8));
    let again = Retry::Again(Again { after_minutes: 30, turn: Turn::Same });
    let dispositions = [(wrong_person, Retry::Finish), (later, again)].into();
    let table = RetryTable { dispositions, ..RetryTable::default() };
    let lead = lead(&[PhoneState::Tried]);
    let said = |kind, disposition| {
        let tallies = Tallies { lead: times(1, 1), phones: &[times(1, 1)] };
        table.next(&lead, 0, (kind, Some(disposition)), tallies, &[Sao_Paulo], now())
    };
    assert_eq!(said(ResultKind::Connected, later), Next::Try { phone: 0, at: now() + TimeDelta::minutes(30) });
    assert_eq!(said(ResultKind::NoAnswer, wrong_person), Next::Over(Finished::ByRule));
    assert_eq!(said(ResultKind::Connected, ItemId(9)), Next::Over(Finished::ByRule), "one without a line of its own");
}

#[test]
fn a_number_that_does_not_exist_is_left_for_the_next_one_until_none_is_left() {
    let table = RetryTable::default();
    let one_left = lead(&[PhoneState::Dead, PhoneState::Fresh]);
    let tallies = [times(1, 1), times(0, 0)];
    assert_eq!(after(&table, &one_left, 0, ResultKind::NumberUnknown, &tallies), Next::Try { phone: 1, at: now() });
    let none_left = lead(&[PhoneState::Dead, PhoneState::Dead]);
    let said = after(&table, &none_left, 1, ResultKind::NumberUnknown, &tallies);
    assert_eq!(said, Next::Over(Finished::NumbersDead));
}

/// GN-14: limits per lead and number, of a day where the person is, and for good.
#[test]
fn gn_14_a_limit_of_a_day_waits_for_the_next_one_where_the_person_may_be() {
    let limit = |of, within, most| Limit { of, within, most };
    let daily = limit(Of::Number, Within::The(Period::Day), 2);
    let table = RetryTable { limits: vec![daily], ..RetryTable::default() };
    let lead = lead(&[PhoneState::Tried, PhoneState::Tried]);
    let tomorrow = at("2026-11-24T03:00:00Z");
    let said = after(&table, &lead, 0, ResultKind::Busy, &[times(5, 2), times(5, 2)]);
    assert_eq!(said, Next::Try { phone: 0, at: tomorrow });
    let said = after(&table, &lead, 0, ResultKind::Busy, &[times(5, 2), times(5, 1)]);
    assert_eq!(said, Next::Try { phone: 1, at: now() + TimeDelta::minutes(15) }, "the other has one left today");

    let tallies = Tallies { lead: Tally::default(), phones: &[times(2, 2)] };
    let both = table.next(&lead, 0, (ResultKind::Busy, None), tallies, &[Sao_Paulo, Manaus], now());
    assert!(matches!(both, Next::Try { phone: 1, .. }), "{both:?}");

    let table = RetryTable { limits: vec![limit(Of::Lead, Within::Ever, 9)], ..table };
    let said = after(&table, &lead, 0, ResultKind::Busy, &[times(5, 1), times(4, 1)]);
    assert_eq!(said, Next::Over(Finished::LeadLimit { most: 9 }));
    let table = RetryTable { limits: vec![limit(Of::Number, Within::Ever, 4)], ..table };
    let said = after(&table, &lead, 0, ResultKind::Busy, &[times(5, 1), times(4, 1)]);
    assert_eq!(said, Next::Over(Finished::NumberLimit { most: 4 }));
}

/// In Newfoundland the clocks went back at a minute past midnight: Sunday had begun, and it was Saturday again.
#[test]
fn gn_14_a_days_limit_holds_where_the_day_before_comes_again() {
    let limit = Limit { of: Of::Lead, within: Within::The(Period::Day), most: 1 };
    let retry = RetryTable { limits: vec![limit], ..RetryTable::default() };
    let reached = |now: &str| retry.reached((times(1, 1), Tally::default()), &[St_Johns], at(now));
    let until = |end: &str| Some((Of::Lead, 1, Some(at(end))));
    assert_eq!(reached("2010-11-07T02:20:00Z"), until("2010-11-07T02:30:00Z"), "ten to twelve, for the first time");
    assert_eq!(reached("2010-11-07T02:40:00Z"), until("2010-11-07T03:30:00Z"), "ten past eleven, for the second");
}

/// Whatever came of an attempt there is one answer, never in the past, never a dead number, never past a limit for good.
#[test]
fn gn_14_whatever_happened_something_sound_follows() {
    let states = [PhoneState::Fresh, PhoneState::Tried, PhoneState::Dead];
    let table = RetryTable::default();
    for kind in ResultKind::ALL {
        for (first, second) in states.into_iter().flat_map(|a| states.map(|b| (a, b))) {
            for made in 0..12 {
                let lead = lead(&[first, second]);
                match after(&table, &lead, 0, kind, &[times(made, made.min(4)), times(0, 0)]) {
                    Next::Try { phone, at } => {
                        assert!(at >= now() && made < 9, "{kind:?} {made}");
                        assert_ne!(lead.phones[phone].state, PhoneState::Dead, "{kind:?}");
                        assert!(made.min(4) < 3 || at >= super::tests::at("2026-11-24T03:00:00Z"), "{kind:?} {made}");
                    }
                    Next::Over(Finished::LeadLimit { most }) => assert!(made >= most),
                    Next::Over(Finished::NumbersDead) => assert_eq!((first, second), (states[2], states[2])),
                    Next::Over(Finished::ByRule) => assert_eq!(kind, ResultKind::Connected),
                    Next::Over(Finished::NumberLimit { .. } | Finished::Suppressed) => panic!("no such limit"),
                }
            }
        }
    }
}

/// GN-14, RFC 3398: the network's words become results, with their codes kept.
#[test]
fn the_networks_words_become_results() {
    let said = |kind, by, q850, sip| {
        let result = AttemptResult::of_cause(&HangupCause { kind, by, sip, q850, text: String::new() });
        assert_eq!((result.sip, result.q850), (sip, Some(q850).filter(|code| *code != 0)));
        result.kind
    };
    assert_eq!(said(HangupKind::Busy, Party::Peer, 17, Some(486)), ResultKind::Busy);
    assert_eq!(said(HangupKind::NumberUnknown, Party::Network, 1, Some(404)), ResultKind::NumberUnknown);
    assert_eq!(said(HangupKind::Congestion, Party::Network, 34, Some(503)), ResultKind::Congestion);
    assert_eq!(said(HangupKind::Unreachable, Party::Network, 20, Some(480)), ResultKind::NoAnswer);
    assert_eq!(said(HangupKind::Other, Party::Network, 28, Some(484)), ResultKind::NumberUnknown);
    assert_eq!(said(HangupKind::Cancelled, Party::Us, 16, Some(487)), ResultKind::Withdrawn);
    assert_eq!(said(HangupKind::Denied, Party::Us, 21, None), ResultKind::NotDialled);
    assert_eq!(said(HangupKind::Crashed, Party::Us, 0, None), ResultKind::Unknown);
    assert!(ResultKind::ALL.into_iter().all(|kind| kind.counts() == (kind != ResultKind::NotDialled)));
}

/// GN-15: a list is stale by its age alone, and holds what needs it; GN-16: for any lead it is said why.
#[test]
fn gn_16_a_lead_says_what_it_waits_for() {
    let mut list = List {
        list: ListId(1),
        name: "novembro".to_owned(),
        source: "CRM".to_owned(),
        dated: now(),
        expires: Some(now() + TimeDelta::days(31)),
        user: None,
        made: now(),
        state: ListState::Loading,
        leads: 1,
        numbers: 1,
        filter: Filter::default(),
        aside: 0,
        reworked: false,
    };
    let mut lead = lead(&[PhoneState::Fresh]);
    assert_eq!(lead.waits(&list, now()), Waits::ListLoading);
    list.state = ListState::Ready;
    assert_eq!(lead.waits(&list, now()), Waits::Turn);
    let much_later = now() + TimeDelta::days(31);
    assert_eq!(lead.waits(&list, much_later), Waits::ListStale { since: much_later });
    lead.state = LeadState::Waiting { next: now() + TimeDelta::hours(1), top: false, cool_off: None };
    assert_eq!(lead.waits(&list, now()), Waits::Until { next: now() + TimeDelta::hours(1) });
    lead.state = LeadState::Exhausted(Finished::LeadLimit { most: 9 });
    assert_eq!(lead.waits(&list, now()), Waits::Exhausted { finished: Finished::LeadLimit { most: 9 } });
    let number_list =
        NumberList { source: "Procon".to_owned(), scope: Scope::default(), dated: now(), expires: Some(much_later) };
    assert_eq!(number_list.standing(now()), ListStanding::Ready);
    assert_eq!(number_list.standing(much_later), ListStanding::Stale { since: much_later });
}

#[test]
fn a_scope_covers_what_it_names() {
    let all = Scope::default();
    let of_sales = Scope { aim: Some(Aim::Sales), ..all };
    let of_one = Scope { campaign: Some(CampaignId(1)), ..all };
    assert!(all.covers(CampaignId(1), Aim::Collection) && of_sales.covers(CampaignId(1), Aim::Sales));
    assert!(!of_sales.covers(CampaignId(1), Aim::Collection));
    assert!(of_one.covers(CampaignId(1), Aim::Sales) && !of_one.covers(CampaignId(2), Aim::Sales));
}

#[test]
fn the_area_of_a_lead_is_that_of_its_next_number() {
    let mut lead = lead(&[PhoneState::Dead, PhoneState::Tried, PhoneState::Fresh]);
    lead.phones[2].number.normalised = "+559233334444".to_owned();
    assert_eq!(lead.area(), Area(92));
    lead.phones[2].number.kind = NumberKind::TollFree;
    assert_eq!(lead.area(), Area::ELSEWHERE);
    lead.phones[2].state = PhoneState::Dead;
    assert_eq!(lead.area(), Area(11));
    assert_eq!(Area::all().count(), 90);
}
