//! What plays into a leg, over orders that say the same thing again.

use crate::order::{Feed, LegKey};
use crate::sound::Sound;
use crate::{Frame, SILENCE, tone};

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
    Sound { sound: Sound, position: usize, repeat: bool },
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

    /// The next 20 ms; `peer` is what the peers said in them.
    pub fn fill(&mut self, peer: Option<&Frame>, frame: &mut Frame) -> Fed {
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
            Playing::Sound { sound, position, repeat } => {
                if play(sound.samples(), position, *repeat, frame) {
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
        Feed::Sound { sound, repeat } => Playing::Sound { sound: sound.clone(), position: 0, repeat: *repeat },
        Feed::Tone(tone) => Playing::Tone(tone::Player::new(*tone)),
    }
}

/// Copies the next samples; true when the sound is over with this frame.
pub fn play(samples: &[i16], position: &mut usize, repeat: bool, frame: &mut Frame) -> bool {
    for sample in frame.samples_mut() {
        if *position >= samples.len() && repeat {
            *position = 0;
        }
        let Some(next) = samples.get(*position) else { break };
        *sample = *next;
        *position += 1;
    }
    !repeat && *position >= samples.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rate;

    #[test]
    fn a_sound_ends_once_and_silence_follows() {
        let mut player = Player::new(Feed::Sound { sound: Sound::new(&[7; 200], 8_000), repeat: false });
        let mut frame = SILENCE;
        assert_eq!((player.fill(None, &mut frame), frame), (Fed::Frame, Frame::new(Rate::Narrow, &[7; 160])));
        assert_eq!(player.fill(None, &mut frame), Fed::LastFrame);
        assert_eq!((frame.samples()[39], frame.samples()[40]), (7, 0));
        assert_eq!((player.fill(None, &mut frame), frame), (Fed::Frame, SILENCE));
    }

    #[test]
    fn the_same_order_again_goes_on_and_another_begins_anew() {
        let samples: Vec<i16> = (0..400).collect();
        let feed = Feed::Sound { sound: Sound::new(&samples, 8_000), repeat: true };
        let mut player = Player::new(feed.clone());
        let mut frame = SILENCE;
        player.fill(None, &mut frame);
        player.handle_order(feed.clone());
        player.fill(None, &mut frame);
        assert_eq!(frame.samples()[0], 160);
        player.handle_order(Feed::Silence);
        player.handle_order(feed);
        player.fill(None, &mut frame);
        assert_eq!(frame.samples()[0], 0);
    }

    #[test]
    fn a_repeated_sound_joins_its_end_to_its_beginning() {
        let mut player = Player::new(Feed::Sound { sound: Sound::new(&[1; 100], 8_000), repeat: true });
        let mut frame = SILENCE;
        assert_eq!(player.fill(None, &mut frame), Fed::Frame);
        assert_eq!(frame.samples(), [1; 160]);
    }
}
