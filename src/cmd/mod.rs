//! The command line: what a person types, turned into one call of the room that does it.

mod act;
mod args;
mod audit;
mod backup;
mod callbacks;
pub(crate) mod calls;
mod campaigns;
mod check;
pub(crate) mod client;
mod devices;
mod dial;
mod dnc;
mod dry_run;
mod events;
pub(crate) mod exit;
pub(crate) mod extensions;
mod gate;
mod help;
mod inspect;
mod lead;
mod leads;
mod lists;
mod message;
mod phones;
mod pick;
mod place;
mod preview;
mod recordings;
mod replay;
mod restore;
mod rules;
pub(crate) mod screen;
mod status;
mod table;
mod trace;
mod transfer;
mod wall;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::driver::RunOptions;
use crate::words::{Language, Words};

use args::{Cli, Local, Remote, Verb};
use client::Client;
use exit::Failure;
use screen::Screen;

/// Does what the process's arguments say; the code is documented in docs/commands.md.
pub fn main() -> ExitCode {
    let language = language();
    let words = Words::new(language);
    let command = help::translated(Cli::command(), &words);
    let cli = match command.try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let screen = Screen::new(words, cli.json);
    match run(&cli, &screen) {
        Ok(code) => code.into(),
        Err(failure) => screen.fail(&failure),
    }
}

/// Known before the arguments are read, since their help depends on it.
fn language() -> Language {
    let mut args = std::env::args().skip_while(|arg| arg != "--lang" && !arg.starts_with("--lang="));
    let named = args.next().and_then(|arg| match arg.split_once('=') {
        Some((_, name)) => Some(name.to_owned()),
        None => args.next(),
    });
    let env = |name: &str| std::env::var(name).ok();
    named.and_then(|name| Language::named(&name)).unwrap_or_else(|| Language::of_environment(env))
}

fn run(cli: &Cli, screen: &Screen) -> Result<exit::Code, Failure> {
    match &cli.verb {
        Verb::Here(local) => run_here(local, cli, screen),
        // Of this machine, daemon or not.
        Verb::There(Remote::Devices { list: true, .. }) => devices::list(screen),
        Verb::There(wish) => {
            let mut client = Client::connect(&place::socket(cli)?)?;
            act::run(wish, &mut client, screen)
        }
    }
}

fn run_here(local: &Local, cli: &Cli, screen: &Screen) -> Result<exit::Code, Failure> {
    match local {
        Local::Run { record } => {
            let config = place::config(cli)?;
            let (record, control_socket) = (record.clone(), cli.socket.clone());
            match crate::driver::run(RunOptions { config, control_socket, record }) {
                Ok(()) => Ok(exit::Code::Done),
                Err(error) if error.is_configuration() => Err(Failure::CannotStart(error.to_string())),
                Err(error) => Err(Failure::Other(error.to_string())),
            }
        }
        Local::Check { store: true, offline, .. } => inspect::run(&place::data_dir(cli)?, *offline, screen),
        Local::Check { audit: false, .. } => check::run(&place::config(cli)?, screen),
        Local::Check { audit: true, .. } => audit::run(&place::config(cli)?, screen),
        Local::Backup { file, force } => backup::run(&place::data_dir(cli)?, file, *force, screen),
        Local::Restore { file: Some(file), .. } => restore::run(&place::data_dir(cli)?, file, screen),
        Local::Restore { file: None, .. } => restore::confirm(cli, screen),
        Local::Openapi {} => {
            let document = crate::web::openapi().to_pretty_json().map_err(|why| Failure::Other(why.to_string()))?;
            screen.line(&document);
            Ok(exit::Code::Done)
        }
        Local::Demo { once } => {
            let options = crate::demo::DemoOptions { once: *once, language: language() };
            crate::demo::run(options).map_err(|error| Failure::Other(error.to_string()))?;
            Ok(exit::Code::Done)
        }
        Local::Replay { file, ladder } => replay::run(file, *ladder, screen),
        Local::Recordings { what } => recordings::run(what, &place::config(cli)?, screen),
        Local::Rules { what } => rules::run(what, &place::config(cli)?, screen),
        Local::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "ramal", &mut std::io::stdout());
            Ok(exit::Code::Done)
        }
    }
}
