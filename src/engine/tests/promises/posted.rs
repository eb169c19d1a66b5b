//! Messages on their way out: by a gateway, and what a refusal means for another try (AG-06).

use std::collections::BTreeSet;
use std::time::Duration;

use engine::appointment::{Action, Draft};
use engine::border::*;
use engine::news::{Alert, News};
use engine::outbox::{self, Dead, Destination, Outcome, Phase, Post};

use crate::appointed::{DONE, House};
use crate::world::seconds;

impl House {
    /// With gateways of these names, from now on.
    fn with_hooks(mut self, names: &[&str]) -> House {
        self.configure(names);
        self
    }

    fn configure(&mut self, names: &[&str]) {
        let hooks: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let config = engine::config::Config { hooks, ..self.office.config.clone() };
        self.office.change_config(config);
    }

    /// A case is opened, and Maria written to by WhatsApp.
    fn by_hook(&self, time: &str) -> Draft {
        let mut draft = self.draft(Action::OpenCase, time);
        if let Some(message) = &mut draft.message
            && let Destination::Text { number } = &message.to
        {
            message.to = Destination::Webhook { hook: "whatsapp".to_owned(), number: Some(number.clone()) };
        }
        draft
    }

    #[track_caller]
    fn posted(&mut self) -> Post {
        self.office.shell.posts.pop_front().expect("a gateway was asked")
    }

    fn answer(&mut self, post: &Post, outcome: Outcome) {
        let now = self.office.now;
        self.office.shell.handle(Input::Posted(post.id, outcome), now);
    }

    fn row(&self) -> outbox::Row {
        self.office.shell.store.appointed.letters.values().next().expect("a letter").clone()
    }

    fn is_told_of(&self, dead: Dead) -> bool {
        let of = |news: &News| matches!(news, News::Alert(Alert::Letter(alert)) if alert.why == dead);
        self.office.shell.news.iter().any(|(_, news)| of(news))
    }
}

fn busy() -> Outcome {
    Outcome::Failed { why: "the gateway answered 503".to_owned(), wait: Some(Duration::from_secs(90)) }
}

#[test]
fn AG_06_a_message_goes_by_the_gateway_that_was_chosen_and_again_by_the_same_key() {
    let mut house = House::new().with_hooks(&["sms", "whatsapp"]);
    let draft = house.by_hook("18:00:00");
    let Ok(Reply::Appointed { appointment }) = house.ask(draft) else { panic!("not appointed") };
    house.office.at("18:00:01");
    assert_eq!(house.phase(appointment), DONE, "it is on its way");
    let first = house.posted();
    let number = first.number.as_ref().map(|number| number.normalised.as_str());
    assert_eq!((first.hook.as_str(), number), ("whatsapp", Some("+5511912345678")));
    assert_eq!((first.text.as_str(), first.appointment), ("Sua visita é amanhã.", Some(appointment)));
    house.answer(&first, busy());
    assert_eq!(house.letters(), [Phase::Queued]);
    house.office.pass(seconds(80));
    assert!(house.office.shell.posts.is_empty(), "it asked for a minute and a half");
    house.office.pass(seconds(20));
    let second = house.posted();
    assert_eq!((&second.key, second.id.attempt), (&first.key, first.id.attempt + 1));
    house.answer(&first, Outcome::Refused { why: "late".to_owned() });
    assert_eq!(house.letters(), [Phase::Trying], "what is said of an earlier try is over");
    house.answer(&second, Outcome::Delivered);
    assert_eq!(house.letters(), [Phase::Done]);
}

#[test]
fn AG_06_what_a_gateway_refuses_waits_for_a_person() {
    let mut house = House::new().with_hooks(&["whatsapp"]);
    let draft = house.by_hook("18:00:00");
    house.ask(draft).unwrap();
    house.office.at("18:00:01");
    let post = house.posted();
    house.answer(&post, Outcome::Refused { why: "the gateway answered 400".to_owned() });
    assert_eq!(house.letters(), [Phase::Dead(Dead::Refused)]);
    assert!(house.is_told_of(Dead::Refused));
    let (item, version) = (post.id.item, house.row().item.version);
    let helena = house.helena;
    let retry = What::Outbox(outbox::Command::Retry { item, version });
    assert_eq!(house.office.command_as(helena, retry), Ok(Reply::Posted { item }));
    assert_eq!(house.posted().key, post.key);
}

#[test]
fn AG_06_a_gateway_that_is_unknown_is_refused_and_what_waits_for_one_that_was_taken_away_is_a_persons_at_once() {
    let mut house = House::new().with_hooks(&["sms"]);
    let draft = house.by_hook("18:00:00");
    let refusal = house.ask(draft.clone()).unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("message")));
    house.configure(&["whatsapp"]);
    house.ask(draft).unwrap();
    house.office.at("18:00:01");
    let first = house.posted();
    house.answer(&first, busy());
    assert_eq!(house.letters(), [Phase::Queued]);
    house.configure(&[]);
    assert_eq!(house.letters(), [Phase::Dead(Dead::Refused)], "not when its turn comes");
    assert!(house.is_told_of(Dead::Refused));
    let why = house.row().item.why.unwrap_or_default();
    assert!(why.starts_with("no gateway whatsapp is configured"), "{why}");
    let (item, helena) = (first.id.item, house.helena);
    let retry = |house: &House| What::Outbox(outbox::Command::Retry { item, version: house.row().item.version });
    let again = retry(&house);
    assert_eq!(house.office.command_as(helena, again), Ok(Reply::Posted { item }));
    assert_eq!(house.letters(), [Phase::Dead(Dead::Refused)], "it is still not there");
    house.configure(&["whatsapp"]);
    let again = retry(&house);
    assert_eq!(house.office.command_as(helena, again), Ok(Reply::Posted { item }));
    assert_eq!(house.posted().key, first.key);
}

#[test]
fn AG_06_a_gateway_that_is_gone_after_a_restart_or_at_night_leaves_nothing_waiting() {
    let mut house = House::new().with_hooks(&["whatsapp"]);
    let draft = house.by_hook("23:00:00");
    house.ask(draft).unwrap();
    house.configure(&[]);
    house.office.at("23:00:01");
    assert_eq!(house.letters(), [Phase::Dead(Dead::Refused)], "the gate's morning is not waited for");
    let mut house = House::new().with_hooks(&["whatsapp"]);
    let draft = house.by_hook("18:00:00");
    house.ask(draft).unwrap();
    house.office.at("18:00:01");
    let post = house.posted();
    house.answer(&post, busy());
    house.office.config.hooks.clear();
    let house = house.crash();
    assert_eq!(house.letters(), [Phase::Dead(Dead::Refused)]);
}

#[test]
fn AG_06_the_gate_is_asked_for_what_goes_by_a_gateway_too() {
    let mut house = House::new().with_hooks(&["whatsapp"]);
    let draft = house.by_hook("23:00:00");
    house.ask(draft).unwrap();
    house.office.at("23:00:01");
    assert!(house.office.shell.posts.is_empty(), "at night nobody is written to");
    assert_eq!(house.letters(), [Phase::Queued]);
    house.office.pass(seconds(8 * 3_600));
    house.posted();
}

#[test]
fn AG_06_after_a_crash_the_gateway_gets_it_again_under_the_same_key() {
    let mut house = House::new().with_hooks(&["whatsapp"]);
    let draft = house.by_hook("18:00:00");
    house.ask(draft).unwrap();
    house.office.at("18:00:01");
    let first = house.posted();
    let mut house = house.crash();
    house.office.pass(seconds(20));
    let second = house.posted();
    assert_eq!((&second.key, &second.text), (&first.key, &first.text));
    house.answer(&second, Outcome::Delivered);
    assert_eq!(house.letters(), [Phase::Done]);
}

#[test]
fn AG_06_limits_of_concurrent_calls_do_not_keep_a_text_from_going_out() {
    let mut house = House::new();
    let mut config = house.office.config.clone();
    let limits = engine::config::Limits { calls_at_once: 0, calls_per_minute: 0 };
    config.accounts.values_mut().for_each(|account| account.limits = limits);
    house.office.change_config(config);
    let refused = house.office.try_dial("11912345678").unwrap_err();
    assert_eq!(refused.rule.as_deref(), Some("calls-at-once"), "{}", refused.text);
    let draft = house.draft(Action::OpenCase, "18:00:00");
    house.ask(draft).unwrap();
    house.office.at("18:00:01");
    house.text(200);
    assert_eq!(house.letters(), [Phase::Done]);
}

/// RFC 3261 §21.4, §21.6: the number is wrong, or texts are not taken there.
#[test]
fn AG_06_a_text_that_will_never_be_taken_is_a_persons_at_once() {
    for status in [403, 404, 405, 410, 415, 484, 488, 604] {
        let mut house = House::new();
        let draft = house.draft(Action::OpenCase, "18:00:00");
        house.ask(draft).unwrap();
        house.office.at("18:00:01");
        house.text(status);
        assert_eq!(house.letters(), [Phase::Dead(Dead::Refused)], "{status}");
        assert!(house.is_told_of(Dead::Refused), "{status}");
        let why = house.row().item.why.unwrap_or_default();
        assert!(why.contains(&status.to_string()), "{why}");
    }
}

/// Whoever is away or busy, and a server in trouble, may take it the next time.
#[test]
fn AG_06_a_text_that_is_not_taken_now_is_tried_again() {
    for status in [408, 480, 486, 500, 503] {
        let mut house = House::new();
        let draft = house.draft(Action::OpenCase, "18:00:00");
        house.ask(draft).unwrap();
        house.office.at("18:00:01");
        house.text(status);
        assert_eq!(house.letters(), [Phase::Queued], "{status}");
        // The same request over again.
        house.office.world.inbox.clear();
        house.office.pass(seconds(20));
        house.text(200);
        assert_eq!(house.letters(), [Phase::Done], "{status}");
    }
}
