//! The agents of a simulated day: ready, talking, writing or away, and how long they were.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Moment;

/// What one agent does, and since when.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Doing {
    Away,
    Ready,
    Talking(Moment),
    Writing(Moment),
}

#[derive(Clone, Copy, Debug)]
struct Agent {
    doing: Doing,
    /// Will be away as soon as this call is through.
    leaving: bool,
}

/// The team. The longest ready takes the next call.
#[derive(Clone, Debug)]
pub struct People {
    agents: Vec<Agent>,
    ready: VecDeque<usize>,
    busy: u32,
    there: u32,
    /// The two summed over time, in seconds.
    busy_time: f64,
    there_time: f64,
    counted: Moment,
}

impl People {
    pub fn new(agents: u32, now: Moment) -> People {
        let everybody = vec![Agent { doing: Doing::Ready, leaving: false }; agents as usize];
        let ready = (0..everybody.len()).collect();
        People { agents: everybody, ready, busy: 0, there: agents, busy_time: 0.0, there_time: 0.0, counted: now }
    }

    pub fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Since when people talk and write who will take calls afterwards.
    pub fn busy_since(&self) -> (Vec<Moment>, Vec<Moment>) {
        let (mut talking, mut writing) = (Vec::new(), Vec::new());
        for agent in self.agents.iter().filter(|agent| !agent.leaving) {
            match agent.doing {
                Doing::Talking(since) => talking.push(since),
                Doing::Writing(since) => writing.push(since),
                Doing::Away | Doing::Ready => {}
            }
        }
        (talking, writing)
    }

    /// Somebody takes a call, if anybody is ready.
    pub fn take(&mut self, now: Moment) -> Option<usize> {
        let agent = self.ready.pop_front()?;
        self.count(now);
        self.agents[agent].doing = Doing::Talking(now);
        self.busy += 1;
        Some(agent)
    }

    /// A talk is over, and what comes after it begins. Gives since when it lasted.
    pub fn write(&mut self, agent: usize, now: Moment) -> Moment {
        let since = self.since(agent, now);
        self.agents[agent].doing = Doing::Writing(now);
        since
    }

    /// A call is through. Gives since when the last part of it lasted.
    pub fn through(&mut self, agent: usize, now: Moment) -> Moment {
        let since = self.since(agent, now);
        self.count(now);
        self.busy -= 1;
        if std::mem::take(&mut self.agents[agent].leaving) {
            self.agents[agent].doing = Doing::Away;
            self.there -= 1;
        } else {
            self.agents[agent].doing = Doing::Ready;
            self.ready.push_back(agent);
        }
        since
    }

    /// An agent goes: at once, or when the call is through.
    pub fn leave(&mut self, agent: usize, now: Moment) {
        self.count(now);
        match self.agents[agent].doing {
            Doing::Away => {}
            Doing::Talking(_) | Doing::Writing(_) => self.agents[agent].leaving = true,
            Doing::Ready => {
                self.agents[agent].doing = Doing::Away;
                self.ready.retain(|ready| *ready != agent);
                self.there -= 1;
            }
        }
    }

    /// An agent is back, or does not want to go any more.
    pub fn come(&mut self, agent: usize, now: Moment) {
        self.count(now);
        match self.agents[agent].doing {
            Doing::Talking(_) | Doing::Writing(_) => self.agents[agent].leaving = false,
            Doing::Ready => {}
            Doing::Away => {
                self.agents[agent].doing = Doing::Ready;
                self.ready.push_back(agent);
                self.there += 1;
            }
        }
    }

    /// Seconds of work and of presence since they were last asked for.
    pub fn times(&mut self, now: Moment) -> (f64, f64) {
        self.count(now);
        (std::mem::take(&mut self.busy_time), std::mem::take(&mut self.there_time))
    }

    fn since(&self, agent: usize, now: Moment) -> Moment {
        match self.agents[agent].doing {
            Doing::Talking(since) | Doing::Writing(since) => since,
            Doing::Away | Doing::Ready => now,
        }
    }

    fn count(&mut self, now: Moment) {
        let passed: Duration = now.since(self.counted);
        self.busy_time += f64::from(self.busy) * passed.as_secs_f64();
        self.there_time += f64::from(self.there) * passed.as_secs_f64();
        self.counted = now;
    }
}
