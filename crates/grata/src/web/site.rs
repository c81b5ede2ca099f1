//! What all pages share.

use std::sync::Arc;

use grata_core::time::Timestamp;
use grata_store::Store;

use super::error::Trouble;
use super::limits::Limits;
use super::pages::provider::Sent;
use super::passkeys::Passkeys;
use super::pending::Pending;
use super::remembered::Remembered;
use crate::app::provider::{self, Provider};
use crate::app::{log, people};
use crate::cx::Cx;
use crate::error::{AppError, ErrorKind};
use crate::work::{Works, recalling};

/// What all pages share; clones share it too.
#[derive(Clone)]
pub struct Site(Arc<Inside>);

struct Inside {
    store: Arc<Store>,
    cx: Cx,
    works: Works,
    limits: Limits,
    remembered: Remembered,
    passkeys: Passkeys,
    provider: Option<Provider>,
    sent: Pending<Sent>,
    address: String,
}

impl Site {
    /// Pages over this store.
    ///
    /// # Errors
    /// The store cannot be used.
    pub fn new(store: Arc<Store>, cx: Cx, works: Works) -> Result<Self, AppError> {
        let reader = store.read()?;
        let (address, provider) = (people::address(&reader)?, provider::installed(&reader)?);
        drop(reader);
        Ok(Self(Arc::new(Inside {
            store,
            cx,
            works,
            limits: Limits::default(),
            remembered: Remembered::default(),
            passkeys: Passkeys::at(&address),
            provider,
            sent: Pending::default(),
            address,
        })))
    }

    /// What is kept. Blocks: only inside [`Site::run`].
    pub fn store(&self) -> &Arc<Store> {
        &self.0.store
    }

    /// The world around.
    pub fn cx(&self) -> &Cx {
        &self.0.cx
    }

    /// Who works on photos.
    pub fn works(&self) -> &Works {
        &self.0.works
    }

    /// How often something may be tried.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// What is read once for as long as nothing has changed.
    pub fn remembered(&self) -> &Remembered {
        &self.0.remembered
    }

    /// Passkeys, and where they are good.
    pub fn passkeys(&self) -> &Passkeys {
        &self.0.passkeys
    }

    /// By whom colleagues sign in as well, if somebody is installed.
    pub fn provider(&self) -> Option<&Provider> {
        self.0.provider.as_ref()
    }

    /// Browsers that were sent to the provider.
    pub fn sent(&self) -> &Pending<Sent> {
        &self.0.sent
    }

    /// Where pages are reached.
    pub fn address(&self) -> &str {
        &self.0.address
    }

    /// Whether pages are reached by https, so that cookies travel by nothing else.
    pub fn is_secure(&self) -> bool {
        self.0.address.starts_with("https://")
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.cx().now()
    }

    /// Does something that blocks.
    ///
    /// # Errors
    /// What it says.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Trouble> {
        let site = self.clone();
        match tokio::task::spawn_blocking(move || work(&site)).await {
            Ok(done) => done.map_err(Trouble::from),
            Err(_) => Err(AppError::new(ErrorKind::Internal, "a fault of grata").into()),
        }
    }

    /// The same for something that changes what is kept: what is on record is handed out afterwards,
    /// and what may no longer be shown is recalled.
    ///
    /// # Errors
    /// What it says.
    pub async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Trouble> {
        self.run(move |site| {
            let done = work(site)?;
            // Done is done: a witness that cannot be reached gets it the next time.
            let _ = log::hand_out(site.store());
            site.remembered().forget_what_changed(&site.store().read()?)?;
            Ok(done)
        })
        .await
    }

    /// Recalls in the background what may no longer be shown. Nothing waits for it: galleries have
    /// stopped showing it already.
    pub fn recall_soon(&self) {
        let site = self.clone();
        drop(tokio::task::spawn_blocking(move || {
            recalling::recall_soon(site.works(), site.store(), site.cx()).map(drop)
        }));
    }
}
