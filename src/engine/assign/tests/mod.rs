//! Who gets which work, told as stories and walked at random beside a model that looks at all pairs.

mod stories;
mod walk;

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::id::{CampaignId, LeadId, PromiseId, QueueId};

const LEASE: Duration = Duration::from_secs(20);
const ANA: UserId = UserId(1);
const BRUNO: UserId = UserId(2);
const SALES: QueueId = QueueId(1);
const SERVICE: QueueId = QueueId(2);

fn at(seconds: u64) -> Moment {
    Moment::ZERO + Duration::from_secs(seconds)
}

fn queues(queues: &[QueueId]) -> BTreeSet<Team> {
    queues.iter().copied().map(Team::Queue).collect()
}

fn callback(id: u64) -> Work {
    Work::Callback(PromiseId(id))
}

fn work(work: Work, wanted: Wanted) -> WorkItem {
    WorkItem { work, priority: 0, wanted, since: at(0), deadline: None, lease: LEASE }
}

/// Who was offered what since the last look, and how leases ended.
fn events(assign: &mut Assign) -> Vec<Event> {
    std::iter::from_fn(|| assign.poll_event()).collect()
}

fn offered(assign: &mut Assign) -> Vec<(UserId, Work)> {
    let leased = events(assign).into_iter().filter_map(|event| match event {
        Event::Leased(lease) => Some((lease.user, lease.work)),
        Event::Ended(..) | Event::WaitsTooLong(_) => None,
    });
    leased.collect()
}
