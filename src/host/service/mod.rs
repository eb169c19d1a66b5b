//! What the service manager is told: the protocol of sd_notify(3), one datagram of `NAME=value` lines each.
//!
//! Without a service manager every call is accepted and nothing is sent, so the daemon runs the same in a terminal.

use std::ffi::OsString;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// The way to the service manager, if there is one.
#[derive(Debug)]
pub struct Notifier {
    socket: Option<UnixDatagram>,
    watchdog: Option<Duration>,
}

/// Why the service manager was not told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    #[error("NOTIFY_SOCKET is '{address}': {error}; it must be the path of a socket, or '@' and an abstract name")]
    Address { address: String, error: io::Error },
    #[error("the service manager did not take '{message}': {error}")]
    Send { message: String, error: io::Error },
}

impl Notifier {
    /// As the environment says: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`.
    ///
    /// # Errors
    /// `NOTIFY_SOCKET` is set, but nobody listens there.
    pub fn from_environment() -> Result<Notifier, NotifyError> {
        Notifier::from_variables(|name| std::env::var_os(name))
    }

    /// The same with the variables given, for tests.
    ///
    /// # Errors
    /// As [`Notifier::from_environment`].
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Notifier, NotifyError> {
        let socket = variable("NOTIFY_SOCKET").map(|address| connect(&address)).transpose()?;
        let number = |name| variable(name).and_then(|value| value.to_str()?.parse::<u64>().ok());
        // The watchdog may be meant for the parent that started us.
        let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|usec| ours && *usec > 0).map(Duration::from_micros);
        Ok(Notifier { socket, watchdog })
    }

    /// How often [`Notifier::alive`] must be called: half of what the manager allows, as sd_watchdog_enabled(3) advises.
    pub fn watchdog_interval(&self) -> Option<Duration> {
        self.watchdog.map(|allowed| allowed / 2)
    }

    /// Start-up, or a reload, is done.
    ///
    /// # Errors
    /// The manager's socket is gone or full, as for every call below.
    pub fn ready(&self) -> Result<(), NotifyError> {
        self.send("READY=1")
    }

    /// The configuration is being read again; [`Notifier::ready`] ends it. `Type=notify-reload` wants the time as well.
    pub fn reloading(&self) -> Result<(), NotifyError> {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let microseconds =
            Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0)).as_micros();
        self.send(&format!("RELOADING=1\nMONOTONIC_USEC={microseconds}"))
    }

    /// The drain has begun.
    pub fn stopping(&self) -> Result<(), NotifyError> {
        self.send("STOPPING=1")
    }

    /// One line for `systemctl status`.
    pub fn status(&self, line: &str) -> Result<(), NotifyError> {
        self.send(&format!("STATUS={}", line.replace(['\n', '\r'], " ")))
    }

    /// A sign of life. Call it from the loop that would hang, never from a thread beside it.
    pub fn alive(&self) -> Result<(), NotifyError> {
        self.send("WATCHDOG=1")
    }

    /// More time for the drain, from now on (`EXTEND_TIMEOUT_USEC`).
    pub fn extend_timeout(&self, by: Duration) -> Result<(), NotifyError> {
        self.send(&format!("EXTEND_TIMEOUT_USEC={}", by.as_micros()))
    }

    fn send(&self, message: &str) -> Result<(), NotifyError> {
        let Some(socket) = &self.socket else { return Ok(()) };
        match socket.send(message.as_bytes()) {
            Ok(_) => Ok(()),
            Err(error) => Err(NotifyError::Send { message: message.to_owned(), error }),
        }
    }
}

fn connect(address: &OsString) -> Result<UnixDatagram, NotifyError> {
    let open = || {
        let bytes = address.as_bytes();
        let target = match bytes.strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(address)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&target)?;
        // A manager that does not read must not hold up calls.
        socket.set_write_timeout(Some(Duration::from_secs(1)))?;
        Ok(socket)
    };
    open().map_err(|error| NotifyError::Address { address: address.to_string_lossy().into_owned(), error })
}
