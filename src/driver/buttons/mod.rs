//! Headsets' buttons tied to calls: presses become commands like a person's, calls become lamps.

mod keys;

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::border::{Actor, What};
use engine::news::{CallView, News};
use tokio::sync::mpsc;

use super::{Back, Driver};
use crate::sound::DeviceKind;
use crate::sound::hid::{Press, Wanted, Watch};

use keys::Keys;

/// The buttons of every headset that has some.
#[derive(Debug, Default)]
pub(super) struct Buttons(BTreeMap<Arc<str>, Desk>);

#[derive(Debug)]
struct Desk {
    wanted: Wanted,
    keys: Keys,
    watch: Watch,
}

impl Buttons {
    /// Watches those of `kinds`; who stays as it is stays open.
    pub fn follow(&mut self, kinds: &BTreeMap<Arc<str>, DeviceKind>, backs: &mpsc::UnboundedSender<Back>) {
        let mut old = std::mem::take(&mut self.0);
        for (name, kind) in kinds {
            let DeviceKind::Headset(settings) = kind else { continue };
            if settings.buttons == Wanted::None {
                continue;
            }
            let kept = old.remove(name).filter(|desk| desk.wanted == settings.buttons);
            if let Some(desk) = kept.or_else(|| start(name, &settings.buttons, backs)) {
                self.0.insert(name.clone(), desk);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Without a thread the calls go on, by the mouse.
fn start(name: &Arc<str>, wanted: &Wanted, backs: &mpsc::UnboundedSender<Back>) -> Option<Desk> {
    let (device, backs) = (name.clone(), backs.clone());
    let pressed = move |press| {
        let _stopping = backs.send(Back::Pressed(device.clone(), press));
    };
    match Watch::start(wanted.clone(), pressed) {
        Ok(watch) => Some(Desk { wanted: wanted.clone(), keys: Keys::default(), watch }),
        Err(why) => {
            tracing::error!(device = %name, %why, "its buttons cannot be watched");
            None
        }
    }
}

impl Driver {
    /// A press is a wish of whom the calls at the headset belong to, with that person's rights; where they are nobody's, of
    /// whoever runs the daemon.
    pub(super) fn on_press(&mut self, device: &Arc<str>, press: Press) {
        let calls = self.calls_at(device);
        let Some(desk) = self.buttons.0.get_mut(device) else { return };
        let wishes = desk.keys.press(press, &calls);
        tracing::debug!(%device, ?press, wishes = wishes.len(), "pressed");
        let actor = calls.iter().find_map(|view| view.user).map_or(Actor::Local, Actor::User);
        for wish in wishes {
            self.command(actor, What::Call(wish), None, None);
        }
    }

    /// Lamps follow the calls.
    pub(super) fn light(&mut self) {
        let devices: Vec<Arc<str>> = self.buttons.0.keys().cloned().collect();
        for device in devices {
            let calls = self.calls_at(&device);
            let Some(desk) = self.buttons.0.get_mut(&device) else { continue };
            if let Some(lamps) = desk.keys.show(&calls) {
                desk.watch.light(lamps);
            }
        }
    }

    /// Whether what was told can change a lamp that there is.
    pub(super) fn is_lit_by(&self, news: &News) -> bool {
        !self.buttons.is_empty() && matches!(news, News::Call(_) | News::CallEnded(_))
    }

    fn calls_at(&self, device: &Arc<str>) -> Vec<CallView> {
        let sits = |view: &CallView| view.legs.iter().any(|leg| leg.device.as_ref().is_some_and(|at| at.0 == *device));
        self.engine.snapshot().calls.into_iter().filter(sits).collect()
    }
}
