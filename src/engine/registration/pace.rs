//! Who registers when: everyone in random order after an outage, refreshes by what expires first, evenly paced (SP-03).
//!
//! Nothing in here costs more than a few steps an event, whatever the number of extensions.

use std::collections::BTreeMap;
use std::time::Duration;

use super::BindingId;
use crate::random::Random;
use crate::time::Moment;

/// Evenly spaced slots that never catch up.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    interval: Duration,
    open_at: Moment,
}

impl Pace {
    /// `rate` slots a second, at most; 0 counts as 1.
    pub fn new(rate: u32) -> Pace {
        let mut pace = Pace { interval: Duration::ZERO, open_at: Moment::ZERO };
        pace.set_rate(rate);
        pace
    }

    /// Keeps the slots already given.
    pub fn set_rate(&mut self, rate: u32) {
        // 2 % slower than asked: a registrar that sees us through jitter counts no slot too many in any second.
        self.interval = Duration::from_millis(1020) / rate.max(1);
    }

    /// When the next slot opens.
    pub fn open_at(&self) -> Moment {
        self.open_at
    }

    /// Uses a slot.
    pub fn take(&mut self, now: Moment) {
        self.open_at = now + self.interval;
    }
}

/// The extensions of one group that wait for a slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    lot: Lot,
    /// By when it hurts, ties in random order.
    urgent: BTreeMap<(Moment, u32), BindingId>,
}

impl Queue {
    /// A new member: drawn with the others after the next outage. The caller queues it for now.
    pub fn add(&mut self, id: BindingId) {
        self.lot.add(id);
    }

    /// Forgets the members that are gone. One step for each member: for reloads.
    pub fn retain(&mut self, alive: impl Fn(&BindingId) -> bool) {
        self.lot.retain(&alive);
        self.urgent.retain(|_, id| alive(id));
    }

    /// Everyone again, in random order; who waited for itself waits with the others.
    pub fn restart(&mut self) {
        self.lot.drawn = 0;
        self.urgent.clear();
    }

    /// One out of its turn; `by` is when its registration runs out.
    pub fn push(&mut self, id: BindingId, by: Moment, random: &mut Random) {
        let mut key = (by, random.u32());
        while self.urgent.contains_key(&key) {
            key.1 = key.1.wrapping_add(1);
        }
        self.urgent.insert(key, id);
    }

    /// The next in turn. Those who lost everything go before those who still are registered.
    pub fn pop(&mut self, random: &mut Random) -> Option<Turn> {
        let drawn = self.lot.draw(random).map(Turn::Drawn);
        drawn.or_else(|| self.urgent.pop_first().map(|(_, id)| Turn::Queued(id)))
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.lot.left() == 0 && self.urgent.is_empty()
    }
}

/// Whose turn it is, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// By lot, with everyone.
    Drawn(BindingId),
    /// Because it asked.
    Queued(BindingId),
}

impl Turn {
    pub fn id(self) -> BindingId {
        match self {
            Turn::Drawn(id) | Turn::Queued(id) => id,
        }
    }
}

/// Members drawn one by one, each once, in random order: a shuffle that is paid for card by card.
#[derive(Clone, Debug, Default)]
struct Lot {
    members: Vec<BindingId>,
    /// The members before this index have been drawn.
    drawn: usize,
}

impl Lot {
    fn add(&mut self, id: BindingId) {
        let over = self.left() == 0;
        self.members.push(id);
        if over {
            self.drawn = self.members.len();
        }
    }

    fn retain(&mut self, alive: impl Fn(&BindingId) -> bool) {
        self.drawn = self.members.iter().take(self.drawn).filter(|id| alive(id)).count();
        self.members.retain(alive);
    }

    fn draw(&mut self, random: &mut Random) -> Option<BindingId> {
        let left = u32::try_from(self.left()).unwrap_or(u32::MAX);
        let pick = self.drawn + random.below(left) as usize;
        let id = *self.members.get(pick)?;
        self.members.swap(self.drawn, pick);
        self.drawn += 1;
        Some(id)
    }

    fn left(&self) -> usize {
        self.members.len() - self.drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_is_drawn_once_in_an_order_that_is_not_the_list() {
        let mut random = Random::new([7; 32]);
        let mut queue = Queue::default();
        (0..100).map(BindingId).for_each(|id| queue.add(id));
        assert_eq!(queue.pop(&mut random), None, "new members wait for nothing but a restart");
        queue.restart();
        let drawn: Vec<_> = std::iter::from_fn(|| queue.pop(&mut random)).map(Turn::id).collect();
        let mut sorted = drawn.clone();
        sorted.sort();
        assert_eq!(sorted, (0..100).map(BindingId).collect::<Vec<_>>());
        assert_ne!(sorted, drawn);
    }

    #[test]
    fn who_expires_first_goes_first() {
        let mut random = Random::new([7; 32]);
        let mut queue = Queue::default();
        queue.push(BindingId(1), Moment(30), &mut random);
        queue.push(BindingId(2), Moment(10), &mut random);
        queue.push(BindingId(3), Moment(20), &mut random);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop(&mut random)).map(Turn::id).collect();
        assert_eq!(order, [BindingId(2), BindingId(3), BindingId(1)]);
    }
}
