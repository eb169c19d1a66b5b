//! A floor that sells: Ana at ramal 20 and Bia at 21, a campaign of the mode that the story says, and a list of people in São Paulo.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use engine::agent::{AgentState, Wish as Work};
use engine::border::*;
use engine::campaign::{
    Aim, Attempt, Campaign, Command, DialMode, Handling, Lead, LeadState, Pace, Phone, PhoneState, Place, Priority,
    RecordView, ResultKind, RetryTable, Standing, Steer, Wish,
};
use engine::id::{CampaignId, ItemId, LeadId, ListId, UserId};
use engine::number::Number;
use engine::rules::{AttemptLimit, Basis, Bound, Bounded, Hours, Pack, Period, Rules, Span, Term, Week};
use engine::sip::message::{Message, Method};
use engine::staff::{Entry, EntryId, User};

use crate::far::{Far, WithSdp};
use crate::office::{reason, user};
use crate::shell::leads::waiting;
use crate::shell::pbx::{config, extension};
use crate::world::{World, seconds};

pub const LIST: ListId = ListId(7);

pub struct Floor {
    pub world: World,
    pub ana: UserId,
    pub bia: UserId,
    pub campaign: CampaignId,
}

impl Deref for Floor {
    type Target = World;
    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Floor {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

/// Twenty seconds to take an offer, ten minutes for others first, two hours for who declines for later.
pub fn terms(mode: DialMode) -> Campaign {
    Campaign {
        id: CampaignId(0),
        name: "Renova".to_owned(),
        mode,
        standing: Standing::Stopped,
        aim: Aim::Sales,
        lists: vec![LIST],
        queues: Default::default(),
        routes: Vec::new(),
        caller_ids: Vec::new(),
        retry: RetryTable::default(),
        rules: None,
        needs: Default::default(),
        schedule: None,
        handling: Handling::default(),
        pace: Pace::default(),
        priority: 0,
        script: "Bom dia.".to_owned(),
    }
}

/// Everybody may be called from seven to ten in the evening; by the pack *manhãs* until noon, two times a day, and by do-not-call
/// lists of this month, with a ring of forty seconds.
pub fn rules() -> Rules {
    let term = Term { from: NaiveDate::from_ymd_opt(2000, 1, 1).unwrap(), until: None, source: "a law".to_owned() };
    let until = |name: &str, until| Hours {
        name: name.to_owned(),
        week: Week { days: std::array::from_fn(|_| vec![Span { from: 7 * 60, until }]) },
        closed_on: Default::default(),
        states: Default::default(),
        term: term.clone(),
    };
    let bounds = [Bounded::ListAge { days: 31 }, Bounded::Ring { seconds: 40 }];
    let mornings = Pack {
        name: "manhãs".to_owned(),
        title: "Manhãs".to_owned(),
        basis: Basis::Code,
        version: 1 << 40,
        hours: vec![until("manhãs", 12 * 60)],
        attempts: vec![AttemptLimit { period: Period::Day, most: 2, term: term.clone() }],
        bounds: bounds.map(|of| Bound { of, term: term.clone() }).into(),
    };
    let packs = [(mornings.name.clone(), mornings)].into();
    Rules { version: 7, hours: vec![until("de dia", 22 * 60)], packs, ..Rules::default() }
}

/// `11 9aaaa-bbbb`, in the order to be tried.
pub fn lead(id: u64, numbers: &[&str]) -> Lead {
    let phone = |number: &&str| Phone {
        number: Number::read(number, &config([20].map(extension).into_iter()).gate).unwrap(),
        label: "celular".to_owned(),
        state: PhoneState::Fresh,
    };
    Lead {
        lead: LeadId(id),
        list: LIST,
        recipient: format!("Maria {id}"),
        phones: numbers.iter().map(phone).collect(),
        priority: Priority::default(),
        zone: None,
        fields: vec![("plano".to_owned(), "Essencial".to_owned())],
        attempts: 0,
        state: waiting(chrono::DateTime::UNIX_EPOCH),
    }
}

/// The number of a lead that has one.
pub fn number(id: u64) -> String {
    format!("119123400{id:02}")
}

impl Floor {
    /// On Thursday, 28 May 2026 at 17:26:43; both are ready, five people are on the list, and the campaign is started.
    pub fn new(mode: DialMode) -> Floor {
        Floor::with(mode, 5, |_| {})
    }

    pub fn with(mode: DialMode, leads: u64, change: impl FnOnce(&mut Campaign)) -> Floor {
        let mut config = config([20, 21].map(extension).into_iter());
        config.rules = Arc::new(rules());
        let mut world = World::of(config);
        let ana = world.hire(user("ana"));
        let bia = world.hire(User { ramal: Some("21".into()), ..user("bia") });
        for id in 1..=leads {
            world.shell.store.leads.add(lead(id, &[&number(id)]));
        }
        let mut terms = terms(mode);
        change(&mut terms);
        let campaign = match world.create(Entry::Campaign(terms)) {
            Ok(EntryId::Campaign(campaign)) => campaign,
            other => panic!("no campaign: {other:?}"),
        };
        let mut floor = Floor { world, ana, bia, campaign };
        floor.work(ana, Work::SignIn { device: None }).unwrap();
        floor.work(bia, Work::SignIn { device: None }).unwrap();
        floor.steer(Steer::Start);
        floor
    }

    pub fn crash(self) -> Floor {
        let Floor { mut world, ana, bia, campaign } = self;
        world.shell.store.leads.after_crash();
        Floor { world: world.crash(), ana, bia, campaign }
    }

    pub fn steer(&mut self, to: Steer) {
        let what = What::Campaign(Command::Steer { campaign: self.campaign, to });
        assert!(self.command(what).is_ok());
    }

    /// A reason to pause for.
    pub fn lunch(&mut self) -> ItemId {
        match self.world.create(Entry::Item(reason("Almoço", None))) {
            Ok(EntryId::Item(item)) => item,
            other => panic!("no reason: {other:?}"),
        }
    }

    pub fn join(&mut self, user: UserId) {
        let what = What::Campaign(Command::Join { campaign: self.campaign, user });
        assert_eq!(self.world.command_as(user, what), Ok(Reply::Done));
    }

    pub fn get_record(&mut self, user: UserId) -> Result<Reply, Refusal> {
        let campaign = self.campaign;
        self.world.command_as(user, What::Campaign(Command::GetRecord { campaign, user }))
    }

    pub fn wish(&mut self, user: UserId, wish: Wish) -> Result<Reply, Refusal> {
        let lead = self.record_of(user).expect("a record").lead;
        self.command_as(user, What::Campaign(Command::Record { lead, user, wish }))
    }

    pub fn record_of(&self, user: UserId) -> Option<RecordView> {
        self.shell.engine.snapshot().records.into_iter().find(|record| record.user == Some(user))
    }

    /// Where this person's record is, and whose it is.
    pub fn place(&self, user: UserId) -> Option<(Place, u64)> {
        self.record_of(user).map(|record| (record.standing, record.lead.0))
    }

    pub fn state(&self, user: UserId) -> AgentState {
        self.agent(user).state
    }

    pub fn lead(&self, id: u64) -> LeadState {
        self.shell.store.leads.lead(LeadId(id)).state
    }

    /// How far away the lead's next turn is.
    pub fn waits(&self, id: u64) -> TimeDelta {
        match self.lead(id) {
            LeadState::Waiting { next, .. } => next - self.now.civil,
            other => panic!("it does not wait: {other:?}"),
        }
    }

    pub fn attempts(&self, id: u64) -> Vec<Attempt> {
        self.shell.store.leads.attempts.values().filter(|attempt| attempt.lead == LeadId(id)).cloned().collect()
    }

    pub fn results(&self, id: u64) -> Vec<Option<ResultKind>> {
        self.attempts(id).iter().map(|attempt| attempt.result.map(|result| result.kind)).collect()
    }

    /// Who is rung at the far side, by whom, now.
    #[track_caller]
    pub fn rings(&mut self, ramal: &str, number: &str) -> Far {
        let invite = self.get(Method::Invite);
        assert_eq!(invite.from().unwrap().uri.user.as_deref(), Some(ramal));
        assert_eq!(invite.uri().unwrap().user.as_deref(), Some(number));
        let again = |message: &Message| message.status().is_none() && message.call_id().ok() == invite.call_id().ok();
        self.world.inbox.retain(|message| !again(message));
        Far::called(&invite, "maria")
    }

    #[track_caller]
    pub fn answers(&mut self, far: &Far) {
        self.deliver(&far.answer(200).with_sdp("sendrecv"));
        self.get(Method::Ack);
    }

    #[track_caller]
    pub fn refuses(&mut self, far: &Far, status: u16) {
        self.deliver(&far.answer(status));
        self.get(Method::Ack);
    }

    #[track_caller]
    pub fn nobody_is_called(&self) {
        let invite = |message: &&Message| message.status().is_none() && message.method() == Some(Method::Invite);
        assert_eq!(self.inbox.iter().filter(invite).count(), 0, "somebody is called");
    }

    pub fn hangs_up(&mut self) {
        let call = self.calls()[0].call;
        self.world.wish(engine::call::Command::HangUp { call }).unwrap();
        self.inbox.clear();
    }

    /// One timer's worth of time.
    pub fn moment(&mut self) {
        self.pass(seconds(1));
    }
}
