//! Networks as lists of arrivals, the same for the same seed, and what is the best that a fixed delay could do on them.

use super::Dice;

/// Two minutes of packets of 20 ms.
#[derive(Clone, Debug)]
pub struct Trace {
    pub packets: Vec<Sent>,
    /// Time between two of them, in µs of our clock.
    pub every: f64,
}

/// One packet, in µs: when it was sent and when it comes; none: lost.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub at: i64,
    pub arrives: Option<i64>,
}

/// A wire: up to 0.8 ms of jitter.
pub fn lan(dice: &mut Dice) -> Trace {
    trace(0.0, |_| Some(micros(dice, 800)))
}

/// Wi-Fi: jitter of some ms; about once in 1.2 s the channel is busy for 10 to 60 ms; 0.2 % are lost.
pub fn wifi(dice: &mut Dice) -> Trace {
    let mut busy_until = 0;
    trace(0.0, |sent| {
        if dice.below(60) == 0 {
            busy_until = sent + 10_000 + micros(dice, 50_000);
        }
        let jitter = (0..3).map(|_| micros(dice, 3_000)).sum::<i64>();
        (dice.below(1_000) >= 2).then_some(jitter.max(busy_until - sent))
    })
}

/// LTE: jitter of a radio frame; about once in 3 s a stall of 60 to 160 ms, after which all comes at once; 0.2 % are lost.
pub fn lte(dice: &mut Dice) -> Trace {
    let mut stalled_until = 0;
    trace(0.0, |sent| {
        if dice.below(150) == 0 {
            stalled_until = sent + 60_000 + micros(dice, 100_000);
        }
        let jitter = micros(dice, 12_000);
        (dice.below(1_000) >= 2).then_some(jitter.max(stalled_until - sent))
    })
}

/// Three in a hundred packets take another way, 30 to 50 ms longer: one or two overtake them.
pub fn reordering(dice: &mut Dice) -> Trace {
    trace(0.0, |_| {
        let detour = if dice.chance(3) { 30_000 + micros(dice, 20_000) } else { 0 };
        Some(micros(dice, 2_000) + detour)
    })
}

/// A sender whose clock runs 200 ppm slow (or fast), over a wire.
pub fn slow_clock(dice: &mut Dice) -> Trace {
    trace(200.0, |_| Some(micros(dice, 2_000)))
}

pub fn fast_clock(dice: &mut Dice) -> Trace {
    trace(-200.0, |_| Some(micros(dice, 2_000)))
}

fn micros(dice: &mut Dice, bound: u64) -> i64 {
    dice.below(bound) as i64
}

fn trace(ppm: f64, mut delay: impl FnMut(i64) -> Option<i64>) -> Trace {
    let every = TICK as f64 * (1.0 + ppm / 1e6);
    let sent = (0..6_000).map(|n| (f64::from(n) * every) as i64);
    Trace {
        packets: sent.map(|at| Sent { at, arrives: delay(at).map(|delay| at + ON_THE_WAY + delay) }).collect(),
        every,
    }
}

impl Trace {
    /// The fastest packet's time on the way, in µs.
    pub fn fastest(&self) -> i64 {
        self.packets.iter().filter_map(|packet| Some(packet.arrives? - packet.at)).min().unwrap_or(0)
    }

    /// When and which, in the order they come.
    pub fn arrivals(&self) -> Vec<(i64, usize)> {
        let all = self.packets.iter().enumerate();
        let mut arrivals: Vec<_> = all.filter_map(|(n, packet)| Some((packet.arrives?, n))).collect();
        arrivals.sort_unstable();
        arrivals
    }

    /// Mean delay in µs, and share missed, of a buffer that plays each packet with the first tick that is `delay` after
    /// the packet's fastest possible arrival. Ticks are `phase` after each 20 ms. It knows the sender's clock, and
    /// changes nothing for it when two packets or none fall on a tick.
    pub fn fixed(&self, delay: i64, phase: i64) -> (f64, f64) {
        let (fastest, count) = (self.fastest(), self.packets.len() as f64);
        let (mut sum, mut missed) = (0, 0);
        for packet in &self.packets {
            let due = packet.at + fastest + delay;
            let tick = due + (phase - due).rem_euclid(TICK);
            sum += tick - packet.at - fastest;
            missed += u32::from(packet.arrives.is_none_or(|at| at > tick));
        }
        (sum as f64 / count, f64::from(missed) / count)
    }

    /// The offline optimum: the least mean delay, in µs, at which such a buffer misses at most 1 %.
    pub fn optimum(&self, phase: i64) -> f64 {
        let delays: Vec<i64> = (0..500_000).step_by(500).collect();
        let least = delays.partition_point(|delay| self.fixed(*delay, phase).1 > 0.01);
        self.fixed(delays[least], phase).0
    }
}

/// In µs.
pub const TICK: i64 = 20_000;
const ON_THE_WAY: i64 = 30_000;
