//! What plays into a leg, over orders that say the same thing again.

use crate::order::{Feed, LegKey};
use crate::sound::Sound;
use crate::{Frame, Rate, SILENCE, tone};

/// A feed under way.
#[derive(Clone, Debug)]
pub struct Player {
    wanted: Feed,
    playing: Playing,
}

#[derive(Clone, Debug)]
enum Playing {
    Nothing,
    Silence,
    Peers,
    Sound { track: Track, repeat: bool },
    Tone(tone::Player),
}

/// What a tick has for the leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fed {
    /// Send nothing.
    Nothing,
    Frame,
    /// The frame holds the end of a sound; silence follows.
    LastFrame,
}

impl Player {
    pub fn new(feed: Feed) -> Player {
        Player { playing: start(&feed), wanted: feed }
    }

    /// Goes on when nothing changed; a changed feed begins at its beginning.
    pub fn handle_order(&mut self, feed: Feed) {
        if feed != self.wanted {
            *self = Player::new(feed);
        }
    }

    /// The legs to listen to.
    pub fn peers(&self) -> &[LegKey] {
        self.wanted.peers()
    }

    /// The next 20 ms, at the rate they come at; `peer` is what the peers said in them. `most`: the listener has no use
    /// for a higher rate.
    pub fn fill(&mut self, peer: Option<&Frame>, most: Rate, frame: &mut Frame) -> Fed {
        *frame = SILENCE;
        match &mut self.playing {
            Playing::Nothing => Fed::Nothing,
            Playing::Silence => Fed::Frame,
            Playing::Peers => {
                *frame = *peer.unwrap_or(&SILENCE);
                Fed::Frame
            }
            Playing::Tone(tone) => {
                tone.fill(frame);
                Fed::Frame
            }
            Playing::Sound { track, repeat } => {
                if track.play(most, *repeat, frame) {
                    self.playing = Playing::Silence;
                    return Fed::LastFrame;
                }
                Fed::Frame
            }
        }
    }
}

fn start(feed: &Feed) -> Playing {
    match feed {
        Feed::Nothing => Playing::Nothing,
        Feed::Silence => Playing::Silence,
        Feed::Peer(_) | Feed::Mix(_) => Playing::Peers,
        Feed::Sound { sound, repeat } => Playing::Sound { track: Track::new(sound.clone()), repeat: *repeat },
        Feed::Tone(tone) => Playing::Tone(tone::Player::new(*tone)),
    }
}

/// A sound and how far it was played.
#[derive(Clone, Debug)]
pub struct Track {
    sound: Sound,
    /// In samples at 8 kHz, whatever was played.
    position: usize,
}

impl Track {
    pub fn new(sound: Sound) -> Track {
        Track { sound, position: 0 }
    }

    /// The next 20 ms, at the sound's rate or at `most`; true when the sound is over with them.
    pub fn play(&mut self, most: Rate, repeat: bool, frame: &mut Frame) -> bool {
        let (rate, samples) = self.sound.samples(most);
        let scale = rate.frame() / Rate::Narrow.frame();
        let mut at = self.position * scale;
        *frame = Frame::silence(rate);
        for place in frame.samples_mut() {
            if at >= samples.len() && repeat {
                at = 0;
            }
            let Some(sample) = samples.get(at) else { break };
            *place = *sample;
            at += 1;
        }
        self.position = at / scale;
        !repeat && at >= samples.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_ends_once_and_silence_follows() {
        let mut player = Player::new(Feed::Sound { sound: Sound::new(&[7; 200], 8_000), repeat: false });
        let mut frame = SILENCE;
        assert_eq!(
            (player.fill(None, Rate::Narrow, &mut frame), frame),
            (Fed::Frame, Frame::new(Rate::Narrow, &[7; 160]))
        );
        assert_eq!(player.fill(None, Rate::Narrow, &mut frame), Fed::LastFrame);
        assert_eq!((frame.samples()[39], frame.samples()[40]), (7, 0));
        assert_eq!((player.fill(None, Rate::Narrow, &mut frame), frame), (Fed::Frame, SILENCE));
    }

    #[test]
    fn the_same_order_again_goes_on_and_another_begins_anew() {
        let samples: Vec<i16> = (0..400).collect();
        let feed = Feed::Sound { sound: Sound::new(&samples, 8_000), repeat: true };
        let mut player = Player::new(feed.clone());
        let mut frame = SILENCE;
        player.fill(None, Rate::Narrow, &mut frame);
        player.handle_order(feed.clone());
        player.fill(None, Rate::Narrow, &mut frame);
        assert_eq!(frame.samples()[0], 160);
        player.handle_order(Feed::Silence);
        player.handle_order(feed);
        player.fill(None, Rate::Narrow, &mut frame);
        assert_eq!(frame.samples()[0], 0);
    }

    #[test]
    fn a_repeated_sound_joins_its_end_to_its_beginning() {
        let mut player = Player::new(Feed::Sound { sound: Sound::new(&[1; 100], 8_000), repeat: true });
        let mut frame = SILENCE;
        assert_eq!(player.fill(None, Rate::Narrow, &mut frame), Fed::Frame);
        assert_eq!(frame.samples(), [1; 160]);
    }

    #[test]
    fn a_listener_of_another_rate_hears_the_same_place_of_the_sound() {
        let ramp: Vec<i16> = (0..1_600).collect();
        let mut player = Player::new(Feed::Sound { sound: Sound::new(&ramp, 16_000), repeat: false });
        let mut frame = SILENCE;
        player.fill(None, Rate::Full, &mut frame);
        assert_eq!((frame.rate(), frame.samples()[319]), (Rate::Wide, 319));
        player.fill(None, Rate::Narrow, &mut frame);
        assert_eq!(frame.rate(), Rate::Narrow);
        assert!(frame.samples()[80].abs_diff(480) < 2, "{frame:?}");
        player.fill(None, Rate::Wide, &mut frame);
        assert_eq!(frame.samples()[0], 640);
    }
}
