//! A letter's way (AG-06).

use std::time::Duration;

use super::world::World;
use super::*;

fn failed(why: &str) -> Outcome {
    Outcome::Failed { why: why.to_owned(), wait: None }
}

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn ag_06_a_letter_is_written_down_tried_and_there() {
    let mut world = World::new();
    world.put(webhook(1, "whatsapp", 1));
    world.put(text(2, 1));
    assert_eq!(world.taken, [(FIRST, Ok(())), (OutboxId(2), Ok(()))]);
    assert_eq!((world.order(), world.keys.as_slice()), (vec![1, 2], ["key-1".to_owned()].as_slice()));
    assert_eq!((world.phase(1), world.phase(2)), (Some(Phase::Done), Some(Phase::Done)));
    assert_eq!((world.outbox.rows().count(), world.outbox.poll_timeout()), (0, None));
}

#[test]
fn ag_06_nothing_goes_out_before_it_is_written_twice() {
    let mut world = World::new();
    world.slow = Some(VecDeque::new());
    world.put(text(1, 1));
    assert_eq!((world.taken.len(), world.sent.len()), (0, 0));
    world.write_arrives();
    assert_eq!((world.taken.len(), world.sent.len()), (1, 0), "it is taken, and its try is being written");
    assert_eq!(world.phase(1), Some(Phase::Trying));
    world.write_arrives();
    assert_eq!(world.sent.len(), 1);
}

#[test]
fn ag_06_the_waits_grow_with_a_fifth_of_chance_and_then_it_is_dead_and_told() {
    let mut world = World::with([failed("503 from the gateway")]);
    world.put(webhook(1, "whatsapp", 1));
    world.wait(10 * HOUR);
    let waits: Vec<u64> = world.sent.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    for (wait, step) in waits.iter().zip([10, 30, 120, 600, 3_600, 3_600, 3_600]) {
        assert!((step * 4 / 5 - 1..=step * 6 / 5 + 1).contains(wait), "{waits:?}");
    }
    assert_eq!((world.sent.len(), waits.len(), world.phase(1)), (8, 7, Some(Phase::Dead(Dead::Exhausted))));
    assert_ne!(waits[4], waits[5], "by chance");
    assert_eq!(world.alerts, [Alert { item: FIRST, why: Dead::Exhausted }]);
    assert_eq!(world.outbox.row(FIRST).and_then(|row| row.item.why).as_deref(), Some("503 from the gateway"));
}

#[test]
fn ag_06_the_other_side_may_ask_for_more_time_but_not_for_ever() {
    let asks = |wait| Outcome::Failed { why: "429".to_owned(), wait: Some(Duration::from_secs(wait)) };
    let mut world = World::with([asks(500), asks(1), asks(u64::MAX), Outcome::Delivered]);
    world.put(webhook(1, "whatsapp", 1));
    world.wait(30 * HOUR);
    let waits: Vec<u64> = world.sent.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert_eq!((waits[0], waits[2]), (500, 24 * 3_600));
    assert!((24..=37).contains(&waits[1]), "never less than its own: {waits:?}");
}

#[test]
fn ag_06_what_the_gate_holds_back_is_not_one_of_the_tries() {
    let closed = Outcome::NotTried { why: "outside the calling hours".to_owned(), wait: 14 * HOUR };
    let mut world = World::with([closed, failed("busy"), Outcome::Delivered]);
    world.put(text(1, 1));
    assert_eq!(world.outbox.row(FIRST).map(|row| (row.item.failures, row.phase)), Some((0, Phase::Queued)));
    world.wait(15 * HOUR);
    assert_eq!(world.sent[1].0, 14 * 3_600);
    assert_eq!(world.phase(1), Some(Phase::Done));
}

#[test]
fn ag_06_what_is_refused_for_good_is_dead_at_once() {
    let mut world = World::with([Outcome::Refused { why: "404".to_owned() }]);
    world.put(webhook(1, "whatsapp", 1));
    world.wait(HOUR);
    assert_eq!(
        (world.sent.len(), world.alerts.as_slice()),
        (1, [Alert { item: FIRST, why: Dead::Refused }].as_slice())
    );
}

#[test]
fn ag_06_a_text_that_may_have_arrived_is_not_sent_again_but_a_webhook_is_with_its_key() {
    let mut world = World::silent();
    world.put(text(1, 1));
    world.put(webhook(2, "whatsapp", 1));
    world.wait(Duration::from_secs(59));
    assert_eq!(world.outbox.rows().map(|row| row.phase).collect::<Vec<_>>(), [Phase::Trying, Phase::Trying]);
    world.wait(Duration::from_secs(31));
    assert_eq!((world.phase(1), world.order()), (Some(Phase::Dead(Dead::Unknown)), vec![1, 2, 2]));
    assert_eq!(world.keys, ["key-2", "key-2"]);
    world.tried(2, 1, Outcome::Refused { why: "404".to_owned() });
    assert_eq!(world.phase(2), Some(Phase::Trying), "an earlier try says nothing");
    world.tried(2, 2, Outcome::Delivered);
    assert_eq!(world.phase(2), Some(Phase::Done));
    world.tried(1, 1, Outcome::Delivered);
    assert_eq!(world.phase(1), Some(Phase::Dead(Dead::Unknown)), "a person was told; a person decides");
}

#[test]
fn ag_06_a_person_has_a_dead_letter_tried_again_or_drops_it() {
    let mut world = World::with([Outcome::Refused { why: "404".to_owned() }]);
    world.put(text(1, 1));
    world.put(text(2, 2));
    world.outcomes = VecDeque::from([Some(Outcome::Delivered)]);
    let (first, second) = (world.version(1), world.version(2));
    world.do_with(|outbox, now| outbox.on_retry(CommandId(1), FIRST, first - 1, now));
    world.do_with(|outbox, now| outbox.on_retry(CommandId(2), FIRST, first, now));
    world.do_with(|outbox, now| outbox.on_drop(CommandId(3), OutboxId(2), second, now));
    world.do_with(|outbox, now| outbox.on_drop(CommandId(4), OutboxId(9), 1, now));
    assert_eq!(
        world.answers,
        [
            (CommandId(1), Err(Refused::Outdated)),
            (CommandId(2), Ok(FIRST)),
            (CommandId(3), Ok(OutboxId(2))),
            (CommandId(4), Err(Refused::NotFound)),
        ]
    );
    assert_eq!((world.phase(1), world.phase(2)), (Some(Phase::Done), Some(Phase::Dropped)));
    assert_eq!((world.order(), world.outbox.rows().count()), (vec![1, 2, 1], 0));
}

#[test]
fn ag_06_what_is_tried_again_has_all_its_tries_again() {
    let mut world = World::with([failed("503")]);
    world.put(webhook(1, "whatsapp", 1));
    world.wait(10 * HOUR);
    let version = world.version(1);
    world.do_with(|outbox, now| outbox.on_retry(CommandId(1), FIRST, version, now));
    assert_eq!(world.outbox.row(FIRST).map(|row| (row.phase, row.item.failures)), Some((Phase::Queued, 1)));
    world.wait(10 * HOUR);
    assert_eq!((world.sent.len(), world.alerts.len()), (16, 2));
    assert_eq!(world.sent.last().map(|sent| sent.2), Some(16), "each try has its own number");
}

#[test]
fn ag_06_what_is_not_dead_is_left_alone_and_a_wish_that_is_not_written_changes_nothing() {
    let mut world = World::silent();
    world.put(text(1, 1));
    let version = world.version(1);
    world.do_with(|outbox, now| outbox.on_drop(CommandId(1), FIRST, version, now));
    assert_eq!(world.answers, [(CommandId(1), Err(Refused::NotFound))]);
    world.tried(1, 1, Outcome::Refused { why: "404".to_owned() });
    world.disk_is_full = true;
    let version = world.version(1);
    world.do_with(|outbox, now| outbox.on_retry(CommandId(2), FIRST, version, now));
    assert_eq!(world.answers[1], (CommandId(2), Err(Refused::NotStored)));
    world.wait(HOUR);
    assert_eq!((world.sent.len(), world.phase(1)), (1, Some(Phase::Dead(Dead::Refused))));
}

#[test]
fn ag_06_the_same_key_is_one_letter_in_memory_on_the_disk_and_after_it_was_sent() {
    let mut world = World::new();
    world.slow = Some(VecDeque::new());
    world.put(text(1, 1));
    world.put(Letter { id: OutboxId(2), ..text(1, 1) });
    world.put(text(1, 1));
    world.write_arrives();
    assert_eq!(world.taken, [(FIRST, Ok(())), (OutboxId(2), Ok(()))], "each asker once");
    world.put(Letter { id: OutboxId(3), ..text(1, 1) });
    assert_eq!(world.taken.last(), Some(&(OutboxId(3), Ok(()))));
    world.write_arrives();
    world.slow = None;
    world.starts_again();
    world.put(Letter { id: OutboxId(4), ..text(1, 1) });
    assert_eq!(world.taken.last(), Some(&(OutboxId(4), Ok(()))), "known to the disk alone");
    assert_eq!((world.sent.len(), world.disk.len(), world.outbox.rows().count()), (1, 1, 0));
}

#[test]
fn ag_06_what_cannot_be_written_is_not_taken_and_not_tried() {
    let mut world = World::new();
    world.disk_is_full = true;
    world.put(text(1, 1));
    assert_eq!(
        (world.taken.as_slice(), world.outbox.rows().count()),
        ([(FIRST, Err(Refused::NotStored))].as_slice(), 0)
    );
    world.disk_is_full = false;
    world.slow = Some(VecDeque::new());
    world.put(text(1, 1));
    world.write_arrives();
    let (id, version, _) = world.slow.take().and_then(|mut writes| writes.pop_front()).expect("the try");
    world.do_with(|outbox, now| outbox.on_stored(id, version, Written::No, now));
    assert_eq!(world.sent.len(), 0);
    world.wait(Duration::from_secs(10));
    assert_eq!((world.order(), world.phase(1)), (vec![1], Some(Phase::Done)));
}

#[test]
fn the_answer_to_an_older_write_is_not_that_of_the_try() {
    let mut world = World::silent();
    world.put(text(1, 1));
    world.slow = Some(VecDeque::new());
    world.tried(1, 1, failed("503"));
    world.wait(Duration::from_secs(20));
    assert_eq!(world.slow.as_ref().map(VecDeque::len), Some(2), "what came of the first, and the second try");
    world.write_arrives();
    assert_eq!(world.sent.len(), 1, "the second try is not written yet");
    world.write_arrives();
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn a_full_outbox_takes_no_more_and_dead_letters_do_not_fill_it() {
    let mut world = World::with([Outcome::Refused { why: "404".to_owned() }]);
    world.set(Settings { most: 2, ..Settings::default() });
    for id in 1..=DEAD_KEPT as u64 + 5 {
        world.put(text(id, 1));
    }
    assert_eq!(
        (world.alerts.len(), world.outbox.rows().count()),
        (DEAD_KEPT + 5, DEAD_KEPT),
        "the store has the others"
    );
    world.outcomes = VecDeque::from([None]);
    world.put(text(5_001, 1));
    world.put(text(5_002, 1));
    world.put(text(5_003, 1));
    assert_eq!(world.taken.last(), Some(&(OutboxId(5_003), Err(Refused::Full))));
    let row = world.disk[&FIRST].clone();
    let version = row.item.version;
    world.outbox.restore(row, world.now, &mut world.random);
    world.do_with(|outbox, now| outbox.on_drop(CommandId(1), FIRST, version, now));
    assert_eq!(world.answers, [(CommandId(1), Ok(FIRST))], "an old one is handed in before");
}
