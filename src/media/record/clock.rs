//! Where a source's sound lies in the recording: its own clock, held to ours.
//!
//! Nothing is heard before it was said: a packet that would lie ahead of the present pulls its source back at once. A source
//! that runs slow shows as a least lateness that stays; every two seconds it is pulled forward by that. So two tracks stay
//! within a tick of each other however long they run, and jitter in between moves nothing.

/// Time in a recording, in 1/48,000 s since its beginning: every rate divides it.
pub(super) type Place = i64;

/// Units of a [`Place`] in one second.
pub(super) const SECOND: Place = 48_000;

/// One source's clock.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    ssrc: u32,
    /// A timestamp, and where it lies.
    timestamp: u32,
    place: Place,
    /// Of the window under way.
    least: Place,
    window_ends: Place,
}

impl Clock {
    /// Begins with what is heard at `now`.
    pub fn begin(now: Place, ssrc: u32, timestamp: u32) -> Clock {
        Clock { ssrc, timestamp, place: now, least: Place::MAX, window_ends: now + WINDOW }
    }

    /// Where sound of `timestamp` lies that is heard at `now`. `unit`: of the timestamp's clock, in units of a place.
    pub fn place(&mut self, now: Place, ssrc: u32, timestamp: u32, unit: Place) -> Place {
        let ahead = Place::from(timestamp.wrapping_sub(self.timestamp) as i32) * unit;
        let late = now - (self.place + ahead);
        if ssrc != self.ssrc || !(0..LEAP).contains(&late) {
            *self = Clock::begin(now, ssrc, timestamp);
            return now;
        }
        // The timestamp wraps: what it is measured from moves along.
        if ahead > 0 {
            (self.timestamp, self.place) = (timestamp, self.place + ahead);
        }
        self.least = self.least.min(late);
        let place = now - late;
        if now >= self.window_ends {
            if self.least >= TOLERATED {
                self.place += self.least;
            }
            (self.least, self.window_ends) = (Place::MAX, now + WINDOW);
        }
        place
    }
}

/// Two seconds: in every one some packets come without delay.
const WINDOW: Place = 2 * SECOND;
/// Half a tick: less is only when the shard looked.
const TOLERATED: Place = SECOND / 100;
/// Half a second: later than this is another stretch of sound, as after a hold whose clock stood still.
const LEAP: Place = SECOND / 2;

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Place = SECOND / 1_000;

    #[test]
    fn jitter_moves_nothing_and_lost_packets_leave_their_place() {
        let mut clock = Clock::begin(0, 1, 4_294_967_000);
        for (n, jitter) in [(1, 15), (2, 40), (3, 0), (7, 120), (6, 150), (8, 3)] {
            let timestamp = 4_294_967_000_u32.wrapping_add(n * 160);
            let place = Place::from(n) * 20 * MS;
            assert_eq!(clock.place(place + jitter * MS, 1, timestamp, 6), place, "{n}");
        }
    }

    #[test]
    fn a_source_200_ppm_slow_or_fast_stays_within_a_tick_of_ours_for_an_hour() {
        for (ppm, what) in [(-200, "fast"), (200, "slow")] {
            let mut clock = Clock::begin(0, 1, 0);
            let mut worst = 0;
            for n in 1..=180_000_u32 {
                let said = Place::from(n) * 20 * MS;
                // When it is really said, and heard by a shard that looks every 20 ms.
                let heard = said + said * ppm / 1_000_000;
                let looked = (heard + 20 * MS - 1) / (20 * MS) * 20 * MS;
                let place = clock.place(looked, 1, n.wrapping_mul(160), 6);
                worst = worst.max((place - heard).abs());
            }
            assert!(worst <= 20 * MS, "{what}: {} ms", worst / MS);
        }
    }

    #[test]
    fn a_clock_that_stood_still_during_a_hold_begins_where_it_is_heard_again() {
        let mut clock = Clock::begin(0, 1, 0);
        assert_eq!(clock.place(100 * SECOND, 1, 160, 6), 100 * SECOND);
        assert_eq!(clock.place(100 * SECOND + 20 * MS, 1, 320, 6), 100 * SECOND + 20 * MS);
        assert_eq!(clock.place(100 * SECOND + 40 * MS, 2, 9_999_999, 6), 100 * SECOND + 40 * MS, "a new SSRC");
    }
}
