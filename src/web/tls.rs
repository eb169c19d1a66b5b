//! Certificate and key: from files, or from a small authority of our own that people trust once.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{Datelike, TimeDelta, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::config::Tls;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: {why}", path.display())]
    File { path: PathBuf, why: String },
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    #[error("the certificate cannot be made: {0}")]
    Made(#[from] rcgen::Error),
}

/// What connections are secured with; replaced as a whole when read again.
#[derive(Debug)]
pub struct Keys {
    wanted: Tls,
    folder: PathBuf,
    names: Vec<String>,
    config: RwLock<Arc<ServerConfig>>,
}

impl Keys {
    /// `names`: what a certificate of our own is for.
    pub fn load(wanted: &Tls, data_dir: &Path, names: &[String]) -> Result<Keys, TlsError> {
        let folder = data_dir.join("web");
        let config = RwLock::new(read(wanted, &folder, names)?);
        Ok(Keys { wanted: wanted.clone(), folder, names: names.to_vec(), config })
    }

    /// Reads the files again, or makes a certificate anew. Connections that are open keep theirs.
    pub fn reload(&self) -> Result<(), TlsError> {
        let config = read(&self.wanted, &self.folder, &self.names)?;
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    pub fn config(&self) -> Arc<ServerConfig> {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The certificate of our own authority, for people to trust; none where the certificate comes from files.
    pub fn authority(&self) -> Option<String> {
        let own = self.wanted == Tls::Own;
        own.then(|| fs::read_to_string(self.folder.join(AUTHORITY)).ok()).flatten()
    }
}

fn read(wanted: &Tls, folder: &Path, names: &[String]) -> Result<Arc<ServerConfig>, TlsError> {
    let (chain, key) = match wanted {
        Tls::Files { certificate, key } => (certificates(certificate)?, private_key(key)?),
        Tls::Own | Tls::Off => own(folder, names)?,
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |why: String| TlsError::File { path: path.to_owned(), why };
    let all = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match all {
        Ok(all) if all.is_empty() => Err(failed("holds no certificate in PEM".to_owned())),
        Ok(all) => Ok(all),
        Err(why) => Err(failed(why.to_string())),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|why| TlsError::File { path: path.to_owned(), why: format!("no private key in PEM: {why}") })
}

/// A certificate for `names`, new each time, signed by the authority that is kept.
fn own(folder: &Path, names: &[String]) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let failed = |path: PathBuf| move |why: std::io::Error| TlsError::File { path, why: why.to_string() };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed(folder.to_owned()))?;
    let (key_path, authority_path) = (folder.join(AUTHORITY_KEY), folder.join(AUTHORITY));
    let authority_key = match fs::read_to_string(&key_path) {
        Ok(pem) => KeyPair::from_pem(&pem)?,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            let key = KeyPair::generate()?;
            let certificate = authority()?.self_signed(&key)?;
            keep(&authority_path, &certificate.pem(), 0o644).map_err(failed(authority_path.clone()))?;
            keep(&key_path, &key.serialize_pem(), 0o600).map_err(failed(key_path))?;
            key
        }
        Err(why) => return Err(failed(key_path)(why)),
    };
    let issuer = Issuer::new(authority()?, authority_key);
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name.push(DnType::CommonName, "Ramal");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let day = |offset| {
        let day = Utc::now().date_naive() + TimeDelta::days(offset);
        // A month has at most 31 days, a year twelve months.
        date_time_ymd(day.year(), day.month() as u8, day.day() as u8)
    };
    (params.not_before, params.not_after) = (day(-1), day(LEAF_DAYS));
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &issuer)?;
    let private = PrivateKeyDer::try_from(key.serialize_der())
        .map_err(|why| TlsError::File { path: folder.to_owned(), why: why.to_owned() })?;
    Ok((vec![certificate.der().clone()], private))
}

/// Always the same, so that it need not be read back.
fn authority() -> Result<CertificateParams, TlsError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Ramal, own authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2099, 1, 1));
    Ok(params)
}

fn keep(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

const AUTHORITY: &str = "authority.pem";
const AUTHORITY_KEY: &str = "authority.key";
/// Made anew at each start, and daily; browsers refuse more than 825 days of whoever people trust themselves.
const LEAF_DAYS: i64 = 90;

#[cfg(test)]
mod tests {
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};

    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let folder = std::env::temp_dir().join(format!("ramal-tls-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Scratch(folder)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// Whether a browser that trusts `authority` takes us for `name`: a whole handshake.
    fn trusted(authority: &str, keys: &Keys, name: &str) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
        let mut browser = ClientConnection::new(config, ServerName::try_from(name.to_owned()).unwrap()).unwrap();
        let mut daemon = ServerConnection::new(keys.config()).unwrap();
        while browser.is_handshaking() {
            let mut said = Vec::new();
            browser.write_tls(&mut said).unwrap();
            let mut rest = &said[..];
            while !rest.is_empty() {
                daemon.read_tls(&mut rest).unwrap();
                daemon.process_new_packets().unwrap();
            }
            let mut answered = Vec::new();
            while daemon.wants_write() {
                daemon.write_tls(&mut answered).unwrap();
            }
            let mut rest = &answered[..];
            while !rest.is_empty() {
                browser.read_tls(&mut rest).unwrap();
                if browser.process_new_packets().is_err() {
                    return false;
                }
            }
        }
        true
    }

    #[test]
    fn sp_16_who_trusts_our_authority_once_trusts_every_certificate_made_anew_and_no_other_name() {
        let folder = Scratch::new("own");
        let names = ["desk.example".to_owned(), "192.168.0.10".to_owned()];
        let keys = Keys::load(&Tls::Own, &folder.0, &names).unwrap();
        let authority = keys.authority().unwrap();
        keys.reload().unwrap();
        let again = Keys::load(&Tls::Own, &folder.0, &names).unwrap();
        for keys in [&keys, &again] {
            assert_eq!(keys.authority().as_ref(), Some(&authority));
            assert!(trusted(&authority, keys, "desk.example") && trusted(&authority, keys, "192.168.0.10"));
            assert!(!trusted(&authority, keys, "other.example"));
        }
        let elsewhere = Scratch::new("elsewhere");
        let other = Keys::load(&Tls::Own, &elsewhere.0, &names).unwrap();
        assert!(!trusted(&authority, &other, "desk.example"), "another installation's authority");
    }

    #[test]
    fn sp_16_certificate_and_key_from_files_are_read_again_and_bad_ones_change_nothing() {
        let folder = Scratch::new("files");
        let (certificate, key) = (folder.0.join("cert.pem"), folder.0.join("key.pem"));
        let issue = || {
            let made = rcgen::generate_simple_self_signed(["desk.example".to_owned()]).unwrap();
            fs::write(&certificate, made.cert.pem()).unwrap();
            fs::write(&key, made.signing_key.serialize_pem()).unwrap();
            made.cert.pem()
        };
        let first = issue();
        let wanted = Tls::Files { certificate: certificate.clone(), key: key.clone() };
        let keys = Keys::load(&wanted, &folder.0, &[]).unwrap();
        let second = issue();
        assert!(trusted(&first, &keys, "desk.example"), "until it is told to");
        keys.reload().unwrap();
        assert!(trusted(&second, &keys, "desk.example") && !trusted(&first, &keys, "desk.example"));
        fs::write(&certificate, "nothing").unwrap();
        assert!(keys.reload().unwrap_err().to_string().contains("cert.pem"));
        assert!(trusted(&second, &keys, "desk.example"));
    }
}
