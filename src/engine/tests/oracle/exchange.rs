//! The exchange: registers whoever asks, writes down each INVITE that reaches it, and answers as the lot falls.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::sip::header::Name;
use engine::sip::message::{Message, Method};
use engine::time::Moment;

use crate::far::{Far, WithSdp, invite_to, same, sdp};
use crate::judge::Invite;
use crate::world::{Event, World};

#[derive(Default)]
pub struct Exchange {
    /// Those it was asked for, or made itself.
    calls: BTreeMap<String, Call>,
    made: u32,
    /// Who is dialled by a person now, and over which ramal.
    pub by_hand: Option<(String, usize)>,
}

struct Call {
    far: Option<Far>,
    invite: Message,
    is_over: bool,
    begun: Moment,
}

impl Exchange {
    /// Calls that were dialled over an account since then, and live.
    pub fn up(&self, account: &str, since: Moment) -> usize {
        let dialled = |call: &&Call| {
            let from = call.invite.from().unwrap().uri.user;
            call.far.is_some() && !call.is_over && call.begun >= since && from.as_deref() == Some(account)
        };
        self.calls.values().filter(dialled).count()
    }

    /// Whether a number that was dialled since then rings or talks.
    fn is_with(&self, number: &str, since: Moment) -> bool {
        let same = |call: &Call| call.invite.uri().unwrap().user.as_deref() == Some(number);
        let live = |call: &Call| call.far.is_some() && !call.is_over && call.begun >= since;
        self.calls.values().any(|call| live(call) && same(call))
    }
}

impl World {
    /// What the daemon sent.
    pub fn receive(&mut self, message: &Message) {
        let id = message.call_id().unwrap().into_owned();
        match (message.status(), message.method()) {
            (None, Some(Method::Register)) => {
                let contact = message.header(&Name::Contact).unwrap().into_owned();
                let expires = message.number(&Name::Expires).unwrap();
                let mut ok = Message::response(message, 200);
                ok.push(Name::Contact, format!("{contact};expires={expires}"));
                self.deliver(&ok);
            }
            (None, Some(Method::Invite)) => self.invited(id, message),
            (None, Some(Method::Cancel)) => self.cancelled(&id, message),
            (None, Some(Method::Ack)) => {}
            (None, _) => {
                self.deliver(&Message::response(message, 200));
                self.judge.sold.ended(&id, self.now);
                self.exchange.calls.entry(id).and_modify(|call| call.is_over = true);
            }
            (Some(status), Some(Method::Invite)) => self.answered(&id, status, message),
            (Some(_), _) => {}
        }
    }

    fn invited(&mut self, id: String, invite: &Message) {
        if self.exchange.calls.contains_key(&id) {
            return;
        }
        let number = invite.uri().unwrap().user.clone().unwrap();
        let ramal = invite.from().unwrap().uri.user.unwrap();
        let person = self.office.person(&number);
        let far = Far::called(invite, &format!("t{}", self.exchange.calls.len()));
        if let Some(person) = person {
            let by_hand = self.exchange.by_hand == Some((ramal.clone(), person));
            let is_busy = self.exchange.is_with(&number, self.judge.sold.started);
            if is_busy {
                self.judge.seen.count("in a call already");
            }
            assert!(by_hand || !is_busy, "{number} is in a call already, and dialled by {ramal}");
            let entry = Invite { at: self.now, skew: self.skew, person, ramal, by_hand, id: id.clone(), lead: None };
            self.on_invite(entry);
        }
        let begun = self.now.moment;
        self.exchange.calls.insert(id.clone(), Call { far: Some(far), invite: invite.clone(), is_over: false, begun });
        let after = |random: &mut engine::random::Random, seconds: u32| 200 + random.below(seconds * 1_000);
        match self.random.below(10) {
            0..=4 => {
                let at = after(&mut self.random, 10);
                self.put(at, Event::Answer { id: id.clone(), status: 200 });
                let talk = at + after(&mut self.random, 90);
                self.put(at + 2_100, Event::Attended { id: id.clone() });
                self.put(talk, Event::HangUp { id });
            }
            5 | 6 => {
                let at = after(&mut self.random, 5);
                self.put(at, Event::Answer { id, status: 486 });
            }
            7 => {
                let at = after(&mut self.random, 3);
                self.put(at, Event::Answer { id, status: 404 });
            }
            _ => self.put(300, Event::Answer { id, status: 180 }),
        }
    }

    pub fn answer(&mut self, id: &str, status: u16) {
        let Some(call) = self.exchange.calls.get_mut(id).filter(|call| !call.is_over) else { return };
        call.is_over = status >= 300;
        if call.is_over {
            self.judge.sold.ended(id, self.now);
        }
        let answer = call.far.as_ref().unwrap().answer(status);
        let answer = if status == 200 { answer.with_sdp("sendrecv") } else { answer };
        self.deliver(&answer);
    }

    fn cancelled(&mut self, id: &str, cancel: &Message) {
        self.deliver(&Message::response(cancel, 200));
        self.answer(id, 487);
    }

    /// The far end is done talking.
    pub fn far_hangs_up(&mut self, id: &str) {
        let Some(call) = self.exchange.calls.get_mut(id).filter(|call| !call.is_over) else { return };
        call.is_over = true;
        self.judge.sold.ended(id, self.now);
        if let Some(bye) = call.far.as_mut().map(|far| far.request(Method::Bye)) {
            self.deliver(&bye);
        }
    }

    /// Somebody calls a ramal.
    pub fn somebody_calls(&mut self) {
        self.exchange.made += 1;
        let (id, who) = (format!("in{}", self.exchange.made), self.random.below(self.office.people.len() as u32));
        let ramal = self.office.agents[self.random.below(self.office.agents.len() as u32) as usize].ramal.clone();
        let mut invite = invite_to(&ramal, &id, Some(&sdp("sendrecv")));
        let digits = &self.office.people[who as usize].digits;
        invite.set(Name::From, format!("<sip:{digits}@10.0.0.2>;tag=far"));
        self.exchange
            .calls
            .insert(id, Call { far: None, invite: invite.clone(), is_over: false, begun: self.now.moment });
        self.deliver(&invite);
    }

    /// What the daemon says to a call of ours.
    fn answered(&mut self, id: &str, status: u16, answer: &Message) {
        let Some(call) = self.exchange.calls.get_mut(id) else { return };
        match status {
            200..=299 => {
                let far = Far::calling(&call.invite, answer);
                let ack = far.ack(answer);
                call.far = Some(far);
                self.deliver(&ack);
                let talk = 1_000 + self.random.below(90_000);
                self.put(talk, Event::HangUp { id: id.to_owned() });
            }
            300.. => {
                call.is_over = true;
                let ack = same(&call.invite.clone(), Method::Ack, answer);
                self.deliver(&ack);
            }
            _ => {
                let wait = 200 + self.random.below(6_000);
                self.put(wait, Event::PickUp);
            }
        }
    }

    /// So many ms from now.
    pub fn put(&mut self, after_ms: u32, event: Event) {
        self.put_at(self.now.moment + Duration::from_millis(after_ms.into()), event);
    }
}
