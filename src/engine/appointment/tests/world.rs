//! Everything around the room, each as simple as it can be.

use chrono::TimeZone;

use super::*;
use crate::outbox::{self, Outbox, Outcome, Written};
use crate::random::Random;

/// The room, and what it stands among.
pub struct World {
    pub appointments: Appointments,
    pub settings: Settings,
    pub outbox: Outbox,
    pub random: Random,
    pub ids: Ids,
    pub now: Now,
    /// Survives a crash.
    pub disk: BTreeMap<AppointmentId, Row>,
    pub letters: BTreeMap<OutboxId, outbox::Row>,
    /// Every case there ever was: whose, whether it is open, its comment.
    pub cases: BTreeMap<CaseId, (ContactId, bool, String)>,
    /// As screens keep them: one for each appointment.
    pub notices: BTreeMap<AppointmentId, Notice>,
    /// What the network carried: key or number, and what was in it.
    pub sent: Vec<(String, String)>,
    pub answers: Vec<(CommandId, Result<AppointmentId, Refused>)>,
    /// Also of what keeps cases, letters and notices.
    pub disk_is_full: bool,
    /// Questions are read at once and answered when told.
    pub slow_reads: Option<VecDeque<(u64, Vec<DateTime<Utc>>)>>,
    /// Writes are made at once and answered when told.
    pub slow_writes: Option<VecDeque<(AppointmentId, u32)>>,
    /// Whether a case is open is said when told: who asked, and with which number.
    pub slow_cases: Option<VecDeque<(AppointmentId, u32)>>,
    /// Notices that cannot be kept.
    pub lost_notices: u32,
    /// Opens between the question and the order.
    pub opens_between: Option<CaseId>,
    /// Why no case is opened at all.
    pub refuses: Option<String>,
    /// Orders carried out until the power fails.
    pub power: Option<u32>,
}

pub struct Crashed;

impl World {
    /// On Monday, 23 November 2026 at this time in São Paulo.
    pub fn at(time: &str) -> World {
        let civil = instant(today(time));
        let now = Now { moment: Moment(1_000_000_000_000), civil };
        World {
            appointments: Appointments::default(),
            settings: Settings::default(),
            outbox: Outbox::default(),
            random: Random::new([7; 32]),
            ids: Ids::new(0),
            now,
            disk: BTreeMap::new(),
            letters: BTreeMap::new(),
            cases: BTreeMap::new(),
            notices: BTreeMap::new(),
            sent: vec![],
            answers: vec![],
            disk_is_full: false,
            slow_reads: None,
            slow_writes: None,
            slow_cases: None,
            lost_notices: 0,
            opens_between: None,
            refuses: None,
            power: None,
        }
    }

    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
        self.appointments.on_settings(settings);
    }

    pub fn create(&mut self, id: u64, creator: UserId, draft: Draft) -> Option<Result<AppointmentId, Refused>> {
        self.do_with(|room, now| room.on_create(CommandId(id), AppointmentId(id), creator, draft, now));
        self.answer(id)
    }

    /// What the command was answered, once.
    pub fn answer(&self, id: u64) -> Option<Result<AppointmentId, Refused>> {
        let mut answers = self.answers.iter().filter(|(command, _)| command.0 == id).map(|(_, answer)| answer.clone());
        let first = answers.next();
        assert_eq!(answers.next(), None, "one answer each");
        first
    }

    pub fn do_with(&mut self, act: impl FnOnce(&mut Appointments, Now)) {
        act(&mut self.appointments, self.now);
        self.settle();
    }

    /// Time goes by, from one deadline to the next.
    pub fn until(&mut self, wanted: NaiveDateTime) {
        let wanted = instant(wanted);
        while !self.is_off() && self.now.civil < wanted {
            let end = self.now.moment + (wanted - self.now.civil).to_std().expect("it lies ahead");
            let next = crate::time::earliest(self.appointments.poll_timeout(), self.outbox.poll_timeout());
            self.now = self.now.after(next.map_or(end, |next| next.min(end)).since(self.now.moment));
            self.look();
        }
    }

    pub fn look(&mut self) {
        self.appointments.on_timeout(self.now);
        self.outbox.on_timeout(self.now, &mut self.random);
        self.settle();
    }

    pub fn phase(&self, id: u64) -> Option<Phase> {
        self.disk.get(&AppointmentId(id)).map(|row| row.phase.clone())
    }

    pub fn version(&self, id: u64) -> u32 {
        self.appointments.row(AppointmentId(id)).expect("it is open").appointment.version
    }

    pub fn opens(&mut self, case: u64, contact: ContactId) {
        self.cases.insert(CaseId(case), (contact, true, String::new()));
    }

    pub fn is_off(&self) -> bool {
        self.power == Some(0)
    }

    /// Power is back: what the disk kept is all there is.
    pub fn starts_again(&mut self) {
        self.power = None;
        (self.appointments, self.outbox) = (Appointments::default(), Outbox::default());
        self.appointments.on_settings(self.settings);
        for row in self.disk.clone().into_values() {
            self.appointments.restore(row, self.now);
        }
        for row in self.letters.clone().into_values() {
            self.outbox.restore(row, self.now, &mut self.random);
        }
        self.settle();
    }

    pub fn settle(&mut self) {
        loop {
            let done = match (self.appointments.poll_order(), self.is_off()) {
                (_, true) => return,
                (Some(order), false) => self.carry_out(order),
                (None, false) => match self.outbox.poll_order() {
                    Some(order) => self.send(order),
                    None => return,
                },
            };
            if done.is_err() {
                return;
            }
        }
    }

    /// One more thing done: maybe the last.
    fn works(&mut self) -> Result<(), Crashed> {
        match &mut self.power {
            Some(0) => Err(Crashed),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn carry_out(&mut self, order: Order) -> Result<(), Crashed> {
        self.works()?;
        let now = self.now;
        match order {
            Order::AskNeighbours { ask, line, from, until, except } => {
                let times = self.neighbours(line, except).filter(|at| (from..=until).contains(at)).collect();
                match &mut self.slow_reads {
                    Some(waiting) => waiting.push_back((ask, times)),
                    None => self.appointments.on_neighbours(ask, Some(times), now),
                }
            }
            Order::AskCase { appointment, ask, .. } if self.slow_cases.is_some() => {
                self.slow_cases.iter_mut().for_each(|waiting| waiting.push_back((appointment, ask)));
            }
            Order::AskCase { appointment, contact, ask } => {
                let looked = match self.open_case(contact) {
                    _ if self.disk_is_full => Looked::Failed,
                    Some(case) => Looked::Open(case),
                    None => Looked::NoneOpen,
                };
                if let Some(case) = self.opens_between.take() {
                    self.opens(case.0, contact);
                }
                self.appointments.on_case(appointment, ask, looked, &mut self.ids, now);
            }
            Order::Store(row) => self.store(row),
            Order::OpenCase { appointment, case, contact, comment, .. } => {
                let opened = self.open(case, contact, comment);
                self.appointments.on_opened(appointment, case, opened, now);
            }
            Order::Send(letter) => self.outbox.on_put(letter, now),
            Order::Notify(notice) => {
                let (id, kept) = (notice.appointment, !self.disk_is_full && self.lost_notices == 0);
                self.lost_notices = self.lost_notices.saturating_sub(1);
                if kept {
                    self.notices.entry(id).or_insert(notice);
                }
                self.appointments.on_notified(id, kept, now);
            }
            Order::Tell(_) => {}
            Order::Answer(command, answer) => self.answers.push((command, answer)),
        }
        Ok(())
    }

    fn send(&mut self, order: outbox::Order) -> Result<(), Crashed> {
        self.works()?;
        let now = self.now;
        match order {
            outbox::Order::Store(row) => {
                let (id, version, key) = (row.item.letter.id, row.item.version, row.item.letter.key.clone());
                let is_known = version == 1 && self.letters.values().any(|row| row.item.letter.key == key);
                let written = match self.disk_is_full {
                    true => Written::No,
                    false if is_known => Written::Known,
                    false => {
                        self.letters.insert(id, row);
                        Written::Yes
                    }
                };
                self.outbox.on_stored(id, version, written, now);
            }
            outbox::Order::Post(post) => {
                self.sent.push((post.key, post.text));
                self.outbox.on_tried(post.id.item, post.id.attempt, Outcome::Delivered, now, &mut self.random);
            }
            outbox::Order::Text { item, attempt, number, body } => {
                self.sent.push((number.normalised, body));
                self.outbox.on_tried(item, attempt, Outcome::Delivered, now, &mut self.random);
            }
            outbox::Order::Taken { item, appointment, taken } => {
                let appointment = appointment.expect("all letters here are");
                self.appointments.on_sent(appointment, item, taken.is_ok(), now);
            }
            outbox::Order::Tell(_) | outbox::Order::Alert(_) | outbox::Order::Answer(..) => {}
        }
        Ok(())
    }

    fn store(&mut self, row: Row) {
        let (id, version) = (row.appointment.id, row.appointment.version);
        if !self.disk_is_full {
            self.disk.insert(id, row);
        }
        match &mut self.slow_writes {
            Some(waiting) => waiting.push_back((id, version)),
            None => self.appointments.on_stored(id, version, !self.disk_is_full, self.now),
        }
    }

    /// The oldest answer of the disk to a question.
    pub fn read_arrives(&mut self) {
        let (ask, times) = self.slow_reads.as_mut().and_then(VecDeque::pop_front).expect("somebody asked");
        self.do_with(|room, now| room.on_neighbours(ask, Some(times), now));
    }

    /// The oldest answer of the disk to a write.
    pub fn write_arrives(&mut self) {
        let (id, version) = self.slow_writes.as_mut().and_then(VecDeque::pop_front).expect("something was written");
        self.do_with(|room, now| room.on_stored(id, version, true, now));
    }

    /// The oldest question for a case: none is open.
    pub fn case_arrives(&mut self) {
        let (id, ask) = self.slow_cases.as_mut().and_then(VecDeque::pop_front).expect("somebody asked");
        self.appointments.on_case(id, ask, Looked::NoneOpen, &mut self.ids, self.now);
        self.settle();
    }

    fn neighbours(&self, line: Line, except: AppointmentId) -> impl Iterator<Item = DateTime<Utc>> {
        let rows = self.disk.values().filter(move |row| row.appointment.id != except);
        let kept = rows.filter(|row| row.phase != Phase::Over { end: End::Cancelled });
        let scope = self.settings.scope;
        kept.filter(move |row| scope.line(row.appointment.creator, &row.appointment.terms) == line)
            .map(|row| row.appointment.terms.due.at)
    }

    fn open_case(&self, contact: ContactId) -> Option<CaseId> {
        self.cases.iter().find(|(_, (whose, open, _))| *open && *whose == contact).map(|(case, _)| *case)
    }

    fn open(&mut self, case: CaseId, contact: ContactId, comment: String) -> Opened {
        match (self.cases.contains_key(&case), self.open_case(contact), self.refuses.clone()) {
            _ if self.disk_is_full => Opened::Failed,
            (true, _, _) => Opened::Yes,
            (false, Some(other), _) => Opened::Other(other),
            (false, None, Some(why)) => Opened::Refused { why },
            (false, None, None) => {
                self.cases.insert(case, (contact, true, comment));
                Opened::Yes
            }
        }
    }
}

pub fn instant(local: NaiveDateTime) -> DateTime<Utc> {
    ZONE.from_local_datetime(&local).earliest().expect("it exists").to_utc()
}
