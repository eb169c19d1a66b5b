//! A million decisions of the gate against a slow model of the same rules, written another way: nothing illegal, nothing
//! refused in vain, and the next possible time is the first minute at which the model would say yes (GN-15).
//!
//! `RAMAL_GATE=10000000` asks more often than the usual million; the seed stands in the message of what fails.

#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test reports by panicking")]

#[path = "gate/model.rs"]
mod model;
#[path = "gate/world.rs"]
mod world;

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use engine::gate::{self, Law, Verdict};
use engine::number::redact_digits;
use engine::random::Random;

use model::{Model, Said};
use world::{Question, World};

/// Decisions in one world before the next is made.
const A_WORLD: u32 = 2_500;
/// One in so many that are refused is walked minute by minute, at most so far.
const WALKED: u32 = 2_000;
const WALK: TimeDelta = TimeDelta::days(12);

#[test]
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "what a decision cost is measured and shown")]
fn gn15_a_million_decisions_are_those_of_a_slow_model() {
    let decisions = std::env::var("RAMAL_GATE").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000_u32);
    let (mut spent, mut tally) = (Spent::default(), Tally::default());
    for seed in 0..decisions.div_ceil(A_WORLD) {
        let mut random = Random::new(seeded(seed));
        let world = World::new(&mut random);
        let law = Law { gate: &world.gate, rules: &world.rules, zone: world.zone, pack: None };
        for round in 0..A_WORLD {
            let question = world.question(&mut random);
            let begin = Instant::now();
            let verdict = gate::judge(&law, &question.facts, &question.number, question.purpose, question.now);
            spent.add(&verdict, begin.elapsed());
            let walk = random.below(WALKED) == 0;
            let fault = tally.compare(&world, &question, &verdict, walk);
            assert_eq!(fault, None, "seed {seed}, round {round}: {question:?}\n{verdict:?}");
        }
    }
    let (yes, no) = (spent.yes / tally.yes, spent.no / tally.no);
    println!("{decisions} decisions: {yes:?} a yes, {no:?} a no with its next time; {tally:?}");
    tally.assert_worth();
}

/// In true time: shown, never asserted.
#[derive(Default)]
struct Spent {
    yes: Duration,
    no: Duration,
}

impl Spent {
    fn add(&mut self, verdict: &Verdict, took: Duration) {
        match verdict {
            Verdict::Allow { .. } => self.yes += took,
            Verdict::Deny { .. } => self.no += took,
        }
    }
}

fn seeded(seed: u32) -> [u8; 32] {
    let mut bytes = [0x6A; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    bytes
}

/// What was seen: a model that always says no proves nothing.
#[derive(Default, Debug)]
struct Tally {
    yes: u32,
    warned: u32,
    no: u32,
    with_next: u32,
    walked: u32,
    found: u32,
}

impl Tally {
    fn compare(&mut self, world: &World, asked: &Question, verdict: &Verdict, walk: bool) -> Option<String> {
        let model = Model::new(world, asked);
        let said = model.says();
        match (verdict, said) {
            (Verdict::Allow { warnings, .. }, Said::Yes { warnings: expected }) if warnings.len() == expected => {
                self.yes += 1;
                self.warned += u32::from(expected > 0);
                None
            }
            (Verdict::Deny { rule, fact, next, .. }, Said::No { rule: expected }) if *rule == expected => {
                self.no += 1;
                if redact_digits(fact) != *fact {
                    return Some("the fact shows a number".to_owned());
                }
                self.next(&model, asked, next.map(|next| next.at), walk)
            }
            (_, said) => Some(format!("the model says {said:?}")),
        }
    }

    /// Nothing is possible one minute before, everything then; and walked minutes find none earlier.
    fn next(
        &mut self,
        model: &Model<'_>,
        asked: &Question,
        next: Option<chrono::DateTime<chrono::Utc>>,
        walk: bool,
    ) -> Option<String> {
        let now = asked.now.civil;
        if let Some(next) = next {
            self.with_next += 1;
            if !model.may_at(next) {
                return Some(format!("the model still says no at {next}"));
            }
            if next - TimeDelta::minutes(1) >= now && model.may_at(next - TimeDelta::minutes(1)) {
                return Some(format!("the model says yes a minute before {next}"));
            }
        }
        if !walk {
            return None;
        }
        self.walked += 1;
        let mut minute = now;
        while minute < now + WALK {
            if model.may_at(minute) {
                self.found += 1;
                let exact = next.is_some_and(|next| minute - next < TimeDelta::minutes(1) && next <= minute);
                return (!exact).then(|| format!("the walk finds {minute}"));
            }
            minute += TimeDelta::minutes(1);
        }
        next.filter(|next| *next < minute - TimeDelta::minutes(1)).map(|_| "the walk finds nothing so early".to_owned())
    }

    fn assert_worth(&self) {
        let each = [self.yes, self.warned, self.no, self.with_next, self.walked, self.found];
        assert!(each.iter().all(|count| *count >= 50), "{self:?}");
    }
}
