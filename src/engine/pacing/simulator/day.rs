//! One simulated day, event by event.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

use super::Pacing;
use super::draw;
use super::model::{Call, Mood, Scenario, Team};
use super::outcome::{Minute, Outcome};
use super::people::People;
use crate::pacing::view::{Event, View};
use crate::random::Random;
use crate::time::Moment;

/// Decisions are not made more often, whatever happens.
const REACTION: Duration = Duration::from_millis(200);
const BREAK: Duration = Duration::from_secs(600);
const BETWEEN_BREAKS: f64 = 7_200.0;
const LUNCH: Duration = Duration::from_secs(3_600);
const LUNCH_BEGINS_WITHIN: f64 = 600.0;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    RingEnd { call: u64, answered: bool },
    OutOfPatience { call: u64 },
    TalkEnd(usize),
    Through(usize),
    Leave { agent: usize, back: Option<Duration> },
    Come(usize),
    BreakBegins(usize),
    MinuteEnds,
}

/// Plays the day with this number, beginning at `begin`; the pace learns from it.
pub fn play(scenario: &Scenario, pace: &mut dyn Pacing, number: u32, begin: Moment, random: &mut Random) -> Outcome {
    let mut day = Day::new(scenario, pace, begin, random);
    day.pace.handle(Event::DayBegan(number), begin);
    day.plan();
    day.run(begin + scenario.length);
    day.outcome
}

struct Day<'a> {
    scenario: &'a Scenario,
    pace: &'a mut dyn Pacing,
    random: &'a mut Random,
    mood: Mood,
    begin: Moment,
    now: Moment,
    due: BinaryHeap<Reverse<(Moment, u64, Due)>>,
    /// Events and calls so far: what is due at once comes in the order of planning.
    planned: u64,
    people: People,
    ringing: BTreeMap<u64, Moment>,
    waiting: VecDeque<u64>,
    decided: Moment,
    minute: Minute,
    outcome: Outcome,
}

impl<'a> Day<'a> {
    fn new(scenario: &'a Scenario, pace: &'a mut dyn Pacing, begin: Moment, random: &'a mut Random) -> Day<'a> {
        Day {
            scenario,
            pace,
            mood: Mood::new(scenario.answers, scenario.length, random),
            random,
            begin,
            now: begin,
            due: BinaryHeap::new(),
            planned: 0,
            people: People::new(scenario.agents, begin),
            ringing: BTreeMap::new(),
            waiting: VecDeque::new(),
            decided: begin,
            minute: Minute::default(),
            outcome: Outcome::default(),
        }
    }

    /// What is known in the morning: minutes, breaks, who goes when.
    fn plan(&mut self) {
        self.plan_in(Duration::from_secs(60), Due::MinuteEnds);
        let agents = self.scenario.agents as usize;
        if self.scenario.team != Team::Constant {
            for agent in 0..agents {
                let first = draw::exponential(self.random, BETWEEN_BREAKS);
                self.plan_in(draw::span(first), Due::BreakBegins(agent));
            }
        }
        match self.scenario.team {
            Team::Constant | Team::Breaks => {}
            Team::Lunch { at } => {
                for agent in 0..agents / 2 {
                    let late = draw::span(draw::between(self.random, 0.0, LUNCH_BEGINS_WITHIN));
                    self.plan_in(at + late, Due::Leave { agent, back: Some(LUNCH) });
                }
            }
            Team::HalfLeaves { at } => {
                (0..agents / 2).for_each(|agent| self.plan_in(at, Due::Leave { agent, back: None }));
            }
        }
    }

    fn run(&mut self, end: Moment) {
        let mut decide = self.begin;
        while self.now < end {
            let next = self.due.peek().map_or(end, |Reverse((at, ..))| *at);
            if decide <= next {
                self.now = decide.min(end);
                decide = self.decide();
            } else if let Some(Reverse((at, _, due))) = self.due.pop() {
                self.now = at.min(end);
                self.happen(due);
                decide = decide.min(self.now.max(self.decided + REACTION));
            }
        }
    }

    fn decide(&mut self) -> Moment {
        let ringing: Vec<Moment> = self.ringing.values().copied().collect();
        let (talking, writing) = self.people.busy_since();
        let (ready, waiting) = (self.people.ready() as u32, self.waiting.len() as u32);
        let view = View { ready, talking: &talking, writing: &writing, ringing: &ringing, waiting };
        let decision = self.pace.decide(&view, self.now);
        (0..decision.begin).for_each(|_| self.dial());
        (0..decision.withdraw).for_each(|_| self.withdraw());
        self.decided = self.now;
        decision.again.max(self.now + REACTION)
    }

    fn dial(&mut self) {
        let seconds = self.now.since(self.begin).as_secs_f64();
        let chance = self.mood.chance(seconds, self.random);
        let fate = Call::draw(self.scenario.times, chance, self.random);
        let call = self.planned;
        self.ringing.insert(call, self.now);
        self.plan_in(fate.rings, Due::RingEnd { call, answered: fate.answered });
        self.minute.begun += 1;
    }

    fn withdraw(&mut self) {
        if let Some((_, since)) = self.ringing.pop_first() {
            self.pace.handle(Event::Withdrawn(since), self.now);
            self.minute.withdrawn += 1;
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::RingEnd { call, answered } => self.ring_end(call, answered),
            Due::OutOfPatience { call } => self.out_of_patience(call),
            Due::TalkEnd(agent) => self.talk_end(agent),
            Due::Through(agent) => {
                let since = self.people.through(agent, self.now);
                self.pace.handle(Event::Wrote(since), self.now);
                self.connect();
            }
            Due::Leave { agent, back } => {
                self.people.leave(agent, self.now);
                back.into_iter().for_each(|back| self.plan_in(back, Due::Come(agent)));
            }
            Due::Come(agent) => {
                self.people.come(agent, self.now);
                self.connect();
            }
            Due::BreakBegins(agent) => {
                self.happen(Due::Leave { agent, back: Some(BREAK) });
                let next = BREAK + draw::span(draw::exponential(self.random, BETWEEN_BREAKS));
                self.plan_in(next, Due::BreakBegins(agent));
            }
            Due::MinuteEnds => self.minute_ends(),
        }
    }

    fn ring_end(&mut self, call: u64, answered: bool) {
        let Some(since) = self.ringing.remove(&call) else { return }; // withdrawn
        if !answered {
            return self.pace.handle(Event::Unanswered(since), self.now);
        }
        self.pace.handle(Event::Answered(since), self.now);
        self.waiting.push_back(call);
        self.plan_in(self.scenario.patience, Due::OutOfPatience { call });
        self.connect();
    }

    fn out_of_patience(&mut self, call: u64) {
        let Some(place) = self.waiting.iter().position(|waiting| *waiting == call) else { return };
        self.waiting.remove(place);
        self.minute.abandoned += 1;
        self.pace.handle(Event::Abandoned, self.now);
    }

    fn talk_end(&mut self, agent: usize) {
        match self.scenario.times.writing(self.random) {
            Some(writing) => {
                let since = self.people.write(agent, self.now);
                self.pace.handle(Event::Talked(since), self.now);
                self.plan_in(writing, Due::Through(agent));
            }
            None => {
                let since = self.people.through(agent, self.now);
                self.pace.handle(Event::Talked(since), self.now);
                self.pace.handle(Event::Wrote(self.now), self.now);
                self.connect();
            }
        }
    }

    /// Brings who waits to who is ready.
    fn connect(&mut self) {
        while !self.waiting.is_empty() {
            let Some(agent) = self.people.take(self.now) else { return };
            self.waiting.pop_front();
            self.minute.connected += 1;
            self.pace.handle(Event::Connected, self.now);
            let talk = self.scenario.times.talk(self.random);
            self.plan_in(talk, Due::TalkEnd(agent));
        }
    }

    fn minute_ends(&mut self) {
        let (busy, there) = self.people.times(self.now);
        let minute = std::mem::take(&mut self.minute);
        let (ready, ringing) = (self.people.ready() as u32, self.ringing.len() as u32);
        self.outcome.minutes.push(Minute { busy, there, ready, ringing, ..minute });
        self.plan_in(Duration::from_secs(60), Due::MinuteEnds);
    }

    fn plan_in(&mut self, span: Duration, due: Due) {
        self.planned += 1;
        self.due.push(Reverse((self.now + span, self.planned, due)));
    }
}
