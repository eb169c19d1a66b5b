//! Who hears whom among the legs of a deck, and the sound on its way between them.
//!
//! ```text
//!   packets ── relays ─────────────────────────────────────────> listener
//!   said ──────────────── one voice ──┬── as a frame ──────────> listener
//!     └── sums ── more than one ──────┴── encoded, for several ─> listeners
//! ```
//!
//! Planned anew when legs changed, which is when memory is taken and given back; else a tick has only sound to pass on.

use std::collections::BTreeMap;

use media::leg::{Broadcast, Format, PeerSound};
use media::mix::{self, Share, Sum, Voices};
use media::order::LegKey;
use media::time::Moment;
use media::{Frame, SILENCE};

use super::slot::Slot;
use super::tap::{self, Listener};

/// Of all slots, by their places.
#[derive(Default)]
pub(super) struct Links {
    links: Vec<Link>,
    /// What each slot said in this tick, of those whose samples somebody wants.
    said: Vec<Option<Box<Frame>>>,
    /// Voices added up, for those who hear more than one.
    sums: Vec<Sum>,
    /// Encoded once, for those who hear the same in the same format.
    shared: Vec<Shared>,
}

#[derive(Default)]
pub(super) struct Link {
    /// Slots that get this one's packets as they are.
    pub relays: Vec<usize>,
    /// For whom it is recorded.
    pub taps: Vec<Listener>,
    hears: Option<Source>,
    /// Whether it must be listened to in every tick.
    listened: bool,
}

/// What one slot listens to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// Its packets come by themselves.
    Packets,
    Samples(usize),
    Mix(Share),
    /// Place among those encoded once.
    Shared(usize),
}

struct Shared {
    of: (Source, Format),
    broadcast: Box<Broadcast>,
}

impl Links {
    pub fn of(&self, at: usize) -> &Link {
        &self.links[at]
    }

    /// Takes in what every slot says in this tick.
    pub fn listen(&mut self, slots: &mut [Slot], now: Moment) {
        for ((slot, link), said) in slots.iter_mut().zip(&self.links).zip(&mut self.said) {
            if link.listened {
                let frame = slot.listen(now);
                if let Some(said) = said {
                    **said = frame;
                }
            }
        }
    }

    /// Slots that are recorded, each with its listeners and with what it said, if that is known.
    pub fn tapped(&self) -> impl Iterator<Item = (usize, &[Listener], &Frame)> {
        let all = self.links.iter().zip(&self.said).enumerate();
        all.filter_map(|(at, (link, said))| Some((at, &link.taps[..], said.as_deref()?)))
    }

    /// Adds up what was said, and encodes what several hear.
    pub fn mix(&mut self) {
        let Links { said, sums, shared, .. } = self;
        let voice = |at: usize| said.get(at).and_then(Option::as_deref);
        sums.iter_mut().for_each(|sum| sum.tick(voice));
        for Shared { of: (source, _), broadcast } in shared {
            match *source {
                Source::Samples(from) => broadcast.tick(voice(from).unwrap_or(&SILENCE)),
                Source::Mix(share) => {
                    broadcast.tick(&sums.get(share.sum).map_or(SILENCE, |sum| sum.without(None)));
                }
                Source::Packets | Source::Shared(_) => {}
            }
        }
    }

    /// What the slot at a place hears in this tick; `own` is room for a sum without its own voice.
    pub fn sound<'s>(&'s self, at: usize, own: &'s mut Frame) -> PeerSound<'s> {
        let sound = match self.links[at].hears {
            None => None,
            Some(Source::Packets) => Some(PeerSound::Relayed),
            Some(Source::Samples(from)) => self.said.get(from).and_then(Option::as_deref).map(PeerSound::Frame),
            Some(Source::Mix(share)) => self.sums.get(share.sum).map(|sum| {
                *own = sum.without(share.own.then_some(at));
                PeerSound::Frame(own)
            }),
            Some(Source::Shared(place)) => {
                self.shared.get(place).and_then(|shared| shared.broadcast.payload()).map(PeerSound::Encoded)
            }
        };
        sound.unwrap_or(PeerSound::Absent)
    }
}

impl Links {
    /// Plans for these slots, of which some are new, changed or gone.
    pub fn renew(&mut self, slots: &mut [Slot]) {
        let mut links: Vec<Link> = slots.iter().map(|_| Link::default()).collect();
        let places: BTreeMap<LegKey, usize> = slots.iter().enumerate().map(|(at, slot)| (slot.key, at)).collect();
        let mut mixes: Vec<(usize, Voices)> = Vec::new();
        for (at, slot) in slots.iter().enumerate() {
            let sources: Voices = slot.peers().iter().filter_map(|peer| places.get(peer)).copied().collect();
            match sources[..] {
                [] => {}
                [source] if slots[source].relays_to(slot) => {
                    links[source].relays.push(at);
                    links[at].hears = Some(Source::Packets);
                }
                [source] => {
                    links[source].listened = true;
                    links[at].hears = Some(Source::Samples(source));
                }
                [..] => mixes.push((at, sources)),
            }
        }
        self.plan_mixes(slots, &mixes, &mut links);
        self.plan_shared(slots, &mut links);
        for (source, listener) in tap::listeners(slots, &places) {
            links[source].taps.push(listener);
        }
        self.said.resize_with(slots.len(), || None);
        for ((slot, link), said) in slots.iter_mut().zip(&mut links).zip(&mut self.said) {
            let wanted = link.listened || link.taps.iter().any(|tap| tap.packets.is_none());
            *said = wanted.then(|| said.take().unwrap_or_else(|| Box::new(SILENCE)));
            link.listened = slot.keep_samples(link.listened);
        }
        self.links = links;
    }

    /// Every voice of a sum is listened to, the listener's own too where it is taken out again.
    fn plan_mixes(&mut self, slots: &[Slot], mixes: &[(usize, Voices)], links: &mut [Link]) {
        let (sums, shares) = mix::plan(mixes);
        for ((at, _), share) in mixes.iter().zip(shares) {
            links[*at].hears = Some(Source::Mix(share));
        }
        sums.iter().flatten().for_each(|at| links[*at].listened = true);
        let mut going = std::mem::take(&mut self.sums);
        for voices in &sums {
            let rate = voices.iter().map(|at| slots[*at].rate()).max().unwrap_or_default();
            let old = going.iter().position(|sum| sum.is_of(voices, rate));
            self.sums.push(old.map_or_else(|| Sum::new(voices, rate), |old| going.swap_remove(old)));
        }
    }

    /// Where two or more hear one source in one format, it is encoded once. Who hears a sum without its own voice hears what
    /// nobody else does.
    fn plan_shared(&mut self, slots: &[Slot], links: &mut [Link]) {
        let mut wanted: BTreeMap<(Source, Format), Vec<usize>> = BTreeMap::new();
        for (at, slot) in slots.iter().enumerate() {
            if let Some(source @ (Source::Samples(_) | Source::Mix(Share { own: false, .. }))) = links[at].hears
                && let Some(format) = slot.format()
            {
                wanted.entry((source, format)).or_default().push(at);
            }
        }
        let mut going = std::mem::take(&mut self.shared);
        for (of, listeners) in wanted.into_iter().filter(|(_, listeners)| listeners.len() > 1) {
            let shared = match going.iter().position(|old| old.of == of) {
                Some(old) => going.swap_remove(old),
                None => match Broadcast::new(of.1) {
                    Ok(broadcast) => Shared { of, broadcast: Box::new(broadcast) },
                    // Each encodes for itself, and tells why it cannot.
                    Err(_) => continue,
                },
            };
            listeners.iter().for_each(|at| links[*at].hears = Some(Source::Shared(self.shared.len())));
            self.shared.push(shared);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    use media::codec::{Codec, OpusWishes};
    use media::order::{Feed, RtpOrder, Stream};

    use super::super::ports::PortPool;
    use super::*;

    fn slots(ports: &mut PortPool, legs: &[(u64, Codec, u8, Feed)]) -> Vec<Slot> {
        let lent = ports.lend(IpAddr::V4(Ipv4Addr::LOCALHOST), legs.len()).unwrap();
        let made = legs.iter().zip(lent).map(|((key, codec, ptime_ms, feed), (port, _))| {
            let remote = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
            let stream = Stream {
                remote,
                remote_rtcp: remote,
                codec: *codec,
                payload_type: 0,
                payload_type_in: 0,
                opus: OpusWishes::default(),
                telephone_event: Some(101),
                telephone_event_in: Some(101),
                ptime_ms: *ptime_ms,
                may_send: true,
                may_receive: true,
            };
            let (ssrc, feed) = (*key as u32, feed.clone());
            let order = RtpOrder {
                ssrc,
                stream: Some(stream),
                feed,
                receive: true,
                nat: false,
                digits: vec![],
                record: None,
                detect: None,
            };
            Slot::rtp(LegKey(*key), 1, order, ports.take(port).unwrap(), Moment(1))
        });
        made.collect()
    }

    fn encoded_once(links: &Links) -> Vec<bool> {
        links.links.iter().map(|link| matches!(link.hears, Some(Source::Shared(_)))).collect()
    }

    #[test]
    fn who_hears_the_same_in_the_same_format_shares_one_encoding() {
        let (mut ports, mut links) = (PortPool::new(40_400..=40_499), Links::default());
        let hears = |key, codec, ptime| (key, codec, ptime, Feed::Peer(LegKey(1)));
        let mut legs = slots(
            &mut ports,
            &[
                (1, Codec::Pcma, 20, Feed::Silence),
                hears(2, Codec::Pcmu, 20),
                hears(3, Codec::Pcmu, 20),
                // By itself: its packets come as they are, are longer, are of another codec.
                hears(4, Codec::Pcma, 20),
                hears(5, Codec::Pcmu, 40),
                hears(6, Codec::G722, 20),
            ],
        );
        links.renew(&mut legs);
        assert_eq!(encoded_once(&links), [false, true, true, false, false, false]);
        assert_eq!((links.shared.len(), links.said.iter().flatten().count()), (1, 1));
        legs.remove(2);
        links.renew(&mut legs);
        assert_eq!((links.shared.len(), encoded_once(&links)), (0, vec![false; 5]));
    }

    #[test]
    fn who_only_listens_to_a_conference_shares_and_who_talks_does_not() {
        let (mut ports, mut links) = (PortPool::new(40_500..=40_599), Links::default());
        let mixed =
            |key, others: &[u64]| (key, Codec::G722, 20, Feed::Mix(others.iter().copied().map(LegKey).collect()));
        let talk = [mixed(1, &[2, 3]), mixed(2, &[1, 3]), mixed(3, &[1, 2])];
        let mut legs = slots(&mut ports, &[&talk[..], &[mixed(4, &[1, 2, 3]), mixed(5, &[1, 2, 3])]].concat());
        links.renew(&mut legs);
        assert_eq!((links.sums.len(), links.shared.len()), (1, 1));
        assert_eq!(encoded_once(&links), [false, false, false, true, true]);
    }
}
