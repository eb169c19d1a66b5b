//! SIGHUP: the changed configuration, without touching live calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::border::Input;
use engine::config::SoundName;

use crate::config;
use crate::files;
use crate::gateway::Gateways;
use crate::sound::{DeviceKind, Library, Shelves, SoundError};

use super::Driver;

impl Driver {
    /// Everything or nothing: with an error the old configuration stays. The warnings name what only a restart changes.
    pub(super) fn reload(&mut self) -> Result<Vec<String>, Vec<String>> {
        let path = self.path.clone();
        let (mut loaded, warnings) = config::load(&path, &|name| std::env::var(name).ok()).map_err(|errors| {
            errors.iter().for_each(|error| tracing::error!("{error}"));
            errors.iter().map(ToString::to_string).collect::<Vec<_>>()
        })?;
        let sounds = sounds(&mut loaded).map_err(|why| vec![why.to_string()])?;
        let mut words: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        words.extend(
            config::needs_restart(&self.loaded, &loaded)
                .iter()
                .map(|key| format!("{key} has changed; it takes effect with a restart")),
        );
        let kinds = kinds(&loaded);
        let devices = self.shards.devices().changed(kinds.clone()).map_err(|why| vec![why.to_string()])?;
        // The folder is that of the start, whatever was written meanwhile.
        let files = files::folder(&self.loaded.shell.data_dir);
        let gateways = Gateways::new(&loaded.shell.webhooks, self.net.resolver(), files);
        let gateways = gateways.map_err(|why| vec![why.to_string()])?;
        self.web.as_ref().map_or(Ok(()), |web| web.reload()).map_err(|why| vec![why])?;
        self.sounds = sounds;
        self.gateways = gateways;
        self.shards.set_devices(devices);
        self.buttons.follow(&kinds, &self.backs);
        let engine = loaded.engine.clone();
        self.loaded = loaded;
        self.step(Input::Config(engine));
        tracing::info!(warnings = words.len(), "configuration reloaded");
        Ok(words)
    }
}

/// The program's own sounds, replaced and added to by the configured folder's and the desktop's.
pub(super) fn sounds(loaded: &mut config::Loaded) -> Result<Library, SoundError> {
    let all = Shelves::new(loaded.shell.sounds_dir.as_deref(), &loaded.shell.data_dir).load()?;
    // A notice that cannot end would keep the far end from ever hearing us.
    let notices = loaded.engine.accounts.values().filter_map(|account| account.recording().1);
    match notices.map(|name| name.as_str()).find(|name| all.get(name).is_none()) {
        Some(missing) => Err(SoundError::UnknownSound(missing.to_owned())),
        None => {
            loaded.engine.sounds = all.names().map(SoundName::from).collect();
            Ok(all)
        }
    }
}

/// The devices as media opens them.
pub(super) fn kinds(loaded: &config::Loaded) -> BTreeMap<Arc<str>, DeviceKind> {
    let kind = |device: &config::Device| match device {
        config::Device::Null => Some(DeviceKind::Null),
        config::Device::File { play, record, repeat } => {
            Some(DeviceKind::File { play: play.clone(), record: record.clone(), repeat: *repeat })
        }
        config::Device::Headset(settings) => Some(DeviceKind::Headset(settings.clone())),
        // A call of the engine's, and no device of this machine.
        config::Device::Sip => None,
    };
    loaded.shell.devices.iter().filter_map(|(name, device)| Some((name.0.clone(), kind(device)?))).collect()
}
