//! Whether an entry can be kept beside all others: each refusal names the field and what to do.

use crate::border::Refusal;
use crate::callback::{Schedule, Then};
use crate::campaign::{Campaign, Standing};
use crate::config::{AccountKind, Config, SoundName};
use crate::id::UserId;

use super::entry::{Entry, EntryId, Item, List, Perfil, Queue, User};
use super::permission::{Builtin, Permission};
use super::shift::Shift;
use super::{Change, Staff};

impl Staff {
    pub(super) fn checked(&self, entry: Entry, config: &Config) -> Result<Change, Refusal> {
        match &entry {
            Entry::User(user) => self.check_user(user, config)?,
            Entry::Perfil(perfil) => self.check_perfil(perfil)?,
            Entry::Queue(queue) => self.check_queue(queue, config)?,
            Entry::Item(item) => self.check_item(item)?,
            Entry::Schedule(schedule) => self.check_schedule(schedule)?,
            Entry::Campaign(campaign) => self.check_campaign(campaign, config)?,
        }
        Ok(Change::Keep(entry))
    }

    /// Whether something may be deleted: what others need stays.
    pub(super) fn may_go(&self, id: EntryId) -> Result<(), Refusal> {
        match id {
            EntryId::User(user) => self.others_administer(user),
            EntryId::Perfil(perfil) => {
                let builtin = self.perfis.get(&perfil).is_some_and(|perfil| perfil.builtin.is_some());
                Refusal::invalid_if(builtin, "perfil", "a built-in perfil cannot be deleted")?;
                let used = self.users.values().filter(|user| user.perfil == perfil).count();
                Refusal::invalid_if(
                    used > 0,
                    "perfil",
                    format!("{used} users have this perfil; give them another one first"),
                )
            }
            EntryId::Queue(queue) => {
                let leads_here = |schedule: &&Schedule| schedule.absence.then == Then::Queue(queue);
                let user = self.schedules.values().find(leads_here);
                let name = user.map(|schedule| schedule.name.as_str()).unwrap_or_default();
                Refusal::invalid_if(
                    user.is_some(),
                    "queue",
                    format!("escala {name} hands promises on to this queue; change it first"),
                )
            }
            EntryId::Campaign(campaign) => {
                let runs = self.campaigns.get(&campaign).is_some_and(|campaign| campaign.standing != Standing::Stopped);
                Refusal::invalid_if(runs, "campaign", "the campaign is started; stop it first")
            }
            EntryId::Item(_) | EntryId::Schedule(_) => Ok(()),
        }
    }

    fn check_user(&self, user: &User, config: &Config) -> Result<(), Refusal> {
        named("login", &user.login)?;
        named("name", &user.name)?;
        let plain = user.login.chars().all(|c| c.is_ascii_alphanumeric() || "._-@+".contains(c));
        Refusal::invalid_if(!plain, "login", "a login has letters without accents, digits and . _ - @ +")?;
        let mut others = self.users.values().filter(|other| other.user != user.user);
        let taken = others.clone().any(|other| other.login.eq_ignore_ascii_case(&user.login));
        Refusal::invalid_if(taken, "login", "somebody else has this login")?;
        Refusal::invalid_if(
            !["pt-BR", "en"].contains(&user.language.as_str()),
            "language",
            "a language is pt-BR or en",
        )?;
        Refusal::invalid_if(!self.perfis.contains_key(&user.perfil), "perfil", "there is no such perfil")?;
        if let Some(ramal) = &user.ramal {
            let extension = config.accounts.get(ramal).is_some_and(|account| account.kind == AccountKind::Extension);
            Refusal::invalid_if(!extension, "ramal", format!("no extension is called {ramal}"))?;
            let owner = others.find(|other| other.active && user.active && other.ramal.as_ref() == Some(ramal));
            Refusal::invalid_if(
                owner.is_some(),
                "ramal",
                format!("ramal {ramal} is somebody else's; dissociate it there first"),
            )?;
        }
        let location = user.location.is_none_or(|id| self.is_of(id, List::Location));
        Refusal::invalid_if(!location, "location", "there is no such location")?;
        Refusal::invalid_if(
            !user.queues.iter().all(|queue| self.queues.contains_key(queue)),
            "queues",
            "there is no such queue",
        )?;
        let departments = user.departments.iter().all(|id| self.is_of(*id, List::Department));
        Refusal::invalid_if(!departments, "departments", "there is no such department")?;
        let stays = user.active && self.administers(user);
        if stays { Ok(()) } else { self.others_administer(user.user) }
    }

    /// Somebody must stay who can put everything right again.
    fn others_administer(&self, leaving: UserId) -> Result<(), Refusal> {
        let now = self.users.get(&leaving).is_some_and(|user| user.active && self.administers(user));
        let others = self.users.values().any(|user| user.user != leaving && user.active && self.administers(user));
        Refusal::invalid_if(now && !others, "perfil", "this is the last administrator; make somebody else one first")
    }

    fn administers(&self, user: &User) -> bool {
        let needed = [Permission::UsersEdit, Permission::Administration];
        let perfil = self.perfis.get(&user.perfil);
        perfil.is_some_and(|perfil| needed.iter().all(|permission| perfil.permissions.contains(permission)))
    }

    fn check_perfil(&self, perfil: &Perfil) -> Result<(), Refusal> {
        named("name", &perfil.name)?;
        let now = self.perfis.get(&perfil.perfil);
        let builtin: Option<Builtin> = now.and_then(|perfil| perfil.builtin);
        Refusal::invalid_if(builtin.is_some(), "perfil", "a built-in perfil cannot be changed; create another one")?;
        Refusal::invalid_if(perfil.builtin.is_some(), "builtin", "only the built-in perfis are built in")?;
        let taken = self.perfis.values().any(|other| other.perfil != perfil.perfil && same(&other.name, &perfil.name));
        Refusal::invalid_if(taken, "name", "another perfil has this name")?;
        let mut last = self.users.values().filter(|user| user.perfil == perfil.perfil && user.active);
        let gives_up = now.is_some() && !perfil.permissions.contains(&Permission::Administration);
        match last.find(|user| gives_up && self.others_administer(user.user).is_err()) {
            Some(_) => Refusal::invalid_if(
                true,
                "permissions",
                "the last administrator has this perfil and would lose the right",
            ),
            None => Ok(()),
        }
    }

    fn check_queue(&self, queue: &Queue, config: &Config) -> Result<(), Refusal> {
        named("name", &queue.name)?;
        let silent = queue.music.as_ref().filter(|music| !config.sounds.contains(*music));
        if let Some(music) = silent {
            let known: Vec<&str> = config.sounds.iter().map(SoundName::as_str).collect();
            Refusal::invalid_if(true, "music", format!("there is no sound {music}; there are: {}", known.join(", ")))?;
        }
        let dialable = !queue.number.is_empty()
            && queue.number.len() <= MAX_NUMBER
            && queue.number.chars().all(|c| c.is_ascii_digit() || "*#".contains(c));
        Refusal::invalid_if(!dialable, "number", format!("a queue's number has 1 to {MAX_NUMBER} of 0-9 * #"))?;
        let mut others = self.queues.values().filter(|other| other.queue != queue.queue);
        Refusal::invalid_if(
            others.clone().any(|other| same(&other.name, &queue.name)),
            "name",
            "another queue has this name",
        )?;
        Refusal::invalid_if(
            others.any(|other| other.number == queue.number),
            "number",
            "another queue has this number",
        )?;
        Refusal::invalid_if(queue.wrap_up_s > MAX_SPAN_S, "wrap_up_s", format!("at most {MAX_SPAN_S} s"))?;
        Refusal::invalid_if(queue.script.len() > MAX_SCRIPT, "script", format!("at most {MAX_SCRIPT} bytes"))?;
        let many = format!("at most {MAX_HOLIDAYS} holidays; those of past years can go");
        Refusal::invalid_if(queue.holidays.len() > MAX_HOLIDAYS, "holidays", many)?;
        let sound = |opening: &super::Opening| {
            (1..=7).contains(&opening.weekday) && opening.from < opening.until && opening.until <= 24 * 60
        };
        let sane = queue.hours.len() <= MAX_OPENINGS && queue.hours.iter().all(sound);
        Refusal::invalid_if(
            !sane,
            "hours",
            "an opening has a weekday of 1 to 7 and begins before it ends, within the day",
        )
    }

    fn check_item(&self, item: &Item) -> Result<(), Refusal> {
        named("name", &item.name)?;
        let mut same_list = self.items.values().filter(|other| other.list == item.list && other.item != item.item);
        Refusal::invalid_if(
            same_list.any(|other| same(&other.name, &item.name)),
            "name",
            "the list has this name already",
        )?;
        let moved = self.items.get(&item.item).is_some_and(|now| now.list != item.list);
        Refusal::invalid_if(moved, "list", "an entry stays in its list; create another one")?;
        let pause = item.list == List::PauseReason;
        Refusal::invalid_if(
            !pause && (item.limit_s.is_some() || item.nr17),
            "limit_s",
            "only a pause reason has a limit",
        )?;
        let limit = item.limit_s.is_none_or(|limit| (1..=MAX_SPAN_S).contains(&limit));
        Refusal::invalid_if(!limit, "limit_s", format!("a limit is 1 to {MAX_SPAN_S} s"))?;
        match (item.list, &item.shift) {
            (List::Shift, Some(shift)) => self.check_shift(item, shift),
            (List::Shift, None) => Refusal::invalid_if(true, "from", "a shift has days, a beginning and an end"),
            (List::PauseReason | List::Disposition | List::Department | List::Location, shift) => {
                Refusal::invalid_if(shift.is_some(), "list", "only a shift has days and breaks")
            }
        }
    }

    fn check_schedule(&self, schedule: &Schedule) -> Result<(), Refusal> {
        named("name", &schedule.name)?;
        let mut others = self.schedules.values().filter(|other| other.id != schedule.id);
        Refusal::invalid_if(
            others.any(|other| same(&other.name, &schedule.name)),
            "name",
            "another escala has this name",
        )?;
        if let Some((field, text)) = schedule.fault() {
            return Refusal::invalid_if(true, field, text);
        }
        let handed_on = match schedule.absence.then {
            Then::Queue(queue) => Some(queue),
            Then::Stay => None,
        };
        let known = schedule.queues.iter().chain(&handed_on).all(|queue| self.queues.contains_key(queue));
        Refusal::invalid_if(!known, "queues", "there is no such queue")
    }

    fn check_campaign(&self, campaign: &Campaign, config: &Config) -> Result<(), Refusal> {
        named("name", &campaign.name)?;
        let mut others = self.campaigns.values().filter(|other| other.id != campaign.id);
        Refusal::invalid_if(
            others.any(|other| same(&other.name, &campaign.name)),
            "name",
            "another campaign has this name",
        )?;
        if let Some((field, text)) = campaign.fault() {
            return Refusal::invalid_if(true, field, text);
        }
        let unknown = campaign.queues.iter().any(|queue| !self.queues.contains_key(queue));
        Refusal::invalid_if(unknown, "queues", "there is no such queue")?;
        let unknown = campaign.schedule.is_some_and(|schedule| !self.schedules.contains_key(&schedule));
        Refusal::invalid_if(unknown, "schedule", "there is no such escala")?;
        if let Some(name) = campaign.rules.as_ref().filter(|name| !config.rules.packs.contains_key(*name)) {
            let known: Vec<&str> = config.rules.packs.keys().map(String::as_str).collect();
            let text = format!("no pack of rules is called {name}; there are {}", known.join(", "));
            return Refusal::invalid_if(true, "rules", text);
        }
        if let Some(name) = campaign.webhook.as_ref().filter(|name| !config.hooks.contains(*name)) {
            let text = format!("no gateway is called {name}; add [webhook.{name}] to the configuration first");
            return Refusal::invalid_if(true, "webhook", text);
        }
        let unknown = campaign.routes.iter().find(|route| !config.accounts.contains_key(&route.account));
        let name = unknown.map(|route| route.account.to_string()).unwrap_or_default();
        Refusal::invalid_if(unknown.is_some(), "routes", format!("no extension or trunk is called {name}"))
    }

    fn check_shift(&self, item: &Item, shift: &Shift) -> Result<(), Refusal> {
        let is_rest = |reason| self.pause_reason(reason).map(|reason| reason.nr17);
        if let Some((field, text)) = shift.fault(is_rest) {
            return Refusal::invalid_if(true, field, text);
        }
        let unknown = shift.users.iter().any(|user| !self.users.contains_key(user));
        Refusal::invalid_if(unknown, "users", "there is no such user")?;
        let mut others = self.shifts().filter(|(other, _)| other.item != item.item);
        let twice = others.find_map(|(other, theirs)| {
            let both = theirs.users.intersection(&shift.users).next().filter(|_| !theirs.days.is_disjoint(&shift.days));
            Some((other, self.users.get(both?)?))
        });
        match twice {
            Some((other, user)) => {
                let text = format!("{} is in shift {} on one of these days", user.name, other.name);
                Refusal::invalid_if(true, "users", text)
            }
            None => Ok(()),
        }
    }

    fn is_of(&self, id: crate::id::ItemId, list: List) -> bool {
        self.items.get(&id).is_some_and(|item| item.list == list)
    }
}

fn named(field: &str, text: &str) -> Result<(), Refusal> {
    let usable = !text.trim().is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control);
    Refusal::invalid_if(!usable, field, format!("a {field} has 1 to {MAX_NAME} bytes, no line breaks"))
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

const MAX_NAME: usize = 64;
const MAX_NUMBER: usize = 32;
const MAX_SCRIPT: usize = 8 * 1024;
const MAX_OPENINGS: usize = 28;
const MAX_HOLIDAYS: usize = 200;
/// A working day: no pause and no wrap-up is longer.
const MAX_SPAN_S: u32 = 12 * 3_600;
