//! What is said about the stream: RTCP both ways, silence, quality.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Flow, RtpLeg, tell};
use crate::oneway::{Arrivals, Watch};
use crate::order::{Event, Quality};
use crate::quality::{CONCEALED, Path, SILENCED};
use crate::rtcp::{self, Block, Sent};
use crate::time::Moment;

/// The clocks and reports of one stream.
#[derive(Debug)]
pub(super) struct Control {
    heard: bool,
    pub arrivals: Arrivals,
    one_way: Watch,
    /// Since when silence counts.
    heard_at: Moment,
    /// Silence last told, in steps of 5 s.
    silent_steps: u32,
    next_quality: Moment,
    next_report: Moment,
    /// Draws the intervals between reports.
    dice: u32,
    /// The far end's last sender report, and when it came.
    their_report: Option<(u32, Moment)>,
    about_us: Option<Block>,
    round_trip_ms: Option<f32>,
    /// Where RTCP came from, where that is not SDP's address.
    learnt: Option<SocketAddr>,
}

impl Control {
    pub fn new(now: Moment) -> Control {
        Control {
            heard: false,
            arrivals: Arrivals::expected(now),
            one_way: Watch::default(),
            heard_at: now,
            silent_steps: 0,
            next_quality: now + STEP,
            next_report: now + FIRST_REPORT,
            dice: now.0 as u32 | 1,
            their_report: None,
            about_us: None,
            round_trip_ms: None,
            learnt: None,
        }
    }

    /// A packet came; true when it is the first.
    pub fn hear(&mut self, now: Moment) -> bool {
        self.heard_at = now;
        self.silent_steps = 0;
        !std::mem::replace(&mut self.heard, true)
    }

    /// Silence counts from now.
    pub fn expect_from(&mut self, now: Moment) {
        self.heard_at = now;
        self.silent_steps = 0;
        self.arrivals = Arrivals::expected(now);
    }

    /// Whether only one side is heard, while both should be.
    fn one_way(&mut self, now: Moment, expects: bool, wrong: u64) -> Option<Event> {
        self.arrivals.see_wrong(now, wrong);
        let reported = self.about_us.map_or(0.0, |block| f32::from(block.measured.fraction_lost) / 256.0);
        let cause = if expects { self.arrivals.cause(now, reported) } else { None };
        self.one_way.see(now, cause)
    }

    fn silence(&mut self, now: Moment) -> Option<Event> {
        let silent = now.since(self.heard_at);
        let steps = (silent.as_millis() / STEP.as_millis()) as u32;
        (steps > self.silent_steps).then(|| {
            self.silent_steps = steps;
            Event::Silent { ms: u32::try_from(silent.as_millis()).unwrap_or(u32::MAX) }
        })
    }

    /// RFC 3550 §6.3.1: half to one and a half of 5 s, so that reports of many calls do not fall together.
    fn schedule_report(&mut self, now: Moment) {
        self.dice = self.dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let share = u64::from(self.dice >> 16) * 5_000 / 65_536;
        self.next_report = now + Duration::from_millis(2_500 + share);
    }
}

impl RtpLeg {
    /// A datagram came to the RTCP port.
    pub fn handle_rtcp(&mut self, now: Moment, from: SocketAddr, bytes: &[u8]) {
        let Some(flow) = &mut self.flow else { return };
        let from_learnt = flow.rule.learnt().is_some_and(|learnt| learnt.ip() == from.ip());
        if from != flow.stream.remote_rtcp && !from_learnt {
            return flow.rule.refuse();
        }
        let Some(report) = rtcp::read(bytes, self.outgoing.ssrc()) else { return };
        flow.control.learnt = Some(from);
        if let Some(sent_at) = report.sent_at {
            flow.control.their_report = Some((sent_at, now));
        }
        if let Some(block) = report.about_us {
            flow.control.round_trip_ms = block.round_trip_ms(now.ntp()).or(flow.control.round_trip_ms);
            flow.control.about_us = Some(block);
        }
    }

    /// The last words: a final quality in the news, and the BYE to be sent.
    pub fn finish(&mut self, now: Moment, mut control: impl FnMut(SocketAddr, &[u8])) {
        self.news.clear();
        if let Some(quality) = self.quality() {
            tell(&mut self.news, Event::Quality(quality));
        }
        if let Some((to, bytes)) = self.report(now, true) {
            control(to, &bytes);
        }
    }

    /// The stream's measures, once there is one.
    pub fn quality(&self) -> Option<Quality> {
        let flow = self.flow.as_ref()?;
        let (packets_sent, _) = self.outgoing.sent();
        Some(flow.quality(packets_sent))
    }

    /// What time alone brings about.
    pub(super) fn watch(&mut self, now: Moment, mut control: impl FnMut(SocketAddr, &[u8])) {
        let Some(flow) = &mut self.flow else { return };
        let pressed = flow.presses.tick(now);
        if flow.stream.may_receive
            && let Some(silent) = flow.control.silence(now)
        {
            tell(&mut self.news, silent);
        }
        let wrong = flow.rule.wrong();
        if let Some(one_way) = flow.control.one_way(now, flow.stream.may_receive, wrong) {
            tell(&mut self.news, one_way);
        }
        if now >= flow.control.next_quality {
            flow.control.next_quality = now + STEP;
            let quality = flow.quality(self.outgoing.sent().0);
            tell(&mut self.news, Event::Quality(quality));
        }
        let report_due = now >= flow.control.next_report;
        self.tell_digit(pressed);
        if report_due && let Some((to, bytes)) = self.report(now, false) {
            control(to, &bytes);
        }
    }

    fn report(&mut self, now: Moment, bye: bool) -> Option<(SocketAddr, Vec<u8>)> {
        let flow = self.flow.as_mut()?;
        flow.control.schedule_report(now);
        let (packets, octets) = self.outgoing.sent();
        let sent = (packets > 0).then(|| Sent {
            ntp: now.ntp(),
            timestamp: self.outgoing.timestamp_at(now),
            packets: packets as u32,
            octets: octets as u32,
        });
        let their_report = flow.control.their_report;
        let block = flow.reception.report().map(|measured| Block {
            measured,
            last_report: their_report.map_or(0, |(sent_at, _)| sent_at),
            delay: their_report.map_or(0, |(_, at)| (now.since(at).as_micros() * 65_536 / 1_000_000) as u32),
        });
        // A name that says nothing of the person (RFC 7022 §4.2).
        let ssrc = self.outgoing.ssrc();
        let bytes = rtcp::write(ssrc, sent, block, &format!("{ssrc:08x}@ramal.invalid"), bye);
        Some((flow.control.learnt.unwrap_or(flow.stream.remote_rtcp), bytes))
    }
}

impl Flow {
    fn quality(&self, packets_sent: u64) -> Quality {
        let control = &self.control;
        let playout = self.hearing.as_ref().map(|hearing| &hearing.playout);
        let playout_ms = playout.map_or(0.0, |playout| playout.delay().as_secs_f32() * 1_000.0);
        let concealed = playout.map_or(0.0, |playout| playout.concealed_share());
        let path = Path {
            delay_ms: f64::from(control.round_trip_ms.unwrap_or(0.0)) / 2.0
                + f64::from(self.stream.ptime_ms)
                + f64::from(playout_ms),
            // What came too late is lost to the listener too.
            loss: self.reception.loss().max(concealed),
            burst: self.reception.burst_ratio(),
            robustness: if playout.is_some() { CONCEALED } else { SILENCED },
        };
        let remote_loss = control.about_us.map(|block| {
            let lost = f64::from(block.measured.cumulative_lost.max(0));
            (lost / packets_sent.max(1) as f64).min(1.0) as f32
        });
        Quality {
            packets_sent,
            packets_received: self.reception.received(),
            packets_lost: self.reception.lost(),
            wrong_source: self.rule.wrong(),
            jitter_ms: self.reception.jitter_ms(),
            round_trip_ms: control.round_trip_ms,
            remote_loss,
            playout_ms: playout.map(|_| playout_ms),
            concealed: concealed as f32,
            mos: path.mos() as f32,
        }
    }
}

/// Silence and quality are told in these steps.
const STEP: Duration = Duration::from_secs(5);
/// RFC 3550 §6.2: half the minimum at the beginning.
const FIRST_REPORT: Duration = Duration::from_millis(2_500);
