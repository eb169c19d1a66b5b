//! Appointments at their time (AG-01, AG-02, AG-04, AG-06, AG-08).

use super::world::World;
use super::*;

const DONE: Option<Phase> = Some(Phase::Over { end: End::Done });

fn case_open(case: u64) -> End {
    End::Failed { failure: Failure::CaseOpen { case: CaseId(case) } }
}

#[test]
fn ag_01_each_action_does_its_own_and_no_more_at_its_minute() {
    for (action, cases, notices) in
        [(Action::OpenCase, 1, 0), (Action::OpenCaseAndNotify, 1, 1), (Action::Notify, 0, 1)]
    {
        let mut world = World::at("09:00");
        assert_eq!(world.create(1, BRUNO, draft(action, "10:00")), Some(Ok(FIRST)));
        world.until(today("09:59:59"));
        assert_eq!((world.cases.len(), world.notices.len(), world.phase(1)), (0, 0, Some(Phase::Open)), "{action:?}");
        world.until(today("10:00:00"));
        assert_eq!((world.cases.len(), world.notices.len(), world.phase(1)), (cases, notices, DONE), "{action:?}");
    }
}

#[test]
fn ag_02_it_acts_once_for_one_contact() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, Draft { message: text("Bom dia"), ..draft(Action::OpenCaseAndNotify, "10:00") });
    world.until(wall("2026-12-23 10:00:00"));
    assert_eq!(world.cases.values().map(|case| case.0).collect::<Vec<_>>(), [MARIA]);
    assert_eq!((world.sent.len(), world.notices.len(), world.appointments.rows().count()), (1, 1, 0));
    assert_eq!(world.appointments.poll_timeout(), None, "nothing is left to come");
}

#[test]
fn ag_04_the_case_is_opened_and_the_message_sent_with_its_files() {
    let mut world = World::at("09:00");
    let files = vec![file("fatura.pdf", 1_000)];
    let message = webhook("Sua fatura");
    world.create(1, BRUNO, Draft { message, files: files.clone(), ..draft(Action::OpenCase, "10:00") });
    world.until(today("10:01"));
    assert_eq!(world.sent, [("appointment-1".to_owned(), "Sua fatura".to_owned())]);
    assert_eq!(world.letters.values().map(|row| row.item.letter.files.clone()).collect::<Vec<_>>(), [files]);
    let (contact, open, comment) = world.cases.values().next().expect("it was opened");
    assert_eq!((*contact, *open, comment.as_str(), world.phase(1)), (MARIA, true, "Ligar sobre a fatura", DONE));
}

#[test]
fn ag_04_with_a_case_open_nothing_is_sent_and_the_agent_is_told_why() {
    let mut world = World::at("09:00");
    world.opens(77, MARIA);
    world.create(1, BRUNO, Draft { message: text("Bom dia"), ..draft(Action::OpenCase, "10:00") });
    world.until(today("10:01"));
    assert_eq!((world.sent.len(), world.cases.len()), (0, 1));
    assert_eq!(world.phase(1), Some(Phase::Over { end: case_open(77) }));
    let notice = &world.notices[&FIRST];
    assert_eq!((notice.end.clone(), notice.contact), (case_open(77), MARIA));
    assert_eq!(notice.to, BTreeSet::from([To::Person(ANA), To::Person(BRUNO)]), "the agent, and who relied on it");
}

#[test]
fn ag_04_the_case_of_somebody_else_or_one_that_was_closed_is_no_obstacle() {
    let mut world = World::at("09:00");
    world.opens(77, JOSE);
    world.cases.insert(CaseId(78), (MARIA, false, String::new()));
    world.create(1, BRUNO, draft(Action::OpenCase, "10:00"));
    world.until(today("10:01"));
    assert_eq!((world.phase(1), world.cases.len()), (DONE, 3));
}

#[test]
fn ag_04_a_case_that_a_call_opens_at_that_very_moment_counts_as_open() {
    let mut world = World::at("09:00");
    world.opens_between = Some(CaseId(79));
    world.create(1, BRUNO, Draft { message: text("Bom dia"), ..draft(Action::OpenCase, "10:00") });
    world.until(today("10:01"));
    assert_eq!(world.phase(1), Some(Phase::Over { end: case_open(79) }));
    assert_eq!((world.sent.len(), world.cases.len(), world.notices.len()), (0, 1, 1));
}

#[test]
fn ag_04_a_contact_that_is_gone_is_told_and_not_tried_for_ever() {
    let mut world = World::at("09:00");
    world.refuses = Some("the contact is gone".to_owned());
    world.create(1, BRUNO, draft(Action::OpenCase, "10:00"));
    world.until(today("10:01"));
    let failure = Failure::Refused { why: "the contact is gone".to_owned() };
    assert_eq!(world.phase(1), Some(Phase::Over { end: End::Failed { failure } }));
    assert_eq!(world.notices.len(), 1);
}

#[test]
fn ag_08_a_notice_names_the_contact_to_go_to_and_without_an_agent_all_of_the_department() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, Draft { agent: None, ..draft(Action::Notify, "10:00") });
    world.until(today("10:01"));
    let notice = &world.notices[&FIRST];
    assert_eq!((notice.contact, notice.comment.as_str()), (MARIA, "Ligar sobre a fatura"));
    assert_eq!((&notice.to, &notice.end), (&BTreeSet::from([To::Department(SUPPORT)]), &End::Done));
}

#[test]
fn a_full_disk_makes_it_late_and_not_lost() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, Draft { message: text("Bom dia"), ..draft(Action::OpenCaseAndNotify, "10:00") });
    world.create(2, BRUNO, draft(Action::Notify, "10:06"));
    world.disk_is_full = true;
    world.until(today("10:30"));
    assert_eq!((world.sent.len(), world.cases.len(), world.notices.len()), (0, 0, 0));
    world.disk_is_full = false;
    world.until(today("10:31"));
    assert_eq!((world.phase(1), world.phase(2)), (DONE, DONE));
    assert_eq!((world.sent.len(), world.cases.len(), world.notices.len()), (1, 1, 2));
}

#[test]
fn what_the_outbox_or_the_screens_do_not_take_is_handed_over_again() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, Draft { message: text("Bom dia"), ..draft(Action::OpenCaseAndNotify, "10:00") });
    let now = world.now;
    world.outbox.on_settings(crate::outbox::Settings { most: 0, ..Default::default() }, now);
    world.lost_notices = 2;
    world.until(today("10:01"));
    assert!(matches!(world.phase(1), Some(Phase::Running(_))));
    assert_eq!((world.sent.len(), world.cases.len(), world.notices.len()), (0, 1, 0));
    let now = world.now;
    world.outbox.on_settings(Default::default(), now);
    world.until(today("10:02"));
    assert_eq!((world.sent.len(), world.cases.len(), world.notices.len(), world.phase(1)), (1, 1, 1, DONE));
}

#[test]
fn after_a_downtime_it_runs_late_if_not_too_late() {
    for (back, end) in [("2026-11-24 10:00:00", End::Done), ("2026-11-24 10:00:01", End::Missed)] {
        let mut world = World::at("09:00");
        world.create(1, BRUNO, draft(Action::OpenCaseAndNotify, "10:00"));
        let now = world.now;
        world.now = now.after((super::world::instant(wall(back)) - now.civil).to_std().expect("later"));
        world.starts_again();
        world.look();
        assert_eq!(world.phase(1), Some(Phase::Over { end: end.clone() }), "{back}");
        assert_eq!(world.notices[&FIRST].end, end, "never silently");
        assert_eq!(world.cases.len(), usize::from(end == End::Done));
    }
}

#[test]
fn while_the_clock_is_in_doubt_nothing_is_done_or_missed() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    world.do_with(|room, now| room.hold(true, now));
    world.now.civil += TimeDelta::days(3_650);
    world.look();
    assert_eq!((world.phase(1), world.appointments.poll_timeout()), (Some(Phase::Open), None));
    world.now.civil -= TimeDelta::days(3_650);
    world.do_with(|room, now| room.hold(false, now));
    world.until(today("10:00:01"));
    assert_eq!(world.phase(1), DONE);
}

#[test]
fn a_clock_that_is_put_right_makes_nothing_late() {
    let mut world = World::at("09:00");
    world.create(1, BRUNO, draft(Action::Notify, "10:00"));
    let next = world.appointments.poll_timeout().expect("it comes near");
    world.now = world.now.after(next.since(world.now.moment));
    assert_eq!(world.now.civil, super::world::instant(today("09:55")), "looked at before its time");
    world.look();
    world.now.civil += TimeDelta::minutes(5);
    let next = world.appointments.poll_timeout().expect("it is near");
    assert!(next.since(world.now.moment) <= Duration::from_secs(1));
    world.look();
    assert_eq!(world.phase(1), DONE);
}

#[test]
fn a_thousand_at_once_are_done_in_slices() {
    let mut world = World::at("09:00");
    world.set(Settings { distance_minutes: 0, ..Settings::default() });
    for id in 1..=1_000 {
        assert_eq!(world.create(id, BRUNO, draft(Action::Notify, "10:00")), Some(Ok(AppointmentId(id))));
    }
    let due = super::world::instant(today("10:00"));
    world.now = world.now.after((due - world.now.civil).to_std().expect("later"));
    world.look();
    assert_eq!(world.notices.len(), MOST_AT_ONCE);
    assert_eq!(world.appointments.poll_timeout(), Some(world.now.moment), "the rest at once");
    world.until(today("10:00:01"));
    assert_eq!(world.notices.len(), 1_000);
}
