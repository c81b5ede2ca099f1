//! The server: one address, until somebody stops it.

use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use core::net::SocketAddr;

use grata_core::purpose::Publish;
use grata_store::Store;
use tokio::net::TcpListener;

use super::router::router;
use super::session;
use super::site::Site;
use crate::app::rights::access;
use crate::app::{at_work, batch, log};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::work::{Works, releasing};
use crate::worker::pool;

/// How often a server looks whether somebody ended it.
const TICK: Duration = Duration::from_millis(100);

/// How long answers that are on their way may take once somebody ended the server.
const GRACE: Duration = Duration::from_secs(5);

/// What a worker takes for an ordinary photo, in bytes.
const TYPICAL_WORKER_BYTES: u64 = 512 << 20;

/// What to serve, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeOrder {
    /// The address to listen on. Port 0: any that is free.
    pub listen: SocketAddr,
    /// Photos to work on at once; `None`: as many as fit the machine.
    pub jobs: Option<NonZeroUsize>,
    /// What to release as soon as there is somebody to work on it.
    pub release: Option<Publish>,
}

/// Serves until somebody ends it. Tells `say` where, and at a first start how the owner comes in.
///
/// # Errors
/// [`AppError`] if nothing was served: the address is taken, or no worker starts.
pub fn serve(order: &ServeOrder, store: Store, cx: &Cx, say: &mut dyn Write) -> Result<(), AppError> {
    log::check_pinned(&store)?;
    // Before anything is under way here: what is being written has no row yet, and would be swept with the rest.
    drop(at_work::begin(&store)?);
    access::clear_packages(&store)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| {
        AppError::new(ErrorKind::Unavailable, "the server cannot be started").because(error)
    })?;
    let listener = runtime.block_on(TcpListener::bind(order.listen)).map_err(|error| {
        AppError::new(ErrorKind::Unavailable, format!("{} cannot be listened on", order.listen))
            .because(error)
            .hint("Give another address with --listen. Nothing was served.")
    })?;
    let address = listener.local_addr().unwrap_or(order.listen);
    let model = (cx.hands.detect_model)(&cx.config, &cx.stop, say)?;
    let crew = batch::crew(cx, Some(model));
    // What cannot work is said before anybody waits for it.
    drop(batch::get_ready(&crew, say)?);
    let works = Works::start(crew, pool::jobs(order.jobs, TYPICAL_WORKER_BYTES).get());
    let store = Arc::new(store);
    if let Some(publish) = &order.release {
        releasing::release(&works, &store, cx, publish)?;
    }
    // Nobody listening to these words is no reason not to serve.
    let base = base(address);
    let _ = writeln!(say, "grata serves {base}/ until it is stopped with Ctrl-C.");
    if let Some(secret) = session::owners_link(&store, cx.by())? {
        let _ = writeln!(
            say,
            "Nobody owns this installation yet. Make the owner's account with this link, once, within three days:\n  \
             {base}/start#{secret}"
        );
    }
    let _ = say.flush();
    let site = Site::new(store, cx.clone(), works.clone())?;
    let served = runtime.block_on(listen(listener, &site, cx));
    works.stop();
    runtime.shutdown_timeout(GRACE);
    served
}

/// Where a browser goes. By name if that is this machine: links begin so, cookies belong to it, and passkeys
/// know no numbers.
pub fn base(address: SocketAddr) -> String {
    match address.ip().is_loopback() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

async fn listen(listener: TcpListener, site: &Site, cx: &Cx) -> Result<(), AppError> {
    let (end, mut ended) = tokio::sync::watch::channel(false);
    let server = axum::serve(listener, router(site)).with_graceful_shutdown(async move {
        let _ = ended.wait_for(|ended| *ended).await;
    });
    let server = tokio::spawn(server.into_future());
    while !cx.stop.is_raised() && !server.is_finished() {
        tokio::time::sleep(TICK).await;
    }
    let _ = end.send(true);
    // A browser that keeps its connection open does not keep the server from ending.
    match tokio::time::timeout(GRACE, server).await {
        Ok(Ok(Err(error))) => {
            Err(AppError::new(ErrorKind::Unavailable, "the server has ended").because(error))
        }
        _ => Ok(()),
    }
}
