//! What became of each lead is told to the customer's own systems.

use engine::border::{Input, RefusalCode};
use engine::campaign::{Campaign, DialMode, LeadState, Wish};
use engine::outbox::{Outcome, Post};
use engine::staff::Entry;
use serde_json::{Value, json};

use crate::scene::{Floor, number};
use crate::world::seconds;

const DIAL: Wish = Wish::Dial { phone: 0, caller_id: None };

impl Floor {
    fn posted(&mut self) -> (Post, Value) {
        self.moment();
        let post = self.shell.posts.pop_front().expect("the gateway is asked");
        let told = serde_json::from_str(&post.text).expect("JSON");
        (post, told)
    }

    fn delivered(&mut self, post: &Post, outcome: Outcome) {
        let now = self.now;
        self.shell.handle(Input::Posted(post.id, outcome), now);
        self.collect();
    }
}

#[test]
fn GN_14_a_gateway_is_told_once_of_each_lead_what_was_tried_and_said_and_what_becomes_of_it() {
    let mut floor = Floor::new(DialMode::Preview);
    floor.tell("crm");
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 486);
    floor.wish(ana, DIAL).unwrap();
    let maria = floor.rings("20", &number(1));
    floor.answers(&maria);
    floor.hangs_up();
    floor.moment();
    assert!(floor.shell.posts.is_empty(), "its agent is not done with it");
    floor.wish(ana, Wish::Close { disposition: None, stop: true }).unwrap();
    let (post, told) = floor.posted();
    assert_eq!((post.hook.as_str(), post.event, post.number.as_ref()), ("crm", true, None));
    assert_eq!((&told["event"], &told["campaign"]["name"]), (&json!("lead"), &json!("Renova")));
    assert_eq!((&told["lead"]["id"], &told["lead"]["fields"]), (&json!("1"), &json!({ "plano": "Essencial" })));
    let results: Vec<&Value> = told["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["result"]).collect();
    assert_eq!(results, ["busy", "connected"]);
    assert_eq!((&told["agent"]["id"], &told["state"]), (&json!(ana.to_string()), &json!("done")));
    floor.delivered(&post, Outcome::Delivered);
    floor.pass(seconds(120));
    assert!(floor.shell.posts.is_empty(), "once");
}

#[test]
fn GN_14_what_no_agent_had_is_told_too_and_what_was_never_dialled_is_not() {
    let mut floor = Floor::new(DialMode::Progressive);
    floor.tell("crm");
    let ana = floor.ana;
    floor.join(ana);
    let maria = floor.rings("20", &number(1));
    floor.refuses(&maria, 404);
    let (post, told) = floor.posted();
    assert_eq!((&told["state"], &told["why"]), (&json!("exhausted"), &json!("numbers-dead")));
    assert_eq!(told["attempts"][0]["sip"], 404);
    assert_eq!(post.key, format!("lead-1-{}", post.key.rsplit('-').next().unwrap()));
    floor.steer(engine::campaign::Steer::Stop);
    floor.moment();
    assert!(floor.shell.posts.iter().all(|other| other.key == post.key), "leads that nobody called");
}

#[test]
fn GN_14_what_is_to_be_told_outlives_a_crash_under_the_same_key() {
    let mut floor = Floor::new(DialMode::Preview);
    floor.tell("crm");
    let ana = floor.ana;
    floor.get_record(ana).unwrap();
    floor.wish(ana, Wish::Never).unwrap();
    let (first, told) = floor.posted();
    assert_eq!((&told["state"], &told["attempts"]), (&json!("declined"), &json!([])));
    let mut floor = floor.crash();
    assert_eq!(floor.lead(1), LeadState::Declined);
    floor.pass(seconds(120));
    let (again, _) = floor.posted();
    assert_eq!((&again.key, &again.text), (&first.key, &first.text));
}

#[test]
fn GN_14_a_gateway_that_is_not_configured_is_refused_by_name() {
    let mut floor = Floor::new(DialMode::Preview);
    let entries = floor.shell.engine.snapshot().entries;
    let terms = entries.into_iter().find_map(|entry| match entry {
        Entry::Campaign(terms) => Some(terms),
        _ => None,
    });
    let terms = Campaign { webhook: Some("crm".to_owned()), ..terms.expect("a campaign") };
    let refused = floor.edit(Entry::Campaign(terms)).unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::Invalid, Some("webhook")));
    assert!(refused.text.contains("[webhook.crm]"), "{}", refused.text);
}
