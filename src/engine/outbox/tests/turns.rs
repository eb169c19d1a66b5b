//! Whose turn it is: in order to one recipient, few at once, and nobody held up by a stranger (AG-06).

use std::time::Duration;

use super::world::World;
use super::*;

fn failed() -> Outcome {
    Outcome::Failed { why: "503".to_owned(), wait: None }
}

#[test]
fn ag_06_to_one_recipient_one_at_a_time_and_in_order() {
    let mut world = World::silent();
    for id in 1..=3 {
        world.put(webhook(id, "whatsapp", 1));
    }
    assert_eq!(world.order(), [1]);
    world.tried(1, 1, failed());
    world.wait(Duration::from_secs(5));
    assert_eq!(world.order(), [1], "who waits for the next try holds up the others");
    world.wait(Duration::from_secs(10));
    world.tried(1, 2, Outcome::Delivered);
    world.tried(2, 1, Outcome::Refused { why: "404".to_owned() });
    world.tried(3, 1, Outcome::Delivered);
    assert_eq!((world.order(), world.outbox.rows().count()), (vec![1, 1, 2, 3], 1), "a dead one lets them pass");
}

#[test]
fn ag_06_a_letter_that_a_person_revives_waits_for_the_one_under_way() {
    let mut world = World::silent();
    world.put(text(1, 1));
    world.put(text(2, 1));
    world.put(text(3, 1));
    world.tried(1, 1, Outcome::Refused { why: "404".to_owned() });
    let version = world.version(1);
    world.do_with(|outbox, now| outbox.on_retry(CommandId(1), FIRST, version, now));
    assert_eq!(world.order(), [1, 2], "one at a time");
    world.tried(2, 1, Outcome::Delivered);
    assert_eq!(world.order(), [1, 2, 1], "then the oldest");
}

#[test]
fn ag_06_few_at_once_and_the_roads_by_turns() {
    let mut world = World::silent();
    world.put(text(100, 0));
    for id in 1..=6 {
        world.put(webhook(id, "stuck", id));
        world.put(webhook(id + 10, "fast", id));
    }
    world.put(text(101, 1));
    assert_eq!(world.order(), [100, 1, 11, 2], "four, and two on one road");
    world.tried(11, 1, Outcome::Delivered);
    assert_eq!(world.order().last(), Some(&101), "the road that has waited");
    world.tried(101, 1, Outcome::Delivered);
    world.tried(100, 1, Outcome::Delivered);
    assert_eq!(world.order(), [100, 1, 11, 2, 101, 12, 13], "the stuck road has its two");
    for (id, next) in [(12, 14), (13, 15), (14, 16)] {
        world.tried(id, 1, Outcome::Delivered);
        assert_eq!(world.order().last(), Some(&next), "a stuck hook does not hold up the others");
    }
}

#[test]
fn ag_06_many_texts_do_not_push_a_webhook_to_the_end() {
    let mut world = World::silent();
    world.set(Settings { at_once: 1, ..Settings::default() });
    (1..=3).for_each(|id| world.put(text(id, id)));
    world.put(webhook(4, "whatsapp", 1));
    world.outcomes = VecDeque::from([Some(Outcome::Delivered)]);
    world.tried(1, 1, Outcome::Delivered);
    assert_eq!(world.order(), [1, 4, 2, 3]);
}

#[test]
fn ag_06_a_recipient_that_fails_does_not_hold_up_the_next_one_on_its_road() {
    let mut world = World::with([failed(), Outcome::Delivered]);
    world.put(webhook(1, "whatsapp", 1));
    world.put(webhook(2, "whatsapp", 2));
    assert_eq!((world.order(), world.phase(2)), (vec![1, 2], Some(Phase::Done)));
}

/// Letters, outcomes, wishes, writes and time in any order, beside a model that only counts.
#[test]
fn ag_06_whatever_comes_limits_and_order_are_kept_and_nothing_is_forgotten() {
    let (mut done, mut dead) = (0, 0);
    for seed in 0..40 {
        let mut world = World::silent();
        world.random = Random::new([seed; 32]);
        world.set(Settings { attempts: 3, at_once: 3, at_once_each: 2, most: 1_000 });
        let mut random = Random::new([seed + 100; 32]);
        for id in 1..=150 {
            let to = u64::from(random.below(3));
            match random.below(8) {
                0 => world.put(text(id, to)),
                1 => world.put(webhook(id, "a", to)),
                2 => world.put(webhook(id, "b", to)),
                3 => world.wait(Duration::from_secs(u64::from(random.below(40)))),
                4 => retry_any(&mut world, id, &mut random),
                _ => answer_any(&mut world, &mut random),
            }
            limits(&world, seed);
        }
        world.outcomes = VecDeque::from([Some(Outcome::Delivered)]);
        world.wait(Duration::from_secs(86_400));
        for row in world.disk.values() {
            match row.phase {
                Phase::Done => done += 1,
                Phase::Dead(_) => dead += 1,
                Phase::Queued | Phase::Trying | Phase::Dropped => panic!("seed {seed}: forgotten: {row:?}"),
            }
        }
    }
    assert!(done > 500 && dead > 100, "both happen: {done}, {dead}");
}

fn under_way(world: &World) -> Vec<Row> {
    world.outbox.rows().filter(|row| row.phase == Phase::Trying).collect()
}

fn answer_any(world: &mut World, random: &mut Random) {
    let trying = under_way(world);
    if let Some(row) = trying.get(random.below(3) as usize) {
        let why = "said so".to_owned();
        let outcome = match random.below(6) {
            0 => Outcome::Refused { why },
            1 => Outcome::NotTried { why, wait: Duration::from_secs(20) },
            2 => Outcome::Unknown { why },
            3 => failed(),
            _ => Outcome::Delivered,
        };
        world.tried(row.item.letter.id.0, row.item.tries, outcome);
    }
}

fn retry_any(world: &mut World, command: u64, random: &mut Random) {
    let dead = world.outbox.rows().filter(|row| matches!(row.phase, Phase::Dead(_))).nth(random.below(4) as usize);
    if let Some(item) = dead.map(|row| row.item) {
        world.do_with(|outbox, now| outbox.on_retry(CommandId(command), item.letter.id, item.version, now));
    }
}

fn limits(world: &World, seed: u8) {
    let trying: Vec<_> = under_way(world).into_iter().map(|row| row.item.letter.to.line()).collect();
    assert!(trying.len() <= 3, "seed {seed}");
    let lines: BTreeSet<_> = trying.iter().collect();
    assert_eq!(lines.len(), trying.len(), "seed {seed}: two to one recipient at once");
    for road in trying.iter().map(|line| &line.road) {
        assert!(trying.iter().filter(|line| line.road == *road).count() <= 2, "seed {seed}: {road:?}");
    }
}
