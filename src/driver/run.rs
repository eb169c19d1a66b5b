//! `ramal run`: from the configuration to the last call, and everything a service manager asks for (SP-11).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use engine::border::{Actor, DaemonCommand, Input, What};
use engine::records::Facts;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{self, ConfigError};
use crate::files;
use crate::gateway::{Gateways, TrustError};
use crate::leads::Imports;
use crate::net::{self, Net};
use crate::recordings::{Recordings, Settings};
use crate::replay::Recorder;
use crate::service::Notifier;
use crate::shards::{Shards, Sinks};
use crate::sound::Devices;
use crate::store::Store;
use crate::web::{self, Web};
use crate::{control, trace};

use super::buttons::Buttons;
use super::lend::Lender;
use super::reload::{kinds, sounds};
use super::{Back, Driver, Handle, clock, health, translate};

/// How to run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    pub config: PathBuf,
    /// Instead of the configured one.
    pub control_socket: Option<PathBuf>,
    /// Writes every input and output to this new file.
    pub record: Option<PathBuf>,
}

/// Why the daemon does not start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("{}", lines(.0))]
    Config(Vec<ConfigError>),
    #[error(transparent)]
    Sound(#[from] crate::sound::SoundError),
    #[error(transparent)]
    Store(#[from] crate::store::OpenError),
    #[error(transparent)]
    Listen(#[from] net::ListenError),
    #[error(transparent)]
    Control(#[from] control::BindError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Web(#[from] web::WebError),
    #[error(transparent)]
    Service(#[from] crate::service::NotifyError),
    #[error("{what}: {why}")]
    System { what: String, why: std::io::Error },
}

impl RunError {
    /// Whether a restart cannot help: systemd's `RestartPreventExitStatus`.
    pub fn is_configuration(&self) -> bool {
        matches!(self, RunError::Config(_) | RunError::Sound(_))
    }
}

fn lines(errors: &[ConfigError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn system(what: &str) -> impl FnOnce(std::io::Error) -> RunError {
    move |why| RunError::System { what: what.to_owned(), why }
}

/// Runs until SIGTERM or SIGINT has drained it. The engine, the sockets and the control socket share this thread; media and
/// store have theirs.
pub fn run(options: RunOptions) -> Result<(), RunError> {
    let (loaded, warnings) =
        config::load(&options.config, &|name| std::env::var(name).ok()).map_err(RunError::Config)?;
    start_log(loaded.shell.log);
    warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(system("the async runtime"))?.block_on(serve(options, loaded))
}

async fn serve(options: RunOptions, loaded: config::Loaded) -> Result<(), RunError> {
    let notifier = Notifier::from_environment()?;
    let (net_events, mut from_net) = mpsc::channel(MAX_NET_EVENTS);
    let (backs, mut from_back) = mpsc::unbounded_channel();
    let (handle, mut requests) = Handle::new();
    let socket = options.control_socket.clone().unwrap_or_else(|| loaded.shell.control_socket.clone());
    let mut driver = assemble(&options, loaded, net_events, backs).await?;
    let control = control::Server::bind(&socket)?;
    driver.web = serve_desktop(&driver, &handle)?;
    tokio::spawn(answer_clients(control, handle));
    driver.begin();
    notifier.ready()?;
    let mut signals = Signals::listen().map_err(system("signal handlers"))?;
    let mut leave_by = None;
    let mut alive = tokio::time::interval(notifier.watchdog_interval().unwrap_or(IDLE));
    let mut health = tokio::time::interval(HEALTH_EVERY);
    tracing::info!(config = %options.config.display(), "ready");
    loop {
        tokio::select! {
            biased;
            Some(event) = from_net.recv() => driver.on_net(event),
            Some(back) = from_back.recv() => driver.on_back(back),
            Some(request) = requests.recv() => driver.on_request(request),
            () = sleep_until(driver.engine.poll_timeout()) => driver.step(Input::Timeout),
            _ = health.tick() => driver.look_at_machine(),
            _ = alive.tick() => notifier.alive().unwrap_or_else(|why| tracing::warn!("{why}")),
            asked = signals.next() => match asked {
                Asked::Reload => reload(&mut driver, &notifier),
                Asked::Stop => {
                    let patience = driver.loaded.shell.drain;
                    leave_by.get_or_insert_with(|| drain(&mut driver, &notifier, patience));
                }
            },
        }
        if leave_by.is_some_and(|until| driver.may_leave(until)) {
            break;
        }
    }
    tracing::info!("stopped");
    driver.leave();
    Ok(())
}

/// Everything opened, nothing begun: an error here has touched nobody.
async fn assemble(
    options: &RunOptions,
    mut loaded: config::Loaded,
    net_events: mpsc::Sender<net::Event>,
    backs: mpsc::UnboundedSender<Back>,
) -> Result<Driver, RunError> {
    let sounds = sounds(&mut loaded)?;
    let store = Arc::new(Store::open(&loaded.shell.data_dir)?);
    let remembered = store.remembered()?;
    if let Facts::Start { restored: Some(since), .. } = &remembered {
        tracing::warn!(%since, "the base is a restored copy: nothing is dialled by itself until `ramal restore --confirm`");
    }
    let seed = seed().map_err(system("the system's randomness"))?;
    let recorder = options.record.as_ref().map(|path| Recorder::create(path, seed)).transpose();
    let recorder = recorder.map_err(system("the recording"))?;
    let net = Net::listen(&loaded.shell.listen, &loaded.shell.dns, net_events).await?;
    let gateways = Gateways::new(&loaded.shell.webhooks, net.resolver(), files::folder(&loaded.shell.data_dir))?;
    let media_backs = backs.clone();
    let sink = Arc::new(move |news| {
        let news = translate::media_news(news).map_or_else(Back::Recordings, Back::Media);
        let _stopping = media_backs.send(news);
        Ok(())
    });
    let recordings = recordings(&loaded, &store, &backs).map_err(system("the folder of recordings"))?;
    let threads = loaded.shell.shards.map_or_else(processors, |count| usize::from(count.get()));
    let sinks = Sinks { news: sink, pieces: recordings.sink() };
    let kinds = kinds(&loaded);
    let mut buttons = Buttons::default();
    buttons.follow(&kinds, &backs);
    let devices = Devices::new(kinds)?;
    let shards = Shards::start_with(threads, loaded.shell.media.ports.clone(), devices, sinks);
    let mut shards = shards.map_err(system("the media threads"))?;
    let pages = translate::browser_settings(&loaded.shell.media);
    let doors = shards.open_browsers(&pages).map_err(system("the port of browsers' headsets, media.browser_port"))?;
    doors.iter().for_each(|address| tracing::info!(%address, "browsers' headsets"));
    Ok(Driver {
        engine: Engine::new(seed),
        recorder,
        net,
        gateways,
        shards,
        lender: Lender::new(loaded.shell.media.ips.clone()),
        imports: Imports::new(store.clone(), &loaded.engine),
        store,
        remembered: Some(remembered),
        recordings,
        sounds,
        buttons,
        trace: trace::Recorder::default(),
        backs,
        deltas: broadcast::channel(MAX_DELTAS).0,
        replies: Default::default(),
        last_command: 0,
        path: options.config.clone(),
        loaded,
        web: None,
    })
}

fn serve_desktop(driver: &Driver, handle: &Handle) -> Result<Option<Web>, web::WebError> {
    let shell = &driver.loaded.shell;
    let options = |settings: &config::Web| web::Options {
        settings: settings.clone(),
        config: driver.path.clone(),
        data_dir: shell.data_dir.clone(),
        files: shell.files,
        recordings: shell.recordings.folder.clone(),
        zone: driver.loaded.engine.zone,
        numbers: driver.loaded.engine.gate.clone(),
        rules: driver.loaded.engine.rules.clone(),
        handle: handle.clone(),
        store: driver.store.clone(),
        imports: driver.imports.clone(),
    };
    shell.web.as_ref().map(|settings| Web::start(options(settings))).transpose()
}

fn recordings(
    loaded: &config::Loaded,
    store: &Arc<Store>,
    backs: &mpsc::UnboundedSender<Back>,
) -> std::io::Result<Recordings> {
    let wanted = &loaded.shell.recordings;
    let settings = Settings {
        folder: wanted.folder.clone(),
        retention: chrono::TimeDelta::days(wanted.retention_days.into()),
        compact: wanted.compact,
        least_free: wanted.min_free_mb.saturating_mul(1_000_000),
        zone: loaded.engine.zone,
    };
    let backs = backs.clone();
    Recordings::start(
        settings,
        store.clone(),
        Arc::new(move |news| {
            let _stopping = backs.send(Back::Recordings(news));
        }),
    )
}

impl Driver {
    /// Ports, then the configuration: the engine asks the store, and begins to register.
    fn begin(&mut self) {
        for ip in self.lender.configured() {
            self.lend_on(ip);
        }
        let config = self.loaded.engine.clone();
        self.step(Input::Config(config));
    }

    /// A disk that stalls stalls a thread of its own.
    fn look_at_machine(&self) {
        let (folder, backs) = (self.loaded.shell.data_dir.clone(), self.backs.clone());
        tokio::task::spawn_blocking(move || {
            let _stopping = backs.send(Back::Measured(health::measure(&folder)));
        });
    }

    /// Draining, and nothing is left to end or its time is up.
    fn may_leave(&mut self, until: Instant) -> bool {
        if Instant::now() < until {
            return self.engine.may_leave();
        }
        if !self.engine.snapshot().calls.is_empty() {
            self.command(Actor::Local, What::Daemon(DaemonCommand::DrainNow), None, None);
        }
        // BYE answered or not, unregistered or not: two more seconds.
        self.engine.may_leave() || Instant::now() >= until + LAST_WORDS
    }

    /// Media says its goodbyes, recordings are ended, the store writes what is queued.
    fn leave(self) {
        if let Some(web) = self.web {
            web.stop();
        }
        self.imports.stop_all();
        self.shards.stop();
        self.recordings.stop();
    }
}

/// Begins the drain; gives the instant that patience ends.
fn drain(driver: &mut Driver, notifier: &Notifier, patience: Duration) -> Instant {
    let live = driver.engine.snapshot().calls.len();
    tracing::info!(live, "draining: no new calls, live ones end by themselves");
    notifier.stopping().unwrap_or_else(|why| tracing::warn!("{why}"));
    if let Some(web) = &driver.web {
        web.drain();
    }
    driver.command(Actor::Local, What::Daemon(DaemonCommand::Drain), None, None);
    Instant::now() + patience
}

fn reload(driver: &mut Driver, notifier: &Notifier) {
    notifier.reloading().unwrap_or_else(|why| tracing::warn!("{why}"));
    if let Ok(warnings) = driver.reload() {
        warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    }
    notifier.ready().unwrap_or_else(|why| tracing::warn!("{why}"));
}

/// What the operating system asks of us.
enum Asked {
    Reload,
    Stop,
}

struct Signals {
    reload: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Signals> {
        Ok(Signals {
            reload: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.reload.recv() => Asked::Reload,
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.interrupt.recv() => Asked::Stop,
        }
    }
}

/// The engine's deadline on the runtime's clock. Looked at again every second: boot time counts suspend, the runtime's does not.
async fn sleep_until(deadline: Option<engine::time::Moment>) {
    let wait = deadline.map_or(IDLE, |deadline| deadline.since(clock::now().moment).min(IDLE));
    tokio::time::sleep(wait).await;
}

/// A broken control socket leaves the daemon deaf to commands, not to calls.
async fn answer_clients(control: control::Server, handle: Handle) {
    if let Err(why) = control.serve(handle).await {
        tracing::error!(%why, "the control socket is gone; commands work again after a restart");
    }
}

fn start_log(level: config::LogLevel) {
    let level = match level {
        config::LogLevel::Error => tracing::Level::ERROR,
        config::LogLevel::Warn => tracing::Level::WARN,
        config::LogLevel::Info => tracing::Level::INFO,
        config::LogLevel::Debug => tracing::Level::DEBUG,
        config::LogLevel::Trace => tracing::Level::TRACE,
    };
    // What libraries note while they work is about keys and addresses, too.
    let ours = Targets::new().with_default(tracing::Level::WARN.min(level));
    let ours = ours.with_targets(["ramal", "engine", "host", "media"].map(|room| (room, level)));
    let journal = std::env::var_os("JOURNAL_STREAM").is_some();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false);
    // The journal writes the time itself. A second start in one process (tests) keeps the first log.
    let _already = match journal {
        true => subscriber.without_time().finish().with(ours).try_init(),
        false => subscriber.finish().with(ours).try_init(),
    };
}

fn seed() -> std::io::Result<[u8; 32]> {
    use std::io::Read;
    let mut seed = [0; 32];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut seed)?;
    Ok(seed)
}

/// One shard leaves a processor for the rest.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().saturating_sub(1).max(1))
}

/// Longest sleep, and how often an unwatched daemon looks around.
const IDLE: Duration = Duration::from_secs(1);
/// Disks fill and clocks drift slowly; a disk that failed is asked as often whether it works again.
const HEALTH_EVERY: Duration = Duration::from_secs(15);
/// Datagrams and news on their way to the engine; more stay in the kernel.
const MAX_NET_EVENTS: usize = 4_096;
/// Deltas a slow watcher may lag behind.
const MAX_DELTAS: usize = 1_024;
/// For BYEs and unregistrations once patience has ended.
const LAST_WORDS: Duration = Duration::from_secs(2);
