//! A whole market behind one exchange: it registers who asks, rings whoever is called, and some of them answer, talk in real RTP and
//! hang up. They behave like those of the simulator that the pace was proven in, only sooner; what they did is written down.

mod ears;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use engine::pacing::simulator::{Call, Times};
use engine::random::Random;
use engine::sip::dialog::Dialog;
use engine::sip::header::Name;
use engine::sip::message::{Message, Method};

use super::{Host, LONG, carrier};
use ears::Ears;
pub use ears::Heard;

/// How people are.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Of 1.
    pub answers: f64,
    /// Everything takes the so-manieth part of its time.
    pub hurry: u32,
    pub seed: u64,
}

/// What became of one call, as the exchange saw it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It rings, or talks, now.
    Alive,
    Busy,
    /// Nobody was at home: 480.
    Absent,
    /// Taken back while it rang.
    Cancelled,
    /// It was answered, and is over.
    Talked,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub number: String,
    pub fate: Fate,
}

enum Ask {
    /// Everybody who talks hangs up, and whoever answers from then on.
    Home,
    Log(Sender<Vec<Line>>),
}

/// At work until it is dropped.
#[derive(Debug)]
pub struct Market {
    host: Host,
    asks: Sender<Ask>,
    ears: Ears,
}

impl Market {
    pub fn open(habits: Habits) -> Market {
        let host = Host::claim();
        let socket = UdpSocket::bind(host.sip()).expect("a host of our own");
        socket.set_read_timeout(Some(Duration::from_millis(5))).expect("a time above zero");
        let ears = Ears::open(host.address());
        let ((asks, asked), addresses) = (channel(), ears.addresses());
        let (me, hearing) = (host.sip(), ears.orders());
        thread::spawn(move || {
            let mut seed = [7; 32];
            seed[..8].copy_from_slice(&habits.seed.to_le_bytes());
            let random = Random::new(seed);
            let calls = HashMap::new();
            let due = BinaryHeap::new();
            let (order, branches, is_late) = (Vec::new(), 0, false);
            Exchange { me, socket, habits, random, addresses, hearing, calls, order, due, branches, is_late }
                .serve(&asked);
        });
        Market { host, asks, ears }
    }

    pub fn sip(&self) -> SocketAddr {
        self.host.sip()
    }

    pub fn go_home(&self) {
        self.asks.send(Ask::Home).expect("the market is open");
    }

    /// Every call there was, in its order.
    pub fn log(&self) -> Vec<Line> {
        let (log, written) = channel();
        self.asks.send(Ask::Log(log)).expect("the market is open");
        written.recv_timeout(LONG).expect("the market is open")
    }

    /// What was heard of all the talks.
    pub fn heard(&self) -> Heard {
        self.ears.heard()
    }
}

/// One call.
struct Customer {
    line: Line,
    invite: Message,
    dialog: Dialog,
    from: SocketAddr,
    /// The last answer to the INVITE.
    said: Bytes,
    /// The 2xx is acknowledged.
    acknowledged: bool,
    /// The BYE of the customer, until it is answered.
    bye: Option<Bytes>,
    ear: usize,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// The phone was rung long enough.
    Rung {
        call: String,
        answers: bool,
        busy: bool,
    },
    HangsUp(String),
    /// What was not acknowledged is said again.
    Again(String),
}

struct Exchange {
    me: SocketAddr,
    socket: UdpSocket,
    habits: Habits,
    random: Random,
    addresses: Vec<SocketAddr>,
    hearing: Sender<ears::Order>,
    /// By Call-ID.
    calls: HashMap<String, Customer>,
    order: Vec<String>,
    due: BinaryHeap<Reverse<(Instant, Due)>>,
    branches: u64,
    /// Nobody has time to talk any more.
    is_late: bool,
}

impl Exchange {
    fn serve(mut self, asked: &Receiver<Ask>) {
        let mut buffer = [0; 8_192];
        loop {
            if let Ok((length, from)) = self.socket.recv_from(&mut buffer)
                && let Ok(message) = Message::parse(&Bytes::copy_from_slice(&buffer[..length]))
            {
                self.receive(&message, from);
            }
            while self.due.peek().is_some_and(|Reverse((at, _))| *at <= Instant::now()) {
                let Some(Reverse((_, due))) = self.due.pop() else { break };
                self.happen(due);
            }
            match asked.try_recv() {
                Ok(Ask::Home) => self.go_home(),
                Ok(Ask::Log(log)) => {
                    let lines = self.order.iter().map(|id| self.calls[id].line.clone()).collect();
                    // Whoever asked has given up.
                    let _ = log.send(lines);
                }
                Err(std::sync::mpsc::TryRecvError::Empty) => {}
                Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
            }
        }
    }

    fn go_home(&mut self) {
        self.is_late = true;
        self.calls.keys().cloned().collect::<Vec<_>>().iter().for_each(|id| self.hang_up(id));
    }

    fn receive(&mut self, message: &Message, from: SocketAddr) {
        let id = message.call_id().map(|id| id.into_owned()).unwrap_or_default();
        match (message.status(), message.method()) {
            (None, Some(Method::Invite)) => self.invited(&id, message, from),
            (None, Some(Method::Ack)) => {
                self.calls.get_mut(&id).into_iter().for_each(|customer| customer.acknowledged = true);
            }
            (None, Some(Method::Cancel)) => self.cancelled(&id, message, from),
            (None, Some(Method::Bye)) => {
                self.over(&id);
                self.send(&Message::response(message, 200).to_bytes(), from);
            }
            (None, Some(Method::Register)) => self.send(&carrier::registered(message).to_bytes(), from),
            (None, _) => self.send(&Message::response(message, 200).to_bytes(), from),
            (Some(200..), _) => self.calls.get_mut(&id).into_iter().for_each(|customer| customer.bye = None),
            (Some(_), _) => {}
        }
    }

    fn invited(&mut self, id: &str, invite: &Message, from: SocketAddr) {
        if let Some(customer) = self.calls.get(id) {
            let said = customer.said.clone();
            return self.send(&said, from);
        }
        let contact = format!("<sip:{}>", self.me).parse().expect("an address");
        let dialog =
            Dialog::uas(invite, &format!("m{}", self.order.len()), contact).expect("an INVITE with all its parts");
        let number = invite.uri().and_then(|uri| uri.user.clone()).unwrap_or_default();
        let ear = self.order.len() % self.addresses.len();
        let line = Line { number, fate: Fate::Alive };
        let (invite, said) = (invite.clone(), Bytes::new());
        let customer = Customer { line, invite, dialog, from, said, acknowledged: false, bye: None, ear };
        self.calls.insert(id.to_owned(), customer);
        self.order.push(id.to_owned());
        self.answer(id, 180);
        let call = Call::draw(Times::Field, self.habits.answers, &mut self.random);
        let busy = call.rings < BUSY_WITHIN;
        if call.answered || call.rings < NOBODY {
            let due = Due::Rung { call: id.to_owned(), answers: call.answered, busy };
            self.plan(call.rings / self.habits.hurry, due);
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Rung { call, answers, busy } if self.is_ringing(&call) => match (answers, busy) {
                (true, _) => self.pick_up(&call),
                (false, true) => self.refuse(&call, 486, Fate::Busy),
                (false, false) => self.refuse(&call, 480, Fate::Absent),
            },
            Due::Rung { .. } => {}
            Due::HangsUp(call) => self.hang_up(&call),
            Due::Again(call) => self.say_again(&call),
        }
    }

    fn pick_up(&mut self, id: &str) {
        let talk = Times::Field.talk(&mut self.random) / self.habits.hurry;
        let talk = if self.is_late { talk.min(GOODBYE) } else { talk };
        self.answer(id, 200);
        let Some(customer) = self.calls.get(id) else { return };
        let towards = customer.invite.sdp_address();
        let talks = ears::Order::Talk { ear: customer.ear, towards };
        self.hearing.send(talks).expect("the ears listen");
        self.plan(talk, Due::HangsUp(id.to_owned()));
        self.plan(SAID_AGAIN, Due::Again(id.to_owned()));
    }

    fn refuse(&mut self, id: &str, status: u16, fate: Fate) {
        self.answer(id, status);
        self.calls.get_mut(id).into_iter().for_each(|customer| customer.line.fate = fate);
        self.plan(SAID_AGAIN, Due::Again(id.to_owned()));
    }

    fn cancelled(&mut self, id: &str, cancel: &Message, from: SocketAddr) {
        self.send(&Message::response(cancel, 200).to_bytes(), from);
        if self.is_ringing(id) {
            self.refuse(id, 487, Fate::Cancelled);
        }
    }

    fn hang_up(&mut self, id: &str) {
        if !self.is_talking(id) {
            return;
        }
        self.branches += 1;
        let via = format!("SIP/2.0/UDP {};branch=z9hG4bKmarket{};rport", self.me, self.branches);
        let Some(customer) = self.calls.get_mut(id) else { return };
        let mut bye = customer.dialog.request(Method::Bye);
        bye.push_front(Name::Via, via);
        customer.bye = Some(bye.to_bytes());
        self.over(id);
        self.say_again(id);
    }

    /// A 2xx till its ACK, a BYE till its answer.
    fn say_again(&mut self, id: &str) {
        let Some(customer) = self.calls.get(id) else { return };
        let unheard = match (&customer.bye, customer.acknowledged) {
            (Some(bye), _) => bye.clone(),
            (None, false) => customer.said.clone(),
            (None, true) => return,
        };
        let to = customer.from;
        self.send(&unheard, to);
        self.plan(SAID_AGAIN, Due::Again(id.to_owned()));
    }

    fn over(&mut self, id: &str) {
        let Some(customer) = self.calls.get_mut(id) else { return };
        if customer.line.fate == Fate::Alive {
            customer.line.fate = Fate::Talked;
            let towards = customer.invite.sdp_address();
            self.hearing.send(ears::Order::Hush { ear: customer.ear, towards }).expect("the ears listen");
        }
    }

    fn answer(&mut self, id: &str, status: u16) {
        let Some(customer) = self.calls.get_mut(id) else { return };
        let mut answer = Message::response(&customer.invite, status);
        answer.set(Name::To, customer.dialog.local.to_string());
        answer.set(Name::Contact, format!("<sip:{}>", self.me));
        if status == 200 {
            answer.set_body("application/sdp", carrier::sdp(self.addresses[customer.ear]));
        }
        customer.said = answer.to_bytes();
        let (said, to) = (customer.said.clone(), customer.from);
        self.send(&said, to);
    }

    fn is_ringing(&self, id: &str) -> bool {
        self.calls.get(id).is_some_and(|customer| customer.line.fate == Fate::Alive && !customer.said.starts_with(YES))
    }

    fn is_talking(&self, id: &str) -> bool {
        self.calls.get(id).is_some_and(|customer| customer.line.fate == Fate::Alive && customer.said.starts_with(YES))
    }

    fn send(&self, bytes: &Bytes, to: SocketAddr) {
        // What is lost is said again.
        let _ = self.socket.send_to(bytes, to);
    }

    fn plan(&mut self, span: Duration, due: Due) {
        self.due.push(Reverse((Instant::now() + span, due)));
    }
}

trait Described {
    /// Where its sender wants to be heard.
    fn sdp_address(&self) -> SocketAddr;
}

impl Described for Message {
    fn sdp_address(&self) -> SocketAddr {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        let after = |start: &str| body.lines().find_map(|line| line.strip_prefix(start).map(str::to_owned));
        let ip = after("c=IN IP4 ").and_then(|ip| ip.trim().parse().ok());
        let port = after("m=audio ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        SocketAddr::new(ip.expect("an address"), port.expect("a port"))
    }
}

const YES: &[u8] = b"SIP/2.0 200";
/// Whoever answers late says no more.
const GOODBYE: Duration = Duration::from_secs(1);
const SAID_AGAIN: Duration = Duration::from_millis(500);
/// The simulator's busy lines say so sooner than anybody is absent.
const BUSY_WITHIN: Duration = Duration::from_millis(4_001);
/// Who would ring for longer rings until it is taken back.
const NOBODY: Duration = Duration::from_millis(24_999);
