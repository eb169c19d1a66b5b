//! A day in figures: short calls, and who found nobody.

use engine::campaign::{Attempt, AttemptResult, ResultKind, Written};
use engine::id::{AttemptId, BatchId, CallId, UserId};
use engine::news::{HangupCause, HangupKind, Party};
use engine::pacing::{ShortCalls, Tally};
use engine::records::{CallRow, Record};

use super::hopper::{attempt, fence};
use super::*;
use crate::store::tests::call_opened;

fn write(store: &Store, batch: Vec<Record>) {
    let (said, heard) = std::sync::mpsc::channel();
    store.submit(BatchId(1), batch, move |_, result| said.send(result).unwrap());
    heard.recv().unwrap().unwrap();
}

/// A call that began then, was answered after `rang` and ended after `talked`; seconds.
fn call(id: u64, rang: Option<i64>, talked: i64, change: impl FnOnce(&mut CallRow)) -> Vec<Record> {
    let Record::CallOpened(mut row) = call_opened(id) else { panic!("a call") };
    row.protocolo = format!("{id}");
    change(&mut row);
    let answered = row.at + TimeDelta::seconds(rang.unwrap_or_default());
    let cause = HangupCause { kind: HangupKind::Normal, by: Party::Us, sip: None, q850: 16, text: String::new() };
    let ended = Record::CallEnded { call: CallId(id), at: answered + TimeDelta::seconds(talked), cause };
    let answer = rang.map(|_| Record::CallAnswered { call: CallId(id), at: answered });
    [Record::CallOpened(row)].into_iter().chain(answer).chain([ended]).collect()
}

/// An attempt with its end, and of whom it was.
fn tried(
    number: u64,
    lead: &engine::campaign::LeadFacts,
    result: Option<ResultKind>,
    user: Option<UserId>,
) -> Vec<Record> {
    let attempt = Attempt { user, paced: true, ..attempt(number, lead) };
    let begun = Written::Attempt { attempt, fence: fence(lead) };
    let ended = result.map(|kind| Written::Result {
        attempt: AttemptId(number),
        result: AttemptResult::plain(kind),
        at: Utc::now(),
    });
    [begun].into_iter().chain(ended).map(Record::Lead).collect()
}

#[test]
fn gn_19_short_calls_of_a_day_are_those_unanswered_over_at_once_or_answered_by_a_machine() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(1));
    let lead = store.lease(want(&[1], 1)).unwrap().leads.remove(0);
    write(&store, tried(9, &lead, Some(ResultKind::Machine), None));
    let as_is = |_: &mut CallRow| {};
    write(&store, call(1, None, 20, as_is));
    write(&store, call(2, Some(5), 6, as_is));
    write(&store, call(3, Some(5), 7, as_is));
    write(&store, call(4, Some(5), 30, |row| row.attempt = Some(AttemptId(9))));
    write(&store, call(5, None, 1, |row| row.day = row.day.succ_opt().unwrap()));
    write(&store, call(6, None, 1, |row| row.number_normalised = "1001".to_owned()));
    write(&store, vec![call_opened(7)]);
    let reader = store.reader().unwrap();
    let Record::CallOpened(row) = call_opened(1) else { panic!("a call") };
    let seen = ShortCalls::new(4, 3);
    assert_eq!(reader.short_calls(row.day).unwrap(), seen, "all but that of seven seconds");
    let question = engine::campaign::Question::ShortCalls { day: row.day };
    let engine::records::Facts::Leads(engine::campaign::Facts::ShortCalls(told)) =
        store.load(engine::records::Question::Leads(question)).unwrap()
    else {
        panic!("other facts")
    };
    assert_eq!(told, seen, "the engine counts the same");
    assert_eq!(reader.dialled(row.at, row.at + TimeDelta::seconds(1)).unwrap(), 6, "to telephones, however they ended");
}

#[test]
fn gn_18_a_past_day_is_judged_by_the_account_that_the_pace_kept() {
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    let store = Store::open(&data).unwrap();
    keep(&store, &scratch, 1, &people(5));
    let leads = store.lease(want(&[1], 5)).unwrap().leads;
    let ana = Some(UserId(3));
    let ends = [
        (Some(ResultKind::Connected), ana),
        (Some(ResultKind::Abandoned), None),
        (Some(ResultKind::Busy), None),
        (None, None),
        (None, ana),
    ];
    for ((number, lead), (result, user)) in (1..).zip(&leads).zip(ends) {
        write(&store, tried(number, lead, result, user));
    }
    drop(store);

    let store = Store::open(&data).unwrap();
    let (from, until) = (Utc::now() - TimeDelta::hours(1), Utc::now() + TimeDelta::hours(1));
    let account = Tally { connected: 2, abandoned: 2 };
    assert_eq!(store.reader().unwrap().abandonment(from, until).unwrap(), [(CampaignId(1), account)]);
}
