//! A personal promise whose owner is not there (CB-11).

use engine::callback::{Owner, Phase, Standing, Then, Wrong};

use crate::scene::Office;

#[test]
fn CB_11_after_the_grace_the_queue_keeps_it() {
    // Which queue: the scene's.
    let mut office = Office::with(|escala| escala.absence.then = Then::Queue(engine::id::QueueId(0)));
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.leaves(office.ana);
    office.at("18:14:55");
    assert_eq!(office.standing(id), Standing::Waiting, "Bia is free, and it is not hers yet");
    office.at("18:15:01");
    office.rings("21");
}

#[test]
fn CB_11_the_owner_who_is_back_within_the_grace_keeps_it() {
    let mut office = Office::with(|escala| escala.absence.then = Then::Queue(engine::id::QueueId(0)));
    office.promise(Owner::Person(office.ana), "18:00");
    office.leaves(office.ana);
    office.at("18:10:00");
    office.comes(office.ana);
    office.moment();
    office.rings("20");
}

#[test]
fn CB_11_or_it_stays_and_somebody_is_told() {
    let mut office = Office::new();
    let id = office.promise(Owner::Person(office.ana), "18:00");
    office.leaves(office.ana);
    office.at("18:14:55");
    assert_eq!(office.wrongs(), []);
    office.at("18:16:00");
    assert_eq!((office.wrongs(), office.standing(id)), (vec![Wrong::OwnerAbsent], Standing::Waiting));
    assert_eq!(office.standing_alerts(), 1);
    office.comes(office.ana);
    office.moment();
    office.rings("20");
    assert!(matches!(office.phase(id), Phase::Trying(_)));
    assert_eq!(office.standing_alerts(), 0);
}
