//! The thread of a headset: every 10 ms one block from the microphone to all legs, and of all legs to the loudspeaker.
//!
//! ```text
//!   microphone ─ring─> stretch ─> echo, noise, gain ─> copy ─hop─> each leg
//!   loudspeaker <─ring─ stretch <───────┴── sum <──────────hop──── each leg
//! ```

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rtrb::Producer;

use super::improve::Improver;
use super::level::Meter;
use super::ring::{BLOCK, Block, Hop, Loudspeaker, Microphone};
use super::standing::Standing;

/// What others tell a mixer.
pub enum Command {
    Microphone(Microphone),
    Loudspeaker(Loudspeaker),
    Ringer(Loudspeaker),
    /// A leg sits down.
    Seat(Seat),
    /// A keeper asks whether anybody is here.
    StillThere,
}

/// A leg's place at the mixer. Who drops the other ends has stood up.
pub struct Seat {
    /// What the person says.
    pub says: Producer<i16>,
    pub hears: Hop,
    pub rings: Hop,
}

pub struct Mixer {
    commands: Receiver<Command>,
    standing: Arc<Standing>,
    microphone: Option<Microphone>,
    loudspeaker: Option<Loudspeaker>,
    ringer: Option<Loudspeaker>,
    /// There is a card of its own for ringing.
    rings_apart: bool,
    seats: Vec<Seat>,
    improver: Option<Improver>,
    meters: [Meter; 2],
}

impl Mixer {
    pub fn new(
        commands: Receiver<Command>,
        standing: Arc<Standing>,
        rings_apart: bool,
        improver: Option<Improver>,
    ) -> Mixer {
        Mixer {
            commands,
            standing,
            microphone: None,
            loudspeaker: None,
            ringer: None,
            rings_apart,
            seats: Vec::new(),
            improver,
            meters: Default::default(),
        }
    }

    /// Until nobody can command any more.
    pub fn run(mut self, is_wanted: impl Fn() -> bool) {
        let mut next = Instant::now() + TICK;
        while is_wanted() {
            match self.commands.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(command) => self.handle(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let now = Instant::now();
            if now >= next {
                self.tick();
                // What a stopped machine missed is not made up for.
                next = if now - next > LATEST { now + TICK } else { next + TICK };
            }
        }
    }

    fn handle(&mut self, command: Command) {
        match command {
            Command::Microphone(microphone) => self.microphone = Some(microphone),
            Command::Loudspeaker(loudspeaker) => self.loudspeaker = Some(loudspeaker),
            Command::Ringer(ringer) => self.ringer = Some(ringer),
            Command::Seat(seat) => self.seats.push(seat),
            Command::StillThere => {}
        }
    }

    /// 10 ms go by.
    fn tick(&mut self) {
        self.seats.retain(|seat| !seat.says.is_abandoned());
        self.microphone.take_if(|microphone| microphone.is_over());
        self.loudspeaker.take_if(|loudspeaker| loudspeaker.is_over());
        self.ringer.take_if(|ringer| ringer.is_over());
        let mut heard = sum(self.seats.iter_mut().map(|seat| &mut seat.hears));
        let ringing = sum(self.seats.iter_mut().map(|seat| &mut seat.rings));
        if self.rings_apart {
            give(&mut self.ringer, &ringing);
        } else {
            heard.iter_mut().zip(ringing).for_each(|(heard, ringing)| *heard = heard.saturating_add(ringing));
        }
        let said = self.listen(&heard);
        give(&mut self.loudspeaker, &heard);
        let [_, meter] = &mut self.meters;
        meter.see(&heard, &self.standing.heard);
        for seat in &mut self.seats {
            // A leg that does not listen misses it.
            let _ = seat.says.push_partial_slice(&said);
        }
    }

    /// What the person said, improved where that is wished.
    fn listen(&mut self, heard: &Block) -> Block {
        let mut said = [0; BLOCK];
        if let Some(microphone) = &mut self.microphone {
            microphone.take(&mut said);
        }
        let [meter, _] = &mut self.meters;
        let still = meter.see(&said, &self.standing.said);
        self.standing.still.store(still, Ordering::Relaxed);
        match &mut self.improver {
            Some(improver) => improver.improve(&said, heard),
            None => said,
        }
    }
}

fn give(to: &mut Option<Loudspeaker>, block: &Block) {
    if let Some(to) = to {
        to.give(block);
    }
}

fn sum<'a>(hops: impl Iterator<Item = &'a mut Hop>) -> Block {
    let (mut sum, mut one) = ([0_i16; BLOCK], [0; BLOCK]);
    for hop in hops {
        if hop.take(&mut one) {
            sum.iter_mut().zip(one).for_each(|(sum, sample)| *sum = sum.saturating_add(sample));
        }
    }
    sum
}

const TICK: Duration = Duration::from_millis(10);
/// Ticks later than this are left out.
const LATEST: Duration = Duration::from_millis(100);
