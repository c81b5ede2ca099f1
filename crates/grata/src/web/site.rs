//! What all pages share.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use grata_core::audit::entry::{Actor, ActorClass};
use grata_core::time::Timestamp;
use grata_store::Store;

use super::error::Trouble;
use super::finder::Shelf;
use super::guard::Visit;
use super::limits::Limits;
use super::looks::Looks;
use super::pages::enrol::Challenge;
use super::pages::provider::Sent;
use super::passkeys::Passkeys;
use super::pending::Pending;
use super::remembered::Remembered;
use crate::app::provider::{self, Provider};
use crate::app::{log, people};
use crate::cx::{By, Cx};
use crate::error::{AppError, ErrorKind};
use crate::work::{Works, recalling};

/// What all pages share; clones share it too. Each knows who acts by it: a page asks for a `Site`, and
/// gets the one of its visitor.
#[derive(Clone)]
pub struct Site {
    inside: Arc<Inside>,
    cx: Cx,
}

struct Inside {
    store: Arc<Store>,
    works: Works,
    limits: Limits,
    remembered: Remembered,
    looks: Looks,
    is_behind: AtomicBool,
    passkeys: Passkeys,
    finder: Shelf,
    provider: Option<Provider>,
    sent: Pending<Sent>,
    enrolling: Pending<Challenge>,
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
        let (limits, remembered, looks) = (Limits::default(), Remembered::default(), Looks::default());
        let is_behind = AtomicBool::new(false);
        let cx = cx.acting(ActorClass::Anybody.into());
        let (passkeys, sent, finder) = (Passkeys::at(&address), Pending::default(), Shelf::default());
        let inside = Inside {
            store,
            works,
            limits,
            remembered,
            looks,
            is_behind,
            passkeys,
            finder,
            provider,
            sent,
            enrolling: Pending::default(),
            address,
        };
        Ok(Self { inside: Arc::new(inside), cx })
    }

    /// The same site, with somebody else who acts.
    #[must_use]
    pub fn acting(&self, actor: Actor) -> Self {
        Self { inside: Arc::clone(&self.inside), cx: self.cx.acting(actor) }
    }

    /// What is kept. Blocks: only inside [`Site::run`].
    pub fn store(&self) -> &Arc<Store> {
        &self.inside.store
    }

    /// The world around.
    pub fn cx(&self) -> &Cx {
        &self.cx
    }

    /// Who works on photos.
    pub fn works(&self) -> &Works {
        &self.inside.works
    }

    /// How often something may be tried.
    pub fn limits(&self) -> &Limits {
        &self.inside.limits
    }

    /// What is read once for as long as nothing has changed.
    pub fn remembered(&self) -> &Remembered {
        &self.inside.remembered
    }

    /// What puts looks on record.
    pub fn looks(&self) -> &Looks {
        &self.inside.looks
    }

    /// Passkeys, and where they are good.
    pub fn passkeys(&self) -> &Passkeys {
        &self.inside.passkeys
    }

    /// What a browser gets in which somebody looks for themselves.
    pub fn finder(&self) -> &Shelf {
        &self.inside.finder
    }

    /// By whom colleagues sign in as well, if somebody is installed.
    pub fn provider(&self) -> Option<&Provider> {
        self.inside.provider.as_ref()
    }

    /// Browsers that were sent to the provider.
    pub fn sent(&self) -> &Pending<Sent> {
        &self.inside.sent
    }

    /// People who were asked to move before their camera.
    pub fn enrolling(&self) -> &Pending<Challenge> {
        &self.inside.enrolling
    }

    /// Where pages are reached.
    pub fn address(&self) -> &str {
        &self.inside.address
    }

    /// Whether pages are reached by https, so that cookies travel by nothing else.
    pub fn is_secure(&self) -> bool {
        self.address().starts_with("https://")
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.cx().now()
    }

    /// Who does what is being done, and when.
    pub fn by(&self) -> By {
        self.cx().by()
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
            let done = work(site);
            // What was done before a failure is on record too.
            site.hand_out();
            site.remembered().forget_what_changed(&site.store().read()?)?;
            done
        })
        .await
    }

    /// Done is done: a folder or witness that cannot be reached gets it the next time. Until then the
    /// status page says so, and so does standard error, once.
    fn hand_out(&self) {
        let failed = log::hand_out(self.store()).err();
        let was_behind = self.inside.is_behind.swap(failed.is_some(), Ordering::Relaxed);
        match failed {
            Some(error) if !was_behind => tell(&format!(
                "What was done is on record, but the log was not handed out ({:?}). `grata log verify` says why.",
                error.kind()
            )),
            None if was_behind => tell("The log is handed out again."),
            _ => {}
        }
    }

    /// Whether what is on record could not be handed out the last time.
    pub fn is_log_behind(&self) -> bool {
        self.inside.is_behind.load(Ordering::Relaxed)
    }

    /// Recalls in the background what may no longer be shown. Nothing waits for it: galleries have
    /// stopped showing it already.
    pub fn recall_soon(&self) {
        // It follows from what somebody did; nobody has asked for it.
        let site = self.acting(ActorClass::Clock.into());
        drop(tokio::task::spawn_blocking(move || {
            if let Err(error) = recalling::recall_soon(site.works(), site.store(), site.cx()) {
                tell(&format!("What may no longer be shown was not recalled ({:?}).", error.kind()));
            }
        }));
    }
}

/// For whoever runs the server. Without a word about people (SEC-3), and nobody listening is no failure.
pub fn tell(what: &str) {
    let _ = writeln!(io::stderr().lock(), "grata: {what}");
}

impl FromRequestParts<Site> for Site {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Trouble> {
        let visit = Visit::from_request_parts(parts, site).await?;
        Ok(site.acting(visit.actor()))
    }
}
