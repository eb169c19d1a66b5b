//! The power fails after each thing that was done, one run for each: nothing is done twice, lost, or told otherwise than it was.

use super::world::World;
use super::*;

/// All three actions, both channels, an open case, an edit, a cancel.
fn story(world: &mut World) {
    world.opens(77, JOSE);
    world.create(
        1,
        BRUNO,
        Draft { message: text("um"), comment: "um".into(), ..draft(Action::OpenCaseAndNotify, "10:00") },
    );
    world.create(2, BRUNO, Draft { contact: Some(JOSE), message: text("dois"), ..draft(Action::OpenCase, "10:10") });
    world.create(3, BRUNO, draft(Action::Notify, "10:20"));
    let last = Draft { contact: Some(ContactId(3)), message: webhook("quatro"), ..draft(Action::OpenCase, "10:30") };
    world.create(4, BRUNO, Draft { comment: "quatro".to_owned(), ..last.clone() });
    world.create(5, BRUNO, Draft { contact: Some(ContactId(5)), ..draft(Action::OpenCase, "10:50") });
    let edited = Draft { comment: "quatro".to_owned(), when: today("10:40"), ..last };
    world.do_with(|room, now| room.on_edit(CommandId(6), AppointmentId(4), 1, edited, now));
    world.do_with(|room, now| room.on_cancel(CommandId(7), AppointmentId(5), 1, now));
    world.until(today("11:00"));
}

#[test]
fn ag_04_a_crash_at_every_step_does_nothing_twice_and_loses_nothing() {
    let mut steps = 0;
    for step in 1.. {
        let mut world = World::at("09:00");
        world.power = Some(step);
        story(&mut world);
        let crashed = world.is_off();
        // People went on working meanwhile: no case that was open is.
        world.cases.values_mut().for_each(|case| case.1 &= !crashed);
        let done = world.answers.clone();
        world.starts_again();
        world.until(today("11:30"));
        judge(&world, &done, step, crashed);
        if !crashed {
            break;
        }
        steps = step;
    }
    assert!(steps > 60, "the story is long: {steps}");
}

fn judge(world: &World, done: &[(CommandId, Result<AppointmentId, Refused>)], step: u32, crashed: bool) {
    let said_yes = |id: u64| done.iter().any(|(command, answer)| command.0 == id && answer.is_ok());
    for id in (1..=5).filter(|id| said_yes(*id)) {
        let Some(Phase::Over { end }) = world.phase(id) else { panic!("step {step}: {id}: {:?}", world.phase(id)) };
        let told = world.notices.get(&AppointmentId(id)).map(|notice| &notice.end);
        match (id, &end) {
            (1 | 3, End::Done) => assert_eq!(told, Some(&End::Done), "step {step}: {id}"),
            (2, End::Done) => assert!(crashed && told.is_none(), "step {step}: its case was closed before it ran"),
            (2, End::Failed { .. }) => {
                assert_eq!(told, Some(&end), "step {step}");
                assert!(!world.sent.iter().any(|(_, body)| body == "dois"), "step {step}: nothing is sent");
            }
            (4, End::Done) => {
                let at = &world.disk[&AppointmentId(4)].appointment.terms.due.local;
                assert!(!said_yes(6) || *at == today("10:40"), "step {step}: a change that was answered is kept");
                let key = "appointment-4";
                assert!(world.sent.iter().any(|sent| sent.0 == key), "step {step}: tried at least once");
            }
            (5, End::Cancelled) => {}
            (5, End::Done) => assert!(!said_yes(7), "step {step}: cancelled, and done"),
            other => panic!("step {step}: {other:?}"),
        }
    }
    for comment in ["um", "quatro"] {
        let opened = world.cases.values().filter(|case| case.2 == comment).count();
        assert!(opened <= 1, "step {step}: {comment} was opened {opened} times");
    }
    for text in ["um", "dois"] {
        let sent = world.sent.iter().filter(|(_, body)| body == text).count();
        assert!(sent <= 1, "step {step}: {text} was sent {sent} times");
    }
    assert_eq!(world.letters.len(), unique_keys(world), "step {step}: one letter for each key");
}

fn unique_keys(world: &World) -> usize {
    world.letters.values().map(|row| &row.item.letter.key).collect::<BTreeSet<_>>().len()
}

#[test]
fn what_had_begun_is_finished_with_the_same_ids() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, Draft { message: webhook("Oi"), ..draft(Action::OpenCase, "10:00") });
    world.slow_writes = Some(VecDeque::new());
    world.until(today("10:00"));
    let Some(Phase::Running(run)) = world.phase(1) else { panic!("{:?}", world.phase(1)) };
    world.slow_writes = None;
    world.starts_again();
    world.do_with(|room, now| room.hold(true, now));
    world.look();
    assert!(world.cases.is_empty(), "not while the clock is in doubt");
    world.do_with(|room, now| room.hold(false, now));
    world.look();
    assert_eq!(world.cases.keys().collect::<Vec<_>>(), [&run.case]);
    assert_eq!(world.letters.keys().next().copied(), run.item);
    assert_eq!(world.phase(1), Some(Phase::Over { end: End::Done }));
}

#[test]
fn an_end_that_cannot_be_written_does_not_take_its_own_case_for_another() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, Draft { message: text("Oi"), ..draft(Action::OpenCaseAndNotify, "10:00") });
    world.slow_writes = Some(VecDeque::new());
    world.until(today("10:00"));
    world.write_arrives();
    let (id, version) = world.slow_writes.take().and_then(|mut writes| writes.pop_front()).expect("how it ends");
    world.do_with(|room, now| room.on_stored(id, version, false, now));
    assert_eq!(world.notices.len(), 0, "nobody is told what is not written");
    world.until(today("10:01"));
    assert_eq!(world.phase(1), Some(Phase::Over { end: End::Done }));
    assert_eq!((world.cases.len(), world.sent.len(), world.notices.len()), (1, 1, 1));
}

#[test]
fn what_had_begun_and_comes_back_too_late_is_told_and_not_done() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, Draft { message: text("Oi"), ..draft(Action::OpenCase, "10:00") });
    world.slow_writes = Some(VecDeque::new());
    world.until(today("10:00"));
    world.slow_writes = None;
    world.now = world.now.after(Duration::from_secs(24 * 3_600 + 1));
    world.starts_again();
    world.look();
    let end = End::Failed { failure: Failure::Interrupted };
    assert_eq!(world.phase(1), Some(Phase::Over { end: end.clone() }));
    assert_eq!((world.notices[&FIRST].end.clone(), world.cases.len(), world.sent.len()), (end, 0, 0));
}

/// By hand, order by order.
#[test]
fn an_answer_about_another_case_or_letter_says_nothing() {
    let (mut room, mut ids) = (Appointments::default(), Ids::new(0));
    let now = World::at("10:00").now;
    let terms = Draft { message: text("Oi"), ..draft(Action::OpenCase, "10:01") }.judge(now.civil).expect("possible");
    let appointment = Appointment { id: FIRST, version: 1, creator: BRUNO, changed: now.civil, terms };
    room.restore(Row { appointment, phase: Phase::Open }, now);
    let now = now.after(Duration::from_secs(60));
    room.on_timeout(now);
    room.on_case(FIRST, 1, Looked::NoneOpen, &mut ids, now);
    room.on_stored(FIRST, 2, true, now);
    let Some(Phase::Running(run)) = room.row(FIRST).map(|row| row.phase) else { panic!("it runs") };
    let (item, wrong) = (run.item.expect("there is a message"), OutboxId(run.case.0));
    while room.poll_order().is_some() {}
    room.on_opened(FIRST, CaseId(item.0), Opened::Yes, now);
    assert_eq!(room.poll_order(), None);
    room.on_opened(FIRST, run.case, Opened::Yes, now);
    assert!(matches!(room.poll_order(), Some(Order::Send(letter)) if letter.id == item));
    room.on_sent(FIRST, wrong, true, now);
    assert_eq!(room.poll_order(), None);
    room.on_sent(FIRST, item, true, now);
    assert!(matches!(room.poll_order(), Some(Order::Store(row)) if row.phase == Phase::Over { end: End::Done }));
}

#[test]
fn restoring_twice_is_restoring_once() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::OpenCaseAndNotify, "10:00"));
    world.starts_again();
    let row = world.disk[&FIRST].clone();
    world.do_with(|room, now| room.restore(row, now));
    world.until(today("10:01"));
    assert_eq!((world.cases.len(), world.appointments.rows().count()), (1, 0));
    let over = world.disk[&FIRST].clone();
    world.create(2, BRUNO, draft(Action::Notify, "11:00"));
    let row = world.disk[&AppointmentId(2)].clone();
    world.slow_writes = Some(VecDeque::new());
    world.do_with(|room, now| room.on_cancel(CommandId(3), AppointmentId(2), 1, now));
    world.do_with(|room, now| room.restore(row, now));
    world.write_arrives();
    assert_eq!(world.answer(3), Some(Ok(AppointmentId(2))), "a wish that is being written is not forgotten");
    world.do_with(|room, now| room.restore(over, now));
    assert_eq!(world.appointments.rows().count(), 0, "what is over stays over");
}
