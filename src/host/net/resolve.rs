//! Names to addresses, as far as RFC 3263 goes with a known transport: SRV where no port is given, else A and AAAA.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use engine::border::{ResolveError, Targets};
use engine::config::{Destination, Target};
use engine::sip::uri::{Host, Transport};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

use crate::config::Dns;

/// The resolver of the system, or of the configuration's name servers.
#[derive(Clone)]
pub(super) struct Resolver {
    inner: Option<Arc<TokioResolver>>,
    /// Names that the configuration answers.
    hosts: Arc<BTreeMap<String, Vec<IpAddr>>>,
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resolver")
    }
}

impl Resolver {
    /// An unreadable system configuration leaves literal addresses usable; names then fail with that reason.
    pub fn new(dns: &Dns) -> Resolver {
        let builder = match dns.nameservers.as_slice() {
            [] => TokioResolver::builder_tokio().ok(),
            servers => {
                let servers = servers.iter().map(|server| {
                    let mut config = NameServerConfig::udp_and_tcp(server.ip());
                    config.connections.iter_mut().for_each(|connection| connection.port = server.port());
                    config
                });
                let config = ResolverConfig::from_parts(None, Vec::new(), servers.collect());
                Some(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
            }
        };
        let inner = builder.and_then(|builder| builder.build().ok()).map(Arc::new);
        Resolver { inner, hosts: Arc::new(dns.hosts.clone()) }
    }

    pub async fn resolve(&self, destination: &Destination) -> Result<Targets, ResolveError> {
        let transport = destination.transport;
        let target = |ip: IpAddr, port: u16| Target { transport, address: SocketAddr::new(ip, port) };
        let name = match &destination.host {
            Host::Ip(ip) => return Ok(vec![target(*ip, destination.port.unwrap_or(default_port(transport)))]),
            Host::Name(name) => name,
        };
        let mut targets = Vec::new();
        if destination.port.is_none() {
            for (host, port) in self.services(name, transport).await {
                targets.extend(self.addresses(&host).await.unwrap_or_default().into_iter().map(|ip| target(ip, port)));
            }
        }
        if targets.is_empty() {
            let port = destination.port.unwrap_or(default_port(transport));
            targets.extend(self.addresses(name).await?.into_iter().map(|ip| target(ip, port)));
        }
        targets.truncate(MAX_TARGETS);
        match targets.is_empty() {
            true => Err(ResolveError(format!("{name} has no address"))),
            false => Ok(targets),
        }
    }

    /// SRV, lowest priority value first, then the heaviest (RFC 2782 without its dice: replays and administrators want one order).
    async fn services(&self, name: &str, transport: Transport) -> Vec<(String, u16)> {
        let Some(resolver) = &self.inner else { return Vec::new() };
        let service = match transport {
            Transport::Udp => "_sip._udp",
            Transport::Tcp => "_sip._tcp",
            Transport::Tls => "_sips._tcp",
            Transport::Ws => "_sip._ws",
            Transport::Wss => "_sips._ws",
        };
        let Ok(found) = resolver.srv_lookup(format!("{service}.{name}.")).await else { return Vec::new() };
        let mut services: Vec<_> = found
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::SRV(srv) => Some((srv.priority, u16::MAX - srv.weight, srv.target.to_utf8(), srv.port)),
                _ => None,
            })
            .collect();
        services.sort();
        services.into_iter().map(|(_, _, host, port)| (host, port)).collect()
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        if let Some(known) = self.hosts.get(&name.to_ascii_lowercase()) {
            return Ok(known.clone());
        }
        let resolver = self.inner.as_ref().ok_or_else(|| {
            ResolveError(format!(
                "{name} cannot be looked up: the system's resolver configuration cannot be read; set dns.nameservers"
            ))
        })?;
        let found = resolver.lookup_ip(name).await.map_err(|why| ResolveError(format!("{name}: {why}")))?;
        Ok(found.iter().collect())
    }
}

fn default_port(transport: Transport) -> u16 {
    match transport {
        Transport::Udp | Transport::Tcp | Transport::Ws => 5060,
        Transport::Tls | Transport::Wss => 5061,
    }
}

/// Targets tried for one name.
const MAX_TARGETS: usize = 16;
