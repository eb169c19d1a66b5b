//! What people wish of campaigns and their records.

use crate::access::Whose;
use crate::border::{Command, Output, Refusal, RefusalCode, Reply};
use crate::campaign::{self, Campaign, Refused, Standing, Steer, Wish};
use crate::id::{CommandId, LeadId, UserId};
use crate::staff::{self, Entry};
use crate::time::Now;

use super::super::Engine;

impl Engine {
    /// Everybody's own part; a campaign is nobody's.
    pub(in super::super) fn whose_record(&self, wish: &campaign::Command) -> Whose {
        match wish {
            campaign::Command::Join { user, .. }
            | campaign::Command::Leave { user, .. }
            | campaign::Command::GetRecord { user, .. }
            | campaign::Command::Record { user, .. } => Whose::Of(*user),
            campaign::Command::Steer { .. } | campaign::Command::Repace { .. } => Whose::Shared,
        }
    }

    /// `None`: the answer comes later.
    pub(in super::super) fn on_campaign_wish(
        &mut self,
        command: &Command,
        wish: &campaign::Command,
        now: Now,
    ) -> Option<Result<Reply, Refusal>> {
        match wish {
            campaign::Command::Steer { campaign, to } => match self.staff.campaign(*campaign).cloned() {
                Some(terms) => self.steer(command, terms, *to, now),
                None => Some(Err(refusal(Refused::NoCampaign))),
            },
            campaign::Command::Repace { campaign, pace } => match self.staff.campaign(*campaign).cloned() {
                Some(terms) => {
                    let entry = Entry::Campaign(Campaign { pace: pace.clone(), ..terms });
                    self.promise(command, &staff::Command::Edit(entry), now)
                }
                None => Some(Err(refusal(Refused::NoCampaign))),
            },
            campaign::Command::Join { campaign, user } | campaign::Command::GetRecord { campaign, user } => {
                match self.may_join(*campaign, *user) {
                    true => self.pass_on(command, wish, *user, now),
                    false => return Some(Err(refusal(Refused::NotYours))),
                }
                None
            }
            campaign::Command::Record { lead, wish: Wish::Close { .. }, .. } if self.lies_in_the_past(*lead, now) => {
                Some(Err(refusal(Refused::CallbackPast)))
            }
            campaign::Command::Leave { user, .. } | campaign::Command::Record { user, .. } => {
                self.pass_on(command, wish, *user, now);
                None
            }
        }
    }

    fn pass_on(&mut self, command: &Command, wish: &campaign::Command, user: UserId, now: Now) {
        let doing = self.doing_of(user);
        self.campaigning.campaigns.on_command(command.id, wish, doing, now);
        self.look_at_teams(user, now);
    }

    /// Written like every change of what is administered, and in force then.
    fn steer(&mut self, command: &Command, terms: Campaign, to: Steer, now: Now) -> Option<Result<Reply, Refusal>> {
        let standing = match to {
            Steer::Start => Standing::Running,
            Steer::Pause => Standing::Paused,
            Steer::Drain => Standing::Draining,
            Steer::Stop => Standing::Stopped,
        };
        let entry = Entry::Campaign(Campaign { standing, ..terms });
        self.promise(command, &staff::Command::Edit(entry), now)
    }

    /// Whether a campaign dials is steered and no part of an edit: what was read before somebody paused it starts nothing.
    pub(in super::super) fn as_steered(&self, wish: &staff::Command) -> staff::Command {
        match wish {
            staff::Command::Create(Entry::Campaign(terms)) => {
                staff::Command::Create(Entry::Campaign(Campaign { standing: Standing::Stopped, ..terms.clone() }))
            }
            staff::Command::Edit(Entry::Campaign(terms)) => {
                let standing = self.staff.campaign(terms.id).map_or(Standing::Stopped, |own| own.standing);
                staff::Command::Edit(Entry::Campaign(Campaign { standing, ..terms.clone() }))
            }
            staff::Command::Create(_) | staff::Command::Edit(_) | staff::Command::Delete(_) => wish.clone(),
        }
    }

    fn may_join(&self, campaign: crate::id::CampaignId, user: UserId) -> bool {
        let terms = self.staff.campaign(campaign);
        let Some(queues) = terms.map(|terms| &terms.queues) else { return true };
        queues.is_empty() || self.staff.user(user).is_some_and(|user| !user.queues.is_disjoint(queues))
    }

    /// The record's callback could not be kept any more (GN-12).
    fn lies_in_the_past(&self, lead: LeadId, now: Now) -> bool {
        let promise = self.campaigning.campaigns.callback_of(lead);
        let view = promise.and_then(|promise| self.keeping.callbacks.view(promise));
        view.is_some_and(|view| view.promise.attempts == 0 && view.promise.terms.due.at <= now.civil)
    }

    pub(super) fn answer_record(&mut self, command: CommandId, answer: Result<(), Refused>) {
        match answer {
            Ok(()) => self.answer_done(command),
            Err(refused) => self.outputs.push_back(Output::Reply(command, Err(refusal(refused)))),
        }
    }
}

fn refusal(refused: Refused) -> Refusal {
    let field = match refused {
        Refused::NoSuchNumber => Some("phone"),
        Refused::CallbackPast => Some("callback"),
        Refused::NoCampaign | Refused::NotFound | Refused::NotYours | Refused::NotRunning => None,
        Refused::NotAMember | Refused::Busy | Refused::NothingTried | Refused::Talked => None,
    };
    let code = match refused {
        // As whatever else is not there.
        Refused::NotFound => RefusalCode::NotFound,
        refused => RefusalCode::Campaign(refused),
    };
    Refusal { field: field.map(str::to_owned), ..Refusal::new(code, refused.to_string()) }
}
