//! People's part: who takes part, what they wish, what they do.

use crate::id::{CampaignId, CommandId, LeadId, UserId};
use crate::time::Now;

use super::Campaigns;
use super::command::{Command, Refused, Wish};
use super::crew::Doing;
use super::order::Order;
use super::record::Stays;

impl Campaigns {
    /// What agents wish; supervisors' wishes change the terms. `doing`: what the agent does now.
    pub fn on_command(&mut self, id: CommandId, command: &Command, doing: Doing, now: Now) {
        let answer = match command {
            Command::Join { campaign, user } => self.join(*campaign, *user, doing),
            Command::GetRecord { campaign, user } => self.get_record(*campaign, *user, doing),
            Command::Leave { campaign, user } => self.leave(*campaign, *user, now),
            Command::Record { lead, user, wish } => return self.on_wish(id, *lead, *user, wish, now),
            Command::Steer { .. } | Command::Repace { .. } => Ok(()),
        };
        self.orders.push_back(Order::Answer(id, answer));
        if let Command::Join { campaign, .. } | Command::GetRecord { campaign, .. } | Command::Leave { campaign, .. } =
            command
        {
            self.orders.push_back(Order::TellCampaign(*campaign));
            self.feed(*campaign, now);
        }
    }

    fn join(&mut self, campaign: CampaignId, user: UserId, doing: Doing) -> Result<(), Refused> {
        let running = self.running.get_mut(&campaign).ok_or(Refused::NoCampaign)?;
        if !running.terms.runs() {
            return Err(Refused::NotRunning);
        }
        running.crew.join(user, doing);
        Ok(())
    }

    fn get_record(&mut self, campaign: CampaignId, user: UserId, doing: Doing) -> Result<(), Refused> {
        self.join(campaign, user, doing)?;
        if let Some(running) = self.running.get_mut(&campaign) {
            running.crew.ask(user);
            running.pool.look_again();
        }
        Ok(())
    }

    fn leave(&mut self, campaign: CampaignId, user: UserId, now: Now) -> Result<(), Refused> {
        let running = self.running.get_mut(&campaign).ok_or(Refused::NoCampaign)?;
        if !running.crew.leave(user) {
            return Err(Refused::NotAMember);
        }
        self.each_of(campaign, now, |record, cx| record.on_left(user, cx));
        Ok(())
    }

    fn on_wish(&mut self, id: CommandId, lead: LeadId, user: UserId, wish: &Wish, now: Now) {
        let Some(campaign) = self.records.get(&lead).map(|(campaign, _)| *campaign) else {
            return self.orders.push_back(Order::Answer(id, Err(Refused::NotFound)));
        };
        let mut closed = false;
        self.with(lead, now, |record, cx| {
            let stays = record.on_wish(id, user, wish, cx);
            closed = stays == Stays::Closed;
            stays
        });
        if let (true, Wish::Close { stop: true, .. }, Some(running)) = (closed, wish, self.running.get_mut(&campaign)) {
            running.crew.stop(user);
            self.orders.push_back(Order::TellCampaign(campaign));
        }
        self.feed(campaign, now);
    }

    /// A person does something else.
    pub fn on_agent(&mut self, user: UserId, doing: Doing, now: Now) {
        let of_user = self.running.iter_mut().filter_map(|(id, running)| running.crew.does(user, doing).then_some(*id));
        let changed: Vec<CampaignId> = of_user.collect();
        changed.into_iter().for_each(|campaign| self.feed(campaign, now));
    }

    /// A person is off, paused, or without a page: records that were not closed are.
    pub fn on_left(&mut self, user: UserId, now: Now) {
        let all: Vec<CampaignId> = self.running.keys().copied().collect();
        for campaign in all {
            self.each_of(campaign, now, |record, cx| record.on_left(user, cx));
        }
    }

    /// The campaigns whose work this person may be given. Of one that does not run there is none but who answered.
    pub fn teams(&self, user: UserId) -> impl Iterator<Item = CampaignId> {
        self.running.values().filter(move |running| running.crew.wants(user)).map(|running| running.terms.id)
    }
}
