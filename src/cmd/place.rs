//! Where the configuration is, and through it the daemon's socket.

use std::path::{Path, PathBuf};

use super::args::Cli;
use super::exit::Failure;

/// As named, else the first usual place that has one.
pub fn config(cli: &Cli) -> Result<PathBuf, Failure> {
    let usual = || USUAL.iter().map(Path::new).find(|path| path.exists()).map(Path::to_owned);
    cli.config.clone().or_else(usual).ok_or(Failure::NoConfig)
}

/// As named, else as the configuration says.
pub fn socket(cli: &Cli) -> Result<PathBuf, Failure> {
    if let Some(path) = &cli.socket {
        return Ok(path.clone());
    }
    let env = |name: &str| std::env::var(name).ok();
    let (loaded, _) = crate::config::load(&config(cli)?, &env).map_err(Failure::Config)?;
    Ok(loaded.shell.control_socket)
}

/// As the configuration says.
pub fn data_dir(cli: &Cli) -> Result<PathBuf, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (loaded, _) = crate::config::load(&config(cli)?, &env).map_err(Failure::Config)?;
    Ok(loaded.shell.data_dir)
}

const USUAL: [&str; 2] = ["/etc/ramal/ramal.toml", "ramal.toml"];
