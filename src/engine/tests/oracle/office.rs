//! Who works there, whom they call, by which escalas and under which law: drawn by lot.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use engine::border::*;
use engine::callback::{Absence, Calendar, Hours, Mode, Schedule, Then};
use engine::config::Config;
use engine::id::{QueueId, ScheduleId, UserId};
use engine::number::Number;
use engine::random::Random;
use engine::rules::{Area, AttemptLimit, Hours as Calling, Period, Rules, Span, Term, Week};
use engine::staff::{self, Builtin, Directions, Entry, EntryId, Queue, User};

use crate::calendar;
use crate::shell::pbx::{config, extension};

pub struct Office {
    pub config: Config,
    pub agents: Vec<Agent>,
    pub queues: Vec<QueueId>,
    pub escalas: Vec<Schedule>,
    pub people: Vec<Person>,
    pub begin: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub struct Agent {
    pub user: UserId,
    pub ramal: String,
    pub queues: BTreeSet<QueueId>,
}

/// Somebody to be called.
#[derive(Clone, Debug)]
pub struct Person {
    /// Area code and number, or a ramal: what every spelling ends with.
    pub digits: String,
    pub zones: Vec<Tz>,
    pub is_ramal: bool,
}

impl Person {
    pub fn spelled(&self, random: &mut Random) -> String {
        if self.is_ramal {
            return self.digits.clone();
        }
        let (ddd, rest) = self.digits.split_at(2);
        let (first, last) = rest.split_at(rest.len() - 4);
        match random.below(5) {
            0 => format!("+55{}", self.digits),
            1 => format!("0{ddd}{rest}"),
            2 => format!("0 15 {ddd} {first}-{last}"),
            3 => format!("+55 ({ddd}) {first}-{last}"),
            _ => format!("({ddd}) {first}-{last}"),
        }
    }
}

pub const DDDS: [&str; 3] = ["11", "92", "81"];

impl Office {
    pub fn new(random: &mut Random) -> Office {
        let (zone, begin) = calendar::about(random);
        let other = calendar::about(random).0;
        let zones = [vec![zone], vec![other], vec![zone, other]];
        let agents: Vec<Agent> = (0..2 + random.below(3))
            .map(|n| Agent { user: UserId(0), ramal: (20 + n).to_string(), queues: BTreeSet::new() })
            .collect();
        let mut config = config((0..agents.len() as u32).map(|n| extension(20 + n)));
        config.groups.values_mut().for_each(|group| group.probe = false);
        (config.gate.extension_digits, config.gate.local_ddd) = (2..=4, Some("11".to_owned()));
        config.zone = zone;
        config.rules = Arc::new(rules(&zones, random));
        let mut people: Vec<Person> = (0..9)
            .map(|n| Person {
                digits: format!("{}91234560{n}", DDDS[n % 3]),
                zones: zones[n % 3].clone(),
                is_ramal: false,
            })
            .collect();
        people.push(Person { digits: "3001".to_owned(), zones: vec![zone], is_ramal: true });
        for person in &people {
            let read = |random: &mut Random| Number::read(&person.spelled(random), &config.gate).unwrap().normalised;
            assert!((0..9).all(|_| read(random).ends_with(&person.digits)));
        }
        let escalas = (0..1 + random.below(2)).map(|n| escala(n, [zone, other][n as usize], begin, random)).collect();
        Office { config, agents, queues: Vec::new(), escalas, people, begin }
    }

    /// Everybody is hired, through commands.
    pub fn hire(&mut self, random: &mut Random, mut create: impl FnMut(Entry) -> Result<Reply, Refusal>) {
        let mut kept = |entry: Entry| match create(entry) {
            Ok(Reply::Kept { entry }) => entry,
            other => panic!("not kept: {other:?}"),
        };
        for n in 0..2 {
            let EntryId::Queue(queue) = kept(Entry::Queue(queue(n))) else { panic!("a queue") };
            self.queues.push(queue);
        }
        for agent in &mut self.agents {
            agent.queues = self.queues.iter().copied().filter(|_| random.below(3) > 0).collect();
            let EntryId::User(user) = kept(Entry::User(user(agent))) else { panic!("a user") };
            agent.user = user;
        }
        for schedule in &mut self.escalas {
            if random.below(2) == 0 {
                schedule.absence.then = Then::Queue(self.queues[0]);
            }
            let EntryId::Schedule(id) = kept(Entry::Schedule(schedule.clone())) else { panic!("an escala") };
            schedule.id = id;
        }
    }

    pub fn escala(&self, id: ScheduleId) -> &Schedule {
        self.escalas.iter().find(|schedule| schedule.id == id).expect("an escala of the office")
    }

    pub fn agent_at(&self, ramal: &str) -> &Agent {
        self.agents.iter().find(|agent| agent.ramal == ramal).expect("a ramal of the office")
    }

    /// Whose number was dialled, in whatever spelling.
    pub fn person(&self, number: &str) -> Option<usize> {
        self.people.iter().position(|person| number.ends_with(&person.digits))
    }
}

pub fn staff(entry: Entry) -> What {
    What::Staff(staff::Command::Create(entry))
}

fn user(agent: &Agent) -> User {
    User {
        user: UserId(0),
        login: format!("agent{}", agent.ramal),
        name: "Someone".to_owned(),
        language: "en".to_owned(),
        perfil: Builtin::Supervisor.id(),
        ramal: Some(agent.ramal.as_str().into()),
        location: None,
        queues: agent.queues.clone(),
        departments: BTreeSet::new(),
        directions: Directions::Both,
        active: true,
    }
}

fn queue(n: u32) -> Queue {
    Queue {
        queue: QueueId(0),
        name: format!("queue {n}"),
        number: format!("80{n}"),
        wrap_up_s: 10 * n,
        music: None,
        script: String::new(),
        hours: Vec::new(),
        holidays: BTreeSet::new(),
    }
}

fn rules(zones: &[Vec<Tz>; 3], random: &mut Random) -> Rules {
    let from = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap();
    let term = Term { from, until: None, source: "drawn by lot".to_owned() };
    let area = |n: usize| Area { zones: zones[n].clone(), states: BTreeSet::new(), term: term.clone() };
    let areas = (0..3).map(|n| (format!("55{}", DDDS[n]), vec![area(n)])).collect();
    let mut day = || match random.below(4) {
        0 => {
            let from = random.below(90) as u16 * 15;
            vec![Span { from, until: (from + 60 + random.below(40) as u16 * 15).min(1_440) }]
        }
        _ => vec![Span { from: 0, until: 1_440 }],
    };
    let week = Week { days: std::array::from_fn(|_| day()) };
    let hours =
        Calling { name: "h".to_owned(), week, closed_on: BTreeSet::new(), states: BTreeSet::new(), term: term.clone() };
    let limit = |period, most| AttemptLimit { period, most, term: term.clone() };
    let attempts = match random.below(3) {
        0 => vec![limit(Period::Day, 1 + random.below(3))],
        1 => vec![limit(Period::Day, 3), limit(Period::Week, 2 + random.below(3)), limit(Period::Month, 4)],
        _ => vec![],
    };
    Rules { version: random.u64(), areas, hours: vec![hours], attempts, ..Rules::default() }
}

fn escala(n: u32, zone: Tz, begin: DateTime<Utc>, random: &mut Random) -> Schedule {
    let mut day = || match random.below(5) {
        0 => None,
        1 | 2 => {
            let from = random.below(80) as u16 * 15;
            Some(Hours { from, until: (from + 60 + random.below(48) as u16 * 15).min(1_440) })
        }
        _ => Some(Hours { from: 0, until: 1_440 }),
    };
    let mut week: [Option<Hours>; 7] = std::array::from_fn(|_| day());
    week[0] = week[0].or(Some(Hours { from: 0, until: 1_440 }));
    let tomorrow = calendar::wall(zone, begin).date().succ_opt().unwrap();
    let closed = if random.below(8) == 0 { [(tomorrow, "feriado".to_owned())].into() } else { Default::default() };
    Schedule {
        id: ScheduleId(0),
        name: format!("escala {n}"),
        zone,
        week,
        closed,
        slot_minutes: [15, 30, 60][random.below(3) as usize],
        capacity: 1 + random.below(3) as u16,
        attempts: 1 + random.below(4) as u8,
        interval_minutes: 1 + random.below(20) as u16,
        mode: if random.below(4) == 0 { Mode::Preview } else { Mode::Automatic },
        absence: Absence { grace_minutes: random.below(10) as u16, then: Then::Stay },
        patience_s: 60,
        queues: BTreeSet::new(),
        returns: n == 0,
        calendar: Calendar::default(),
    }
}
