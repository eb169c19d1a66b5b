//! A call that is relayed becomes a mix when a supervisor begins to listen, and is relayed again afterwards: what the far end
//! hears of the change.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use media::codec::g711::Law;
use media::leg::{PeerSound, RtpLeg};
use media::order::{Feed, LegKey};
use media::rtp::Packet;
use support::{address, ms, order, packet, written};

/// Ticks of 20 ms: relayed, mixed, relayed.
const MIXED: std::ops::Range<u64> = 100..250;
const TICKS: u64 = 400;

/// What the far end is sent, sample by sample, by the stream's own clock. Each packet that comes in says its own number.
fn sent(jitter_ms: impl Fn(u64) -> u64) -> Vec<Option<i16>> {
    let mut customer = RtpLeg::new(order(1, 4_000, Feed::Silence), ms(0));
    let mut agent = RtpLeg::new(order(2, 5_000, Feed::Peer(LegKey(1))), ms(0));
    let mut heard = BTreeMap::new();
    let mut keep = |bytes: &[u8]| {
        let sent = Packet::read(bytes).unwrap();
        let mut samples = vec![0; sent.payload.len()];
        Law::A.decode(sent.payload, &mut samples);
        heard
            .extend(samples.into_iter().enumerate().map(|(n, sample)| (sent.timestamp.wrapping_add(n as u32), sample)));
    };
    for tick in 0..TICKS {
        let mixed = MIXED.contains(&tick);
        customer.keep_samples(mixed);
        let now = tick * 20;
        for number in (0..TICKS).filter(|number| (number * 20 + 5 + jitter_ms(*number)) / 20 == tick) {
            let payload = vec![level(number); 160];
            let said = Packet { payload: &payload, ..packet(9, number as u16, number as u32 * 160) };
            let came = ms(number * 20 + 5 + jitter_ms(number));
            let (bytes, mut out) = (written(&said), [0; 1_500]);
            let Some(passed) = customer.handle_packet(came, address(4_000), &bytes) else { continue };
            if !mixed && let Some((_, bytes)) = agent.relay(came, &passed, &mut out) {
                keep(bytes);
            }
        }
        let at = ms(now + 20);
        let frame = mixed.then(|| customer.listen(at));
        let peer = frame.as_ref().map_or(PeerSound::Relayed, PeerSound::Frame);
        agent.tick(at, peer, |_, bytes| keep(bytes), |_, _| ());
    }
    let (first, last) = (*heard.keys().next().unwrap(), *heard.keys().last().unwrap());
    (first..=last).map(|at| heard.get(&at).copied()).collect()
}

fn level(number: u64) -> u8 {
    0xd5 ^ (16 + (number % 100) as u8)
}

/// The far end's sound in short: how many samples in a row without a voice, and the numbers of the packets heard, in order.
fn heard(jitter_ms: impl Fn(u64) -> u64) -> (usize, Vec<u64>) {
    let number = |sample: &Option<i16>| NUMBERS.iter().position(|one| Some(*one) == *sample).map(|n| n as u64);
    let all: Vec<Option<u64>> = sent(jitter_ms).iter().map(number).collect();
    // Before the first packet and after the last there is nothing to miss.
    let voiced = |sample: &Option<u64>| sample.is_some();
    let (from, to) = (all.iter().position(voiced).unwrap(), all.iter().rposition(voiced).unwrap());
    let longest = all[from..to].split(voiced).map(<[_]>::len).max().unwrap();
    let mut numbers: Vec<u64> = all.into_iter().flatten().collect();
    numbers.dedup();
    (longest, numbers)
}

/// What each number sounds like.
static NUMBERS: LazyLock<Vec<i16>> = LazyLock::new(|| {
    let decoded = |number| {
        let mut sample = [0];
        Law::A.decode(&[level(number)], &mut sample);
        sample[0]
    };
    (0..100).map(decoded).collect()
});

/// Which packets were not heard, and which twice.
fn lost_and_repeated(numbers: &[u64]) -> (u64, usize) {
    let lost = numbers.windows(2).map(|two| (two[1] + 100 - two[0]) % 100 - 1);
    // A packet that comes again counts as 98 or more lost before it.
    (lost.clone().filter(|lost| *lost < 50).sum(), lost.filter(|lost| *lost >= 50).count())
}

/// Measured: on a network without jitter 440 samples (55 ms) of silence when the mix begins, which is the playout's first delay
/// and the way to the next tick; later no sample is lost or repeated, and on the way back none either. With 30 ms of jitter 416
/// samples (52 ms), and on the way back the one packet (160 samples) by which sound was later. It is once a change, no more than
/// three lost packets of a call; a relay holds no sound with which it could be bridged.
#[test]
fn the_change_to_a_mix_is_a_short_silence_and_the_change_back_at_most_a_packet() {
    let (silence, numbers) = heard(|_| 0);
    assert_eq!((silence, lost_and_repeated(&numbers)), (440, (0, 0)));
    let (silence, numbers) = heard(|number| number * 7 % 30);
    assert_eq!((silence, lost_and_repeated(&numbers)), (416, (1, 0)));
}
