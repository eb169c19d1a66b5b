//! Which shard a leg lives in: with whom it hears, and where its page's port is.

use std::collections::BTreeSet;

use media::order::LegKey;

use super::worker::Command;
use super::{PAGES_SHARD, Shards};

impl Shards {
    /// Whoever hears a page, or is heard there, over however many legs, comes to the shard that has the pages' port.
    pub(super) fn gather(&mut self, leg: LegKey) {
        let together = self.together_with(leg);
        let is_page = |leg: &LegKey| self.legs.get(leg).is_some_and(|placed| placed.ground.is_page());
        if !together.iter().any(is_page) {
            return;
        }
        for leg in together {
            let Some(placed) = self.legs.get_mut(&leg).filter(|placed| placed.shard != PAGES_SHARD) else { continue };
            let old = std::mem::replace(&mut placed.shard, PAGES_SHARD);
            let to = self.workers[PAGES_SHARD].commands.clone();
            self.command(old, Command::Give(leg, to));
        }
    }

    /// All that hear a leg or are heard by it, and by these, and so on.
    fn together_with(&self, leg: LegKey) -> BTreeSet<LegKey> {
        let (mut found, mut next) = (BTreeSet::from([leg]), vec![leg]);
        while let Some(one) = next.pop() {
            let hears = self.legs.get(&one).into_iter().flat_map(|placed| placed.peers.iter());
            let heard_by = self.legs.iter().filter(|(_, placed)| placed.peers.contains(&one)).map(|(leg, _)| leg);
            let new: Vec<LegKey> = hears.chain(heard_by).copied().filter(|leg| found.insert(*leg)).collect();
            next.extend(new);
        }
        found
    }

    /// With the leg it hears, else with one that hears it, else where there are fewest.
    pub(super) fn shard_for(&self, leg: LegKey, peers: &[LegKey]) -> usize {
        let listener = || self.legs.values().find(|placed| placed.peers.contains(&leg)).map(|placed| placed.shard);
        if let Some(shard) = self.shard_of_first(peers).or_else(listener) {
            return shard;
        }
        let load = |shard: &usize| self.legs.values().filter(|placed| placed.shard == *shard).count();
        (0..self.workers.len()).min_by_key(load).unwrap_or(0)
    }

    /// Who hear each other go to the first of them, and so all come together.
    pub(super) fn shard_of_first(&self, peers: &[LegKey]) -> Option<usize> {
        peers.iter().find_map(|peer| self.legs.get(peer)).map(|placed| placed.shard)
    }
}
