//! What can be filled in, changed and cancelled (AG-03, AG-05).

use super::world::World;
use super::*;

fn faults(draft: Draft) -> Vec<(Field, Why)> {
    let mut world = World::at("09:00");
    match world.create(1, BRUNO, draft) {
        Some(Err(Refused::Impossible { faults })) => {
            assert!(world.disk.is_empty(), "what is refused is not written");
            faults.into_iter().map(|fault| (fault.field, fault.why)).collect()
        }
        Some(Ok(_)) => vec![],
        other => panic!("{other:?}"),
    }
}

#[test]
fn ag_05_the_comment_is_mandatory_where_a_case_is_opened() {
    let without = |action| Draft { comment: " \n".to_owned(), ..draft(action, "10:00") };
    assert_eq!(faults(without(Action::OpenCase)), [(Field::Comment, Why::Missing)]);
    assert_eq!(faults(without(Action::OpenCaseAndNotify)), [(Field::Comment, Why::Missing)]);
    assert_eq!(faults(without(Action::Notify)), []);
}

#[test]
fn ag_05_an_agent_is_chosen_of_a_department_and_all_faults_are_named_at_once() {
    let nothing = Draft { contact: None, department: None, ..draft(Action::Notify, "08:00") };
    assert_eq!(
        faults(nothing),
        [
            (Field::Contact, Why::Missing),
            (Field::Department, Why::Missing),
            (Field::Agent, Why::NeedsDepartment),
            (Field::When, Why::Past),
        ]
    );
    assert_eq!(
        faults(Draft { agent: None, person: Some("Dona Maria".to_owned()), ..draft(Action::OpenCase, "10:00") }),
        []
    );
}

#[test]
fn ag_05_files_go_with_a_message_that_can_carry_them() {
    let files = vec![file("fatura.pdf", 1_000)];
    let with = |action, message| Draft { files: files.clone(), message, ..draft(action, "10:00") };
    assert_eq!(faults(with(Action::OpenCase, None)), [(Field::Files, Why::NeedsMessage)]);
    assert_eq!(faults(with(Action::OpenCase, text("Oi"))), [(Field::Files, Why::NotByText)]);
    assert_eq!(faults(with(Action::OpenCase, webhook("Oi"))), []);
    assert_eq!(faults(with(Action::OpenCase, webhook(""))), [], "a file alone says enough");
    let sends_nothing = [(Field::Message, Why::SendsNothing), (Field::Files, Why::SendsNothing)];
    assert_eq!(faults(with(Action::Notify, webhook("Oi"))), sends_nothing);
    let by_gateway = |files| Draft { files, message: webhook("Oi"), ..draft(Action::OpenCase, "10:00") };
    assert_eq!(faults(by_gateway(vec![file("a.pdf", 1); 11])), [(Field::Files, Why::TooMany { most: 10 })]);
    assert_eq!(faults(by_gateway(vec![file("a.pdf", 10 << 20); 2])), []);
    let heavy = vec![file("a.pdf", 10 << 20), file("b.pdf", 10 << 20), file("c.pdf", 1)];
    assert_eq!(faults(by_gateway(heavy)), [(Field::Files, Why::TooHeavy { most_mib: 20 })]);
}

#[test]
fn ag_05_a_message_says_something_and_fits_its_channel() {
    let with = |message| Draft { message, ..draft(Action::OpenCase, "10:00") };
    assert_eq!(faults(with(text("  "))), [(Field::Message, Why::Missing)]);
    assert_eq!(faults(with(text(&"a".repeat(1_000)))), []);
    assert_eq!(faults(with(text(&"a".repeat(1_001)))), [(Field::Message, Why::TooLong { most: 1_000 })]);
    assert_eq!(faults(with(webhook(&"a".repeat(1_001)))), []);
}

#[test]
fn ag_05_the_time_lies_ahead_and_exists() {
    let at = |when: &str, zone| faults(Draft { when: wall(when), zone, ..draft(Action::Notify, "10:00") });
    assert_eq!(at("2026-11-23 09:00:00", ZONE), [(Field::When, Why::Past)], "now is not ahead");
    assert_eq!(at("2026-11-23 09:00:01", ZONE), []);
    assert_eq!(at("2026-11-23 08:30:00", chrono_tz::America::Manaus), [], "half past nine in São Paulo");
    assert_eq!(at("2029-01-01 10:00:00", ZONE), [(Field::When, Why::TooFar)]);
    assert_eq!(at("2027-03-28 02:30:00", chrono_tz::Europe::Lisbon), []);
    assert_eq!(at("2027-03-28 01:30:00", chrono_tz::Europe::Lisbon), [(Field::When, Why::Skipped)]);
}

#[test]
fn a_refusal_reads_as_a_sentence_for_each_field() {
    let mut world = World::at("09:00");
    let refused =
        world.create(1, BRUNO, Draft { contact: None, comment: String::new(), ..draft(Action::OpenCase, "10:00") });
    let said = refused.and_then(Result::err).expect("refused").to_string();
    assert_eq!(said, "contact: this has to be filled in; comment: this has to be filled in");
}

#[test]
fn an_edit_moves_it_and_who_saw_an_older_one_is_refused() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.do_with(|room, now| room.on_edit(CommandId(2), FIRST, 1, draft(Action::Notify, "11:00"), now));
    assert_eq!((world.answer(2), world.version(1)), (Some(Ok(FIRST)), 2));
    world.do_with(|room, now| room.on_edit(CommandId(3), FIRST, 1, draft(Action::Notify, "12:00"), now));
    world.do_with(|room, now| room.on_cancel(CommandId(4), FIRST, 1, now));
    assert_eq!((world.answer(3), world.answer(4)), (Some(Err(Refused::Outdated)), Some(Err(Refused::Outdated))));
    world.until(today("10:59:59"));
    assert_eq!(world.notices.len(), 0);
    world.until(today("11:00"));
    assert_eq!(world.notices.len(), 1);
}

#[test]
fn a_cancelled_one_does_nothing_and_gives_its_time_back() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.do_with(|room, now| room.on_cancel(CommandId(2), FIRST, 1, now));
    assert_eq!(world.phase(1), Some(Phase::Over { end: End::Cancelled }));
    assert_eq!(world.create(3, BRUNO, draft(Action::OpenCase, "10:00")), Some(Ok(AppointmentId(3))));
    world.until(today("10:01"));
    assert_eq!((world.notices.len(), world.cases.len()), (0, 1));
    world.do_with(|room, now| room.on_cancel(CommandId(4), FIRST, 2, now));
    assert_eq!(world.answer(4), Some(Err(Refused::NotFound)));
}

#[test]
fn a_change_that_cannot_be_written_changes_nothing() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.disk_is_full = true;
    world.do_with(|room, now| room.on_edit(CommandId(2), FIRST, 1, draft(Action::Notify, "11:00"), now));
    let version = world.version(1);
    world.do_with(|room, now| room.on_cancel(CommandId(3), FIRST, version, now));
    assert_eq!((world.answer(2), world.answer(3)), (Some(Err(Refused::NotStored)), Some(Err(Refused::NotStored))));
    assert_eq!(world.create(4, BRUNO, draft(Action::Notify, "12:00")), Some(Err(Refused::NotStored)));
    world.disk_is_full = false;
    assert_eq!(world.create(5, BRUNO, draft(Action::Notify, "11:00")), Some(Ok(AppointmentId(5))), "nobody took it");
    world.until(today("10:01"));
    assert_eq!(world.notices.len(), 1, "at its old time");
}

#[test]
fn what_is_being_carried_out_is_not_changed_any_more() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::OpenCase, "10:00"));
    world.slow_writes = Some(VecDeque::new());
    world.until(today("10:01"));
    assert!(matches!(world.phase(1), Some(Phase::Running(_))));
    let version = world.version(1);
    world.do_with(|room, now| room.on_cancel(CommandId(2), FIRST, version, now));
    assert_eq!(world.answer(2), Some(Err(Refused::Running)));
    assert!(world.cases.is_empty(), "written before it is done");
    world.write_arrives();
    assert_eq!(world.cases.len(), 1);
}

#[test]
fn an_edit_at_its_very_minute_is_kept_and_the_old_question_says_nothing() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::OpenCase, "10:00"));
    world.slow_cases = Some(VecDeque::new());
    world.until(today("10:00"));
    world.do_with(|room, now| room.on_edit(CommandId(2), FIRST, 1, draft(Action::OpenCase, "10:30"), now));
    assert_eq!(world.answer(2), Some(Ok(FIRST)));
    world.until(today("10:30"));
    world.case_arrives();
    assert_eq!((world.cases.len(), world.phase(1)), (0, Some(Phase::Open)), "as it was half an hour ago");
    world.case_arrives();
    assert_eq!((world.cases.len(), world.phase(1)), (1, Some(Phase::Over { end: End::Done })));
}

#[test]
fn an_edit_whose_neighbours_are_asked_for_meets_what_was_changed_meanwhile() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.slow_reads = Some(VecDeque::new());
    world.do_with(|room, now| room.on_edit(CommandId(2), FIRST, 1, draft(Action::Notify, "11:00"), now));
    world.do_with(|room, now| room.on_edit(CommandId(3), FIRST, 1, draft(Action::Notify, "12:00"), now));
    world.read_arrives();
    world.read_arrives();
    assert_eq!((world.answer(2), world.answer(3)), (Some(Ok(FIRST)), Some(Err(Refused::Outdated))));
    assert_eq!(world.disk[&FIRST].appointment.terms.due.local, today("11:00"));
    world.create(4, BRUNO, draft(Action::Notify, "12:00"));
    world.read_arrives();
    assert_eq!(world.answer(4), Some(Ok(AppointmentId(4))), "what was refused holds no time");
}

#[test]
fn no_yes_before_it_is_written() {
    let mut world = World::at("09:00");
    world.slow_writes = Some(VecDeque::new());
    assert_eq!(world.create(1, BRUNO, draft(Action::Notify, "10:00")), None);
    world.write_arrives();
    assert_eq!(world.answer(1), Some(Ok(FIRST)));
    world.do_with(|room, now| room.on_cancel(CommandId(2), FIRST, 1, now));
    world.do_with(|room, now| room.on_cancel(CommandId(3), FIRST, 2, now));
    assert_eq!((world.answer(2), world.answer(3)), (None, Some(Err(Refused::Outdated))), "the second click");
    world.write_arrives();
    assert_eq!(world.answer(2), Some(Ok(FIRST)));
}

#[test]
fn what_is_written_or_told_reads_back() {
    let now = World::at("09:00").now.civil;
    let form = Draft { message: webhook("Oi"), files: vec![file("a.pdf", 1)], ..draft(Action::OpenCase, "10:00") };
    let terms = form.judge(now).expect("possible");
    let due = Some(terms.due);
    let appointment = Appointment { id: FIRST, version: 3, creator: BRUNO, changed: now, terms };
    let failure = Failure::CaseOpen { case: CaseId(7) };
    let run = Run { case: CaseId(7), item: Some(OutboxId(8)) };
    for phase in [
        Phase::Open,
        Phase::Running(run),
        Phase::Telling { end: End::Failed { failure } },
        Phase::Over { end: End::Missed },
    ] {
        let row = Row { appointment: appointment.clone(), phase };
        let json = serde_json::to_string(&row).expect("it can be written");
        assert_eq!(serde_json::from_str::<Row>(&json).expect("it can be read"), row);
    }
    let fault = Fault { field: Field::Comment, why: Why::TooLong { most: 2_000 } };
    for refused in [
        Refused::Impossible { faults: vec![fault] },
        Refused::TooClose(TooClose { distance_minutes: 6, before: None, after: due }),
        Refused::Running,
    ] {
        let json = serde_json::to_string(&refused).expect("it can be written");
        assert_eq!(serde_json::from_str::<Refused>(&json).expect("it can be read"), refused);
    }
}
