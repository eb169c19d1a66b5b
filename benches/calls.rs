//! A call set up and torn down: INVITE, 180, 200, ACK, BYE, 200. Ramal dials and hangs up through its engine and its UDP
//! sockets; Kamailio relays the same six messages statefully, which is twelve datagrams to its six. The store is counted
//! apart, on the records that the same calls leave.

use std::net::SocketAddr;
use std::sync::mpsc as std_mpsc;
use std::thread;
use std::time::Instant;

use engine::border::{Input, Output};
use engine::call::Command;
use engine::id::BatchId;
use engine::records::Batch;
use engine::sip::uri::Transport;
use ramal::config::{Dns, Listen};
use ramal::net::{self, Net};
use ramal::store::Store;
use tokio::sync::mpsc;

use crate::desk::{self, Desk};
use crate::kamailio::Relay;
use crate::report::{Goal, Row};
use crate::support::carrier::Carrier;
use crate::support::{Folder, Host};
use crate::{Effort, cpu};

pub fn rows(effort: Effort) -> Vec<Row> {
    let carrier = Carrier::start();
    let ramal = Ramal::start(carrier.address());
    ramal.make(effort.calls.min(100));
    let mut batches = Vec::new();
    let mut ours = || {
        let round = ramal.make(effort.calls);
        batches = round.batches;
        round.cost
    };
    let what = "call set up and torn down".to_owned();
    let mut rows = Vec::new();
    if effort.peers {
        let mut relay = Relay::start(carrier.address());
        relay.make(effort.calls.min(100));
        let mut theirs = || relay.make(effort.calls);
        let [ours, theirs] = cpu::rounds(effort.rounds, [&mut ours, &mut theirs]);
        rows.push(Row { what, unit: "ns", ours, beside: Some(("Kamailio", theirs)), goal: Goal::Ratio(0.6) });
    } else {
        let [ours] = cpu::rounds(effort.rounds, [&mut ours]);
        rows.push(Row { what, unit: "ns", ours, beside: None, goal: Goal::None });
    }
    let mut store = || stored(&batches) / f64::from(effort.calls);
    let [ours] = cpu::rounds(effort.rounds.min(3), [&mut store]);
    rows.push(Row { what: "its records in the store".to_owned(), unit: "ns", ours, beside: None, goal: Goal::None });
    rows
}

/// The daemon's deciding thread.
struct Ramal {
    orders: mpsc::UnboundedSender<u32>,
    rounds: std_mpsc::Receiver<Round>,
}

struct Round {
    /// Per call.
    cost: f64,
    batches: Vec<Batch>,
}

impl Ramal {
    fn start(carrier: SocketAddr) -> Ramal {
        let ((orders, wanted), (done, rounds)) = (mpsc::unbounded_channel(), std_mpsc::channel());
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve(carrier, wanted, done));
        });
        Ramal { orders, rounds }
    }

    fn make(&self, calls: u32) -> Round {
        self.orders.send(calls).expect("the thread lives");
        self.rounds.recv().expect("the calls end")
    }
}

async fn serve(carrier: SocketAddr, mut wanted: mpsc::UnboundedReceiver<u32>, done: std_mpsc::Sender<Round>) {
    let (host, epoch) = (Host::claim(), Instant::now());
    let (events, mut from_net) = mpsc::channel(4_096);
    let listen = Listen { transport: Transport::Udp, address: host.sip() };
    let mut net = Net::listen(&[listen], &Dns::default(), events).await.expect("a host of our own");
    let mut desk = Desk::new();
    desk.begin(desk::config(carrier), host.address(), desk::clock(epoch));
    run_errands(&mut desk, &mut net);
    for _ in 0..BEGINNING {
        on_event(&mut desk, &mut net, &mut from_net, epoch).await;
    }
    while let Some(calls) = wanted.recv().await {
        let before = cpu::of_thread();
        (desk.ended, desk.batches) = (0, Vec::new());
        let mut dialled = 0;
        while desk.ended < calls {
            while dialled < calls && dialled - desk.ended < AT_ONCE {
                desk.dial(desk::clock(epoch));
                dialled += 1;
            }
            while let Some(call) = desk.up.pop_first() {
                desk.command(Command::HangUp { call }, desk::clock(epoch));
            }
            run_errands(&mut desk, &mut net);
            on_event(&mut desk, &mut net, &mut from_net, epoch).await;
        }
        let cost = (cpu::of_thread() - before) / f64::from(calls);
        if done.send(Round { cost, batches: std::mem::take(&mut desk.batches) }).is_err() {
            return;
        }
    }
}

async fn on_event(desk: &mut Desk, net: &mut Net, from_net: &mut mpsc::Receiver<net::Event>, epoch: Instant) {
    let deadline = desk.engine.poll_timeout().map(|at| at.since(desk::clock(epoch).moment)).unwrap_or(PATIENCE);
    let event = tokio::time::timeout(deadline.min(PATIENCE), from_net.recv()).await;
    let now = desk::clock(epoch);
    match event {
        Ok(Some(net::Event::Received(flow, bytes))) => desk.step(Input::Received(flow, &bytes), now),
        Ok(Some(net::Event::Flow(news))) => desk.step(Input::Flow(news), now),
        Ok(Some(net::Event::Resolved(query, answer))) => desk.step(Input::Resolved(query, answer), now),
        Ok(None) => panic!("the sockets are gone"),
        Err(_) => desk.step(Input::Timeout, now),
    }
    run_errands(desk, net);
}

fn run_errands(desk: &mut Desk, net: &mut Net) {
    while let Some(errand) = desk.errands.pop_front() {
        match errand {
            Output::Send(flow, bytes) => net.send(flow, bytes),
            Output::Flow(order) => net.order(order),
            Output::Resolve(query, destination) => net.resolve(query, destination),
            other => unreachable!("{other:?} is no errand"),
        }
    }
}

/// Of all batches, on a disk's worth of a store.
fn stored(batches: &[Batch]) -> f64 {
    let folder = Folder::new("bench-store");
    let store = Store::open(folder.path()).expect("a folder of our own");
    let (done, kept) = std_mpsc::channel();
    let before = cpu::of_other_threads();
    for (number, batch) in batches.iter().enumerate() {
        let done = done.clone();
        store.submit(BatchId(number as u64), batch.clone(), move |_, result| {
            done.send(result).expect("the counter waits");
        });
        if number % 100 == 99 {
            (0..100).for_each(|_| kept.recv().expect("an answer").expect("the batch is kept"));
        }
    }
    (0..batches.len() % 100).for_each(|_| kept.recv().expect("an answer").expect("the batch is kept"));
    cpu::of_other_threads() - before
}

/// Events until the extension is registered and the trunk is known: more than there are.
const BEGINNING: usize = 8;
const AT_ONCE: u32 = 20;
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(100);
