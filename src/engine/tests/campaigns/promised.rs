//! A callback that is set while a record is handled is the record's (GN-10, GN-12).

use engine::border::{RefusalCode, Reply, What};
use engine::callback::{Command as Promise, Form, Owner};
use engine::campaign::{DialMode, LeadState, Place, Refused, ResultKind, Wish};
use engine::id::{PromiseId, ScheduleId, UserId};
use engine::staff::{Entry, EntryId};

use crate::called::escala;
use crate::scene::{Floor, number};
use crate::world::seconds;

const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };
const DONE: Wish = Wish::Close { disposition: None, stop: false };

/// Ana has the record of the first, and an escala to promise by.
fn handling() -> (Floor, UserId, ScheduleId) {
    let mut floor = Floor::new(DialMode::Preview);
    let schedule = match floor.create(Entry::Schedule(escala())) {
        Ok(EntryId::Schedule(schedule)) => schedule,
        other => panic!("no escala: {other:?}"),
    };
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    (floor, ana, schedule)
}

/// In so many minutes, at this number.
fn form(floor: &Floor, minutes: i64, number: String) -> Form {
    let at = floor.now.civil.with_timezone(&chrono_tz::America::Sao_Paulo) + chrono::TimeDelta::minutes(minutes);
    let owner = Owner::Person(floor.ana);
    Form { recipient: "Maria".to_owned(), number, note: String::new(), owner, when: at.naive_local() }
}

fn promise(floor: &mut Floor, schedule: ScheduleId, form: Form) -> PromiseId {
    let ana = floor.ana;
    match floor.command_as(ana, What::Callback(Promise::Create { schedule, form, protocolo: None })) {
        Ok(Reply::Promised { promise }) => promise,
        other => panic!("not promised: {other:?}"),
    }
}

#[test]
fn GN_10_a_callback_is_set_while_it_is_dialled_or_after_the_call_and_the_lead_waits_for_it() {
    let (mut floor, ana, schedule) = handling();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    let form = form(&floor, 60, number(9));
    let first = promise(&mut floor, schedule, form);
    floor.wish(ana, Wish::Callback { promise: Some(first) }).unwrap();
    assert_eq!(floor.record_of(ana).unwrap().callback, Some(first), "the button shows that one is set");
    floor.answers(&maria);
    floor.hangs_up();
    assert_eq!(floor.place(ana), Some((Place::Closing, 1)));
    // Cancelled after the call, and another one set.
    floor.command_as(ana, What::Callback(Promise::Cancel { promise: first, version: 1 })).unwrap();
    floor.wish(ana, Wish::Callback { promise: None }).unwrap();
    assert_eq!(floor.record_of(ana).unwrap().callback, None);
    let form = self::form(&floor, 90, number(1));
    let second = promise(&mut floor, schedule, form);
    floor.wish(ana, Wish::Callback { promise: Some(second) }).unwrap();
    floor.wish(ana, DONE).unwrap();
    assert_eq!(floor.lead(1), LeadState::Callback { promise: second }, "not dialled by the campaign meanwhile");
    assert_eq!(floor.results(1), [Some(ResultKind::Connected)]);
    let refused = floor.command_as(
        ana,
        What::Campaign(engine::campaign::Command::Record {
            lead: engine::id::LeadId(1),
            user: ana,
            wish: Wish::Callback { promise: None },
        }),
    );
    assert_eq!(refused.unwrap_err().code, RefusalCode::NotFound, "until the record is closed");
}

#[test]
fn GN_10_without_a_callback_the_table_says_what_follows() {
    let (mut floor, ana, schedule) = handling();
    let form = form(&floor, 60, number(1));
    let promised = promise(&mut floor, schedule, form);
    floor.wish(ana, Wish::Callback { promise: Some(promised) }).unwrap();
    floor.wish(ana, Wish::Callback { promise: None }).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 486);
    floor.wish(ana, DONE).unwrap();
    assert_eq!(floor.waits(1).num_minutes(), 15);
}

#[test]
fn GN_12_a_record_is_not_closed_over_a_callback_that_lies_in_the_past_until_it_is_changed_or_cancelled() {
    for cancels in [true, false] {
        let (mut floor, ana, schedule) = handling();
        floor.wish(ana, DIAL).unwrap();
        let maria = floor.rings("20", &number(1));
        let form = form(&floor, 10, number(1));
        let promised = promise(&mut floor, schedule, form);
        floor.wish(ana, Wish::Callback { promise: Some(promised) }).unwrap();
        floor.answers(&maria);
        floor.pass(seconds(11 * 60));
        floor.hangs_up();
        let refusal = floor.wish(ana, DONE).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.field.as_deref()),
            (RefusalCode::Campaign(Refused::CallbackPast), Some("callback"))
        );
        assert_eq!(floor.place(ana), Some((Place::Closing, 1)), "she has it still");
        let version = floor.shell.store.promised.rows[&promised].promise.version;
        if cancels {
            floor.command_as(ana, What::Callback(Promise::Cancel { promise: promised, version })).unwrap();
            floor.wish(ana, Wish::Callback { promise: None }).unwrap();
        } else {
            let form = self::form(&floor, 60, number(1));
            floor.command_as(ana, What::Callback(Promise::Edit { promise: promised, version, form })).unwrap();
        }
        floor.wish(ana, DONE).unwrap();
        let state = if cancels { LeadState::Done } else { LeadState::Callback { promise: promised } };
        assert_eq!(floor.lead(1), state);
    }
}
