//! A leg to a person's device: frames both ways.

use super::PeerSound;
use crate::feed::{self, Fed};
use crate::mix::Sum;
use crate::oneway::{self, Microphone, Watch};
use crate::order::{DeviceOrder, Event, LegKey};
use crate::time::Moment;
use crate::tone::{self, Tone};
use crate::{Frame, Rate, SILENCE};

/// The device itself is the shell's; it gives and takes one frame a tick.
#[derive(Debug)]
pub struct DeviceLeg {
    player: feed::Player,
    ringer: Option<(Tone, tone::Player)>,
    /// What rings over what is heard, while it does.
    over: Option<Box<Sum>>,
    muted: bool,
    ended: bool,
    watch: Watch,
    one_way: Option<Event>,
}

impl DeviceLeg {
    pub fn new(order: DeviceOrder) -> DeviceLeg {
        let ringer = order.ring.map(|ring| (ring, tone::Player::new(ring)));
        DeviceLeg {
            player: feed::Player::new(order.feed),
            ringer,
            over: None,
            muted: order.muted,
            ended: false,
            watch: Watch::default(),
            one_way: None,
        }
    }

    pub fn handle_order(&mut self, order: DeviceOrder) {
        self.player.handle_order(order.feed);
        if self.ringer.as_ref().map(|(tone, _)| *tone) != order.ring {
            self.ringer = order.ring.map(|ring| (ring, tone::Player::new(ring)));
        }
        self.muted = order.muted;
    }

    /// The legs that this one listens to.
    pub fn peers(&self) -> &[LegKey] {
        self.player.peers()
    }

    /// What other legs hear of what the device captured (VZ-06).
    pub fn say(&self, captured: Frame) -> Frame {
        if self.muted { Frame::silence(captured.rate()) } else { captured }
    }

    /// How its microphone is, once per tick.
    pub fn watch(&mut self, now: Moment, microphone: Microphone) {
        let told = self.watch.see(now, oneway::sending(microphone, self.muted));
        self.one_way = told.or(self.one_way.take());
    }

    /// What the person hears in the next 20 ms; the device brings it to its own rate.
    /// Over it goes what rings, on a device that cannot ring apart.
    pub fn hear(&mut self, peer: PeerSound<'_>, over: Option<Frame>) -> Frame {
        let peer = match peer {
            PeerSound::Frame(frame) => Some(frame),
            PeerSound::Relayed | PeerSound::Absent | PeerSound::Encoded(_) => None,
        };
        let mut frame = SILENCE;
        match self.player.fill(peer, Rate::Full, &mut frame) {
            Fed::Nothing | Fed::Frame => {}
            Fed::LastFrame => self.ended = true,
        }
        match over {
            Some(over) => {
                self.over.get_or_insert_with(|| Box::new(Sum::new(&[0, 1], over.rate()))).both(&[frame, over])
            }
            None => {
                self.over = None;
                frame
            }
        }
    }

    /// What rings in the next 20 ms.
    pub fn ring(&mut self) -> Option<Frame> {
        let (_, ringer) = self.ringer.as_mut()?;
        let mut frame = SILENCE;
        ringer.fill(&mut frame);
        Some(frame)
    }

    /// What was seen.
    pub fn poll_event(&mut self) -> Option<Event> {
        std::mem::take(&mut self.ended).then_some(Event::SoundEnded).or_else(|| self.one_way.take())
    }
}
