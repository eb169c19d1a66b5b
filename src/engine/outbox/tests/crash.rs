//! The power fails after each thing that was done, one run for each.

use std::time::Duration;

use super::world::World;
use super::*;

/// Two texts and a webhook that is there the third time.
fn story(world: &mut World) {
    let failed = Some(Outcome::Failed { why: "503".to_owned(), wait: None });
    world.outcomes = VecDeque::from([failed.clone(), failed, Some(Outcome::Delivered)]);
    world.put(webhook(1, "whatsapp", 1));
    world.wait(Duration::from_secs(100));
    world.put(text(2, 1));
    world.put(text(3, 1));
    world.wait(Duration::from_secs(100));
}

#[test]
fn ag_06_a_crash_at_every_step_sends_no_text_twice_and_loses_no_letter() {
    let (mut unknown, mut repeated) = (0, 0);
    for step in 1.. {
        let mut world = World::new();
        world.power = Some(step);
        story(&mut world);
        let (crashed, taken) = (world.power == Some(0), world.taken.clone());
        world.outcomes = VecDeque::from([Some(Outcome::Delivered)]);
        world.starts_again();
        world.wait(Duration::from_secs(86_400));
        for id in taken.into_iter().filter_map(|(id, taken)| taken.is_ok().then_some(id.0)) {
            let sent = world.order().into_iter().filter(|sent| *sent == id).count();
            match (id, world.phase(id)) {
                (1, Some(Phase::Done)) => repeated += usize::from(sent > 3),
                (_, Some(Phase::Done)) => assert_eq!(sent, 1, "step {step}: a text was sent {sent} times"),
                (2 | 3, Some(Phase::Dead(Dead::Unknown))) => {
                    unknown += 1;
                    assert!(sent <= 1, "step {step}: a text was sent {sent} times");
                    assert_eq!(world.alerts.len(), 1, "step {step}: a person is told");
                }
                other => panic!("step {step}: {other:?}"),
            }
        }
        assert!(world.keys.iter().all(|key| key == "key-1"), "step {step}: a repetition is known by its key");
        if !crashed {
            break;
        }
    }
    assert!(unknown >= 4 && repeated >= 1, "the crash comes in the middle of tries too: {unknown}, {repeated}");
}

#[test]
fn ag_06_a_try_that_crashes_the_daemon_counts() {
    let mut world = World::silent();
    world.put(webhook(1, "whatsapp", 1));
    for start in 1..=8 {
        world.starts_again();
        assert_eq!(world.outbox.row(FIRST).map(|row| row.item.failures), Some(start));
        world.wait(Duration::from_secs(2 * 3_600).min(Duration::from_secs(50) + wait_of(&world)));
    }
    assert_eq!((world.sent.len(), world.alerts.len()), (8, 1), "not for ever");
    assert_eq!(world.phase(1), Some(Phase::Dead(Dead::Exhausted)));
}

/// Till it is under way again.
fn wait_of(world: &World) -> Duration {
    world.outbox.poll_timeout().map_or(Duration::ZERO, |next| next.since(world.now.moment))
}

#[test]
fn ag_06_a_start_goes_on_waiting_and_a_clock_that_went_astray_does_not_hold_a_letter_for_ever() {
    let failed = Outcome::Failed { why: "429".to_owned(), wait: Some(Duration::from_secs(600)) };
    let mut world = World::with([failed, Outcome::Delivered]);
    world.put(webhook(1, "whatsapp", 1));
    world.wait(Duration::from_secs(300));
    world.starts_again();
    world.wait(Duration::from_secs(299));
    assert_eq!(world.sent.len(), 1);
    world.now.civil -= chrono::TimeDelta::days(3_650);
    world.starts_again();
    world.wait(Duration::from_secs(24 * 3_600));
    assert_eq!(world.phase(1), Some(Phase::Done));
}

#[test]
fn restoring_twice_is_restoring_once_and_what_is_over_stays_over() {
    let mut world = World::silent();
    world.put(webhook(1, "whatsapp", 1));
    world.tried(1, 1, Outcome::Failed { why: "503".to_owned(), wait: None });
    world.starts_again();
    let row = world.disk[&FIRST].clone();
    world.outbox.restore(row, world.now, &mut world.random);
    world.outcomes = VecDeque::from([Some(Outcome::Delivered)]);
    world.wait(Duration::from_secs(100));
    let row = world.disk[&FIRST].clone();
    world.outbox.restore(row, world.now, &mut world.random);
    world.settle();
    assert_eq!((world.sent.len(), world.outbox.rows().count()), (2, 0));
}

#[test]
fn what_is_written_reads_back() {
    let mut world = World::silent();
    let (name, kind, sha256) = ("a.pdf".to_owned(), "application/pdf".to_owned(), "00".repeat(32));
    let file = Attachment { id: FileId(7), name, kind, size: 1, sha256 };
    world.put(Letter { files: vec![file], ..webhook(1, "whatsapp", 1) });
    world.put(text(2, 1));
    let phases = [Phase::Queued, Phase::Trying, Phase::Done, Phase::Dead(Dead::Unknown), Phase::Dropped];
    for (row, phase) in world.disk.values().flat_map(|row| phases.map(|phase| (row.clone(), phase))) {
        let row = Row { phase, ..row };
        let json = serde_json::to_string(&row).expect("it can be written");
        assert_eq!(serde_json::from_str::<Row>(&json).expect("it can be read"), row);
    }
}
