//! SP-05: from the answer to speech both ways, through a sound server's loudspeaker and microphone.
//!
//! The far end speaks as soon as it hears 200, the person all the time. What is measured includes the sound server's own
//! delay, and that of whoever listens at its loudspeaker.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use media::codec::g711::Law;
use media::rtp::Packet;
use serde_json::json;

use crate::desk::{Desk, LONG, Plan, text, trunk};
use crate::support::pulse::{Listening, Pulse};
use crate::wire::Wire;

const CALLS: usize = 30;
/// The goal of SP-05.
const GOAL: Duration = Duration::from_millis(200);
/// A busy machine may be five times as slow and no slower.
const SLOWEST: Duration = Duration::from_secs(1);

/// From the command to the first sound of the other side.
#[derive(Clone, Copy)]
struct Measured {
    /// At our loudspeaker.
    here: Duration,
    /// At the far end.
    there: Duration,
}

#[test]
fn sp_05_from_the_answer_to_speech_both_ways() {
    let far = Wire::new();
    let plan = Plan::new("prompt").with(trunk("carrier", far.sip(), "device = \"desk\"\ncalls_per_minute = 600"));
    let pulse = Pulse::start(plan.folder.path());
    pulse.add_loudspeaker("bell");
    let headset = "[device.desk]\ntype = \"headset\"\ninput = \"mic\"\noutput = \"pulseaudio:spk\"\nring = \"bell\"";
    let desk = plan.with(headset).start_in(&pulse.environment());
    let _voice = pulse.play_tone("micfeed", 440);
    let loudspeaker = pulse.listen("spk");
    let measured: Vec<Measured> = (0..CALLS).map(|number| call(number, &desk, &far, &loudspeaker)).collect();
    let here = report("at our loudspeaker", measured.iter().map(|one| one.here).collect());
    let there = report("at the far end", measured.iter().map(|one| one.there).collect());
    assert!(here.max(there) <= SLOWEST, "{here:?}, {there:?}");
}

/// Prints what was seen; the slowest in a hundred.
fn report(place: &str, mut all: Vec<Duration>) -> Duration {
    all.sort();
    let (p50, p99) = (all[CALLS / 2], all[CALLS * 99 / 100]);
    let within = all.iter().filter(|one| **one <= GOAL).count();
    println!("SP-05: first sound {place}: p50 {p50:.0?}, p99 {p99:.0?}, {within} of {CALLS} within {GOAL:?}");
    p99
}

fn call(number: usize, desk: &Desk, far: &Wire, loudspeaker: &Listening) -> Measured {
    let to = desk.host.sip();
    let from = format!("<sip:551131002000@{}>", far.sip());
    far.send(to, far.request("INVITE", "551130001000", to, from.as_bytes(), "UDP", &number.to_string()));
    let ringing = desk.wait_ringing();
    // The microphone's stream and the loudspeaker's are open since the start; what is left of the last call fades.
    loudspeaker.wait_quiet(Duration::from_millis(300));
    let mut line = Line::open(far);
    let begin = Instant::now();
    let answer = json!({ "do": "answer", "call": text(&ringing["call"]) });
    assert!(desk.ask(&[answer])[0]["ok"].is_object());
    let accepted = far.expect("SIP/2.0 200");
    far.confirm(&accepted);
    line.speak(SocketAddr::new(to.ip(), media_port(&accepted.0)));
    let there = line.first_sound() - begin;
    let here = loudspeaker.first_sound(begin) - begin;
    desk.ask(&[json!({ "do": "hangup", "call": text(&ringing["call"]) })]);
    far.answer(&far.expect("BYE"), "200 OK", "");
    desk.wait_no_calls(LONG);
    Measured { here, there }
}

fn media_port(accepted: &str) -> u16 {
    let line = accepted.lines().find_map(|line| line.strip_prefix("m=audio "));
    line.and_then(|line| line.split(' ').next()?.parse().ok()).expect("an answer with audio")
}

/// The far end's media.
struct Line {
    socket: UdpSocket,
    speaker: Option<JoinHandle<()>>,
    over: Arc<AtomicBool>,
}

impl Line {
    fn open(far: &Wire) -> Line {
        let socket = UdpSocket::bind((far.sip().ip(), 6_000)).unwrap();
        socket.set_read_timeout(Some(LONG)).unwrap();
        Line { socket, speaker: None, over: Arc::default() }
    }

    /// A loud tone, from now on.
    fn speak(&mut self, to: SocketAddr) {
        let (socket, over) = (self.socket.try_clone().unwrap(), self.over.clone());
        self.speaker = Some(std::thread::spawn(move || {
            let tone: Vec<i16> = (0..160).map(|n| ((f64::from(n) * 0.785).sin() * 9_000.0) as i16).collect();
            let mut payload = [0; 160];
            Law::A.encode(&tone, &mut payload);
            let begin = Instant::now();
            for sequence in 0_u16.. {
                let packet = Packet {
                    marker: sequence == 0,
                    payload_type: 8,
                    sequence,
                    timestamp: u32::from(sequence) * 160,
                    ssrc: 7,
                    payload: &payload,
                };
                let sent = packet.write(&mut [0; 200]).map(|bytes| socket.send_to(bytes, to));
                if over.load(Ordering::Relaxed) || sent.is_none_or(|sent| sent.is_err()) {
                    return;
                }
                let due = begin + Duration::from_millis(20) * (u32::from(sequence) + 1);
                std::thread::park_timeout(due.saturating_duration_since(Instant::now()));
            }
        }));
    }

    /// When the first packet came in which somebody speaks.
    fn first_sound(&self) -> Instant {
        let mut bytes = [0; 1_500];
        loop {
            let length = self.socket.recv(&mut bytes).expect("the person's voice");
            let at = Instant::now();
            let Ok(packet) = Packet::read(&bytes[..length]) else { continue };
            let mut samples = [0; 160];
            Law::A.decode(packet.payload, &mut samples);
            if samples.iter().any(|sample| sample.unsigned_abs() > 1_000) {
                return at;
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(speaker) = self.speaker.take() {
            speaker.thread().unpark();
            let _ended = speaker.join();
        }
    }
}
