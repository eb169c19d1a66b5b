//! A leg to a person's device: frames both ways.

use super::PeerSound;
use crate::feed::{self, Fed};
use crate::order::{DeviceOrder, Event, LegKey};
use crate::{Frame, Rate, SILENCE};

/// The device itself is the shell's; it gives and takes one frame a tick.
#[derive(Debug)]
pub struct DeviceLeg {
    player: feed::Player,
    muted: bool,
    ended: bool,
}

impl DeviceLeg {
    pub fn new(order: DeviceOrder) -> DeviceLeg {
        DeviceLeg { player: feed::Player::new(order.feed), muted: order.muted, ended: false }
    }

    pub fn handle_order(&mut self, order: DeviceOrder) {
        self.player.handle_order(order.feed);
        self.muted = order.muted;
    }

    /// The leg that this one listens to.
    pub fn peer(&self) -> Option<LegKey> {
        self.player.peer()
    }

    /// What other legs hear of what the device captured (VZ-06).
    pub fn say(&self, captured: Frame) -> Frame {
        if self.muted { Frame::silence(captured.rate()) } else { captured }
    }

    /// What the person hears in the next 20 ms; the device brings it to its own rate.
    pub fn hear(&mut self, peer: PeerSound<'_>) -> Frame {
        let peer = match peer {
            PeerSound::Frame(frame) => Some(frame),
            PeerSound::Relayed | PeerSound::Absent => None,
        };
        let mut frame = SILENCE;
        match self.player.fill(peer, Rate::Full, &mut frame) {
            Fed::Nothing | Fed::Frame => {}
            Fed::LastFrame => self.ended = true,
        }
        frame
    }

    /// What was seen.
    pub fn poll_event(&mut self) -> Option<Event> {
        std::mem::take(&mut self.ended).then_some(Event::SoundEnded)
    }
}
