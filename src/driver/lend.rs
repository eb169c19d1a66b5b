//! Media ports for the engine: bound in blocks on each local address, more when half are in use.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use engine::id::{LegId, PortId};
use engine::leg::{LegMedia, LegState, PortBlock};

use crate::shards::Shards;

/// What has been lent where, and what is in use.
#[derive(Debug, Default)]
pub(super) struct Lender {
    /// Configured addresses; empty: those that flows turn out to have.
    only: Vec<IpAddr>,
    lent: BTreeMap<IpAddr, usize>,
    used: BTreeSet<LegId>,
    /// Nothing more can be bound.
    exhausted: BTreeSet<IpAddr>,
}

impl Lender {
    pub fn new(only: Vec<IpAddr>) -> Lender {
        Lender { only, ..Lender::default() }
    }

    /// The addresses to lend on from the start.
    pub fn configured(&self) -> Vec<IpAddr> {
        self.only.clone()
    }

    /// A block for `ip`, when it has none yet.
    pub fn first(&mut self, ip: IpAddr, shards: &mut Shards) -> Option<PortBlock> {
        let wanted = self.only.is_empty() || self.only.contains(&ip);
        (wanted && !self.lent.contains_key(&ip)).then(|| self.block(ip, shards)).flatten()
    }

    /// Follows what the engine uses; blocks to lend before it runs short.
    pub fn follow(&mut self, state: &LegState, shards: &mut Shards) -> Vec<PortBlock> {
        match &state.media {
            Some(LegMedia::Rtp(_)) => self.used.insert(state.leg),
            Some(LegMedia::Device(_)) | None => self.used.remove(&state.leg),
        };
        let short: Vec<IpAddr> = self
            .lent
            .iter()
            .filter(|(ip, lent)| self.used.len() * 2 > **lent && !self.exhausted.contains(ip))
            .map(|(ip, _)| *ip)
            .collect();
        short.into_iter().filter_map(|ip| self.block(ip, shards)).collect()
    }

    fn block(&mut self, ip: IpAddr, shards: &mut Shards) -> Option<PortBlock> {
        let ports = match shards.lend(ip, BLOCK) {
            Ok(ports) => ports,
            Err(why) => {
                tracing::warn!(%ip, %why, "no media port can be bound on this address");
                Vec::new()
            }
        };
        if ports.len() < BLOCK {
            self.exhausted.insert(ip);
        }
        *self.lent.entry(ip).or_default() += ports.len();
        let ports: Vec<_> = ports.into_iter().map(|(key, port)| (PortId(key.0), port)).collect();
        (!ports.is_empty()).then_some(PortBlock { ip, ports })
    }
}

/// Pairs lent at once: 128 sockets, 32 calls before the next block.
const BLOCK: usize = 64;
