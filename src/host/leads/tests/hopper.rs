//! Whose turn it is, what the gate is told of them, and what outlives a crash.

use engine::campaign::{
    Attempt, AttemptResult, CoolOff, Facts, LeadFacts, LeadState, PhoneState, Priority, Question, ResultKind, Scope,
    Written,
};
use engine::id::{AttemptId, BatchId, ItemId, UserId};
use engine::records::Record;

use super::*;
use crate::store::SuppressionLine;

pub(super) fn write(store: &Store, records: Vec<Written>) -> Result<(), engine::border::StoreError> {
    let (said, heard) = std::sync::mpsc::channel();
    let batch = records.into_iter().map(Record::Lead).collect();
    store.submit(BatchId(1), batch, move |_, result| said.send(result).unwrap());
    heard.recv().unwrap()
}

pub(super) fn attempt(number: u64, of: &LeadFacts) -> Attempt {
    Attempt {
        attempt: AttemptId(number),
        lead: of.lead.lead,
        campaign: CampaignId(1),
        number: of.lead.phones[0].number.normalised.clone(),
        at: Utc::now(),
        version: 7,
        call: None,
        user: Some(UserId(3)),
        paced: false,
        result: None,
        disposition: None,
    }
}

pub(super) fn fence(of: &LeadFacts) -> u64 {
    match of.lead.state {
        LeadState::Leased { fence, .. } => fence,
        ref other => panic!("{other:?}"),
    }
}

pub(super) fn names(leads: &[LeadFacts]) -> Vec<&str> {
    leads.iter().map(|facts| facts.lead.recipient.as_str()).collect()
}

const TEAM: &str = "nome;telefone;prioridade\n\
                    Ana;11987650001;5\nBia;92987650002;1\nCaio;11987650003;9\nDavi;11987650004;1\nEva;11987650005;5\n";

/// GN-08: on top before all; then priority, time, and who came first.
#[test]
fn gn_08_the_next_leads_come_in_their_order_and_to_one_alone() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, TEAM);
    let two = store.lease(want(&[1], 2)).unwrap().leads;
    assert_eq!(names(&two), ["Bia", "Davi"]);
    let rest = store.lease(want(&[1], 10)).unwrap().leads;
    assert_eq!(names(&rest), ["Ana", "Eva", "Caio"], "nobody is leased twice");

    // Caio was ignored: to the top, not to the same agent. Ana is to be tried in an hour.
    let cool_off = Some(CoolOff { user: UserId(3), until: Utc::now() + TimeDelta::minutes(5) });
    let mut caio = rest[2].lead.clone();
    caio.state = LeadState::Waiting { next: Utc::now(), top: true, cool_off };
    let mut ana = rest[0].lead.clone();
    let later = Utc::now() + TimeDelta::hours(1);
    ana.state = LeadState::Waiting { next: later, top: false, cool_off: None };
    let mut bia = two[0].lead.clone();
    bia.state = LeadState::Waiting { next: Utc::now(), top: false, cool_off: None };
    let fenced = |lead, of| Written::Lead { lead, fence: Some(fence(of)) };
    write(&store, vec![fenced(caio, &rest[2]), fenced(ana, &rest[0]), fenced(bia, &two[0])]).unwrap();
    let kept = store.reader().unwrap().lead(rest[2].lead.lead).unwrap().unwrap().lead;
    let LeadState::Waiting { top: true, cool_off: Some(kept), .. } = kept.state else { panic!("{kept:?}") };
    assert_eq!(kept.user, UserId(3));

    let mut only_here = want(&[1], 10);
    only_here.open.retain(|area, _| *area == Area(11));
    assert_eq!(names(&store.lease(only_here).unwrap().leads), ["Caio"], "Manaus is asleep, Ana is not due");
    let mut in_an_hour = want(&[1], 10);
    in_an_hour.now = later;
    in_an_hour.until = later + TimeDelta::minutes(10);
    assert_eq!(names(&store.lease(in_an_hour).unwrap().leads), ["Caio", "Davi", "Bia", "Eva", "Ana"]);
}

/// Who is leased too long is anybody's again; an attempt under the old lease is refused, and what was decided there not kept.
#[test]
fn a_lease_ends_by_itself_and_nothing_is_written_under_it_any_more() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(1));
    let first = store.lease(want(&[1], 1)).unwrap().leads.remove(0);
    let mut later = want(&[1], 1);
    later.now += TimeDelta::minutes(11);
    later.until = later.now + TimeDelta::minutes(10);
    let second = store.lease(later).unwrap().leads.remove(0);
    assert_eq!(first.lead.lead, second.lead.lead);
    let begun = |of: &LeadFacts, number| Written::Attempt { attempt: attempt(number, of), fence: fence(of) };
    let refused = write(&store, vec![begun(&first, 1)]).unwrap_err();
    assert!(refused.0.contains("lease"), "{refused:?}");
    write(&store, vec![begun(&second, 2)]).unwrap();
    write(&store, vec![begun(&second, 2)]).expect("the same once more changes nothing");
    let done = engine::campaign::Lead { state: LeadState::Done, ..first.lead.clone() };
    write(&store, vec![Written::Lead { lead: done.clone(), fence: Some(fence(&first)) }]).unwrap();
    write(&store, vec![Written::Lead { lead: done, fence: None }]).unwrap();
    let story = store.reader().unwrap().lead(first.lead.lead).unwrap().unwrap();
    assert!(matches!(story.lead.state, LeadState::Leased { .. }), "{:?}", story.lead.state);
    assert_eq!(story.attempts.len(), 1);

    let mut much_later = want(&[1], 1);
    much_later.now += TimeDelta::days(1);
    much_later.until = much_later.now + TimeDelta::minutes(10);
    assert_eq!(store.lease(much_later).unwrap().leads, [], "it is being called");
}

/// GN-13: whoever is in work already is told from the next look of the gate on that the list is not called any more.
#[test]
fn gn_13_what_is_known_of_a_lead_says_how_its_list_stands() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(1));
    let leased = store.lease(want(&[1], 1)).unwrap().leads.remove(0);
    let stands = || {
        let (lead, campaign, aim, periods) = (leased.lead.lead, CampaignId(1), Aim::Sales, since(Utc::now()));
        let question = Question::Lead { lead, campaign, aim, periods, needs: Vec::new() };
        match store.load(engine::records::Question::Leads(question)).unwrap() {
            engine::records::Facts::Leads(Facts::Lead(Some(facts))) => facts.list,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((leased.list, stands()), (engine::campaign::ListStanding::Ready, engine::campaign::ListStanding::Ready));
    store.discard_list(ListId(1)).unwrap();
    assert_eq!(stands(), engine::campaign::ListStanding::Discarded);
}

/// GN-14: attempts over all campaigns and paths, and do-not-call lists as far as they speak of this campaign.
#[test]
fn gn_14_the_gate_is_told_of_every_attempt_and_every_list() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, "nome;telefone\nAna;11987650001\n");
    keep(&store, &scratch, 2, "nome;telefone\nAna;11987650001\n");
    let of_first = store.lease(want(&[1], 1)).unwrap().leads.remove(0);
    let result = |kind| AttemptResult { kind, sip: Some(486), q850: Some(17) };
    let dialled = |number, kind| {
        let begun = Written::Attempt { attempt: attempt(number, &of_first), fence: fence(&of_first) };
        vec![begun, Written::Result { attempt: AttemptId(number), result: result(kind), at: Utc::now() }]
    };
    write(&store, dialled(1, ResultKind::Busy)).unwrap();
    write(&store, dialled(2, ResultKind::NotDialled)).unwrap();
    write(&store, vec![Written::Disposition { attempt: AttemptId(1), disposition: ItemId(5) }]).unwrap();
    write(&store, vec![Written::Disposition { attempt: AttemptId(9), disposition: ItemId(5) }]).unwrap_err();

    let of_second = store.lease(want(&[2], 1)).unwrap().leads.remove(0);
    let known = &of_second.phones[0];
    assert_eq!((known.attempts.day, known.ever), (1, 1), "by another campaign's lead; what was not dialled is none");
    assert_eq!((of_second.tally.ever, known.suppressed.hit.clone()), (0, None));
    let story = store.reader().unwrap().lead(of_first.lead.lead).unwrap().unwrap();
    assert_eq!(story.attempts[0].result, Some(result(ResultKind::Busy)));
    assert_eq!(story.attempts[0].disposition, Some(ItemId(5)));
    let count = store.reader().unwrap().attempts_at("+5511987650001", since(DateTime::UNIX_EPOCH)).unwrap();
    assert_eq!(count.month, 1, "a callback's gate counts it too");

    let entry = |source: &str, scope| SuppressionLine {
        suppression: 0,
        number: "+5511987650001".to_owned(),
        source: source.to_owned(),
        note: String::new(),
        since: Utc::now(),
        until: None,
        user: None,
        scope,
    };
    let of_debts = Scope { campaign: None, aim: Some(Aim::Collection) };
    let of_other = Scope { campaign: Some(CampaignId(2)), aim: None };
    store.suppress(vec![entry("Procon", of_debts), entry("cliente", of_other)]).unwrap();
    let ask = |campaign, aim| {
        let lead = of_first.lead.lead;
        let periods = since(Utc::now());
        let question = Question::Lead { lead, campaign, aim, periods, needs: Vec::new() };
        match store.load(engine::records::Question::Leads(question)).unwrap() {
            engine::records::Facts::Leads(Facts::Lead(Some(facts))) => {
                facts.phones[0].suppressed.hit.as_ref().map(|hit| hit.source.clone())
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(CampaignId(1), Aim::Sales), None);
    assert_eq!(ask(CampaignId(1), Aim::Collection).as_deref(), Some("Procon"));
    assert_eq!(ask(CampaignId(2), Aim::Sales).as_deref(), Some("cliente"));
    let by_callback = store.reader().unwrap().suppression_of("+5511987650001").unwrap().hit.unwrap();
    assert_eq!(by_callback.source, "Procon", "whatever it speaks of, but not of one campaign alone");
}

/// Law 2: an attempt without a result after a crash may have rung. It counts, it is seen, and a person decides.
#[test]
fn gn_14_an_attempt_that_a_crash_cut_off_is_unknown_and_not_made_again() {
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    let store = Store::open(&data).unwrap();
    keep(&store, &scratch, 1, TEAM);
    let leased = store.lease(want(&[1], 2)).unwrap().leads;
    let begun = Written::Attempt { attempt: attempt(1, &leased[0]), fence: fence(&leased[0]) };
    write(&store, vec![begun]).unwrap();
    drop(store);

    let store = Store::open(&data).unwrap();
    let story = store.reader().unwrap().lead(leased[0].lead.lead).unwrap().unwrap();
    assert_eq!(story.lead.state, LeadState::Unknown { attempt: AttemptId(1) });
    assert_eq!(story.lead.attempts, 1);
    assert_eq!(story.attempts[0].result.unwrap().kind, ResultKind::Unknown);
    let next = store.lease(want(&[1], 10)).unwrap().leads;
    assert_eq!(names(&next), ["Davi", "Ana", "Eva", "Caio"], "the other lease is over, Bia waits for a person");

    // The person says that nobody was reached, and the number does not exist.
    let mut bia = story.lead;
    let next = DateTime::from_timestamp_millis(Utc::now().timestamp_millis()).unwrap();
    bia.state = LeadState::Waiting { next, top: false, cool_off: None };
    bia.phones[0].state = PhoneState::Dead;
    bia.priority = Priority(1);
    let said = AttemptResult::plain(ResultKind::NumberUnknown);
    let known = Written::Result { attempt: AttemptId(1), result: said, at: Utc::now() };
    write(&store, vec![known, Written::Lead { lead: bia.clone(), fence: None }]).unwrap();
    let story = store.reader().unwrap().lead(bia.lead).unwrap().unwrap();
    assert_eq!(story.attempts[0].result, Some(said));
    assert_eq!(story.lead, bia.clone());
    // A result that is known stays.
    let other = AttemptResult::plain(ResultKind::Busy);
    write(&store, vec![Written::Result { attempt: AttemptId(1), result: other, at: Utc::now() }]).unwrap();
    let story = store.reader().unwrap().lead(bia.lead).unwrap().unwrap();
    assert_eq!(story.attempts[0].result, Some(said));
}

/// GN-18: the account of a day is what its attempts came to, whatever was written of it before a crash.
#[test]
fn gn_18_the_account_of_a_day_is_counted_anew_and_what_a_crash_cut_off_counts_as_abandoned() {
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    let store = Store::open(&data).unwrap();
    keep(&store, &scratch, 1, TEAM);
    let leased = store.lease(want(&[1], 5)).unwrap().leads;
    let paced = |number: u64, of: &LeadFacts| Attempt { user: None, paced: true, ..attempt(number, of) };
    let begun = |number: u64, of: &LeadFacts| Written::Attempt { attempt: paced(number, of), fence: fence(of) };
    let result = |number: u64, kind| {
        let (attempt, result) = (AttemptId(number), AttemptResult::plain(kind));
        Written::Result { attempt, result, at: Utc::now() }
    };
    // One talked, one was abandoned, one was busy, one was with an agent at the crash, one rang.
    write(&store, (1_u64..=5).zip(&leased).map(|(number, of)| begun(number, of)).collect()).unwrap();
    write(&store, vec![Written::Given { attempt: AttemptId(4), user: UserId(3) }]).unwrap();
    let known = [(1, ResultKind::Connected), (2, ResultKind::Abandoned), (3, ResultKind::Busy)];
    write(&store, known.map(|(number, kind)| result(number, kind)).to_vec()).unwrap();
    let memory = Box::new(engine::pacing::Memory::default());
    write(&store, vec![Written::Pace { campaign: CampaignId(1), day: 8, memory: memory.clone() }]).unwrap();
    drop(store);

    let store = Store::open(&data).unwrap();
    let ask = |question| match store.load(engine::records::Question::Leads(question)).unwrap() {
        engine::records::Facts::Leads(facts) => facts,
        other => panic!("{other:?}"),
    };
    let ago = |hours| Utc::now() - TimeDelta::hours(hours);
    let days = vec![(7, ago(48)), (8, ago(24)), (9, ago(1))];
    let pace = |campaign| match ask(Question::Pace { campaign: CampaignId(campaign), days: days.clone() }) {
        Facts::Pace(known) => known,
        other => panic!("{other:?}"),
    };
    let (none, today) = (Default::default(), engine::pacing::Tally { connected: 2, abandoned: 2 });
    assert_eq!(pace(1).days, [(8, none), (9, today)], "earlier days are in what was learned");
    let learned = pace(1).memory.unwrap();
    assert!((learned.answer_rate() - memory.answer_rate()).abs() < 1e-9);
    assert_eq!(pace(2).days, [(7, none), (8, none), (9, none)]);

    // GN-18: whoever was abandoned, or may have been, is known by the number, in whatever campaign.
    let rests = |of: &LeadFacts| {
        let (lead, campaign, aim, periods) = (of.lead.lead, CampaignId(2), Aim::Sales, since(Utc::now()));
        match ask(Question::Lead { lead, campaign, aim, periods, needs: Vec::new() }) {
            Facts::Lead(Some(facts)) => facts.phones[0].abandoned.is_some(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(leased.iter().map(rests).collect::<Vec<_>>(), [false, true, false, false, true]);
}

/// What was foreseen of a lead that an agent still had becomes true with the end of its lease; a crash in a second attempt does not.
#[test]
fn gn_14_who_was_tried_and_still_had_by_an_agent_is_after_a_crash_as_the_retry_table_says() {
    let scratch = Scratch::new();
    let data = scratch.path().join("data");
    let store = Store::open(&data).unwrap();
    keep(&store, &scratch, 1, TEAM);
    let leased = store.lease(want(&[1], 3)).unwrap().leads;
    let tried = |number: u64, of: &LeadFacts| {
        let begun = Written::Attempt { attempt: attempt(number, of), fence: fence(of) };
        let result = AttemptResult::plain(ResultKind::Connected);
        let ended = Written::Result { attempt: AttemptId(number), result, at: Utc::now() };
        let mut lead = engine::campaign::Lead { state: LeadState::Done, attempts: 1, ..of.lead.clone() };
        lead.phones[0].state = PhoneState::Tried;
        vec![begun, ended, Written::Lapse { lead, fence: fence(of) }]
    };
    let [bia, davi, ana] = [&leased[0], &leased[1], &leased[2]];
    write(&store, tried(1, bia)).unwrap();
    write(&store, tried(2, davi)).unwrap();
    write(&store, vec![Written::Attempt { attempt: attempt(3, davi), fence: fence(davi) }]).unwrap();
    let lead = |of: &LeadFacts| Store::read(&data).unwrap().lead(of.lead.lead).unwrap().unwrap().lead;
    assert!(matches!(lead(bia).state, LeadState::Leased { .. }), "the agent has it still");
    let stale = engine::campaign::Lead { state: LeadState::Done, ..ana.lead.clone() };
    write(&store, vec![Written::Lapse { lead: stale, fence: fence(ana) + 1 }]).unwrap();
    drop(store);

    drop(Store::open(&data).unwrap());
    assert_eq!(
        (lead(bia).state, lead(bia).attempts, lead(bia).phones[0].state),
        (LeadState::Done, 1, PhoneState::Tried)
    );
    assert_eq!(lead(davi).state, LeadState::Unknown { attempt: AttemptId(3) });
    assert!(matches!(lead(ana).state, LeadState::Waiting { .. }), "of another lease");
}

/// GN-19: numbers that do not exist make calls short, so their leads wait for the others where too many are.
#[test]
fn gn_19_leads_with_dead_numbers_go_last_where_too_many_calls_are_short() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, TEAM);
    let bia = store.lease(want(&[1], 1)).unwrap().leads.remove(0);
    let mut lead = bia.lead.clone();
    lead.state = LeadState::Waiting { next: Utc::now(), top: false, cool_off: None };
    lead.phones[0].state = PhoneState::Dead;
    write(&store, vec![Written::Lead { lead, fence: Some(fence(&bia)) }]).unwrap();
    let seen = |dead_last| {
        let leads = store.look_ahead(&engine::campaign::Want { dead_last, ..want(&[1], 10) }).unwrap().leads;
        leads.iter().map(|facts| facts.lead.recipient.clone()).collect::<Vec<_>>()
    };
    assert_eq!(seen(false), ["Davi", "Bia", "Ana", "Eva", "Caio"], "by priority and time");
    assert_eq!(seen(true), ["Davi", "Ana", "Eva", "Caio", "Bia"]);
}
