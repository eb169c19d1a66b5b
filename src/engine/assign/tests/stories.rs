//! Days at work.

use super::*;

#[test]
fn the_longest_free_allowed_person_gets_the_most_urgent_work() {
    let mut assign = Assign::new(0);
    assign.free(BRUNO, at(5), &queues(&[SALES]), at(10));
    assign.free(ANA, at(9), &queues(&[SALES, SERVICE]), at(10));
    assign.add(work(callback(1), Wanted::Queue(SALES)), at(11));
    assert_eq!(offered(&mut assign), [(BRUNO, callback(1))]);
    assign.add(work(callback(2), Wanted::Queue(SERVICE)), at(12));
    assert_eq!(offered(&mut assign), [(ANA, callback(2))], "only she is in that queue");

    let urgent = WorkItem { priority: 9, since: at(14), ..work(callback(5), Wanted::Queue(SALES)) };
    assign.add(WorkItem { since: at(13), ..work(callback(3), Wanted::Queue(SALES)) }, at(15));
    assign.add(WorkItem { since: at(12), ..work(callback(4), Wanted::Person(UserId(3))) }, at(15));
    assign.add(WorkItem { since: at(15), ..work(Work::Return(PromiseId(6)), Wanted::Queue(SALES)) }, at(15));
    assign.add(urgent, at(15));
    for (user, expected) in [(3, callback(5)), (4, Work::Return(PromiseId(6))), (5, callback(3))] {
        assign.free(UserId(user), at(20), &queues(&[SALES]), at(20));
        assert_eq!(offered(&mut assign), [(UserId(user), expected)], "priority, then a return, then who waits longest");
    }
    assert_eq!(assign.waiting().map(|item| item.work).collect::<Vec<_>>(), [callback(4)]);
}

#[test]
fn cb_11_the_owner_comes_first_and_after_the_grace_anybody_of_the_queue() {
    let wanted = Wanted::First { person: ANA, others: SALES, others_from: at(900) };
    let mut assign = Assign::new(0);
    assign.free(BRUNO, at(0), &queues(&[SALES]), at(0));
    assign.add(work(callback(1), wanted), at(0));
    assert_eq!((offered(&mut assign), assign.poll_timeout()), (vec![], Some(at(900))));
    assign.on_timeout(at(900));
    assert_eq!(offered(&mut assign), [(BRUNO, callback(1))]);

    let mut assign = Assign::new(0);
    assign.free(BRUNO, at(0), &queues(&[SALES]), at(0));
    assign.free(ANA, at(899), &queues(&[]), at(899));
    assign.add(work(callback(1), wanted), at(1000));
    assert_eq!(offered(&mut assign), [(ANA, callback(1))], "free at last, she still comes before the longer free");
}

#[test]
fn a_lapsed_offer_keeps_its_place_and_goes_to_another_person_first() {
    let mut assign = Assign::new(0);
    assign.add(work(callback(1), Wanted::Queue(SALES)), at(0));
    assign.free(ANA, at(0), &queues(&[SALES]), at(0));
    assign.free(BRUNO, at(1), &queues(&[SALES]), at(1));
    assert_eq!(offered(&mut assign), [(ANA, callback(1))]);
    assign.on_timeout(at(20));
    assert_eq!(offered(&mut assign), [(BRUNO, callback(1))]);
    assign.on_timeout(at(40));
    assert_eq!(offered(&mut assign), [(ANA, callback(1))]);
    assign.gone(BRUNO, at(41));
    assign.add(WorkItem { since: at(42), ..work(callback(2), Wanted::Queue(SALES)) }, at(42));
    assign.on_timeout(at(60));
    assert_eq!(offered(&mut assign), [(ANA, callback(2))], "alone, she gets the other work first");
    assign.withdraw(callback(2), at(61));
    assert_eq!(offered(&mut assign), [(ANA, callback(1))], "and the same again where there is no other");
}

#[test]
fn who_accepts_too_late_accepts_nothing() {
    let mut assign = Assign::new(7);
    assign.add(work(callback(1), Wanted::Queue(SALES)), at(0));
    assign.free(ANA, at(0), &queues(&[SALES]), at(0));
    let first = assign.lease(callback(1)).expect("she is free");
    assert_eq!((first.fence, first.until), (8, at(20)));
    assert_eq!(
        assign.accept(callback(1), first.fence, at(20)),
        Err(TooLate),
        "its time is over at its end, timer or not"
    );
    let second = assign.lease(callback(1)).expect("there is nobody else");
    assert_eq!(assign.accept(callback(1), first.fence, at(21)), Err(TooLate));
    assert_eq!(assign.accept(callback(1), second.fence, at(21)), Ok(second));
    assert_eq!((assign.lease_of(ANA), assign.lease(callback(1)), assign.poll_timeout()), (None, None, None));
    assign.add(work(callback(2), Wanted::Queue(SALES)), at(22));
    assert_eq!(assign.lease(callback(2)), None, "she is in a call till she is told free again");
}

#[test]
fn a_withdrawn_person_or_work_gives_the_other_back_at_once() {
    let mut assign = Assign::new(0);
    assign.free(ANA, at(0), &queues(&[SALES]), at(0));
    assign.free(BRUNO, at(1), &queues(&[SALES]), at(1));
    assign.add(work(callback(1), Wanted::Queue(SALES)), at(2));
    assign.gone(ANA, at(3));
    assert_eq!(offered(&mut assign), [(ANA, callback(1)), (BRUNO, callback(1))]);
    assign.add(work(callback(2), Wanted::Queue(SALES)), at(4));
    let lease = assign.lease(callback(1)).expect("Bruno holds it");
    assign.withdraw(callback(1), at(5));
    let told = events(&mut assign);
    assert!(
        matches!(told.as_slice(), [Event::Ended(ended, Ending::Withdrawn), Event::Leased(Lease { work, user: BRUNO, .. })]
        if *ended == lease && *work == callback(2))
    );
    assign.free(BRUNO, at(1), &queues(&[SERVICE]), at(6));
    assert_eq!(assign.lease(callback(2)), None, "he left that queue");
    assign.free(BRUNO, at(1), &queues(&[SERVICE, SALES]), at(7));
    let lease = assign.lease(callback(2));
    assign.free(BRUNO, at(1), &queues(&[SALES]), at(8));
    assert_eq!(
        (lease.map(|lease| lease.user), assign.lease(callback(2))),
        (Some(BRUNO), lease),
        "this change leaves it"
    );
}

#[test]
fn cb_14_waiting_too_long_is_told_once() {
    let mut assign = Assign::new(0);
    assign.add(WorkItem { deadline: Some(at(30)), ..work(callback(1), Wanted::Queue(SALES)) }, at(0));
    assign.free(ANA, at(15), &queues(&[SALES]), at(15));
    assert_eq!(events(&mut assign).len(), 1);
    assign.on_timeout(at(30));
    assert_eq!(events(&mut assign), [], "somebody holds it");
    assign.gone(ANA, at(31));
    assign.on_timeout(at(31));
    assert_eq!(events(&mut assign).last(), Some(&Event::WaitsTooLong(callback(1))));
    assign.free(ANA, at(40), &queues(&[SALES]), at(40));
    assign.gone(ANA, at(41));
    assign.on_timeout(at(1000));
    assert!(!events(&mut assign).contains(&Event::WaitsTooLong(callback(1))));
}

#[test]
fn ten_thousand_pieces_of_work_go_to_five_hundred_people_in_order() {
    let mut assign = Assign::new(0);
    let queue = |n: u64| QueueId(n % 10);
    for n in 0..10_000 {
        let item = WorkItem { since: at(10_000 - n), ..work(callback(n), Wanted::Queue(queue(n))) };
        assign.add(item, at(10_000));
    }
    let mut done = Vec::new();
    for round in 0..20 {
        for user in 0..500 {
            assign.free(UserId(user), at(10_000 + round), &queues(&[queue(user)]), at(10_000 + round));
            let lease = assign.lease_of(UserId(user)).expect("there is work for each");
            assign.accept(lease.work, lease.fence, at(10_000 + round)).expect("the lease is new");
            done.push(lease.work);
        }
    }
    assert!(assign.waiting().next().is_none());
    let of_queue = |n: u64| done.iter().filter(move |work| matches!(work, Work::Callback(id) if id.0 % 10 == n));
    assert!((0..10).all(|n| of_queue(n).is_sorted_by(|a, b| a > b)), "the last that came was wanted the longest");
}

#[test]
fn gn_08_who_let_a_record_go_by_gets_it_no_more_for_a_while_though_nobody_else_is_there() {
    let (mut assign, campaign) = (Assign::new(0), CampaignId(9));
    let record = Work::Record(LeadId(1));
    assign.free(ANA, at(0), &BTreeSet::from([Team::Campaign(campaign)]), at(0));
    assign.add(work(record, Wanted::Campaign { campaign, not: None }), at(0));
    assert_eq!(offered(&mut assign), [(ANA, record)]);
    assign.add(work(record, Wanted::Campaign { campaign, not: Some((ANA, at(600))) }), at(5));
    assert_eq!(assign.lease(record), None);
    let another = Work::Record(LeadId(2));
    assign.add(work(another, Wanted::Campaign { campaign, not: None }), at(5));
    assert_eq!(assign.lease(another).map(|lease| lease.user), Some(ANA), "she is free for all others");
    assign.withdraw(another, at(5));
    assign.free(BRUNO, at(6), &BTreeSet::from([Team::Campaign(campaign)]), at(6));
    assert_eq!(assign.lease(record).map(|lease| lease.user), Some(BRUNO));
    assign.gone(BRUNO, at(7));
    assert_eq!(assign.poll_timeout(), Some(at(600)));
    assign.on_timeout(at(600));
    assert_eq!(assign.lease(record).map(|lease| lease.user), Some(ANA), "her time is over");
}
