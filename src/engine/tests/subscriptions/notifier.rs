//! The PBX's end of one subscription, played by the story.

use std::time::Duration;

use chrono::DateTime;
use engine::border::What;
use engine::config::Account;
use engine::news::{WatchedState, WatchedView};
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::subscription::Command;
use engine::time::{Moment, Now};

use crate::far::{Far, WithSdp};
use crate::shell::Store;
use crate::shell::pbx::{config, extension};
use crate::world::{World, ms, seconds};

/// Whoever was subscribed to.
pub struct Notifier {
    pub far: Far,
    version: u32,
}

impl Notifier {
    /// Takes the SUBSCRIBE that has just come, granting an hour.
    pub fn accept(world: &mut World) -> Notifier {
        let subscribe = world.subscribed(seconds(2));
        let notifier = Notifier::of(&subscribe, "n1");
        world.deliver(&notifier.far.answer_to(&subscribe, 200).with(Name::Expires, "3600"));
        notifier
    }

    /// Has got this SUBSCRIBE and says nothing yet.
    pub fn of(subscribe: &Message, tag: &str) -> Notifier {
        Notifier { far: Far::called(subscribe, tag), version: 0 }
    }

    /// A NOTIFY about dialogs, in the form of `state`.
    pub fn dialogs(&mut self, standing: &str, form: &str, dialogs: &str) -> Message {
        let body = format!(
            "<?xml version=\"1.0\"?><dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{}\" \
             state=\"{form}\" entity=\"sip:1002@10.0.0.2\">{dialogs}</dialog-info>",
            self.version
        );
        self.version += 1;
        let mut notify = self.bare(standing);
        notify.set_body("application/dialog-info+xml", body);
        notify
    }

    /// As if one document had been lost.
    pub fn skip_a_version(&mut self) {
        self.version += 1;
    }

    /// A NOTIFY without a body.
    pub fn bare(&mut self, standing: &str) -> Message {
        let event = self.far.invite.header(&Name::Event).unwrap().into_owned();
        self.far.request(Method::Notify).with(Name::Event, &event).with(Name::SubscriptionState, standing)
    }

    /// Tells the full state of the extension, which has this one dialog.
    pub fn tell(&mut self, world: &mut World, state: &str) {
        let notify = self.dialogs("active;expires=3600", "full", &dialog("a", state));
        world.deliver(&notify);
        world.got(200);
    }
}

pub fn dialog(id: &str, state: &str) -> String {
    format!("<dialog id=\"{id}\" direction=\"recipient\"><state>{state}</state></dialog>")
}

impl World {
    /// Extension 20, registered, watches 1002.
    pub fn watching() -> World {
        World::beginning(|account| account.watch = vec!["1002".to_owned()])
    }

    /// Extension 20 as changed by the story, about to register.
    pub fn beginning(change: impl FnOnce(&mut Account)) -> World {
        let mut account = extension(20);
        change(&mut account);
        let now = Now { moment: Moment(1_000_000_000), civil: DateTime::from_timestamp(1_780_000_000, 0).unwrap() };
        World::begin(config([account].into_iter()), Store::default(), 8, now)
    }

    /// The next SUBSCRIBE, which comes within this span; the far side answers before it is sent again.
    #[track_caller]
    pub fn subscribed(&mut self, limit: Duration) -> Message {
        let end = self.now.moment + limit;
        let came = |world: &World| {
            world.inbox.iter().any(|one| one.status().is_none() && one.method() == Some(Method::Subscribe))
        };
        while !came(self) && self.now.moment < end {
            self.pass(ms(100));
        }
        self.get(Method::Subscribe)
    }

    /// The lamp of 1002, told and shown alike.
    #[track_caller]
    pub fn lamp(&self) -> WatchedState {
        self.lamp_view().state
    }

    #[track_caller]
    pub fn lamp_view(&self) -> WatchedView {
        let shown = self.shell.engine.snapshot().watched.into_iter().find(|view| view.number == "1002");
        let shown = shown.expect("1002 is watched");
        let told = self.shell.news.iter().rev().find_map(|(_, news)| match news {
            engine::news::News::Watched(view) if view.number == "1002" => Some(view.clone()),
            _ => None,
        });
        assert_eq!(told.as_ref(), Some(&shown), "told and shown alike");
        shown
    }

    pub fn watch(&mut self, number: &str) {
        let command = Command::Watch { account: "20".into(), numbers: vec![number.to_owned()] };
        self.command(What::Subscription(command)).unwrap();
    }

    pub fn unwatch(&mut self, number: &str) {
        let command = Command::Unwatch { account: "20".into(), numbers: vec![number.to_owned()] };
        self.command(What::Subscription(command)).unwrap();
    }
}
