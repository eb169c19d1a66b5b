//! Shards with the browsers' port open, and the orders that make a call of a page and a telephone.

use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{Receiver, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use media::codec::Codec;
use media::order::{DeviceOrder, Event, Feed, LegKey, LegMedia, LegOrder, News, PortKey, RtpOrder};
use ramal::shards::Shards;
use ramal::shards::browser::Settings;
use ramal::sound::{DeviceView, Devices};

use crate::support::{Host, LONG};

pub const CUSTOMER: LegKey = LegKey(1);
pub const PAGE: LegKey = LegKey(2);
/// The person whose page it is.
pub const PERSON: u64 = 7;

pub struct House {
    pub shards: Arc<Mutex<Shards>>,
    news: Receiver<News>,
    pub host: Host,
    /// Where pages are told to send to.
    pub door: SocketAddr,
}

impl House {
    /// Two shards, so that legs have to come together.
    pub fn new(codec: Codec) -> House {
        let (sender, news) = sync_channel(10_000);
        let sink = Arc::new(move |news| {
            sender.try_send(news).map_err(|refused| match refused {
                TrySendError::Full(news) | TrySendError::Disconnected(news) => news,
            })
        });
        let host = Host::claim();
        let mut shards = Shards::start(2, 22_000..=22_099, Devices::default(), sink).unwrap();
        let ips = vec![host.address()];
        let door = shards.open_browsers(&Settings { ips, port: None, codec }).unwrap()[0];
        House { shards: Arc::new(Mutex::new(shards)), news, host, door }
    }

    pub fn port(&self) -> (PortKey, SocketAddr) {
        let ip: IpAddr = self.host.address();
        let (key, port) = self.shards.lock().unwrap().lend(ip, 1).unwrap()[0];
        (key, SocketAddr::new(ip, port))
    }

    pub fn customer(&self, generation: u32, port: PortKey, order: RtpOrder) {
        self.order(CUSTOMER, generation, Some(LegMedia::Rtp { port, order }));
    }

    pub fn page(&self, generation: u32, feed: Feed, muted: bool) {
        let device = format!("browser-{PERSON}").into();
        self.order(PAGE, generation, Some(LegMedia::Device { device, order: DeviceOrder { feed, ring: None, muted } }));
    }

    pub fn end(&self, leg: LegKey, generation: u32) {
        self.order(leg, generation, None);
    }

    /// As `ramal devices` would show it.
    pub fn view(&self) -> Option<DeviceView> {
        self.shards
            .lock()
            .unwrap()
            .pages()?
            .views()
            .into_iter()
            .find(|view| *view.device == *format!("browser-{PERSON}"))
    }

    /// How many pages are connected.
    pub fn connected(&self) -> usize {
        let views = self.shards.lock().unwrap().pages().unwrap().views();
        views.iter().filter(|view| view.input.as_ref().is_some_and(|input| input.card.is_some())).count()
    }

    /// The next news of this leg that `read` makes something of.
    pub fn wait<T>(&self, leg: LegKey, what: &str, read: impl Fn(&Event) -> Option<T>) -> T {
        let deadline = Instant::now() + LONG;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let news = self.news.recv_timeout(left).unwrap_or_else(|_| panic!("waited in vain for {what}"));
            if news.leg == leg
                && let Some(value) = read(&news.event)
            {
                return value;
            }
        }
    }

    fn order(&self, leg: LegKey, generation: u32, media: Option<LegMedia>) {
        self.shards.lock().unwrap().order(LegOrder { leg, generation, media });
    }
}
