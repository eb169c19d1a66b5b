//! Who works here: rights, associations, and that both are durable before they count.

use engine::border::*;
use engine::call::Command as Wish;
use engine::id::UserId;
use engine::staff::{self, Builtin, Directions, Entry, EntryId, Item, List, Permission, User};

use crate::far::{invite, sdp};
use crate::office::{queue, reason, user};
use crate::shell::pbx::{config, extension};
use crate::world::{World, seconds};

/// Ramais 20 and 21 are registered; Ana sits at 20, Bia at 21.
fn office() -> (World, UserId, UserId) {
    let mut world = World::of(config([extension(20), extension(21)].into_iter()));
    let ana = world.hire(user("ana"));
    let bia = world.hire(User { ramal: Some("21".into()), ..user("bia") });
    for person in [ana, bia] {
        world.work(person, engine::agent::Wish::SignIn { device: None }).unwrap();
    }
    (world, ana, bia)
}

fn code(result: Result<Reply, Refusal>) -> RefusalCode {
    result.expect_err("it is refused").code
}

#[track_caller]
fn field(result: Result<EntryId, Refusal>) -> String {
    result.expect_err("it is refused").field.expect("the refusal names a field")
}

#[test]
fn VZ_13_the_calls_of_a_ramal_are_its_persons_and_nobody_elses() {
    let (mut world, ana, bia) = office();
    let (call, _) = world.rung("c1");
    assert_eq!(world.call(call).user, Some(ana));
    assert_eq!(world.seen_by(ana).calls.len(), 1);
    assert_eq!(world.seen_by(bia).calls.len(), 0);
    assert_eq!(code(world.wish_as(bia, Wish::Answer { call })), RefusalCode::NotFound);
    assert_eq!(code(world.wish_as(bia, Wish::HangUp { call })), RefusalCode::NotFound);
    world.wish_as(ana, Wish::Answer { call }).unwrap();
}

#[test]
fn VZ_13_another_association_counts_at_once_and_a_call_stays_with_who_has_it() {
    let (mut world, ana, bia) = office();
    let (first, _) = world.rung("c1");
    world.edit(Entry::User(User { ramal: None, ..world.user(ana) })).unwrap();
    world.edit(Entry::User(User { ramal: Some("20".into()), ..world.user(bia) })).unwrap();
    let (second, _) = world.rung("c2");
    assert_eq!([first, second].map(|call| world.call(call).user), [Some(ana), Some(bia)]);
    assert_eq!(world.agent(bia).ramal, Some("20".into()), "it shows without a new login");
}

#[test]
fn VZ_13_a_ramal_has_one_person_and_must_exist() {
    let (mut world, ..) = office();
    assert_eq!(field(world.create(Entry::User(user("carla")))), "ramal");
    assert_eq!(field(world.create(Entry::User(User { ramal: Some("99".into()), ..user("carla") }))), "ramal");
    assert_eq!(field(world.create(Entry::User(User { ramal: None, ..user("ANA") }))), "login");
    assert_eq!(field(world.create(Entry::User(User { ramal: None, ..user("a b") }))), "login");
}

#[test]
fn VZ_02_who_is_receptive_dials_nothing_and_who_is_active_is_not_rung() {
    let (mut world, ana, _) = office();
    let dial = || Wish::Dial { route: None, number: "3000".to_owned(), caller_id: None };
    world.edit(Entry::User(User { directions: Directions::Inbound, ..world.user(ana) })).unwrap();
    assert_eq!(code(world.wish_as(ana, dial())), RefusalCode::NotAllowed);
    world.edit(Entry::User(User { directions: Directions::Outbound, ..world.user(ana) })).unwrap();
    world.deliver(&invite("c1", Some(&sdp("sendrecv"))));
    world.got(480);
    assert!(matches!(world.wish_as(ana, dial()), Ok(Reply::Dialled { .. })), "over the own ramal, without naming it");
}

#[test]
fn VZ_16_another_perfil_counts_for_the_very_next_wish() {
    let (mut world, ana, _) = office();
    let dial = || Wish::Dial { route: None, number: "3000".to_owned(), caller_id: None };
    let looks = world.perfil("só olha", &[Permission::CallsSeeAll]);
    world.edit(Entry::User(User { perfil: looks, ..world.user(ana) })).unwrap();
    assert_eq!(code(world.wish_as(ana, dial())), RefusalCode::NotAllowed);
    let calls = [Permission::Calls].into_iter().collect();
    let perfil = staff::Perfil { perfil: looks, name: "só olha".to_owned(), builtin: None, permissions: calls };
    world.edit(Entry::Perfil(perfil)).unwrap();
    assert!(matches!(world.wish_as(ana, dial()), Ok(Reply::Dialled { .. })));
}

#[test]
fn VZ_16_who_may_edit_users_and_not_associate_leaves_ramais_as_they_are() {
    let (mut world, ana, bia) = office();
    let clerk = world.perfil("cadastro", &[Permission::UsersEdit, Permission::UsersList]);
    world.edit(Entry::User(User { perfil: clerk, ..world.user(bia) })).unwrap();
    let renamed = User { name: "Ana Maria".to_owned(), ..world.user(ana) };
    let moved = User { ramal: None, ..renamed.clone() };
    let edit = |user| What::Staff(staff::Command::Edit(Entry::User(user)));
    assert_eq!(code(world.command_as(bia, edit(moved))), RefusalCode::NotAllowed);
    world.command_as(bia, edit(renamed)).unwrap();
    assert_eq!(world.user(ana).name, "Ana Maria");
}

#[test]
fn a_right_counts_once_it_is_written_and_not_when_it_cannot_be() {
    let (mut world, ana, _) = office();
    world.shell.store_fails = true;
    let change = Entry::User(User { perfil: Builtin::Administrator.id(), ..world.user(ana) });
    assert_eq!(code(world.edit(change.clone())), RefusalCode::NotStored);
    assert_eq!(world.user(ana).perfil, Builtin::Agent.id());
    world.shell.store_fails = false;
    world.edit(change).unwrap();
    let world = world.crash();
    assert_eq!(world.user(ana).perfil, Builtin::Administrator.id(), "it outlives a crash");
}

#[test]
fn the_last_administrator_stays_one() {
    let (mut world, ana, bia) = office();
    world.edit(Entry::User(User { perfil: Builtin::Administrator.id(), ..world.user(ana) })).unwrap();
    let resigned = Entry::User(world.user(ana));
    let Entry::User(admin) = resigned else { unreachable!() };
    for change in [User { perfil: Builtin::Agent.id(), ..admin.clone() }, User { active: false, ..admin.clone() }] {
        assert_eq!(code(world.edit(Entry::User(change))), RefusalCode::Invalid);
    }
    world.edit(Entry::User(User { perfil: Builtin::Administrator.id(), ..world.user(bia) })).unwrap();
    world.edit(Entry::User(User { perfil: Builtin::Agent.id(), ..admin })).unwrap();
}

#[test]
fn what_is_built_in_or_used_cannot_be_deleted_and_lists_hold_a_name_once() {
    let (mut world, ana, _) = office();
    let delete = |id| What::Staff(staff::Command::Delete(id));
    assert_eq!(code(world.command(delete(EntryId::Perfil(Builtin::Agent.id())))), RefusalCode::Invalid);
    let used = world.perfil("outro", &[]);
    world.edit(Entry::User(User { perfil: used, ..world.user(ana) })).unwrap();
    assert_eq!(code(world.command(delete(EntryId::Perfil(used)))), RefusalCode::Invalid);
    world.reason(reason("Almoço", None));
    assert_eq!(field(world.create(Entry::Item(reason("almoço", None)))), "name");
    let no_pause = Item { list: List::Department, ..reason("Cobrança", Some(60)) };
    assert_eq!(field(world.create(Entry::Item(no_pause))), "limit_s");
    assert_eq!(field(world.create(Entry::Queue(queue("Faturas", "", 0)))), "number");
    let faturas = world.open_queue(queue("Faturas", "800", 0));
    world.edit(Entry::User(User { queues: [faturas].into(), ..world.user(ana) })).unwrap();
    world.command(delete(EntryId::Queue(faturas))).unwrap();
    assert!(world.user(ana).queues.is_empty(), "nobody is in a queue that is not there");
    assert_eq!(code(world.command(delete(EntryId::Queue(faturas)))), RefusalCode::NoSuchEntry);
}

#[test]
fn changes_that_come_while_one_is_written_are_judged_one_after_the_other() {
    let (mut world, ..) = office();
    world.pass(seconds(1));
    let both = [user("dora"), user("DORA")].map(|person| Entry::User(User { ramal: None, ..person }));
    let answers = world.shell.commands_at_once(both.map(|entry| What::Staff(staff::Command::Create(entry))), world.now);
    world.collect();
    assert!(
        matches!(answers[..], [Ok(Reply::Kept { .. }), Err(Refusal { code: RefusalCode::Invalid, .. })]),
        "{answers:?}"
    );
}
