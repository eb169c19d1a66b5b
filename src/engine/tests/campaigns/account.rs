//! The account of a day outlives restarts and crashes, at any point of an abandonment (GN-18).

use engine::campaign::{Attempt, ResultKind};
use engine::leg::MediaEvent;
use engine::pacing::Reason;

use crate::far::WithSdp;
use crate::scene::Floor;
use crate::world::{ms, seconds};

/// Who found nobody, or may have.
fn abandoned(attempt: &&Attempt) -> bool {
    match attempt.result.map(|result| result.kind) {
        Some(ResultKind::Abandoned) => true,
        Some(ResultKind::Unknown) => attempt.user.is_none(),
        _ => false,
    }
}

/// Begins anew, and waits until the pace is known.
fn restart(floor: Floor) -> Floor {
    let mut floor = floor.crash();
    floor.pass(seconds(31));
    floor.inbox.clear();
    floor.team.clone().into_iter().for_each(|user| {
        floor.comes(user);
        floor.join(user);
    });
    floor.moment();
    floor
}

#[test]
fn GN_18_the_day_goes_on_after_a_crash_at_any_point_of_an_abandonment() {
    let mut cut = 0;
    loop {
        let mut floor = Floor::paced(2, 40, |terms| terms.pace.lines = 1);
        floor.pass(seconds(3));
        let maria = floor.all_rung().remove(0);
        floor.team.clone().into_iter().for_each(|user| floor.leaves(user));
        let call = floor.call_of(&maria).call;
        floor.shell.fuse = Some(cut);
        floor.deliver(&maria.answer(200).with_sdp("sendrecv"));
        floor.pass(seconds(2));
        if !floor.shell.is_dead {
            floor.media(call, MediaEvent::SoundEnded);
        }
        floor.pass(ms(100));
        let is_through = !floor.shell.is_dead;
        let floor = restart(floor);
        let first = floor.shell.store.leads.attempts.values().next().unwrap().clone();
        assert!(abandoned(&&first), "cut after {cut}: {first:?}");
        assert_eq!(floor.pacing().abandoned, 1, "cut after {cut}");
        if is_through {
            assert!(cut > 4, "nothing was cut");
            return;
        }
        cut += 1;
    }
}

#[test]
fn GN_18_a_day_that_is_over_its_limit_is_so_after_a_restart_and_no_more_tomorrow() {
    let mut floor = Floor::paced(10, 400, |terms| terms.pace.lines = 30);
    for _ in 0..3 {
        floor.pass(seconds(3));
        let rung = floor.all_rung();
        let team = floor.team.clone();
        team.iter().for_each(|user| floor.leaves(*user));
        rung.iter().for_each(|far| floor.answers(far));
        floor.pass(seconds(2));
        for far in &rung {
            let call = floor.call_of(far).call;
            floor.media(call, MediaEvent::SoundEnded);
        }
        floor.inbox.clear();
        team.iter().for_each(|user| floor.comes(*user));
    }
    let before = floor.pacing();
    assert!(before.abandoned > 6, "{before:?}");
    let mut floor = restart(floor);
    let after = floor.pacing();
    let counted = floor.shell.store.leads.attempts.values().filter(abandoned).count();
    assert!(after.abandoned >= before.abandoned && after.abandoned == counted as u64, "{before:?} {after:?}");
    assert!(matches!(after.reason, Some(Reason::Day { .. } | Reason::Burst { .. })), "{after:?}");
    assert!(floor.all_rung().len() <= 10, "one call for each who is ready");
    floor.inbox.clear();
    floor.pass(seconds(7 * 3_600));
    assert_eq!(floor.pacing().abandoned, 0, "another day");
}

#[test]
fn what_the_pace_has_learned_outlives_a_restart() {
    let mut floor = Floor::paced(5, 400, |_| {});
    for _ in 0..30 {
        floor.pass(seconds(2));
        let rung = floor.all_rung();
        rung.iter().for_each(|far| floor.refuses(far, 486));
    }
    let before = floor.pacing().answered_permille;
    assert!(before < 400, "nobody answers: {before}");
    floor.pass(seconds(12));
    let floor = restart(floor);
    assert!(floor.pacing().answered_permille.abs_diff(before) < 60, "{} {before}", floor.pacing().answered_permille);
}
