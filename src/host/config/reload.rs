//! What a changed configuration cannot change in a running daemon.

use super::Loaded;

/// The keys that differ and take effect only with a restart; everything else applies at once.
pub fn needs_restart(old: &Loaded, new: &Loaded) -> Vec<&'static str> {
    let changes = [
        ("listen", old.shell.listen != new.shell.listen),
        ("media", old.shell.media != new.shell.media),
        ("daemon.data_dir", old.shell.data_dir != new.shell.data_dir),
        ("daemon.control_socket", old.shell.control_socket != new.shell.control_socket),
        ("daemon.shards", old.shell.shards != new.shell.shards),
        ("daemon.node", old.engine.node != new.engine.node),
        ("recordings", old.shell.recordings != new.shell.recordings && old.shell.data_dir == new.shell.data_dir),
        ("appointments.files", old.shell.files != new.shell.files),
        ("web", old.shell.web != new.shell.web),
        ("dns.nameservers", old.shell.dns.nameservers != new.shell.dns.nameservers),
    ];
    changes.into_iter().filter(|(_, changed)| *changed).map(|(key, _)| key).collect()
}
