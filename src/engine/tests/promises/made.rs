//! Promises are made, or refused with times that are possible.

use engine::border::*;
use engine::call::Command as Call;
use engine::callback::{Command as Wish, Form, Owner, Phase, Why};
use engine::protocolo::Protocolo;
use engine::staff;

use crate::far::Far;
use crate::scene::{Office, promised, refused, wall};

/// The matter of a call, promised for six in the evening.
fn about(office: &mut Office, protocolo: &str) -> Result<Reply, Refusal> {
    let (ana, schedule) = (office.ana, office.escala);
    let form = office.form(Owner::Person(ana), "18:00");
    let protocolo = Protocolo::parse(protocolo);
    assert!(protocolo.is_some());
    office.promise_as(ana, Wish::Create { schedule, form, protocolo })
}

#[test]
fn CB_01_a_call_back_is_promised_during_and_after_any_call() {
    let mut office = Office::new();
    let (inbound, _) = office.taken("in1");
    let during = office.call(inbound).protocolo;
    let first = promised(about(&mut office, &during));
    office.wish(Call::HangUp { call: inbound }).unwrap();
    let (outbound, invite) = office.dial("3000");
    let unanswered = office.call(outbound).protocolo;
    office.refuses(&Far::called(&invite, "b"), 486);
    let second = promised(about(&mut office, &unanswered));
    let kept = [first, second].map(|id| office.row(id).promise.protocolo.unwrap().to_string());
    assert_eq!(kept, [during, unanswered]);
}

#[test]
fn CB_05_what_was_filled_in_is_written_down_before_the_yes() {
    let mut office = Office::new();
    let (ana, schedule) = (office.ana, office.escala);
    let form = Form {
        recipient: " Dona Maria ".to_owned(),
        number: "0 15 11 91234-5678".to_owned(),
        note: "depois do jogo".to_owned(),
        ..office.form(Owner::Queue(office.sac), "18:00")
    };
    let id = promised(office.promise_as(ana, Wish::Create { schedule, form, protocolo: None }));
    let row = office.row(id);
    let terms = row.promise.terms;
    assert_eq!((terms.recipient.as_str(), terms.note.as_str()), ("Dona Maria", "depois do jogo"));
    assert_eq!((terms.number.normalised.as_str(), row.phase), ("+5511912345678", Phase::Open));
    assert_eq!((terms.due.local, terms.owner), (wall("2026-05-28 18:00"), Owner::Queue(office.sac)));
    office.shell.store_fails = true;
    let create = office.create(Owner::Person(ana), "18:30");
    assert_eq!(refused(office.promise_as(ana, create)), RefusalCode::NotStored);
    assert_eq!(office.shell.store.promised.rows.len(), 1);
}

#[test]
fn CB_05_a_recipient_without_a_name_or_with_no_number_is_refused_by_field() {
    let mut office = Office::new();
    let (ana, schedule) = (office.ana, office.escala);
    let form = office.form(Owner::Person(ana), "18:00");
    let wrong = [
        (Form { recipient: "  ".to_owned(), ..form.clone() }, "recipient"),
        (Form { number: "onze".to_owned(), ..form.clone() }, "number"),
        (Form { number: "+1 212 555 0123".to_owned(), ..form.clone() }, "number"),
        (Form { note: "x".repeat(2_001), ..form.clone() }, "note"),
        (Form { owner: Owner::Queue(engine::id::QueueId(99)), ..form }, "owner"),
    ];
    for (form, field) in wrong {
        let refusal = office.command(What::Callback(Wish::Create { schedule, form, protocolo: None })).unwrap_err();
        assert_eq!(refusal.field.as_deref(), Some(field));
    }
    assert_eq!(office.shell.store.promised.rows.len(), 0);
}

#[test]
fn CB_06_an_impossible_time_is_refused_with_the_reason_and_the_next_three_and_never_moved() {
    let christmas = [(chrono::NaiveDate::from_ymd_opt(2026, 5, 30).unwrap(), "Festa".to_owned())];
    let mut office = Office::with(|escala| escala.closed = christmas.into());
    let owner = Owner::Person(office.ana);
    office.promise(owner, "18:00");
    office.promise(owner, "18:10");
    let expected = [
        ("17:00", Why::Past, ["17:30", "18:30", "19:00"]),
        ("18:20", Why::Full { capacity: 2 }, ["18:30", "19:00", "19:30"]),
        ("20:00", Why::OutsideHours, ["2026-05-29 08:00", "2026-05-29 08:30", "2026-05-29 09:00"]),
        (
            "2026-05-30 10:00",
            Why::Holiday { name: "Festa".to_owned() },
            ["2026-05-31 08:00", "2026-05-31 08:30", "2026-05-31 09:00"],
        ),
    ];
    for (time, why, next) in expected {
        let create = office.create(owner, time);
        let refusal = office.promise_as(office.ana, create).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Impossible, Some("when")), "{time}");
        let impossible = refusal.impossible.unwrap();
        let next = next.map(|time| office.form(owner, time).when);
        assert_eq!(impossible.next.iter().map(|due| due.local).collect::<Vec<_>>(), next, "{time}");
        assert_eq!(impossible.why, why, "{time}");
    }
    assert_eq!(office.shell.store.promised.rows.len(), 2);
}

#[test]
fn CB_04_the_calendar_shows_what_is_taken_and_what_is_free() {
    let mut office = Office::new();
    office.promise(Owner::Queue(office.sac), "18:00");
    office.promise(Owner::Queue(office.sac), "18:29");
    office.promise(Owner::Queue(office.sac), "19:00");
    let (ana, escala, from) = (office.ana, office.escala, office.today());
    let slots = |office: &mut Office| match office.promise_as(ana, Wish::Slots { schedule: escala, from, days: 2 }) {
        Ok(Reply::Days(days)) => {
            assert_eq!((days.len(), days[0].day), (2, from));
            let all = days[0].slots.iter().filter(|slot| slot.local >= wall("2026-05-28 17:00"));
            all.map(|slot| (slot.local.format("%H:%M").to_string(), slot.taken, slot.free)).collect::<Vec<_>>()
        }
        other => panic!("no days: {other:?}"),
    };
    let expected =
        [("17:00", 0, false), ("17:30", 0, true), ("18:00", 2, false), ("18:30", 0, true), ("19:00", 1, true)];
    let expected = expected.map(|(time, taken, free)| (time.to_owned(), taken, free));
    assert_eq!(slots(&mut office)[..5], expected);
    let mut office = office.crash();
    assert_eq!(slots(&mut office)[..5], expected, "after a crash too");
    let unknown = Wish::Slots { schedule: engine::id::ScheduleId(99), from, days: 2 };
    assert_eq!(refused(office.promise_as(ana, unknown)), RefusalCode::Invalid);
}

#[test]
fn CB_07_nothing_is_promised_of_an_escala_whose_removal_is_being_written_and_none_goes_that_is_needed() {
    for removed_first in [true, false] {
        let mut office = Office::new();
        let create = What::Callback(office.create(Owner::Person(office.ana), "18:00"));
        let remove = What::Staff(staff::Command::Delete(staff::EntryId::Schedule(office.escala)));
        let both = if removed_first { [remove, create] } else { [create, remove] };
        let now = office.now;
        let answers = office.shell.commands_at_once(both, now);
        assert!(answers[0].is_ok(), "{:?}", answers[0]);
        let code = answers[1].as_ref().unwrap_err().code;
        let wanted = if removed_first { RefusalCode::Invalid } else { RefusalCode::WrongState };
        assert_eq!((code, office.shell.store.promised.rows.len()), (wanted, usize::from(!removed_first)));
    }
}
