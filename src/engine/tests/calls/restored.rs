//! A base put in place from a copy waits for its confirmation; a store that failed is asked whether it works again.

use engine::border::*;
use engine::news::{Alert, News};
use engine::records::Record;

use crate::world::{World, seconds};

/// A world whose base was restored.
fn restored() -> World {
    let mut world = World::new();
    world.shell.store.restored = Some(chrono::DateTime::UNIX_EPOCH);
    world.crash()
}

#[test]
fn a_restored_base_is_confirmed_once_that_is_written_and_stays_so() {
    let mut world = restored();
    assert_eq!(world.shell.engine.restored(), Some(chrono::DateTime::UNIX_EPOCH));
    world.shell.store_fails = true;
    let refused = world.command(What::Daemon(DaemonCommand::ConfirmRestored)).unwrap_err();
    assert_eq!(refused.code, RefusalCode::NotStored);
    assert!(world.shell.engine.restored().is_some(), "what is not written is not so");
    world.shell.store_fails = false;
    let world = world.crash();
    assert!(world.shell.engine.restored().is_some(), "a restart is no confirmation");
    let mut world = world;
    assert_eq!(world.command(What::Daemon(DaemonCommand::ConfirmRestored)), Ok(Reply::Done));
    assert_eq!(world.shell.engine.restored(), None);
    let mut world = world.crash();
    assert_eq!(world.shell.engine.restored(), None);
    assert_eq!(world.command(What::Daemon(DaemonCommand::ConfirmRestored)), Ok(Reply::Done), "twice is once");
    let confirmed = world.shell.store.records.iter().filter(|record| **record == Record::RestoredConfirmed);
    assert_eq!(confirmed.count(), 1);
}

#[test]
fn an_idle_store_that_failed_is_tried_every_ten_seconds_until_it_works() {
    let mut world = World::new();
    let tried = |world: &World| {
        world.shell.store.records.iter().filter(|record| matches!(record, Record::Alive { .. })).count()
    };
    world.pass(seconds(9));
    let before = tried(&world);
    world.shell.store_fails = true;
    let quiet = AccountCommand::DoNotDisturb { account: "20".into(), on: true };
    world.command(What::Account(quiet)).unwrap();
    let works = |world: &World| {
        let told = world.shell.news.iter().filter_map(|(_, news)| match news {
            News::Alert(Alert::StoreFailing { .. }) => Some(false),
            News::Alert(Alert::StoreWorks) => Some(true),
            _ => None,
        });
        told.collect::<Vec<_>>().pop()
    };
    assert_eq!(works(&world), Some(false), "a wish could not be kept");
    world.pass(seconds(25));
    assert_eq!(works(&world), Some(false));
    world.shell.store_fails = false;
    world.pass(seconds(10));
    assert_eq!((works(&world), tried(&world)), (Some(true), before + 1));
}
