//! What one decision costs, beside the cheapest there is in the same run: one call per ready agent.

use std::hint::black_box;
use std::time::{Duration, Instant};

use engine::pacing::{Event, Memory, Pace, View};
use engine::random::Random;
use engine::time::Moment;

use crate::days::{HOUR, controller, play, scenario};

const DECISIONS: u64 = 20_000;

#[test]
#[ignore = "true time: shown, not asserted; for the profile release"]
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "what a decision costs is measured and shown")]
fn cost_of_a_decision_with_200_agents_and_200_ringing_calls() {
    for pace in [Pace::Predictive, Pace::Progressive] {
        let day = scenario("Steady", 200, HOUR / 2);
        let mut controller = controller(&day, Pace::Predictive, Memory::default());
        play(&day, &mut controller, 1, 1);
        controller.set(engine::pacing::Settings { pace, ..engine::pacing::Settings::predictive(200, 2_000) });
        let (mut random, mut took) = (Random::new([3; 32]), Vec::new());
        for number in 0..DECISIONS {
            let now = Moment::ZERO + HOUR + Duration::from_millis(200 * number);
            let mut ago = |seconds: u32, count: usize| {
                let mut since: Vec<Moment> =
                    (0..count).map(|_| now - Duration::from_millis(u64::from(random.below(seconds * 1_000)))).collect();
                since.sort();
                since
            };
            let (talking, writing, ringing) = (ago(200, 165), ago(40, 30), ago(24, 200));
            let view = View {
                ready: (number % 12) as u32,
                talking: &talking,
                writing: &writing,
                ringing: &ringing,
                waiting: 0,
            };
            // The least of three: a machine that does other work interrupts one of them, not all.
            let cost = (0..3).map(|_| {
                let mut controller = controller.clone();
                let begin = Instant::now();
                black_box(controller.decide(black_box(&view), now));
                begin.elapsed()
            });
            took.extend(cost.min());
            controller.decide(&view, now);
            controller
                .handle(if number % 4 == 0 { Event::Answered(ringing[0]) } else { Event::Unanswered(ringing[0]) }, now);
        }
        took.sort();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
        println!("{pace:?}: median {:?}, p99 {:?}, p99.9 {:?}, longest {:?}", at(0.5), at(0.99), at(0.999), at(1.0));
    }
}
