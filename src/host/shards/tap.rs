//! Recordings on a shard: what passes by is copied into one-second chunks, which leave by a queue that is never waited for.

use std::collections::BTreeMap;
use std::sync::Arc;

use media::Frame;
use media::codec::Codec;
use media::leg::{Heard, Kind};
use media::order::{LegKey, RecordingKey, Tap};
use media::record::{Chunk, End, Recorder, Track};
use media::time::Moment;

use super::slot::Slot;

/// A part of a recording on its way to the disk.
#[derive(Clone, PartialEq, Debug)]
pub struct Piece {
    pub recording: RecordingKey,
    /// Civil time of the recording's beginning, in Unix milliseconds.
    pub started_ms: i64,
    pub body: PieceBody,
}

#[derive(Clone, PartialEq, Debug)]
pub enum PieceBody {
    Chunk(Chunk),
    End(End),
}

/// Takes pieces on a shard's thread: must not wait. False where there is no room, which loses the piece.
pub type PieceSink = Arc<dyn Fn(Piece) -> bool + Send + Sync>;

/// A leg's recording: it lives on the customer's leg and moves with it.
#[derive(Debug, Default)]
pub(super) struct Tapping {
    running: Option<Running>,
    /// Of recordings that this leg had before, what has not left yet.
    ended: Vec<Running>,
}

/// Who is recorded for whom, by the slots' places.
pub(super) fn listeners(slots: &[Slot], places: &BTreeMap<LegKey, usize>) -> Vec<(usize, Listener)> {
    let mut all = Vec::new();
    for (keeper, slot) in slots.iter().enumerate() {
        let Some(against) = slot.tapping.against() else { continue };
        let others = against.iter().filter_map(|leg| places.get(leg)).map(|source| (*source, Track::Agent));
        all.extend(std::iter::once((keeper, Track::Customer)).chain(others).filter_map(|(source, track)| {
            let slot = slots.get(source)?;
            let (packets, is_device) = (slot.codec(), slot.sockets().is_none());
            // Before anything is agreed on a leg to the network says nothing.
            (is_device || packets.is_some()).then_some((source, Listener { keeper, track, packets }))
        }));
    }
    all
}

/// The leg at this place sent a packet.
pub(super) fn packet(slots: &mut [Slot], (at, taps): (usize, &[Listener]), now: Moment, heard: &Heard<'_>) {
    // Keys are no voice: they may be a card's number.
    if taps.is_empty() || heard.kind != Kind::Audio {
        return;
    }
    let Some(leg) = slots.get(at).map(|slot| slot.key) else { return };
    for tap in taps {
        if let (Some(codec), Some(keeper)) = (tap.packets, slots.get_mut(tap.keeper)) {
            keeper.tapping.packet(now, leg, tap.track, codec, heard);
        }
    }
}

/// The leg at this place said this in the tick that is now.
pub(super) fn samples(slots: &mut [Slot], (at, taps): (usize, &[Listener]), now: Moment, said: &Frame) {
    if taps.is_empty() {
        return;
    }
    let Some(leg) = slots.get(at).map(|slot| slot.key) else { return };
    for tap in taps.iter().filter(|tap| tap.packets.is_none()) {
        if let Some(keeper) = slots.get_mut(tap.keeper) {
            keeper.tapping.samples(now, leg, tap.track, said);
        }
    }
}

#[derive(Debug)]
struct Running {
    order: Tap,
    recorder: Recorder,
    /// Counts ticks: the clock of what comes as samples.
    tick: u32,
    chunks: u32,
    lost: u32,
}

/// Who else a leg is recorded for, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listener {
    /// Slot of the leg that the recording is on.
    keeper: usize,
    track: Track,
    /// What its packets are; none: it says samples.
    pub packets: Option<Codec>,
}

impl Tapping {
    /// Becomes what is wanted.
    pub fn handle_order(&mut self, wanted: Option<Tap>, now: Moment) {
        let stays =
            |running: &mut Running| wanted.as_ref().is_some_and(|wanted| wanted.recording == running.order.recording);
        if let Some(mut over) = self.running.take_if(|running| !stays(running)) {
            over.recorder.finish(now);
            self.ended.push(over);
        }
        let Some(wanted) = wanted else { return };
        let running = self.running.get_or_insert_with(|| Running {
            order: wanted.clone(),
            recorder: Recorder::new(now),
            tick: 0,
            chunks: 0,
            lost: 0,
        });
        running.recorder.pause(now, wanted.paused);
        running.order = wanted;
    }

    /// Whose voices are on the agent's track; `None` without a recording.
    fn against(&self) -> Option<&[LegKey]> {
        self.running.as_ref().map(|running| &running.order.against[..])
    }

    /// A leg sent a packet.
    fn packet(&mut self, now: Moment, leg: LegKey, track: Track, codec: Codec, heard: &Heard<'_>) {
        if let Some(running) = &mut self.running {
            running.recorder.packet(now, (track, leg), codec, &heard.packet);
        }
    }

    /// A leg said these samples in this tick.
    fn samples(&mut self, now: Moment, leg: LegKey, track: Track, frame: &Frame) {
        if let Some(running) = &mut self.running {
            running.recorder.frame(now, (track, leg), running.tick, frame);
        }
    }

    /// 20 ms go by: what is complete leaves. Gives the recording of which something was lost, and how many chunks.
    pub fn tick(&mut self, now: Moment, sink: &PieceSink) -> Option<(RecordingKey, u32)> {
        let mut lost = None;
        for mut over in self.ended.drain(..) {
            over.flush(now, sink);
            // Whoever writes notices by itself where this last word is lost.
            let end = End { milliseconds: over.recorder.milliseconds(now), chunks: over.chunks, lost: over.lost };
            over.send(PieceBody::End(end), sink);
        }
        if let Some(running) = &mut self.running {
            running.tick = running.tick.wrapping_add(1);
            let missing = running.flush(now, sink);
            lost = (missing > 0).then_some((running.order.recording, missing));
        }
        lost
    }

    /// Its leg ends.
    pub fn finish(&mut self, now: Moment, sink: &PieceSink) {
        self.handle_order(None, now);
        self.tick(now, sink);
    }
}

impl Running {
    /// Sends every chunk that is complete; how many found no room.
    fn flush(&mut self, now: Moment, sink: &PieceSink) -> u32 {
        let mut lost = 0;
        while let Some(chunk) = self.recorder.poll_chunk(now) {
            match self.send(PieceBody::Chunk(chunk), sink) {
                true => self.chunks += 1,
                false => lost += 1,
            }
        }
        self.lost += lost;
        lost
    }

    fn send(&self, body: PieceBody, sink: &PieceSink) -> bool {
        sink(Piece { recording: self.order.recording, started_ms: self.order.started_ms, body })
    }
}
