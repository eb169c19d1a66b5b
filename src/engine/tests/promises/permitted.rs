//! Who may do what with promises (CB-02).

use engine::border::*;
use engine::callback::{Command as Wish, Owner};
use engine::id::{PromiseId, UserId};
use engine::staff::{Entry, Permission, User};

use crate::scene::{Office, refused};

const FOUR: [Permission; 4] =
    [Permission::CallbacksSee, Permission::CallbacksCreate, Permission::CallbacksEdit, Permission::CallbacksCancel];

/// Ana has all four but one.
fn without(office: &mut Office, missing: Permission) {
    let rights: Vec<_> = FOUR.into_iter().chain([Permission::Calls]).filter(|right| *right != missing).collect();
    let perfil = office.perfil(missing.name(), &rights);
    let ana = office.user(office.ana);
    office.edit(Entry::User(User { perfil, ..ana })).unwrap();
}

/// Each right's wish, for a promise of Ana's.
fn wish(office: &Office, right: Permission, promise: PromiseId) -> Wish {
    let (own, version) = (Owner::Person(office.ana), office.row(promise).promise.version);
    match right {
        Permission::CallbacksSee => Wish::Slots { schedule: office.escala, from: office.today(), days: 1 },
        Permission::CallbacksCreate => office.create(own, "18:00"),
        Permission::CallbacksEdit => Wish::Edit { promise, version, form: office.form(own, "18:30") },
        _ => Wish::Cancel { promise, version },
    }
}

#[test]
fn CB_02_each_of_the_four_permissions_is_needed_for_its_own_and_counts_at_once() {
    let mut office = Office::new();
    let ana = office.ana;
    for right in FOUR {
        let promise = office.promise(Owner::Person(ana), "19:00");
        let all = office.user(ana);
        without(&mut office, right);
        let own = wish(&office, right, promise);
        assert_eq!(refused(office.promise_as(ana, own.clone())), RefusalCode::NotAllowed, "{right:?}");
        office.edit(Entry::User(all)).unwrap();
        assert!(office.promise_as(ana, own).is_ok(), "{right:?}");
        let version = office.row(promise).promise.version;
        let _over = office.promise_as(ana, Wish::Cancel { promise, version });
    }
}

#[test]
fn CB_02_of_somebody_elses_promise_nothing_is_known() {
    let mut office = Office::new();
    let (ana, bia) = (office.ana, office.bia);
    let promise = office.promise(Owner::Person(ana), "19:00");
    for right in [Permission::CallbacksEdit, Permission::CallbacksCancel] {
        let theirs = wish(&office, right, promise);
        assert_eq!(refused(office.promise_as(bia, theirs)), RefusalCode::NotFound, "{right:?}");
    }
    let for_ana = office.create(Owner::Person(ana), "19:00");
    assert_ne!(office.promise_as(bia, for_ana).err().map(|refusal| refusal.code), None, "in nobody else's name");
    for user in [ana, bia] {
        let unknown = Wish::Cancel { promise: PromiseId(99), version: 1 };
        assert_eq!(refused(office.promise_as(user, unknown)), RefusalCode::NotFound);
        let reassign = Wish::Reassign { promise, version: 1, owner: Owner::Person(bia) };
        assert!(office.promise_as(user, reassign).is_err(), "supervisors hand on");
    }
    assert_eq!(office.row(promise).promise.version, 1);
}

#[test]
fn CB_02_who_edits_an_own_promise_does_not_hand_it_to_somebody_else() {
    let mut office = Office::new();
    let (ana, bia) = (office.ana, office.bia);
    let promise = office.promise(Owner::Person(ana), "19:00");
    let edit = |office: &mut Office, owner: Owner, version| {
        let form = office.form(owner, "19:00");
        office.promise_as(ana, Wish::Edit { promise, version, form })
    };
    assert_eq!(refused(edit(&mut office, Owner::Person(bia), 1)), RefusalCode::NotFound);
    let sac = Owner::Queue(office.sac);
    assert!(edit(&mut office, sac, 1).is_ok(), "to the own queue it may go");
}

#[test]
fn CB_02_a_supervisor_changes_hands_on_and_cancels_everybodys() {
    let mut office = Office::new();
    let promise = office.promise(Owner::Person(office.ana), "19:00");
    let (rita, bia) = (supervisor(&mut office), office.bia);
    let reassign = Wish::Reassign { promise, version: 1, owner: Owner::Person(bia) };
    office.promise_as(rita, reassign).unwrap();
    assert_eq!(office.row(promise).promise.terms.owner, Owner::Person(bia));
    office.promise_as(rita, Wish::Cancel { promise, version: 2 }).unwrap();
    office.at("19:05:00");
    office.nobody_is_called();
}

fn supervisor(office: &mut Office) -> UserId {
    let perfil = engine::staff::Builtin::Supervisor.id();
    office.hire(User { perfil, ramal: None, ..crate::office::user("rita") })
}
