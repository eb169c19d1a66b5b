//! Whose certificates are believed: the system's authorities, or only those of a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// Why no gateway can be trusted.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("{}: {why}", path.display())]
    File { path: PathBuf, why: String },
    #[error("the system has no authorities that could be read; install ca-certificates, or name a ca_file")]
    NoAuthorities,
    #[error("TLS towards gateways: {0}")]
    Unusable(#[from] rustls::Error),
}

/// `file`: the only authorities, in PEM.
pub fn client(file: Option<&Path>) -> Result<Arc<ClientConfig>, TrustError> {
    let roots = match file {
        Some(path) => of_file(path)?,
        None => of_system()?,
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

fn of_file(path: &Path) -> Result<RootCertStore, TrustError> {
    let failed = |why: String| TrustError::File { path: path.to_owned(), why };
    let all: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let mut roots = RootCertStore::empty();
    for one in all.map_err(|why| failed(why.to_string()))? {
        roots.add(one).map_err(|why| failed(why.to_string()))?;
    }
    if roots.is_empty() { Err(failed("holds no certificate".to_owned())) } else { Ok(roots) }
}

/// What of it cannot be used is left out: systems carry certificates of all ages.
fn of_system() -> Result<RootCertStore, TrustError> {
    let mut roots = RootCertStore::empty();
    let (added, _ignored) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 { Err(TrustError::NoAuthorities) } else { Ok(roots) }
}
