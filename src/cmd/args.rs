//! What may be typed. The words of the help are in the catalogue: `help.COMMAND`, `arg.ARGUMENT`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use engine::call::{RecordWish, RejectAs};

use crate::control::{ConferenceAction, Supervising};

#[derive(Parser, Debug)]
#[command(name = "ramal", version, disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    #[arg(long, global = true, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true, value_name = "LANG", value_parser = ["pt-BR", "en"], hide_possible_values = true)]
    pub lang: Option<String>,
    #[command(subcommand)]
    pub verb: Verb,
}

/// Where a command is done.
#[derive(Subcommand, Debug)]
pub enum Verb {
    #[command(flatten)]
    Here(Local),
    #[command(flatten)]
    There(Remote),
}

/// By this process.
#[derive(Subcommand, Debug)]
pub enum Local {
    Run {
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
    Check {
        #[arg(long, conflicts_with = "store")]
        audit: bool,
        #[arg(long)]
        store: bool,
        #[arg(long, requires = "store")]
        offline: bool,
    },
    Backup {
        #[arg(value_name = "FILE|-", id = "backup")]
        file: PathBuf,
        #[arg(long)]
        force: bool,
    },
    Restore {
        #[arg(value_name = "FILE", id = "copy", required_unless_present = "confirm", conflicts_with = "confirm")]
        file: Option<PathBuf>,
        #[arg(long)]
        confirm: bool,
    },
    Openapi {},
    Demo {
        #[arg(long)]
        once: bool,
    },
    Replay {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[arg(long)]
        ladder: bool,
    },
    Recordings {
        #[command(subcommand)]
        what: Recordings,
    },
    Rules {
        #[command(subcommand)]
        what: Rules,
    },
    Completions {
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
}

/// By the running daemon.
#[derive(Subcommand, Debug)]
pub enum Remote {
    Status {},
    Extensions {},
    Calls {
        #[arg(long)]
        ended: bool,
    },
    Dial(Dial),
    Answer {
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Reject {
        #[arg(value_name = "CALL")]
        call: Option<String>,
        #[arg(long = "as", value_name = "HOW", default_value = "declined", hide_possible_values = true)]
        how: How,
    },
    Hangup {
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Hold {
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Resume {
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Mute {
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Unmute {
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Dtmf {
        #[arg(value_name = "DIGITS")]
        digits: String,
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Consent {
        #[arg(value_name = "on|off", value_parser = switch, action = ArgAction::Set)]
        adverts: bool,
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Conference {
        #[arg(value_name = "ACTION", hide_possible_values = true)]
        action: Action,
        #[arg(value_name = "CALL", required = true)]
        calls: Vec<String>,
    },
    Transfer {
        #[command(flatten)]
        to: Elsewhere,
        #[arg(id = "result", long = "wait")]
        wait: bool,
    },
    Consult(Elsewhere),
    Swap {
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Complete {
        #[arg(value_name = "CALL")]
        call: Option<String>,
        #[arg(id = "result", long = "wait")]
        wait: bool,
    },
    Back {
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Bridge {
        #[arg(value_name = "CALL")]
        first: String,
        #[arg(value_name = "CALL")]
        second: String,
    },
    Record {
        #[arg(value_name = "WHAT", value_parser = record_wish, action = ArgAction::Set)]
        what: RecordWish,
        #[arg(value_name = "CALL")]
        call: Option<String>,
    },
    Supervise {
        #[arg(value_name = "HOW", id = "supervising", hide_possible_values = true)]
        how: Supervise,
        #[arg(value_name = "CALL")]
        call: Option<String>,
        #[arg(long, value_name = "ACCOUNT")]
        through: String,
    },
    Message(Message),
    Watch(Watch),
    #[command(args_conflicts_with_subcommands = true)]
    Callbacks {
        #[arg(long)]
        over: bool,
        #[arg(id = "with", long = "with", value_name = "NUMBER")]
        number: Option<String>,
        #[command(subcommand)]
        what: Option<Callbacks>,
    },
    Gate {
        #[command(subcommand)]
        what: Gate,
    },
    Campaigns {
        #[command(subcommand)]
        what: Option<Campaigns>,
    },
    Lists {
        #[command(subcommand)]
        what: Option<Lists>,
    },
    Leads {
        #[command(subcommand)]
        what: Leads,
    },
    #[command(args_conflicts_with_subcommands = true)]
    Dnc {
        #[arg(id = "begins", long = "with", value_name = "NUMBER")]
        number: Option<String>,
        #[command(subcommand)]
        what: Option<Dnc>,
    },
    Dnd {
        #[arg(value_name = "ACCOUNT")]
        account: String,
        #[arg(value_name = "on|off", value_parser = switch, action = ArgAction::Set)]
        on: bool,
    },
    Register {
        #[arg(value_name = "ACCOUNT")]
        account: String,
    },
    Events {
        #[arg(long, value_name = "SEQ")]
        since: Option<u64>,
    },
    Trace {
        #[arg(value_name = "CALL")]
        call: Option<String>,
        #[arg(long, short)]
        follow: bool,
    },
    #[command(args_conflicts_with_subcommands = true)]
    Devices {
        #[arg(long, conflicts_with = "watch")]
        list: bool,
        #[arg(long)]
        watch: bool,
        #[command(subcommand)]
        phone: Option<Phone>,
    },
    /// Whoever set the clock says that it is right.
    ConfirmClock {},
    Reload {},
}

/// What is done with a promise to call back.
#[derive(Subcommand, Debug)]
pub enum Callbacks {
    Cancel {
        #[arg(value_name = "CALLBACK")]
        callback: String,
    },
}

/// What becomes of a campaign.
#[derive(Subcommand, Debug)]
pub enum Campaigns {
    Start {
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
    },
    Pause {
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
    },
    Drain {
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
    },
    Stop {
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
    },
    DryRun {
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
        #[arg(long, value_name = "N", id = "team", value_parser = clap::value_parser!(u32).range(1..=2_000))]
        agents: Option<u32>,
    },
}

/// What is done with a list of leads.
#[derive(Subcommand, Debug)]
pub enum Lists {
    Import(Import),
    Resume {
        #[arg(value_name = "LIST", id = "lead_list")]
        list: String,
        #[arg(value_name = "FILE", id = "csv")]
        file: PathBuf,
    },
    Discard {
        #[arg(value_name = "LIST", id = "lead_list")]
        list: String,
    },
    Filter {
        #[arg(value_name = "LIST", id = "lead_list")]
        list: String,
        #[arg(long = "where", value_name = "CONDITION", id = "condition", required_unless_present = "no_filter")]
        conditions: Vec<String>,
        #[arg(long = "none", id = "no_filter", conflicts_with = "condition")]
        none: bool,
        #[arg(long = "dry-run", id = "pass_dry_run")]
        dry_run: bool,
    },
    Recycle(Recycle),
}

/// Which leads that are over come back.
#[derive(clap::Args, Debug)]
pub struct Recycle {
    #[arg(value_name = "LIST", id = "lead_list")]
    pub list: String,
    #[arg(long = "result", value_name = "RESULT", id = "last_result", required_unless_present_any = ["last_disposition", "uncalled"])]
    pub results: Vec<String>,
    #[arg(long = "disposition", value_name = "NAME", id = "last_disposition")]
    pub dispositions: Vec<String>,
    #[arg(long)]
    pub uncalled: bool,
    #[arg(long = "from", value_name = "YYYY-MM-DD", id = "back_from")]
    pub from: Option<NaiveDate>,
    #[arg(long = "dry-run", id = "pass_dry_run")]
    pub dry_run: bool,
}

/// A list made of a file.
#[derive(clap::Args, Debug)]
pub struct Import {
    #[arg(value_name = "FILE", id = "csv")]
    pub file: PathBuf,
    #[arg(long, value_name = "NAME", required_unless_present = "dry_run")]
    pub name: Option<String>,
    #[arg(long, value_name = "SOURCE", required_unless_present = "dry_run")]
    pub source: Option<String>,
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub dated: Option<NaiveDate>,
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub expires: Option<NaiveDate>,
    #[arg(long)]
    pub skip_bad: bool,
    #[arg(long)]
    pub across_lists: bool,
    #[arg(long)]
    pub dry_run: bool,
}

/// What is done with leads.
#[derive(Subcommand, Debug)]
pub enum Leads {
    Find {
        #[arg(value_name = "NUMBER|NAME", id = "sought")]
        text: String,
    },
    Show {
        #[arg(value_name = "LEAD")]
        lead: String,
    },
    Why {
        #[arg(value_name = "LEAD")]
        lead: String,
    },
    Settle {
        #[arg(value_name = "LEAD")]
        lead: String,
        #[arg(value_name = "yes|no", value_parser = yes_no, action = ArgAction::Set)]
        reached: bool,
    },
}

/// What is done with numbers that are not dialled automatically.
#[derive(Subcommand, Debug)]
pub enum Dnc {
    Add {
        #[arg(value_name = "NUMBER")]
        number: String,
        #[arg(long = "source", value_name = "SOURCE", id = "by", required = true)]
        source: String,
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<NaiveDate>,
        #[command(flatten)]
        scope: Binds,
    },
    Remove {
        #[arg(value_name = "ENTRY")]
        entry: String,
    },
    Import {
        #[arg(value_name = "FILE", id = "numbers_csv")]
        file: PathBuf,
        #[arg(long = "source", value_name = "SOURCE", id = "by")]
        source: Option<String>,
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<NaiveDate>,
        #[command(flatten)]
        scope: Binds,
        #[command(flatten)]
        age: Age,
        #[arg(long)]
        dry_run: bool,
    },
    Lists {},
    Keep {
        #[arg(value_name = "SOURCE", id = "kept_source")]
        source: String,
        #[command(flatten)]
        scope: Binds,
        #[command(flatten)]
        age: Age,
    },
}

/// Whose calls a number or a list speaks of; neither: everybody's.
#[derive(clap::Args, Debug)]
pub struct Binds {
    #[arg(long = "campaign", value_name = "CAMPAIGN", id = "of_campaign")]
    pub campaign: Option<String>,
    #[arg(long = "aim", value_name = "AIM", value_parser = ["sales", "collection", "service", "research"], hide_possible_values = true)]
    pub aim: Option<String>,
}

/// When a do-not-call list was got, and when it has to be got anew.
#[derive(clap::Args, Debug)]
pub struct Age {
    #[arg(long = "dated", value_name = "YYYY-MM-DD", id = "list_dated")]
    pub dated: Option<NaiveDate>,
    #[arg(long = "expires", value_name = "YYYY-MM-DD", id = "list_expires")]
    pub expires: Option<NaiveDate>,
}

/// What is asked of the rules.
#[derive(Subcommand, Debug)]
pub enum Rules {
    List {
        #[arg(long, value_name = "PACK", id = "listed_pack")]
        pack: Option<String>,
    },
    Replay {
        #[arg(long, value_name = "YYYY-MM-DD", id = "judged_day")]
        day: NaiveDate,
        #[arg(long, value_name = "PACK")]
        pack: String,
    },
}

/// What is asked of the gate.
#[derive(Subcommand, Debug)]
pub enum Gate {
    Explain {
        #[arg(value_name = "NUMBER")]
        number: String,
        #[arg(long, value_name = "PURPOSE", default_value = "by-hand", value_parser = ["by-hand", "callback", "campaign", "transfer", "message"], hide_possible_values = true)]
        purpose: String,
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<String>,
    },
}

/// What is done with a desk phone.
#[derive(Subcommand, Debug)]
pub enum Phone {
    Connect {
        #[arg(value_name = "DEVICE")]
        device: String,
    },
    Disconnect {
        #[arg(value_name = "DEVICE")]
        device: String,
    },
}

/// What is done with recordings that are kept.
#[derive(Subcommand, Debug)]
pub enum Recordings {
    List {
        #[arg(long, value_name = "YYYY-MM-DD")]
        day: Option<NaiveDate>,
        #[arg(long, value_name = "NUMBER")]
        number: Option<String>,
        #[arg(long = "call", value_name = "CALL")]
        of_call: Option<String>,
    },
    Play {
        #[arg(value_name = "RECORDING")]
        recording: String,
    },
    Export {
        #[arg(value_name = "RECORDING")]
        recording: String,
        #[arg(value_name = "FILE", id = "export")]
        file: PathBuf,
    },
}

#[derive(clap::Args, Debug)]
pub struct Dial {
    #[arg(value_name = "NUMBER")]
    pub number: String,
    #[arg(long, value_name = "ACCOUNT")]
    pub route: Option<String>,
    #[arg(long, value_name = "NUMBER")]
    pub caller_id: Option<String>,
    #[arg(long, value_name = "UNTIL", num_args = 0..=1, require_equals = true, default_missing_value = "answered", hide_possible_values = true)]
    pub wait: Option<Wait>,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

/// Where a caller is sent.
#[derive(clap::Args, Debug)]
pub struct Elsewhere {
    #[arg(value_name = "NUMBER")]
    pub number: String,
    #[arg(value_name = "CALL")]
    pub call: Option<String>,
    #[arg(long, value_name = "ACCOUNT")]
    pub route: Option<String>,
}

#[derive(clap::Args, Debug)]
pub struct Message {
    #[arg(value_name = "NUMBER", required_unless_present = "last")]
    pub number: Option<String>,
    #[arg(value_name = "TEXT", required_unless_present = "last")]
    pub text: Option<String>,
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    #[arg(long, conflicts_with_all = ["number", "text", "account", "key"])]
    pub last: bool,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
}

#[derive(clap::Args, Debug)]
pub struct Watch {
    #[arg(value_name = "NUMBER")]
    pub numbers: Vec<String>,
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    #[arg(long, requires = "account", requires = "numbers")]
    pub stop: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Wait {
    Answered,
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Action {
    Join,
    Silence,
    Unsilence,
    Split,
    Leave,
    End,
}

impl From<Action> for ConferenceAction {
    fn from(action: Action) -> ConferenceAction {
        match action {
            Action::Join => ConferenceAction::Join,
            Action::Silence => ConferenceAction::Silence,
            Action::Unsilence => ConferenceAction::Unsilence,
            Action::Split => ConferenceAction::Split,
            Action::Leave => ConferenceAction::Leave,
            Action::End => ConferenceAction::End,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Supervise {
    Listen,
    Whisper,
    Barge,
    TakeOver,
    Stop,
}

impl From<Supervise> for Supervising {
    fn from(how: Supervise) -> Supervising {
        match how {
            Supervise::Listen => Supervising::Listen,
            Supervise::Whisper => Supervising::Whisper,
            Supervise::Barge => Supervising::Barge,
            Supervise::TakeOver => Supervising::TakeOver,
            Supervise::Stop => Supervising::Stop,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum How {
    Declined,
    Busy,
    NoAnswer,
}

impl From<How> for RejectAs {
    fn from(how: How) -> RejectAs {
        match how {
            How::Declined => RejectAs::Declined,
            How::Busy => RejectAs::Busy,
            How::NoAnswer => RejectAs::NoAnswer,
        }
    }
}

fn record_wish(text: &str) -> Result<RecordWish, &'static str> {
    match text {
        "start" => Ok(RecordWish::Start),
        "pause" => Ok(RecordWish::Pause),
        "resume" => Ok(RecordWish::Resume),
        "stop" => Ok(RecordWish::Stop),
        _ => Err("start / pause / resume / stop"),
    }
}

fn yes_no(text: &str) -> Result<bool, &'static str> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("yes / no"),
    }
}

fn switch(text: &str) -> Result<bool, &'static str> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("on / off"),
    }
}

/// One for each command's help.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("run", "ramal run --config /etc/ramal/ramal.toml"),
    ("check", "ramal check --config ramal.toml"),
    ("backup", "ramal backup /srv/copies/ramal.db"),
    ("restore", "ramal restore /srv/copies/ramal.db"),
    ("openapi", "ramal openapi > openapi.json"),
    ("demo", "ramal demo"),
    ("replay", "ramal replay recording.jsonl --ladder"),
    ("recordings", "ramal recordings export 4711 call.wav"),
    ("rules", "ramal rules replay --day 2026-11-20 --pack brazil-telecom"),
    ("completions", "ramal completions bash > /etc/bash_completion.d/ramal"),
    ("status", "ramal status --json | jq .store.works"),
    ("extensions", "ramal extensions"),
    ("calls", "ramal calls --ended"),
    ("dial", "ramal dial 11987654321 --route carrier --caller-id 1140001000 --wait"),
    ("answer", "ramal answer"),
    ("reject", "ramal reject 4711 --as busy"),
    ("hangup", "ramal hangup 4711"),
    ("hold", "ramal hold"),
    ("resume", "ramal resume"),
    ("mute", "ramal mute 4711"),
    ("unmute", "ramal unmute 4711"),
    ("dtmf", "ramal dtmf '1234#' 4711"),
    ("consent", "ramal consent on 4711"),
    ("conference", "ramal conference join 4711 4712 4713"),
    ("transfer", "ramal transfer 1002 --wait"),
    ("consult", "ramal consult 1002 4711"),
    ("swap", "ramal swap"),
    ("complete", "ramal complete --wait"),
    ("back", "ramal back"),
    ("bridge", "ramal bridge 4711 4712"),
    ("record", "ramal record pause 4711"),
    ("supervise", "ramal supervise whisper 4711 --through 1002"),
    ("message", "ramal message 1002 'Volto em 5 minutos' --account 1001"),
    ("watch", "ramal watch 1002 1003 --account 1001"),
    ("callbacks", "ramal callbacks --with 98765-4321"),
    ("gate", "ramal gate explain 11987654321 --purpose callback"),
    ("campaigns", "ramal campaigns start 'Renova Energia'"),
    ("lists", "ramal lists import clientes.csv --name Janeiro --source CRM"),
    ("leads", "ramal leads find 98765-4321"),
    ("dnc", "ramal dnc import bloqueados.csv --source 'Não Me Perturbe' --aim sales --expires 2026-12-31"),
    ("dnd", "ramal dnd 1001 on"),
    ("register", "ramal register 1001"),
    ("events", "ramal events --json | jq -c .news"),
    ("trace", "ramal trace 4711 --follow"),
    ("devices", "ramal devices connect desk"),
    ("confirm-clock", "ramal confirm-clock"),
    ("reload", "ramal reload"),
];
