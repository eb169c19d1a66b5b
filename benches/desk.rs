//! The engine with a shell that stores nothing and plays nothing: what leaves for the network is handed out as errands.

use std::collections::{BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use engine::Engine;
use engine::border::{Actor, Command, Input, Output, What};
use engine::call;
use engine::config::Config;
use engine::id::{CallId, CommandId, PortId};
use engine::leg::PortBlock;
use engine::news::{CallState, News};
use engine::records::{Batch, Facts};
use engine::time::{Moment, Now};

use crate::support::Folder;

/// One daemon's worth of deciding.
pub struct Desk {
    pub engine: Engine,
    /// `Send`, `Flow` and `Resolve`, in order.
    pub errands: VecDeque<Output>,
    /// What a store would have written.
    pub batches: Vec<Batch>,
    /// Told as answered and not hung up by us.
    pub up: BTreeSet<CallId>,
    pub ended: u32,
    commands: u64,
}

impl Desk {
    pub fn new() -> Desk {
        Desk {
            engine: Engine::new([7; 32]),
            errands: VecDeque::new(),
            batches: Vec::new(),
            up: BTreeSet::new(),
            ended: 0,
            commands: 0,
        }
    }

    /// Configured, with more ports than calls will need.
    pub fn begin(&mut self, config: Config, ip: IpAddr, now: Now) {
        self.step(Input::Config(config), now);
        let ports = (0..3_000).map(|pair| (PortId(pair), 22_000 + 2 * pair as u16)).collect();
        self.step(Input::Lent(PortBlock { ip, ports }), now);
    }

    pub fn step(&mut self, input: Input<'_>, now: Now) {
        self.engine.handle(input, now);
        let mut answers = Vec::new();
        while let Some(output) = self.engine.poll_output() {
            match output {
                Output::Send(..) | Output::Flow(_) | Output::Resolve(..) => self.errands.push_back(output),
                Output::Store(id, batch) => {
                    self.batches.push(batch);
                    answers.push(Input::Stored(id, Ok(())));
                }
                Output::Load(question, _) => answers.push(Input::Loaded(question, Ok(nothing()))),
                Output::Reply(_, answer) => drop(answer.expect("the command is obeyed")),
                Output::Tell(_, _, news) => self.hear(&news),
                Output::Media(_) | Output::Post(_) => {}
            }
        }
        answers.into_iter().for_each(|answer| self.step(answer, now));
    }

    pub fn command(&mut self, command: call::Command, now: Now) {
        self.commands += 1;
        let (id, what) = (CommandId(self.commands), What::Call(command));
        self.step(Input::Command(Command { id, actor: Actor::Local, key: None, what }), now);
    }

    pub fn dial(&mut self, now: Now) {
        let number = "11987654321".to_owned();
        self.command(call::Command::Dial { route: None, number, caller_id: None }, now);
    }

    fn hear(&mut self, news: &News) {
        match news {
            News::Call(view) if view.state == CallState::Answered => {
                self.up.insert(view.call);
            }
            News::CallEnded(view) => {
                self.up.remove(&view.call);
                self.ended += 1;
            }
            _ => {}
        }
    }
}

/// A store that remembers nothing.
fn nothing() -> Facts {
    Facts::Start {
        open_dialogs: Vec::new(),
        open_calls: Vec::new(),
        protocolo: None,
        answers: Vec::new(),
        do_not_disturb: Vec::new(),
        unanswered: Vec::new(),
        entries: Vec::new(),
        chosen: Vec::new(),
        promises: Default::default(),
        restored: None,
        last_id: 0,
    }
}

/// A carrier that knows us by address, and one extension registered there.
pub fn config(carrier: SocketAddr) -> Config {
    let folder = Folder::new("bench-config");
    let file = folder.join("ramal.toml");
    let text = format!(
        "[registrar.pbx]\nhost = \"{carrier}\"\nprobe = false\nregistrations_per_second = 1000\n\n\
         [extension.1000]\nsecret = \"segredo\"\n\n\
         [trunk.carrier]\nregister = false\nmax_calls = 1000\ncalls_at_once = 1000\ncalls_per_minute = 100000\n\n\
         [gate]\nlocal_ddd = \"11\"\n"
    );
    std::fs::write(&file, text).expect("a folder of our own");
    let (loaded, _) = ramal::config::load(&file, &|_| None).unwrap_or_else(|errors| panic!("{errors:?}"));
    loaded.engine
}

/// The wall's time since `epoch`.
pub fn clock(epoch: Instant) -> Now {
    let moment = Moment(1_000_000_000 + epoch.elapsed().as_nanos() as u64);
    Now { moment, civil: chrono::Utc::now() }
}
