//! Names and where they lead: answers are kept, asked for again after a minute of use, and the targets that failed lately
//! go to the end (RFC 3263 §4.3).

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use super::flows::{MAX_WAITING, QueueFull, Waiting};
use crate::border::{ResolveError, Targets};
use crate::config::{Destination, Target};
use crate::id::QueryId;
use crate::sip::transaction::via::default_port;
use crate::sip::uri::Host;
use crate::time::Moment;

/// What is known of names.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<Destination, Name>,
    queries: BTreeMap<QueryId, Destination>,
    /// Targets that failed, and when.
    failed: BTreeMap<Target, Moment>,
    next_query: u64,
}

#[derive(Debug, Default)]
struct Name {
    /// The last answer; never empty once there.
    targets: Option<Targets>,
    /// When it came.
    since: Moment,
    used: Moment,
    query: Option<QueryId>,
    waiting: VecDeque<Waiting>,
}

/// What a look-up gives at once.
#[derive(Debug)]
pub(super) struct Lookup {
    /// Best first; `None` while the first answer is on its way.
    pub(super) targets: Option<Targets>,
    /// To be asked now.
    pub(super) ask: Option<QueryId>,
}

impl Names {
    /// Where `destination` leads, as far as known.
    pub(super) fn look_up(&mut self, destination: &Destination, now: Moment) -> Lookup {
        self.make_room(destination);
        if self.known.len() >= MAX_NAMES && !self.known.contains_key(destination) {
            return Lookup { targets: literal(destination).map(|target| vec![target]), ask: None };
        }
        let name = self.known.entry(destination.clone()).or_default();
        name.used = now;
        if let Some(target) = literal(destination) {
            name.targets = Some(vec![target]);
            name.since = now;
        }
        let fresh = name.targets.is_some() && now.since(name.since) < FRESH;
        let mut ask = None;
        if !fresh && name.query.is_none() {
            self.next_query += 1;
            let query = QueryId(self.next_query);
            name.query = Some(query);
            self.queries.insert(query, destination.clone());
            ask = Some(query);
        }
        Lookup { targets: self.targets(destination, now), ask }
    }

    /// Where `destination` leads by the last answer: what failed lately comes last.
    pub(super) fn targets(&mut self, destination: &Destination, now: Moment) -> Option<Targets> {
        let mut targets = self.known.get(destination)?.targets.clone()?;
        self.failed.retain(|_, at| now.since(*at) < AVOID);
        targets.sort_by_key(|target| self.failed.contains_key(target));
        Some(targets)
    }

    /// Lets `waiting` wait for the answer about `destination`.
    pub(super) fn wait(&mut self, destination: &Destination, waiting: Waiting) -> Result<(), QueueFull> {
        let name = self.known.get_mut(destination).ok_or(QueueFull)?;
        if name.waiting.len() >= MAX_WAITING {
            return Err(QueueFull);
        }
        name.waiting.push_back(waiting);
        Ok(())
    }

    /// The answer came: whom it concerns. An error leaves the last good answer in place.
    pub(super) fn on_resolved(
        &mut self,
        query: QueryId,
        answer: &Result<Targets, ResolveError>,
        now: Moment,
    ) -> Option<(Destination, VecDeque<Waiting>)> {
        let destination = self.queries.remove(&query)?;
        let name = self.known.get_mut(&destination)?;
        name.query = None;
        if let Ok(targets) = answer
            && !targets.is_empty()
        {
            name.targets = Some(targets.iter().take(MAX_TARGETS).copied().collect());
            name.since = now;
        }
        let waiting = std::mem::take(&mut name.waiting);
        Some((destination, waiting))
    }

    /// The last answer about `destination`.
    pub(super) fn resolved(&self, destination: &Destination) -> Option<&Targets> {
        self.known.get(destination)?.targets.as_ref()
    }

    /// A request got no answer from `target`: others go first for a while.
    pub(super) fn on_failed(&mut self, target: Target, now: Moment) {
        if self.failed.len() >= MAX_NAMES {
            self.failed.retain(|_, at| now.since(*at) < AVOID);
        }
        if self.failed.len() < MAX_NAMES {
            self.failed.insert(target, now);
        }
    }

    fn make_room(&mut self, destination: &Destination) {
        if self.known.len() < MAX_NAMES || self.known.contains_key(destination) {
            return;
        }
        let idle = self.known.iter().filter(|(_, name)| name.query.is_none());
        let idlest = idle.min_by_key(|(_, name)| name.used).map(|(destination, _)| destination.clone());
        if let Some(idlest) = idlest {
            self.known.remove(&idlest);
        }
    }
}

/// An address needs no query (RFC 3263 §4.2).
pub(super) fn literal(destination: &Destination) -> Option<Target> {
    match destination.host {
        Host::Ip(ip) => {
            let port = destination.port.unwrap_or(default_port(destination.transport));
            Some(Target { transport: destination.transport, address: SocketAddr::new(ip, port) })
        }
        Host::Name(_) => None,
    }
}

/// An answer older than this is asked for again when used; meanwhile it serves.
const FRESH: Duration = Duration::from_secs(60);
/// How long a target that failed goes last: then the best one is tried again (fail-back).
const AVOID: Duration = Duration::from_secs(60);
/// At most this many names are remembered, and as many failed targets; the name longest unused is forgotten first.
const MAX_NAMES: usize = 4_096;
/// At most this many targets of one name are tried.
const MAX_TARGETS: usize = 16;
