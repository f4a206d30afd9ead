//! TLS by this program, so that it sees the certificate of a machine itself: nothing that a header says is ever believed.
//! A certificate is asked for and never demanded, because people have none; which token needs one the service knows.

use axum::Router;
use axum::extract::connect_info::{Connected, IntoMakeServiceWithConnectInfo};
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use comity_web::ClientCertificate;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ServerConfig, WebPkiClientVerifier};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// So many handshakes at once; the next connection waits in the kernel.
const MOST_HANDSHAKES: usize = 256;
/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How this instance speaks TLS.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsConfig {
    /// Its certificate and those between it and a root, in PEM.
    certificate: PathBuf,
    /// The private key of the certificate, in PEM.
    key: PathBuf,
    /// Roots of the certificates with which machines may show who they are, in PEM; without them none is asked for.
    #[serde(default)]
    client_roots: Option<PathBuf>,
}

impl TlsConfig {
    /// Reads the files.
    ///
    /// # Errors
    /// The sentence to show: which file, and what is the matter with it.
    pub(crate) fn read(&self) -> Result<Arc<ServerConfig>, String> {
        let provider = Arc::new(ring::default_provider());
        let begun = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let asking = match &self.client_roots {
            None => begun.with_no_client_auth(),
            Some(path) => {
                let fault = |why: String| format!("tls.client_roots: {}: {why}", path.display());
                let mut roots = RootCertStore::empty();
                for certificate in certificates(path).map_err(fault)? {
                    roots.add(certificate).map_err(|error| fault(error.to_string()))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .allow_unauthenticated()
                    .build();
                begun.with_client_cert_verifier(verifier.map_err(|error| fault(error.to_string()))?)
            }
        };
        let chain = certificates(&self.certificate)
            .map_err(|why| format!("tls.certificate: {}: {why}", self.certificate.display()))?;
        let fault = |why: String| format!("tls.key: {}: {why}", self.key.display());
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| fault(error.to_string()))?;
        let mut config = asking.with_single_cert(chain, key).map_err(|error| fault(error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    let all: Vec<_> = read.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    if all.is_empty() { Err("no certificate in it".to_owned()) } else { Ok(all) }
}

/// Connections whose handshake is done. Handshakes run beside each other, so that a slow one keeps nobody waiting.
pub(crate) struct Secured {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl Secured {
    /// Begins to accept; the end of this ends it.
    pub(crate) fn start(
        listener: tokio::net::TcpListener,
        config: Arc<ServerConfig>,
    ) -> Result<Self, std::io::Error> {
        let address = listener.local_addr()?;
        let (done, ready) = mpsc::channel(1);
        tokio::spawn(accept_all(listener, TlsAcceptor::from(config), done));
        Ok(Self { address, ready })
    }
}

async fn accept_all(
    mut listener: tokio::net::TcpListener,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let places = Arc::new(Semaphore::new(MOST_HANDSHAKES));
    // The semaphore is never closed.
    while let Ok(place) = places.clone().acquire_owned().await {
        let (stream, from) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = done.closed() => return,
        };
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => drop(done.send((stream, from)).await),
                Ok(Err(error)) => tracing::debug!(%error, "A TLS handshake failed"),
                Err(_) => tracing::debug!("A TLS handshake took too long"),
            }
            drop(place);
        });
    }
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // Nothing comes any more, and there is no way to say so.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}

/// Who is at the other end of a connection.
#[derive(Clone)]
pub(crate) struct Peer {
    address: SocketAddr,
    certificate: Option<ClientCertificate>,
}

impl Connected<IncomingStream<'_, Secured>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Secured>) -> Self {
        let (_, connection) = stream.io().get_ref();
        let shown = connection.peer_certificates().and_then(<[_]>::first);
        let certificate = shown.map(|shown| ClientCertificate(Sha256::digest(shown).into()));
        Self { address: *stream.remote_addr(), certificate }
    }
}

/// Tells each request from which address it comes, and with which certificate.
pub(crate) fn addressed(all: Router) -> IntoMakeServiceWithConnectInfo<Router, Peer> {
    all.layer(from_fn(told)).into_make_service_with_connect_info()
}

async fn told(ConnectInfo(peer): ConnectInfo<Peer>, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(ConnectInfo(peer.address));
    if let Some(certificate) = peer.certificate {
        request.extensions_mut().insert(certificate);
    }
    next.run(request).await
}
