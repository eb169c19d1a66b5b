//! Breaks planned in shifts: shown, begun, overdue; kept over a crash (VZ-15). The story begins on a Thursday, shortly before half past five in São Paulo.

use chrono::{DateTime, Utc};
use engine::agent::Wish as Work;
use engine::border::RefusalCode;
use engine::id::{ItemId, UserId};
use engine::news::Alert;
use engine::staff::{Break, Entry, EntryId, Item, List, Shift};

use crate::office::{reason, user};
use crate::world::{World, seconds};

const EVENING: (u16, u16) = (15 * 60, 21 * 60);

fn shift(name: &str, users: &[UserId], breaks: &[(u16, u16, ItemId)]) -> Item {
    let breaks = breaks.iter().map(|(at, minutes, reason)| Break { at: *at, minutes: *minutes, reason: *reason });
    let shift = Shift {
        days: (1..=5).collect(),
        from: EVENING.0,
        until: EVENING.1,
        breaks: breaks.collect(),
        users: users.iter().copied().collect(),
    };
    Item { list: List::Shift, shift: Some(shift), ..reason(name, None) }
}

/// Ana at work, with a rest at 17:40 and a meal at 18:30.
fn ana() -> (World, UserId, ItemId, ItemId) {
    let mut world = World::new();
    let ana = world.hire(user("ana"));
    let rest = world.reason(Item { nr17: true, ..reason("Descanso", Some(600)) });
    let meal = world.reason(reason("Lanche", Some(1_200)));
    world.reason(shift("Tarde", &[ana], &[(17 * 60 + 40, 10, rest), (18 * 60 + 30, 20, meal)]));
    (world, ana, rest, meal)
}

fn next(world: &World, user: UserId) -> Option<(ItemId, DateTime<Utc>)> {
    world.agent(user).next_break.map(|next| (next.reason, next.at))
}

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-05-28T{text}:00-03:00").parse().unwrap()
}

fn late(world: &World) -> usize {
    world.standing().iter().filter(|alert| matches!(alert, Alert::BreakOverdue { .. })).count()
}

#[test]
fn VZ_15_a_planned_break_is_shown_told_when_it_is_overdue_and_over_once_it_is_begun() {
    let (mut world, ana, rest, meal) = ana();
    world.work(ana, Work::SignIn { device: None }).unwrap();
    assert_eq!(next(&world, ana), Some((rest, at("17:40"))));
    let left = (at("17:45") - world.agent(ana).since).to_std().unwrap();
    world.pass(left - seconds(1));
    assert_eq!(late(&world), 0);
    world.pass(seconds(1));
    assert_eq!(late(&world), 1);
    world.work(ana, Work::Pause { reason: rest, after_call: false }).unwrap();
    assert_eq!((late(&world), next(&world, ana)), (0, Some((meal, at("18:30")))));
    world.work(ana, Work::Ready).unwrap();
    // The second of the same reason was not planned: it takes no other's place.
    world.work(ana, Work::Pause { reason: rest, after_call: false }).unwrap();
    assert_eq!(next(&world, ana), Some((meal, at("18:30"))));
    world.work(ana, Work::SignOut).unwrap();
    assert_eq!(next(&world, ana), None, "who is not at work has no break");
}

#[test]
fn VZ_15_what_was_begun_is_known_after_a_crash_and_tomorrow_is_another_day() {
    let (mut world, ana, rest, meal) = ana();
    world.work(ana, Work::SignIn { device: None }).unwrap();
    world.work(ana, Work::Pause { reason: rest, after_call: false }).unwrap();
    let mut world = world.crash();
    assert_eq!(next(&world, ana), Some((meal, at("18:30"))));
    world.work(ana, Work::Ready).unwrap();
    world.pass(seconds(4 * 3_600)); // 21:26: the shift is over.
    assert_eq!((next(&world, ana), late(&world)), (None, 0));
    world.pass(seconds(3 * 3_600)); // Friday.
    assert_eq!(next(&world, ana).map(|(reason, _)| reason), Some(rest));
}

#[test]
fn VZ_15_a_shift_that_cannot_be_is_refused_by_its_field() {
    let (mut world, ana, rest, _) = ana();
    let refused = |world: &mut World, item: Item| {
        let refusal = world.create(Entry::Item(item)).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Invalid);
        (refusal.field.unwrap_or_default(), refusal.text)
    };
    let (field, text) = refused(&mut world, shift("Noite", &[ana], &[]));
    assert!(field == "users" && text.contains("Tarde"), "{text}");
    let (field, text) = refused(&mut world, shift("Noite", &[], &[(15 * 60 + 30, 10, rest)]));
    assert!(field == "breaks" && text.contains("NR-17") && text.contains("15:30"), "{text}");
    assert_eq!(refused(&mut world, shift("Noite", &[UserId(99)], &[])).0, "users");
    assert_eq!(refused(&mut world, Item { shift: None, ..shift("Noite", &[], &[]) }).0, "from");
    assert_eq!(refused(&mut world, Item { list: List::Location, ..shift("Noite", &[], &[]) }).0, "list");
}

#[test]
fn VZ_15_a_break_goes_with_its_reason_and_a_place_in_a_shift_with_its_person() {
    let (mut world, ana, rest, meal) = ana();
    world.work(ana, Work::SignIn { device: None }).unwrap();
    let delete = |world: &mut World, id| {
        world.command(engine::border::What::Staff(engine::staff::Command::Delete(id))).unwrap();
    };
    delete(&mut world, EntryId::Item(rest));
    assert_eq!(next(&world, ana), Some((meal, at("18:30"))));
    delete(&mut world, EntryId::User(ana));
    let bia = world.hire(user("bia"));
    world.work(bia, Work::SignIn { device: None }).unwrap();
    assert_eq!(next(&world, bia), None);
}
