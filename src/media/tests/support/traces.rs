//! Networks as lists of arrivals, the same for the same seed.

use super::Dice;

/// One packet: when it was sent and when it comes, in µs; none: lost.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub sent: i64,
    pub arrives: Option<i64>,
}

/// Two minutes of packets of 20 ms.
#[derive(Clone, Debug)]
pub struct Trace {
    pub name: &'static str,
    pub packets: Vec<Sent>,
    /// Of one packet, in µs of our clock.
    pub every: f64,
}

const PACKETS: usize = 6_000;
const EVERY: f64 = 20_000.0;

/// The five networks.
pub fn all(seed: u64) -> Vec<Trace> {
    vec![lan(seed), wifi(seed), lte(seed), reordering(seed), drift(seed, 200.0), drift(seed, -200.0)]
}

/// A wire: up to 0.8 ms of jitter.
pub fn lan(seed: u64) -> Trace {
    let mut dice = Dice(seed | 1);
    trace("LAN", EVERY, |_| Some(dice.below(800) as i64))
}

/// Wi-Fi: jitter of some ms, and every second or so the channel is busy for up to 60 ms.
pub fn wifi(seed: u64) -> Trace {
    let mut dice = Dice(seed | 1);
    let mut busy_until = 0;
    trace("Wi-Fi", EVERY, |sent| {
        if dice.below(60) == 0 {
            busy_until = sent + 10_000 + dice.below(50_000) as i64;
        }
        let jitter = (0..3).map(|_| dice.below(3_000) as i64).sum::<i64>();
        (dice.below(1_000) >= 2).then_some(jitter.max(busy_until - sent))
    })
}

/// LTE: radio frames of 10 ms, and every few seconds a stall of 60 to 160 ms after which everything comes at once.
pub fn lte(seed: u64) -> Trace {
    let mut dice = Dice(seed | 1);
    let mut stalled_until = 0;
    trace("LTE", EVERY, |sent| {
        if dice.below(150) == 0 {
            stalled_until = sent + 60_000 + dice.below(100_000) as i64;
        }
        let jitter = dice.below(12_000) as i64;
        (dice.below(1_000) >= 2).then_some(jitter.max(stalled_until - sent))
    })
}

/// Three in a hundred packets take another way, 30 to 50 ms longer.
pub fn reordering(seed: u64) -> Trace {
    let mut dice = Dice(seed | 1);
    let mut trace = trace("reordering", EVERY, |_| {
        let detour = if dice.below(100) < 3 { 30_000 + dice.below(20_000) as i64 } else { 0 };
        Some(dice.below(2_000) as i64 + detour)
    });
    for packet in &mut trace.packets {
        packet.arrives = packet.arrives.map(|at| at);
    }
    trace
}

/// A sender's clock that runs `ppm` slower than ours, over a wire.
pub fn drift(seed: u64, ppm: f64) -> Trace {
    let mut dice = Dice(seed | 1);
    let name = if ppm > 0.0 { "200 ppm slow" } else { "200 ppm fast" };
    trace(name, EVERY * (1.0 + ppm / 1e6), |_| Some(dice.below(2_000) as i64))
}

fn trace(name: &'static str, every: f64, mut delay: impl FnMut(i64) -> Option<i64>) -> Trace {
    let mut packets = Vec::with_capacity(PACKETS);
    for n in 0..PACKETS {
        let sent = (n as f64 * every) as i64;
        packets.push(Sent { sent, arrives: delay(sent).map(|delay| sent + 30_000 + delay) });
    }
    Trace { name, packets, every }
}

impl Trace {
    /// The fastest packet's time on the way, in µs.
    pub fn fastest(&self) -> i64 {
        self.packets.iter().filter_map(|p| Some(p.arrives? - p.sent)).min().unwrap_or(0)
    }

    /// Packets in the order they come.
    pub fn arrivals(&self) -> Vec<(i64, usize)> {
        let mut arrivals: Vec<_> =
            self.packets.iter().enumerate().filter_map(|(n, packet)| Some((packet.arrives?, n))).collect();
        arrivals.sort_unstable();
        arrivals
    }

    /// The mean delay (µs) and the share missed of a buffer that plays every packet at the first tick that is `delay`
    /// after its fastest possible arrival.
    pub fn fixed(&self, delay: i64, phase: i64) -> (f64, f64) {
        let fastest = self.fastest();
        let (mut sum, mut missed) = (0, 0);
        for packet in &self.packets {
            let due = packet.sent + fastest + delay;
            let tick = (due - phase).div_euclid(20_000) * 20_000 + phase;
            let tick = if tick < due { tick + 20_000 } else { tick };
            sum += tick - packet.sent - fastest;
            missed += u32::from(packet.arrives.is_none_or(|at| at > tick));
        }
        (sum as f64 / self.packets.len() as f64, f64::from(missed) / self.packets.len() as f64)
    }

    /// The least mean delay (µs) at which such a buffer misses at most 1 %.
    pub fn optimum(&self, phase: i64) -> f64 {
        let halves: Vec<i64> = (0..1_000).collect();
        let least = halves.partition_point(|half| self.fixed(half * 500, phase).1 > 0.01);
        self.fixed(least as i64 * 500, phase).0
    }
}
