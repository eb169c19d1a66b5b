//! Browsers' headsets, as whoever orders calls has to do with them.

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::TrySendError;

use super::door::Door;
use super::{BrowserError, Offer, PageKey, PageStandings, Pages, Settings};
use crate::shards::worker::Command;
use crate::shards::{PAGES_SHARD, Shards};

impl Shards {
    /// Opens the port of browsers' headsets: from now on each device `browser-<number>` is the page of that person.
    /// Gives where pages are told to send to.
    pub fn open_browsers(&mut self, settings: &Settings) -> io::Result<Vec<SocketAddr>> {
        let door = Door::open(&settings.ips, settings.port)?;
        let addresses = door.addresses().collect();
        let standings = PageStandings::default();
        let pages = Pages::new(door, settings.codec, standings.clone(), self.epoch);
        self.command(PAGES_SHARD, Command::Open(Box::new(pages)));
        self.pages = Some(standings);
        Ok(addresses)
    }

    /// A page wants to be a headset; its answer comes by the offer's own way. Never waits.
    pub fn offer(&mut self, offer: Offer) {
        // Without a shard the answer's channel closes.
        let Some(shard) = self.workers.get(PAGES_SHARD) else { return };
        let (offer, why) = match shard.commands.try_send(Command::Offer(offer)) {
            Err(TrySendError::Full(Command::Offer(offer))) => (offer, BrowserError::Busy),
            Err(TrySendError::Disconnected(Command::Offer(offer))) => (offer, BrowserError::Off),
            // What comes back is what was sent.
            Ok(()) | Err(_) => return,
        };
        let _gone = offer.answer.send(Err(why));
    }

    /// The page's person has left: nothing is heard there any more.
    pub fn hang_up_page(&mut self, page: PageKey) {
        self.command(PAGES_SHARD, Command::HangUp(page));
    }

    /// How the pages stand that have been headsets.
    pub fn pages(&self) -> Option<&PageStandings> {
        self.pages.as_ref()
    }
}
