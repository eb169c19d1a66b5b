//! The socket and the commands, against a stand-in for the driver: what is asked of the engine is seen, what it says is chosen.

#![expect(non_snake_case, reason = "behaviour ids are written as the specification writes them")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails to set up has failed")]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::access::Audience;
use engine::border::{DaemonCommand, Look, Refusal, RefusalCode, Reply, StoreError, What};
use engine::callback;
use engine::config::AccountKind;
use engine::gate::{Explained, Line, Next, Says};
use engine::id::{CallId, CommandId, MessageId, Seq};
use engine::news::{
    AccountView, CallState, CallView, Delta, Direction, GroupView, HangupCause, HangupKind, MessageState,
    MessageSummary, MessageView, News, Party, PhoneState, PhoneView, RegistrationState, RegistrationView, Snapshot,
    StaffNews, Totals, TransferState, TransferView, WatchedState, WatchedView,
};
use engine::sip::uri::Transport;
use engine::time::{Moment, Now};
use engine::{call, messages, subscription};
use ramal::control::{BindError, MAX_LINE, Server};
use ramal::driver::{Handle, Request};
use ramal::sound::card::{Level, Offer, Offered};
use ramal::sound::{DeviceReport, DeviceView, EndView, Kind};
use ramal::trace::Entry;
use serde_json::Value;
use tokio::sync::{broadcast, mpsc};

#[test]
fn the_socket_is_its_owners_alone_and_goes_away_with_the_daemon() {
    let daemon = Daemon::start("owner");
    let mode = std::fs::metadata(&daemon.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let socket = daemon.socket.clone();
    drop(daemon);
    assert!(!socket.exists());
}

#[test]
fn a_stale_socket_is_taken_over_and_a_live_one_is_not() {
    let daemon = Daemon::start("stale");
    let runtime = runtime();
    let _within = runtime.enter();
    assert!(matches!(Server::bind(&daemon.socket), Err(BindError::InUse(_))));
    let stale = daemon.folder.join("stale.sock");
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    assert!(stale.exists());
    Server::bind(&stale).unwrap();
    let file = daemon.folder.join("file");
    std::fs::write(&file, "precious").unwrap();
    assert!(matches!(Server::bind(&file), Err(BindError::NoSocket(_))));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn every_example_of_the_document_is_answered_as_the_document_says() {
    let daemon = Daemon::start("document");
    let document =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/control-socket.md")).unwrap();
    let mut lines = document.lines().peekable();
    let mut seen = 0;
    while let Some(line) = lines.next() {
        let Some(request) = line.strip_prefix("> ") else { continue };
        let mut client = daemon.client();
        client.write(request);
        while let Some(expected) = lines.peek().and_then(|line| line.strip_prefix("< ")) {
            let said = client.read().unwrap_or_else(|| panic!("no answer to {request}"));
            let expected: Value = serde_json::from_str(expected).unwrap_or_else(|why| panic!("{expected}: {why}"));
            assert_eq!(without_pid(said), without_pid(expected), "answer to {request}");
            seen += 1;
            lines.next();
        }
    }
    assert!(seen >= 12, "{seen} examples");
}

#[test]
fn a_line_without_end_is_refused_and_ends_the_connection() {
    let daemon = Daemon::start("long");
    let mut client = daemon.client();
    client.write(&"x".repeat(MAX_LINE + 1));
    assert_eq!(client.read().unwrap()["error"]["code"], "too-long");
    assert_eq!(client.read(), None);
}

#[test]
fn a_client_that_does_not_read_is_told_so_on_its_last_line_while_others_are_served() {
    let daemon = Daemon::start("slow");
    let mut slow = daemon.client();
    slow.write(r#"{"id":1,"do":"events"}"#);
    assert_eq!(slow.read().unwrap()["ok"]["seq"], 7);
    for seq in 8..20_000 {
        daemon.tell(seq, News::Totals(Totals { strangers: seq, ..Totals::default() }));
    }
    let mut other = daemon.client();
    other.write(r#"{"id":2,"do":"calls"}"#);
    assert_eq!(other.read().unwrap()["id"], 2);
    let last = std::iter::from_fn(|| slow.read()).last().unwrap();
    assert_eq!(last["error"]["code"], "too-slow");
}

#[test]
fn a_crowd_is_turned_away_in_words() {
    let daemon = Daemon::start("crowd");
    let mut crowd: Vec<Client> = (0..64).map(|_| daemon.client()).collect();
    for client in &mut crowd {
        client.write(r#"{"id":1,"do":"calls"}"#);
        client.read().unwrap();
    }
    assert_eq!(daemon.client().read().unwrap()["error"]["code"], "too-many-clients");
}

#[test]
fn sp_05_devices_are_shown_with_what_of_them_is_there_and_how_loud_it_is() {
    let daemon = Daemon::start("devices");
    let table = String::from_utf8(daemon.ramal(&["--lang", "en", "devices"]).stdout).unwrap();
    let desk = table.lines().find(|line| line.starts_with("desk")).unwrap();
    for part in ["headset", "pulseaudio:usb", "usb: gone (not there", "-12 dB", "-∞ dB"] {
        assert!(desk.contains(part), "{part} is not in {desk}");
    }
    assert!(table.contains("USB Headset"), "{table}");
    let json: Value = serde_json::from_slice(&daemon.ramal(&["devices", "--json"]).stdout).unwrap();
    assert_eq!(json["devices"][0]["said"]["peak"], 0.5);
    assert_eq!(json["offered"]["inputs"][0]["id"], "pulseaudio:usb");
}

#[test]
fn SP_05_a_desk_phone_is_called_followed_and_shown_with_why_it_is_not_there() {
    let daemon = Daemon::start("phones");
    let table = String::from_utf8(daemon.ramal(&["--lang", "en", "devices"]).stdout).unwrap();
    let mesa = table.lines().find(|line| line.starts_with("mesa")).unwrap();
    assert!(mesa.contains("2001") && mesa.contains("not connected: busy"), "{mesa}");
    let connected = daemon.ramal(&["--lang", "pt-BR", "devices", "connect", "mesa"]);
    assert_eq!(connected.status.code(), Some(0));
    let told = String::from_utf8(connected.stdout).unwrap();
    assert!(told.ends_with("telefone de mesa mesa  conectado\n"), "{told}");
    let unknown = daemon.ramal(&["--lang", "en", "devices", "connect", "mess"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("no desk phone is called mess"));
    assert_eq!(daemon.ramal(&["devices", "disconnect", "mesa"]).status.code(), Some(0));
}

#[test]
fn calls_are_a_table_for_people_and_json_for_programs() {
    let daemon = Daemon::start("calls");
    let table = daemon.ramal(&["--lang", "pt-BR", "calls"]);
    assert_eq!(table.status.code(), Some(0));
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(
        table.contains("SENTIDO") && table.contains("em conversa, em espera") && table.contains("tocando"),
        "{table}"
    );
    let json = daemon.ramal(&["--json", "calls"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["calls"][0]["call"], RINGING.to_string());
}

#[test]
fn a_call_is_named_by_its_end_or_not_at_all_where_only_one_fits() {
    let daemon = Daemon::start("suffix");
    assert_eq!(daemon.ramal(&["answer"]).status.code(), Some(0));
    assert_eq!(daemon.commanded(), What::Call(call::Command::Answer { call: CallId(RINGING) }));
    assert_eq!(daemon.ramal(&["hangup", "4712"]).status.code(), Some(0));
    assert_eq!(daemon.commanded(), What::Call(call::Command::HangUp { call: CallId(HELD) }));
    let unclear = daemon.ramal(&["--lang", "en", "hangup", "471"]);
    assert_eq!(unclear.status.code(), Some(2));
    assert_eq!(String::from_utf8(unclear.stderr).unwrap(), "No call ends in 471.\n");
    let two = daemon.ramal(&["--lang", "en", "hangup"]);
    assert_eq!(two.status.code(), Some(2));
    assert!(String::from_utf8(two.stderr).unwrap().starts_with("More than one call fits; choose one:\n"));
}

#[test]
fn dialling_is_watched_to_its_end_with_the_cause_in_words() {
    let daemon = Daemon::start("dial");
    let dialled = daemon.ramal(&["--lang", "pt-BR", "dial", "600", "--route", "1001", "--wait"]);
    let said = String::from_utf8(dialled.stdout).unwrap();
    assert_eq!(dialled.status.code(), Some(1), "{said}");
    assert!(said.contains("protocolo 2026112100000017"), "{said}");
    assert!(
        said.contains("tocando") && said.contains("encerrada: ocupado, pelo outro lado (SIP 486, Q.850 17)"),
        "{said}"
    );
    let refused = daemon.ramal(&["--lang", "pt-BR", "dial", "0014155550100"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(said, "Este número não pode ser discado: 0014155550100: international numbers are denied.\n");
}

#[test]
fn VZ_07_a_transfer_is_followed_to_its_result_and_the_exit_code_says_it() {
    let daemon = Daemon::start("transfer");
    let done = daemon.ramal(&["--lang", "en", "transfer", "1002", "--wait"]);
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!((done.status.code(), said.lines().last()), (Some(0), Some("transferred to 1002")), "{said}");
    let wish = call::TransferCommand::Blind { call: CallId(HELD), number: "1002".into(), route: None };
    assert_eq!(daemon.commanded(), What::Call(call::Command::Transfer(wish)));
    let failed = daemon.ramal(&["--lang", "pt-BR", "transfer", "610", "--wait"]);
    let said = String::from_utf8(failed.stdout).unwrap();
    assert_eq!(failed.status.code(), Some(1), "{said}");
    assert!(said.contains("transferência para 610 falhou: ocupado; a chamada voltou"), "{said}");
}

#[test]
fn VZ_07_a_consultation_is_a_second_call_and_either_of_the_two_completes_it() {
    let daemon = Daemon::start("consult");
    let consulted = daemon.ramal(&["--lang", "en", "consult", "1002", "4712", "--route", "1001"]);
    let said = String::from_utf8(consulted.stdout).unwrap();
    assert!(said.contains("Call 4713 to 1002, protocolo 2026112100000017"), "{said}");
    let (call, number, route) = (CallId(HELD), "1002".to_owned(), Some("1001".into()));
    let wish = |wish| What::Call(call::Command::Transfer(wish));
    assert_eq!(daemon.commanded(), wish(call::TransferCommand::Consult { call, number, route }));
    for (verb, expected) in [
        ("swap", call::TransferCommand::Swap { call }),
        ("complete", call::TransferCommand::Complete { call }),
        ("back", call::TransferCommand::Back { call }),
    ] {
        assert_eq!(daemon.ramal(&[verb, "4712"]).status.code(), Some(0));
        assert_eq!(daemon.commanded(), wish(expected));
    }
    // None of the calls asks about another one.
    assert_eq!(daemon.ramal(&["complete"]).status.code(), Some(2));
}

#[test]
fn a_text_is_followed_to_its_answer() {
    let daemon = Daemon::start("text");
    let sent = daemon.ramal(&["--lang", "pt-BR", "message", "1002", "Oi", "--account", "1001"]);
    assert_eq!(sent.status.code(), Some(0));
    assert_eq!(String::from_utf8(sent.stdout).unwrap(), "Mensagem para 1002: aceita pelo PABX\n");
    let (account, number) = (Some("1001".into()), "1002".to_owned());
    let command = messages::Command::Send { account, number, text: "Oi".to_owned() };
    assert_eq!(daemon.commanded(), What::Message(command));
    let failed = daemon.ramal(&["--lang", "en", "message", "1999", "Oi"]);
    assert_eq!(failed.status.code(), Some(1));
    let said = String::from_utf8(failed.stdout).unwrap();
    assert_eq!(said, "Message to 1002: not sent: there is no such number (404 Not Found)\n");
    assert_eq!(daemon.ramal(&["message"]).status.code(), Some(2));
    let unreadable = daemon.ramal(&["--lang", "en", "message", "--last"]);
    assert_eq!(unreadable.status.code(), Some(1));
    let said = String::from_utf8(unreadable.stderr).unwrap();
    assert!(said.contains("the disk is away"), "{said}");
}

#[test]
fn the_clock_is_confirmed_by_a_command_and_says_so() {
    let daemon = Daemon::start("clock");
    let confirmed = daemon.ramal(&["--lang", "pt-BR", "confirm-clock"]);
    assert_eq!(confirmed.status.code(), Some(0), "{confirmed:?}");
    assert_eq!(String::from_utf8(confirmed.stdout).unwrap(), "O relógio vale como certo a partir de agora\n");
    assert_eq!(daemon.commanded(), What::Daemon(DaemonCommand::ConfirmClock));
    assert_eq!(daemon.ramal(&["confirm-clock", "now"]).status.code(), Some(2), "it takes no words");
}

#[test]
fn extensions_show_their_messages_and_the_lamps_they_watch() {
    let daemon = Daemon::start("lamps");
    let table = daemon.ramal(&["--lang", "pt-BR", "extensions"]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("2 novas, 8 antigas"), "{table}");
    assert!(table.contains("ACOMPANHADO") && table.contains("1002         tocando"), "{table}");
    let unwatched = daemon.ramal(&["--lang", "en", "watch", "1003"]);
    assert_eq!(unwatched.status.code(), Some(2));
    assert_eq!(daemon.ramal(&["watch", "1002", "1003", "--account", "1001", "--stop"]).status.code(), Some(0));
    let numbers = vec!["1002".to_owned(), "1003".to_owned()];
    let command = subscription::Command::Unwatch { account: "1001".into(), numbers };
    assert_eq!(daemon.commanded(), What::Subscription(command));
    assert_eq!(daemon.ramal(&["watch", "--stop"]).status.code(), Some(2), "of whom, and what");
}

#[test]
fn a_ladder_is_drawn_from_the_daemons_trace() {
    let daemon = Daemon::start("trace");
    let drawn = daemon.ramal(&["trace", "4712"]);
    let drawn = String::from_utf8(drawn.stdout).unwrap();
    assert!(drawn.contains("INVITE 600") && drawn.contains("200 OK (INVITE)"), "{drawn}");
    let followed = daemon.ramal(&["trace", &ENDED.to_string(), "--follow"]);
    assert_eq!(followed.status.code(), Some(0));
    assert_eq!(String::from_utf8(followed.stdout).unwrap().lines().count(), 3);
}

#[test]
fn without_a_daemon_the_code_is_three_and_with_a_wrong_configuration_four() {
    let lonely = Command::new(RAMAL).args(["--socket", "/nonexistent/ramal.sock", "status"]).output().unwrap();
    assert_eq!(lonely.status.code(), Some(3));
    let wrong = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/config/unknown_keys.toml");
    let checked = Command::new(RAMAL).args(["--lang", "en", "check", "--config", wrong]).output().unwrap();
    assert_eq!(checked.status.code(), Some(4));
    let said = String::from_utf8(checked.stderr).unwrap();
    assert!(
        said.lines().all(|line| line.contains("unknown_keys.toml:") || line.starts_with("Configuration wrong")),
        "{said}"
    );
    assert_eq!(Command::new(RAMAL).args(["dial"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_recording_replays_the_same_and_a_changed_one_does_not() {
    let folder = std::env::temp_dir().join(format!("ramal-cmd-{}-replay", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("recording.jsonl");
    record(&file);
    let replay = |extra: &str| Command::new(RAMAL).args(["--lang", "en", "replay", extra]).arg(&file).output().unwrap();
    let same = replay("--ladder");
    assert_eq!(same.status.code(), Some(0));
    let said = String::from_utf8(same.stdout).unwrap();
    assert!(said.starts_with("Same: 2 inputs, ") && !said.contains(", 0 outputs"), "{said}");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"out\":{", "\"out\":{\"Nothing\":1,", 1)).unwrap();
    let other = replay("--json");
    assert_eq!(other.status.code(), Some(1));
    let other: Value = serde_json::from_slice(&other.stdout).unwrap();
    assert_eq!(other["same"], false);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// An engine that is configured and asked what it sees.
fn record(file: &Path) {
    use engine::border::{Actor, Input};
    let (mut engine, now) = (engine::Engine::new([7; 32]), Now { moment: Moment(1), civil: at(0) });
    let mut recorder = ramal::replay::Recorder::create(file, [7; 32]).unwrap();
    let watch = engine::border::Command {
        id: CommandId(1),
        actor: Actor::Local,
        key: None,
        what: What::Look(Look::Watch { since: None }),
    };
    for input in [Input::Config(engine::config::Config::empty()), Input::Command(watch)] {
        recorder.input(&input, now).unwrap();
        engine.handle(input, now);
        while let Some(output) = engine.poll_output() {
            recorder.output(&output).unwrap();
        }
        recorder.drained(engine.poll_timeout()).unwrap();
    }
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Command::new(RAMAL).args(["completions", shell]).output().unwrap();
        let script = String::from_utf8(script.stdout).unwrap();
        assert!(script.contains("hangup") && script.contains("replay"), "{shell}");
    }
}

const RAMAL: &str = env!("CARGO_BIN_EXE_ramal");
const RINGING: u64 = 3_573_829_017_124_711;
const HELD: u64 = 3_573_829_017_124_712;
const ENDED: u64 = 3_573_829_017_124_700;
const TEXT: u64 = 3_573_829_017_124_721;
const DIALLED: u64 = 3_573_829_017_124_713;
const LIMIT: Duration = Duration::from_secs(10);

/// A control socket over a driver whose every answer is written here.
struct Daemon {
    folder: PathBuf,
    socket: PathBuf,
    deltas: broadcast::Sender<Delta>,
    commands: std::sync::mpsc::Receiver<What>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Daemon {
    fn start(name: &str) -> Daemon {
        let folder = std::env::temp_dir().join(format!("ramal-cmd-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let socket = folder.join("ramal.sock");
        let runtime = runtime();
        let (handle, requests) = Handle::new();
        let (deltas, _) = broadcast::channel(64);
        let (seen, commands) = std::sync::mpsc::channel();
        runtime.spawn(stand_in(requests, deltas.clone(), seen));
        let server = runtime.block_on(async { Server::bind(&socket) }).unwrap();
        runtime.spawn(server.serve(handle));
        Daemon { folder, socket, deltas, commands, runtime: Some(runtime) }
    }

    fn client(&self) -> Client {
        let stream = UnixStream::connect(&self.socket).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        Client(BufReader::new(stream))
    }

    fn ramal(&self, args: &[&str]) -> Output {
        Command::new(RAMAL).arg("--socket").arg(&self.socket).args(args).output().unwrap()
    }

    fn tell(&self, seq: u64, news: News) {
        self.deltas.send(Delta { seq: Seq(seq), audience: Audience::Everyone, news }).unwrap();
    }

    /// The next command that the engine would have got.
    fn commanded(&self) -> What {
        self.commands.recv_timeout(LIMIT).unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.runtime.take());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

struct Client(BufReader<UnixStream>);

impl Client {
    fn write(&mut self, line: &str) {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// None at the end.
    fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&line).unwrap()),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error}"),
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

async fn stand_in(
    mut requests: mpsc::Receiver<Request>,
    deltas: broadcast::Sender<Delta>,
    seen: std::sync::mpsc::Sender<What>,
) {
    while let Some(request) = requests.recv().await {
        match request {
            Request::Subscribe(answer) => drop(answer.send(deltas.subscribe())),
            Request::Trace(_, answer) => drop(answer.send(trace())),
            Request::Devices { offered, answer } => drop(answer.send(devices(offered))),
            Request::Reader(answer) => drop(answer.send(Err(StoreError("the disk is away".to_owned())))),
            Request::Extensions(answer) => drop(answer.send(Vec::new())),
            Request::Gateways(answer) => drop(answer.send(Vec::new())),
            Request::Imports(answer) => drop(answer),
            Request::Reload(answer) => {
                drop(answer.send(Ok(vec!["daemon.node takes effect with a restart".to_owned()])))
            }
            Request::May { answer, .. } => drop(answer.send(Ok(()))),
            Request::Page(asked) => drop(asked),
            Request::Command { what, answer, .. } => {
                drop(answer.send(reply(&what)));
                if let What::Call(call::Command::Dial { .. }) = what {
                    for (seq, call) in [(8, dialled(CallState::Ringing)), (9, dialled(CallState::Ended))] {
                        let news = if call.cause.is_some() { News::CallEnded(call) } else { News::Call(call) };
                        deltas.send(Delta { seq: Seq(seq), audience: Audience::Everyone, news }).unwrap_or_default();
                    }
                }
                if let What::Call(call::Command::Transfer(wish)) = &what {
                    for (seq, news) in transferred(wish).into_iter().enumerate() {
                        deltas
                            .send(Delta { seq: Seq(seq as u64 + 8), audience: Audience::Everyone, news })
                            .unwrap_or_default();
                    }
                }
                if let What::Message(messages::Command::Send { number, .. }) = &what {
                    let end = match number.as_str() {
                        "1002" => text(MessageState::Accepted, None),
                        _ => text(MessageState::Failed, Some("there is no such number (404 Not Found)")),
                    };
                    for (seq, view) in [(8, text(MessageState::Sending, None)), (9, end)] {
                        deltas
                            .send(Delta { seq: Seq(seq), audience: Audience::Everyone, news: News::Message(view) })
                            .unwrap_or_default();
                    }
                }
                if let What::Call(call::Command::Phone(call::PhoneCommand::Connect { .. })) = &what {
                    let end = phone(PhoneState::Connected);
                    for (seq, view) in [(8, phone(PhoneState::Calling)), (9, end)] {
                        deltas
                            .send(Delta {
                                seq: Seq(seq),
                                audience: Audience::Everyone,
                                news: News::Staff(StaffNews::Phone(view)),
                            })
                            .unwrap_or_default();
                    }
                }
                if !matches!(what, What::Look(Look::Watch { .. })) {
                    let _ = seen.send(what);
                }
            }
        }
    }
}

/// How a transfer of the held call gets on: 610 is busy.
fn transferred(wish: &call::TransferCommand) -> Vec<News> {
    let to = match wish {
        call::TransferCommand::Blind { number, .. } => number.clone(),
        _ => "1002".to_owned(),
    };
    let view = |state| {
        let mut view = call(HELD, Direction::Outbound, CallState::Answered);
        view.transfer = Some(TransferView { to: to.clone(), state });
        view
    };
    let failed = TransferState::Failed { status: Some(486), kind: HangupKind::Busy };
    let last = if to == "610" { failed } else { TransferState::Done };
    [TransferState::Trying, TransferState::Ringing, last].map(view).map(News::Call).into()
}

fn reply(what: &What) -> Result<Reply, Refusal> {
    match what {
        What::Look(Look::Watch { since: None }) => Ok(Reply::Snapshot(Box::new(snapshot()))),
        What::Look(Look::Watch { since: Some(_) }) => {
            let news = News::Totals(Totals::default());
            Ok(Reply::Deltas(vec![Delta { seq: Seq(7), audience: Audience::Everyone, news }]))
        }
        What::Call(call::Command::Dial { number, .. }) if number.starts_with("00") => {
            Err(Refusal::new(RefusalCode::Gate, format!("{number}: international numbers are denied")))
        }
        What::Call(call::Command::Dial { .. } | call::Command::Transfer(call::TransferCommand::Consult { .. })) => {
            let protocolo = "2026112100000017".to_owned();
            Ok(Reply::Dialled { call: CallId(DIALLED), protocolo, warnings: Vec::new() })
        }
        What::Call(call::Command::Answer { call: CallId(1) }) => {
            Err(Refusal::new(RefusalCode::NoSuchCall, "there is no call 1"))
        }
        What::Call(call::Command::Phone(
            call::PhoneCommand::Connect { device } | call::PhoneCommand::Disconnect { device },
        )) if device.as_str() != "mesa" => {
            let text = format!("no desk phone is called {device}; one is a [device.{device}] with type = \"sip\"");
            Err(Refusal::new(RefusalCode::NoSuchDevice, text))
        }
        What::Message(_) => Ok(Reply::Sent { message: MessageId(TEXT) }),
        What::Call(_) | What::Account(_) | What::Subscription(_) | What::Agent(_) | What::Staff(_) => Ok(Reply::Done),
        What::Callback(callback::Command::Cancel { promise, .. }) => Ok(Reply::Promised { promise: *promise }),
        What::Callback(_) | What::Appointment(_) | What::Outbox(_) | What::Campaign(_) => Ok(Reply::Done),
        What::Look(Look::Explain { .. } | Look::Lead(_)) => Ok(Reply::Explained(Box::new(explained()))),
        What::Daemon(_) => Ok(Reply::Done),
    }
}

fn explained() -> Explained {
    let line = |rule: &'static str, says, fact: Option<&str>| Line {
        rule: rule.into(),
        says,
        fact: fact.map(str::to_owned),
        source: None,
    };
    let at = "2026-11-23T12:00:00Z".parse().unwrap();
    Explained {
        number: None,
        zones: vec![chrono_tz::America::Sao_Paulo],
        rules: vec![line("grammar", Says::Yes, None), line("hours", Says::No, Some("It is Sunday in Sao_Paulo."))],
        allowed: false,
        next: Some(Next { at, zone: chrono_tz::America::Sao_Paulo }),
        version: 7,
    }
}

fn devices(offered: bool) -> DeviceReport {
    let end = |wanted: &str, card: Option<&str>| EndView {
        wanted: wanted.to_owned(),
        card: card.map(str::to_owned),
        why: card.is_none().then(|| "not there; it is used again when it comes back".to_owned()),
    };
    let offer = |id: &str, name: &str| Offer { id: id.to_owned(), name: name.to_owned() };
    let desk = DeviceView {
        device: "desk".into(),
        kind: Kind::Headset,
        input: Some(end("default", Some("pulseaudio:usb"))),
        output: Some(end("usb", None)),
        ring: None,
        said: Some(Level { peak: 0.5, rms: 0.25 }),
        heard: Some(Level::default()),
    };
    let offered =
        offered.then(|| Offered { inputs: vec![offer("pulseaudio:usb", "USB Headset")], outputs: Vec::new() });
    DeviceReport { devices: vec![desk], offered }
}

fn snapshot() -> Snapshot {
    let mut held = call(HELD, Direction::Outbound, CallState::Answered);
    held.answered = Some(at(5));
    held.held = true;
    let registration = RegistrationView {
        state: RegistrationState::Registered,
        until: Some(at(300)),
        round_trip_ms: Some(1.2),
        ..RegistrationView::default()
    };
    let account = AccountView {
        account: "1001".into(),
        kind: AccountKind::Extension,
        group: "pbx".into(),
        registration,
        do_not_disturb: false,
        calls: 2,
        device: "headset".into(),
        messages: Some(MessageSummary { waiting: true, new: 2, old: 8, urgent_new: 0, urgent_old: 0 }),
    };
    let group = GroupView {
        group: "pbx".into(),
        up: true,
        registered: 1,
        accounts: 1,
        round_trip_ms: Some(1.2),
        last_error: None,
    };
    let totals = Totals { strangers: 3, malformed: 0, calls: 12 };
    Snapshot {
        seq: 7,
        calls: vec![call(RINGING, Direction::Inbound, CallState::Ringing), held],
        accounts: vec![account],
        groups: vec![group],
        watched: vec![lamp(WatchedState::Ringing)],
        phones: vec![phone(PhoneState::Disconnected)],
        agents: Vec::new(),
        supervisions: Vec::new(),
        entries: Vec::new(),
        promises: Vec::new(),
        campaigns: Vec::new(),
        records: Vec::new(),
        totals,
        alerts: Vec::new(),
    }
}

/// Last time it was busy.
fn phone(state: PhoneState) -> PhoneView {
    let busy = HangupCause { kind: HangupKind::Busy, by: Party::Peer, sip: Some(486), q850: 17, text: String::new() };
    PhoneView {
        device: "mesa".into(),
        number: "2001".to_owned(),
        account: "1001".into(),
        leg: engine::id::LegId(3_573_829_017_124_730),
        state,
        since: at(0),
        why: (state == PhoneState::Disconnected).then_some(busy),
    }
}

fn lamp(state: WatchedState) -> WatchedView {
    WatchedView { account: "1001".into(), number: "1002".to_owned(), state, since: Some(at(0)), why: None }
}

fn text(state: MessageState, why: Option<&str>) -> MessageView {
    MessageView {
        message: MessageId(TEXT),
        direction: Direction::Outbound,
        account: "1001".into(),
        number: "1002".to_owned(),
        name: None,
        text: "Oi".to_owned(),
        at: at(0),
        state,
        why: why.map(str::to_owned),
    }
}

fn dialled(state: CallState) -> CallView {
    let mut view = call(DIALLED, Direction::Outbound, state);
    if state == CallState::Ended {
        view.ended = Some(at(9));
        let text = "Busy Here".to_owned();
        view.cause = Some(HangupCause { kind: HangupKind::Busy, by: Party::Peer, sip: Some(486), q850: 17, text });
    }
    view
}

fn call(id: u64, direction: Direction, state: CallState) -> CallView {
    CallView {
        call: CallId(id),
        protocolo: format!("20261121000000{}", id % 100),
        direction,
        account: "1001".into(),
        user: None,
        queue: None,
        contact: None,
        case: None,
        promise: None,
        number: "+5511987654321".to_owned(),
        name: None,
        diverted_from: None,
        asserted: None,
        state,
        started: at(0),
        answered: None,
        ended: None,
        cause: None,
        muted: false,
        held: false,
        held_by_peer: false,
        bridged_with: None,
        conference: None,
        recording: None,
        supervised: Vec::new(),
        consults: None,
        transfer: None,
        trouble: None,
        legs: Vec::new(),
    }
}

fn trace() -> Vec<Entry> {
    let entry = |sent, ms: i64, text: &str| Entry {
        at: at(0) + chrono::Duration::milliseconds(ms),
        sent,
        transport: Transport::Udp,
        local: "127.0.0.1:5070".parse().unwrap(),
        remote: "127.0.0.1:5060".parse().unwrap(),
        text: text.to_owned(),
    };
    vec![
        entry(true, 0, "INVITE sip:600@127.0.0.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\n"),
        entry(false, 12, "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n"),
    ]
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_262_400 + seconds, 0).unwrap()
}

/// The process's own number differs with every run.
fn without_pid(mut line: Value) -> Value {
    if let Some(pid) = line.pointer_mut("/ok/pid") {
        *pid = Value::Null;
    }
    line
}
