//! A floor that sells: Ana at ramal 20 and Bia at 21, a campaign of the mode that the story says, and a list of people in São Paulo.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::TimeDelta;
use engine::agent::{AgentState, Wish as Work};
use engine::border::*;
use engine::campaign::{
    Attempt, Campaign, CampaignView, Command, DialMode, Lead, LeadState, Pace, PacingView, Phone, PhoneState, Place,
    Priority, RecordView, ResultKind, Route, Standing, Steer, Wish,
};
use engine::config::{Account, Limits};
use engine::id::{CampaignId, ItemId, LeadId, ListId, UserId};
use engine::news::CallView;
use engine::number::Number;
use engine::rules::{AttemptLimit, Basis, Bound, Bounded, Hours, Pack, Period, Rules, Span, Week};
use engine::sip::message::Method;
use engine::staff::{Entry, EntryId, User};
use engine::time::{Moment, Now};

use crate::called;
use crate::far::Far;
use crate::office::{reason, user};
use crate::shell::Store;
use crate::shell::leads::waiting;
use crate::shell::pbx::{config, extension};
use crate::world::{World, seconds};

pub const LIST: ListId = ListId(7);

pub struct Floor {
    pub world: World,
    pub ana: UserId,
    pub bia: UserId,
    /// Ana and Bia, and whoever is there beside them.
    pub team: Vec<UserId>,
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
    Campaign { script: "Bom dia.".to_owned(), ..Campaign::new(CampaignId(0), "Renova", mode, vec![LIST]) }
}

/// Everybody may be called from seven to ten in the evening; by the pack *manhãs* until noon, two times a day, and by do-not-call
/// lists of this month, with a ring of forty seconds.
pub fn rules() -> Rules {
    let rules = called::rules();
    let day = rules.hours[0].clone();
    let term = day.term.clone();
    let days = std::array::from_fn(|_| vec![Span { from: 7 * 60, until: 12 * 60 }]);
    let bounds = [Bounded::ListAge { days: 31 }, Bounded::Ring { seconds: 40 }];
    let mornings = Pack {
        name: "manhãs".to_owned(),
        title: "Manhãs".to_owned(),
        basis: Basis::Code,
        version: 1 << 40,
        hours: vec![Hours { name: "manhãs".to_owned(), week: Week { days }, ..day }],
        attempts: vec![AttemptLimit { period: Period::Day, most: 2, term: term.clone() }],
        bounds: bounds.map(|of| Bound { of, term: term.clone() }).into(),
    };
    Rules { packs: [(mornings.name.clone(), mornings)].into(), ..rules }
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
        aside: false,
        state: waiting(chrono::DateTime::UNIX_EPOCH),
    }
}

/// The number of a lead that has one.
pub fn number(id: u64) -> String {
    format!("11912{:06}", 340_000 + id)
}

/// What an abandoned person hears.
pub const NOTICE: &str = "quem-ligou";

/// A trunk that the PBX registers: many calls at once.
fn trunk(number: u32) -> Account {
    Account { limits: Limits { calls_at_once: 100, calls_per_minute: 1_000 }, max_calls: 100, ..extension(number) }
}

/// Dials by hand.
pub fn dial(route: &str, number: &str) -> What {
    let (route, number) = (Some(route.into()), number.to_owned());
    What::Call(engine::call::Command::Dial { route, number, caller_id: None })
}

impl Floor {
    /// On Thursday, 28 May 2026 at 17:26:43; both are ready, five people are on the list, and the campaign is started.
    pub fn new(mode: DialMode) -> Floor {
        Floor::with(mode, 5, |_| {})
    }

    pub fn with(mode: DialMode, leads: u64, change: impl FnOnce(&mut Campaign)) -> Floor {
        let terms_are = |terms: &mut Campaign| {
            terms.mode = mode;
            change(terms);
        };
        Floor::of(2, leads, |_| {}, terms_are)
    }

    /// A predictive campaign over the trunk, of so many people who all take part.
    pub fn paced(people: u32, leads: u64, change: impl FnOnce(&mut Campaign)) -> Floor {
        Floor::paced_over(people, leads, |_| {}, change)
    }

    /// The same, over a trunk as the story changes it.
    pub fn paced_over(
        people: u32,
        leads: u64,
        trunk: impl FnOnce(&mut Account),
        change: impl FnOnce(&mut Campaign),
    ) -> Floor {
        let mut floor = Floor::of(people, leads, trunk, |terms| {
            terms.mode = DialMode::Predictive;
            terms.routes = vec![Route { account: "90".into(), weight: 1 }];
            terms.pace = Pace { notice: Some(NOTICE.into()), starts_per_second: 50, ..Pace::default() };
            change(terms);
        });
        floor.team.clone().into_iter().for_each(|user| floor.join(user));
        floor
    }

    fn of(people: u32, leads: u64, change: impl FnOnce(&mut Account), terms_are: impl FnOnce(&mut Campaign)) -> Floor {
        let mut over = trunk(90);
        change(&mut over);
        let mut config = config((20..20 + people).map(extension).chain([over, trunk(91)]));
        config.rules = Arc::new(rules());
        let mut world = World::begin(config, Store::default(), 128, begin());
        world.pass(seconds(3));
        let names =
            ["ana".to_owned(), "bia".to_owned()].into_iter().chain((2..people).map(|place| format!("u{place}")));
        let ramais = (20..20 + people).map(|ramal| ramal.to_string());
        let hired = names.zip(ramais).map(|(name, ramal)| User { ramal: Some(ramal.as_str().into()), ..user(&name) });
        let team: Vec<UserId> = hired.collect::<Vec<_>>().into_iter().map(|user| world.hire(user)).collect();
        for id in 1..=leads {
            world.shell.store.leads.add(lead(id, &[&number(id)]));
        }
        let mut terms = terms(DialMode::Preview);
        terms_are(&mut terms);
        let campaign = match world.create(Entry::Campaign(terms)) {
            Ok(EntryId::Campaign(campaign)) => campaign,
            other => panic!("no campaign: {other:?}"),
        };
        let mut floor = Floor { world, ana: team[0], bia: team[1], team, campaign };
        floor.team.clone().into_iter().for_each(|user| drop(floor.work(user, Work::SignIn { device: None }).unwrap()));
        floor.steer(Steer::Start);
        floor
    }

    pub fn crash(self) -> Floor {
        let Floor { mut world, ana, bia, team, campaign } = self;
        world.shell.store.leads.after_crash();
        Floor { world: world.crash(), ana, bia, team, campaign }
    }

    pub fn steer(&mut self, to: Steer) {
        let what = What::Campaign(Command::Steer { campaign: self.campaign, to });
        assert!(self.command(what).is_ok());
    }

    /// The campaign's terms are others from now on.
    pub fn change(&mut self, change: impl FnOnce(&mut Campaign)) {
        let id = EntryId::Campaign(self.campaign);
        let entries = self.shell.engine.snapshot().entries;
        let Some(Entry::Campaign(mut terms)) = entries.into_iter().find(|entry| entry.id() == id) else {
            panic!("no campaign")
        };
        change(&mut terms);
        assert!(self.edit(Entry::Campaign(terms)).is_ok());
    }

    /// Other rules are in force from now on.
    pub fn change_rules(&mut self, change: impl FnOnce(&mut engine::rules::Rules)) {
        let mut rules = rules();
        change(&mut rules);
        self.config.rules = Arc::new(rules);
        let (config, now) = (self.config.clone(), self.now);
        self.shell.handle(Input::Config(config), now);
        self.collect();
    }

    /// With a gateway of this name, which the campaign tells.
    pub fn tell(&mut self, hook: &str) {
        self.config.hooks = [hook.to_owned()].into();
        let (config, now) = (self.config.clone(), self.now);
        self.shell.handle(Input::Config(config), now);
        self.collect();
        self.change(|campaign| campaign.webhook = Some(hook.to_owned()));
    }

    /// As it is kept.
    pub fn standing(&self) -> Standing {
        self.campaign_view().standing
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
        self.ringing(&invite)
    }

    pub fn hangs_up(&mut self) {
        let call = self.calls()[0].call;
        self.world.wish(engine::call::Command::HangUp { call }).unwrap();
        self.inbox.clear();
    }

    /// Who takes a break.
    pub fn leaves(&mut self, user: UserId) {
        self.work(user, Work::SignOut).unwrap();
    }

    pub fn comes(&mut self, user: UserId) {
        self.work(user, Work::SignIn { device: None }).unwrap();
    }

    /// Everybody who is rung at the far side now, oldest first.
    pub fn all_rung(&mut self) -> Vec<Far> {
        let mut rung = Vec::new();
        while self.is_calling() {
            let invite = self.get(Method::Invite);
            let far = self.ringing(&invite);
            self.deliver(&far.answer(180));
            rung.push(far);
        }
        rung
    }

    /// The call of a far end.
    #[track_caller]
    pub fn call_of(&self, far: &Far) -> CallView {
        let sip_call_id = far.invite.call_id().unwrap().into_owned();
        let own = |call: &CallView| call.legs[0].sip_call_id.as_deref() == Some(&*sip_call_id);
        self.calls().into_iter().find(own).expect("the call lives")
    }

    /// Which lead it is.
    pub fn lead_of(&self, far: &Far) -> u64 {
        let dialled = far.invite.uri().unwrap().user.clone().unwrap();
        (1..10_000).find(|id| number(*id) == dialled).expect("a lead's number")
    }

    pub fn campaign_view(&self) -> CampaignView {
        self.shell.engine.snapshot().campaigns.remove(0)
    }

    #[track_caller]
    pub fn pacing(&self) -> PacingView {
        self.campaign_view().pacing.expect("it paces itself")
    }
}

/// Thursday, 28 May 2026, 17:26:40 in São Paulo.
fn begin() -> Now {
    Now { moment: Moment(1_000_000_000), civil: chrono::DateTime::from_timestamp(1_780_000_000, 0).unwrap() }
}
