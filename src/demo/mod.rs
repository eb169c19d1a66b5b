//! `ramal demo`: a test exchange, two extensions, a first call that explains itself, and then the agent's desktop with customers
//! who call in (SP-13).

mod campaign;
mod leave;
mod people;
mod stage;
mod tour;
mod visitors;

use std::io;
use std::path::PathBuf;

use crate::cmd::screen::Screen;
use crate::words::{Language, Words};

use leave::Leave;
use stage::Stage;

/// How to show.
#[derive(Clone, Copy, Default, Debug)]
pub struct DemoOptions {
    /// Ends after the guided call.
    pub once: bool,
    pub language: Language,
}

/// Why it cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("{what}: {why}")]
    System { what: &'static str, why: io::Error },
    #[error("the daemon of the demo did not start; its log:\n{log}")]
    Daemon { log: String },
    #[error("{0}")]
    Tour(String),
    #[error("the guided call was not over after {0:?}; the daemon's log:\n{1}")]
    Late(std::time::Duration, String),
}

/// Shows a first call, then stays for more until Ctrl-C. Whatever it started it ends, whatever it wrote it deletes.
pub fn run(options: DemoOptions) -> Result<(), DemoError> {
    let screen = Screen::new(Words::new(options.language), false);
    let stage = Stage::set(options.language)?;
    let leave = Leave::watch(stage.daemon()).map_err(system("signal handlers"))?;
    let shown = tour::show(&stage, &screen);
    match (shown, leave.tour_is_over()) {
        (_, Some(leave::Why::Asked)) => Ok(()),
        (_, Some(leave::Why::Late)) => Err(DemoError::Late(leave::LONGEST_TOUR, stage.log())),
        (Err(error), None) => Err(error),
        (Ok(_), None) if options.once => Ok(()),
        (Ok(call), None) => {
            tour::more(&stage, call, &screen);
            let leave = leave.stay();
            // It ends with the daemon, which ends with whoever leaves.
            let _ended = visitors::call_in(&stage, &screen);
            leave.wait();
            Ok(())
        }
    }
}

fn system(what: &'static str) -> impl FnOnce(io::Error) -> DemoError {
    move |why| DemoError::System { what, why }
}

/// This program, which is the daemon and the command line too.
fn program() -> io::Result<PathBuf> {
    std::env::current_exe()
}
