//! Drives the engine: every event becomes one input, every output is done before the next.
//!
//! ```text
//!   net ──┐                        ┌──> net      messages, flows, names
//!   media ┼──> one Input ─> Engine ┼──> shards   wanted leg states
//!   store │    (recorded first)    ├──> store    batches, each answered
//!   gateway                        ├──> gateway  messages by HTTP, each answered
//!   handle┘                        └──> handle   replies, deltas
//! ```

mod buttons;
pub(crate) mod clock;
mod handle;
mod health;
mod lend;
mod log;
mod reload;
mod run;
pub(crate) mod translate;

use std::collections::HashMap;
use std::sync::Arc;

use engine::Engine;
use engine::alert::Health;
use engine::border::{
    Actor, Command, DaemonCommand, FlowNews, IdempotencyKey, Input, Output, Refusal, Reply, StoreError, What,
};
use engine::id::{BatchId, CommandId, QuestionId};
use engine::leg::{MediaNews, RecordingNews};
use engine::news::Delta;
use engine::outbox::{Outcome, PostId};
use engine::records::{Facts, Question};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::config::Loaded;
use crate::gateway::Gateways;
use crate::leads::Imports;
use crate::net::{self, Net};
use crate::recordings::Recordings;
use crate::replay::Recorder;
use crate::shards::Shards;
use crate::shards::browser::PageStandings;
use crate::sound::hid::Press;
use crate::sound::{DeviceReport, Library, card};
use crate::store::Store;
use crate::trace;
use crate::web::Web;

use buttons::Buttons;
use lend::Lender;

pub use handle::{Handle, PageRequest, Request};
pub use run::{RunError, RunOptions, run};

/// What comes back from threads of ours.
#[derive(Debug)]
enum Back {
    Stored(BatchId, Result<(), StoreError>),
    Media(MediaNews),
    Recordings(RecordingNews),
    Loaded(QuestionId, Result<Facts, StoreError>),
    Posted(PostId, Outcome),
    Measured(Health),
    /// On the headset of this name.
    Pressed(Arc<str>, Press),
}

/// The engine with the world around it. One task owns it.
struct Driver {
    engine: Engine,
    recorder: Option<Recorder>,
    /// The configuration file.
    path: std::path::PathBuf,
    loaded: Loaded,
    net: Net,
    gateways: Gateways,
    shards: Shards,
    lender: Lender,
    store: Arc<Store>,
    imports: Arc<Imports>,
    /// What the store remembers, until the engine asks.
    remembered: Option<Facts>,
    recordings: Recordings,
    sounds: Library,
    buttons: Buttons,
    trace: trace::Recorder,
    backs: mpsc::UnboundedSender<Back>,
    deltas: broadcast::Sender<Delta>,
    replies: HashMap<CommandId, oneshot::Sender<Result<Reply, Refusal>>>,
    last_command: u64,
    web: Option<Web>,
}

impl Driver {
    /// One input, then drain (architecture.md, law 1).
    fn step(&mut self, input: Input<'_>) {
        let now = clock::now();
        self.record(|recorder| recorder.input(&input, now));
        self.engine.handle(input, now);
        let mut lend = Vec::new();
        let (mut facts, mut lights, mut told) = (None, false, Vec::new());
        while let Some(output) = self.engine.poll_output() {
            self.record(|recorder| recorder.output(&output));
            match output {
                Output::Send(flow, bytes) => {
                    self.trace.record(true, flow, &bytes, now.civil);
                    self.net.send(flow, bytes);
                }
                Output::Flow(order) => self.net.order(order),
                Output::Resolve(query, destination) => self.net.resolve(query, destination),
                Output::Media(state) => {
                    self.shards.order(translate::leg_order(&state, &self.sounds));
                    lend.extend(self.lender.follow(&state, &mut self.shards));
                }
                Output::Store(id, batch) => {
                    let backs = self.backs.clone();
                    self.store.submit(id, batch, move |id, result| {
                        let _stopping = backs.send(Back::Stored(id, result));
                    });
                }
                // Nothing begins before it is answered.
                Output::Load(question, Question::Start) => {
                    let remembered = self.remembered.take().map_or_else(|| self.store.load(Question::Start), Ok);
                    facts = Some((question, remembered));
                }
                Output::Load(question, asked) => self.load(question, asked),
                Output::Post(post) => {
                    let backs = self.backs.clone();
                    self.gateways.post(post, now.civil, move |id, outcome| {
                        let _stopping = backs.send(Back::Posted(id, outcome));
                    });
                }
                Output::Reply(command, answer) => {
                    if let Some(reply) = self.replies.remove(&command) {
                        // Whoever asked may be gone.
                        let _gone = reply.send(answer);
                    }
                }
                Output::Tell(audience, seq, news) => {
                    log::news(&news);
                    lights |= self.is_lit_by(&news);
                    told.push(Delta { seq, audience, news });
                }
            }
        }
        for delta in told {
            // After what is stored has gone to the store: who is told of something and asks for it finds it there. Nobody may
            // be watching.
            let _nobody = self.deltas.send(delta);
        }
        let deadline = self.engine.poll_timeout();
        self.record(|recorder| recorder.drained(deadline));
        if lights {
            self.light();
        }
        if let Some((question, facts)) = facts {
            self.step(Input::Loaded(question, facts));
        }
        for block in lend {
            self.step(Input::Lent(block));
        }
    }

    /// A recording that cannot be written ends with a line in the log; the daemon goes on.
    fn record(&mut self, write: impl FnOnce(&mut Recorder) -> std::io::Result<()>) {
        if let Some(recorder) = &mut self.recorder
            && let Err(why) = write(recorder)
        {
            tracing::error!(%why, "the recording ends here: it cannot be written");
            self.recorder = None;
        }
    }

    /// A read while calls live: on a thread that may wait for the disk.
    fn load(&self, question: QuestionId, asked: Question) {
        let (store, backs) = (self.store.clone(), self.backs.clone());
        tokio::task::spawn_blocking(move || {
            let _stopping = backs.send(Back::Loaded(question, store.load(asked)));
        });
    }

    fn on_net(&mut self, event: net::Event) {
        match event {
            net::Event::Received(flow, bytes) => {
                self.lend_on(flow.local.ip());
                // Whoever is no peer of ours must not push the traces of calls out.
                if self.engine.trusts(flow) {
                    self.trace.record(false, flow, &bytes, clock::now().civil);
                }
                self.step(Input::Received(flow, &bytes));
            }
            net::Event::Flow(news) => {
                if let FlowNews::Opened(_, flow) | FlowNews::Accepted(flow) = &news {
                    self.lend_on(flow.local.ip());
                }
                self.step(Input::Flow(news));
            }
            net::Event::Resolved(query, answer) => self.step(Input::Resolved(query, answer)),
        }
    }

    fn lend_on(&mut self, ip: std::net::IpAddr) {
        if let Some(block) = self.lender.first(ip, &mut self.shards) {
            self.step(Input::Lent(block));
        }
    }

    fn on_back(&mut self, back: Back) {
        match back {
            Back::Stored(id, result) => self.step(Input::Stored(id, result)),
            Back::Media(news) => self.step(Input::Media(news)),
            Back::Recordings(news) => self.step(Input::Recordings(news)),
            Back::Loaded(question, facts) => self.step(Input::Loaded(question, facts)),
            Back::Posted(post, outcome) => self.step(Input::Posted(post, outcome)),
            Back::Measured(health) => {
                self.command(Actor::Local, What::Daemon(DaemonCommand::Health(health)), None, None)
            }
            Back::Pressed(device, press) => self.on_press(&device, press),
        }
    }

    fn on_request(&mut self, request: Request) {
        match request {
            Request::Command { actor, what, key, answer } => self.command(actor, what, key, Some(answer)),
            Request::May { actor, action, whose, answer } => {
                let _gone = answer.send(self.engine.may(actor, action, whose));
            }
            Request::Subscribe(answer) => {
                let _gone = answer.send(self.deltas.subscribe());
            }
            Request::Trace(call, answer) => {
                let _gone = answer.send(self.trace_of(call));
            }
            Request::Devices { offered, answer } => self.tell_devices(offered, answer),
            Request::Page(PageRequest::Offer(offer)) => self.shards.offer(offer),
            Request::Page(PageRequest::HangUp(page)) => self.shards.hang_up_page(page),
            Request::Reader(answer) => {
                let _gone = answer.send(self.store.reader());
            }
            Request::Imports(answer) => {
                let _gone = answer.send(self.imports.clone());
            }
            Request::Extensions(answer) => {
                let _gone = answer.send(self.loaded.extensions());
            }
            Request::Gateways(answer) => {
                let _gone = answer.send(self.loaded.shell.webhooks.keys().cloned().collect());
            }
            Request::Reload(answer) => {
                let _gone = answer.send(self.reload());
            }
        }
    }

    fn command(
        &mut self,
        actor: Actor,
        what: What,
        key: Option<IdempotencyKey>,
        answer: Option<oneshot::Sender<Result<Reply, Refusal>>>,
    ) {
        self.last_command += 1;
        let id = CommandId(self.last_command);
        if let Some(answer) = answer {
            self.replies.insert(id, answer);
        }
        self.step(Input::Command(Command { id, actor, key, what }));
    }

    /// What the system has is looked at on a thread of its own: a sound server may take its time.
    fn tell_devices(&self, offered: bool, answer: oneshot::Sender<DeviceReport>) {
        let mut devices = self.shards.devices().views();
        devices.extend(self.shards.pages().into_iter().flat_map(PageStandings::views));
        let tell = move || {
            let offered = offered.then(card::offered);
            let _gone = answer.send(DeviceReport { devices, offered });
        };
        // Without a thread the question stays unanswered, and says so by its closed channel.
        let _started = std::thread::Builder::new().name("devices".into()).spawn(tell);
    }

    /// The messages of a call's legs, in the order they were on the wire.
    fn trace_of(&self, call: engine::id::CallId) -> Vec<trace::Entry> {
        let mut entries: Vec<_> = self.sip_call_ids(call).iter().flat_map(|id| self.trace.of(id)).collect();
        entries.sort_by_key(|entry| entry.at);
        entries
    }

    /// Of a live call from the engine, of an ended one from the store.
    fn sip_call_ids(&self, call: engine::id::CallId) -> Vec<String> {
        let live = self.engine.snapshot().calls.into_iter().find(|view| view.call == call);
        if let Some(view) = live {
            return view.legs.into_iter().filter_map(|leg| leg.sip_call_id).collect();
        }
        let story = self.store.reader().and_then(|reader| reader.call(call)).ok().flatten();
        story.map_or_else(Vec::new, |story| {
            story.legs.into_iter().map(|leg| leg.row.sip_call_id).filter(|id| !id.is_empty()).collect()
        })
    }
}
