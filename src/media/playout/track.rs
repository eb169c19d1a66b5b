//! Decoded samples: those given, as far back as a voice repeats itself, and those whose turn is to come.

/// One line of samples with a reading point.
#[derive(Clone, Debug)]
pub struct Track {
    samples: Vec<i16>,
    /// Those before it were given.
    given: usize,
    history: usize,
    longest: usize,
}

impl Track {
    /// `rate`: samples per second.
    pub fn new(rate: usize) -> Track {
        let (history, longest) = (rate * HISTORY_MS / 1_000, rate * LONGEST_MS / 1_000);
        let mut samples = Vec::with_capacity(history + longest * 2);
        samples.resize(history, 0);
        Track { samples, given: history, history, longest }
    }

    /// How many samples wait for their turn.
    pub fn pending(&self) -> usize {
        self.samples.len() - self.given
    }

    /// Everything, and where what is pending begins.
    pub fn all(&self) -> (&[i16], usize) {
        (&self.samples, self.given)
    }

    /// What is pending, to be changed.
    pub fn pending_mut(&mut self) -> &mut [i16] {
        self.samples.split_at_mut(self.given).1
    }

    /// Lets `write` append up to a packet's worth; it says how many samples it wrote. Gives these to be changed.
    pub fn append(&mut self, write: impl FnOnce(&mut [i16]) -> usize) -> &mut [i16] {
        let from = self.samples.len();
        // Never beyond the capacity: what is pending stays below a packet and a few frames.
        let room = self.longest.min(self.samples.capacity() - from);
        self.samples.resize(from + room, 0);
        let wrote = self.samples.get_mut(from..).map_or(0, write).min(room);
        self.samples.truncate(from + wrote);
        self.samples.split_at_mut(from).1
    }

    /// Takes `count` samples out of what is pending, beginning `at` samples in.
    pub fn remove(&mut self, at: usize, count: usize) {
        let from = (self.given + at).min(self.samples.len());
        let to = (from + count).min(self.samples.len());
        self.samples.copy_within(to.., from);
        self.samples.truncate(self.samples.len() - (to - from));
    }

    /// Plays the last `count` given samples once more before what is pending; false where there is no room.
    pub fn repeat(&mut self, count: usize) -> bool {
        let length = self.samples.len();
        if count > self.given || length + count > self.samples.capacity() {
            return false;
        }
        self.samples.resize(length + count, 0);
        self.samples.copy_within(self.given - count..length, self.given);
        true
    }

    /// Gives the next samples; what is missing is silence.
    pub fn give(&mut self, out: &mut [i16]) {
        let count = self.pending().min(out.len());
        out.fill(0);
        for (out, sample) in out.iter_mut().zip(self.samples.iter().skip(self.given)) {
            *out = *sample;
        }
        self.given += count;
        let old = self.given.saturating_sub(self.history);
        self.samples.copy_within(old.., 0);
        self.samples.truncate(self.samples.len() - old);
        self.given -= old;
    }
}

/// Three times the longest pitch period and what precedes it.
const HISTORY_MS: usize = 60;
/// The longest packet taken.
const LONGEST_MS: usize = 120;
