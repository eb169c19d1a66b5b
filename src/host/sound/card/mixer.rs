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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use rtrb::Consumer;

    use super::super::ring::pair;
    use super::*;

    /// A mixer on cards made of rings.
    struct House {
        mixer: Mixer,
        microphone: Producer<i16>,
        loudspeaker: Consumer<i16>,
        ringer: Consumer<i16>,
    }

    /// A leg that says one loudness and rings with another.
    struct Leg {
        hears: Hop,
        says: Producer<i16>,
        rings: Producer<i16>,
    }

    impl House {
        fn new(rings_apart: bool) -> House {
            let (_, commands) = channel();
            let mut mixer = Mixer::new(commands, Arc::default(), rings_apart, None);
            let ((microphone, capture), (play, loudspeaker), (ring, ringer)) = (pair(), pair(), pair());
            mixer.handle(Command::Microphone(Microphone::new(capture)));
            mixer.handle(Command::Loudspeaker(Loudspeaker::new(play)));
            mixer.handle(Command::Ringer(Loudspeaker::new(ring)));
            House { mixer, microphone, loudspeaker, ringer }
        }

        fn sit(&mut self) -> Leg {
            let ((says, hears), (leg_says, leg_hears), (leg_rings, rings)) = (Hop::pair(), Hop::pair(), Hop::pair());
            self.mixer.handle(Command::Seat(Seat { says, hears: leg_hears, rings }));
            Leg { hears, says: leg_says, rings: leg_rings }
        }

        /// So many blocks go by; the last sample at the loudspeaker and at the ringer.
        fn run(&mut self, blocks: usize, legs: &mut [(&mut Leg, i16, i16)]) -> [i16; 2] {
            let mut last = [0; 2];
            for _ in 0..blocks {
                self.microphone.push_entire_slice(&[100; BLOCK]).unwrap();
                for (leg, says, rings) in legs.iter_mut() {
                    leg.says.push_entire_slice(&[*says; BLOCK]).unwrap();
                    leg.rings.push_entire_slice(&[*rings; BLOCK]).unwrap();
                }
                self.mixer.tick();
                for (card, last) in [&mut self.loudspeaker, &mut self.ringer].into_iter().zip(&mut last) {
                    std::iter::from_fn(|| card.pop().ok()).for_each(|sample| *last = sample);
                }
            }
            last
        }
    }

    impl Leg {
        fn hears(&mut self) -> i16 {
            let mut block = [0; BLOCK];
            self.hears.take(&mut block);
            block[BLOCK - 1]
        }
    }

    #[test]
    fn sp_05_legs_come_and_go_on_one_headset_mixed_to_it_and_copied_from_it() {
        let mut house = House::new(true);
        let (mut one, mut other) = (house.sit(), house.sit());
        let [heard, rung] = house.run(20, &mut [(&mut one, 1_000, 0), (&mut other, 30, 7)]);
        assert_eq!((heard, rung), (1_030, 7), "each in its place");
        assert_eq!((one.hears(), other.hears()), (100, 100));
        drop(one);
        let [heard, _] = house.run(20, &mut [(&mut other, 30, 7)]);
        assert_eq!((heard, house.mixer.seats.len()), (30, 1));
    }

    #[test]
    fn sp_05_without_a_card_of_its_own_a_call_rings_where_it_is_talked() {
        let mut house = House::new(false);
        let mut leg = house.sit();
        assert_eq!(house.run(20, &mut [(&mut leg, 1_000, 7)]), [1_007, 0]);
    }

    #[test]
    fn sp_07_a_microphone_of_zeros_is_still_and_one_that_whispers_is_not() {
        let mut house = House::new(false);
        house.run(20, &mut []);
        assert!(!house.mixer.standing.still.load(Ordering::Relaxed));
        (0..20).for_each(|_| {
            house.microphone.push_entire_slice(&[0; BLOCK]).unwrap();
            house.mixer.tick();
        });
        assert!(house.mixer.standing.still.load(Ordering::Relaxed));
    }
}
