//! Who watches: a snapshot, then numbered deltas that lead to the next one.

use std::collections::BTreeMap;

use engine::border::{Look, Reply, What};
use engine::call::Command as Wish;
use engine::id::Seq;
use engine::news::{News, Snapshot};
use engine::sip::message::Method;

use crate::far::WithSdp;
use crate::world::World;

fn snapshot(world: &mut World) -> Snapshot {
    match world.command(What::Look(Look::Watch { since: None })) {
        Ok(Reply::Snapshot(snapshot)) => *snapshot,
        other => panic!("no snapshot: {other:?}"),
    }
}

#[test]
fn a_snapshot_and_the_deltas_since_make_the_present() {
    let mut world = World::new();
    let before = snapshot(&mut world);
    let (call, mut far) = world.up();
    world.wish(Wish::Mute { call }).unwrap();
    let (other, _) = world.taken("in1");
    world.deliver(&far.request(Method::Invite).with_sdp("sendonly"));
    world.deliver(&far.request(Method::Bye));
    let Ok(Reply::Deltas(deltas)) = world.command(What::Look(Look::Watch { since: Some(Seq(before.seq)) })) else {
        panic!("no deltas")
    };
    let mut calls: BTreeMap<_, _> = before.calls.into_iter().map(|view| (view.call, view)).collect();
    let mut accounts: BTreeMap<_, _> = before.accounts.into_iter().map(|view| (view.account.clone(), view)).collect();
    for delta in deltas {
        match delta.news {
            News::Call(view) => drop(calls.insert(view.call, view)),
            News::CallEnded(view) => drop(calls.remove(&view.call)),
            News::Account(view) => drop(accounts.insert(view.account.clone(), view)),
            _ => {}
        }
    }
    let now = snapshot(&mut world);
    assert_eq!(calls.into_values().collect::<Vec<_>>(), now.calls);
    assert_eq!(accounts.into_values().collect::<Vec<_>>(), now.accounts);
    assert_eq!(now.calls[0].call, other);
    assert_eq!(now.accounts[0].calls, 1);
}

#[test]
fn a_number_of_another_run_gets_a_snapshot() {
    let mut world = World::new();
    let reply = world.command(What::Look(Look::Watch { since: Some(Seq(1_000_000)) })).unwrap();
    assert!(matches!(reply, Reply::Snapshot(_)));
}
