//! What anybody may know: what is processed here, how much of it, and the head of the log, from live
//! data and without names (TRA-3).

use askama::Template;
use axum::response::Response;
use grata_store::queries::desk::Counts;

use super::{Shell, shown};
use crate::app::rights::{backup_days, controller};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "pages/status.html")]
struct Page {
    shell: Shell,
    controller: String,
    counts: Counts,
    log_size: u64,
    is_log_behind: bool,
    head: String,
    key: String,
    backup_days: u32,
}

/// `GET /status`
///
/// # Errors
/// The store cannot be used.
pub async fn page(site: Site, visit: Visit) -> Result<Response, Trouble> {
    let shell = Shell::of(&visit);
    let page = site.run(move |site| {
        let reader = site.store().read()?;
        Ok(Page {
            controller: controller(site.store())?,
            counts: reader.counts()?,
            log_size: reader.log_size()?,
            is_log_behind: site.is_log_behind(),
            head: reader.log_head()?.unwrap_or_default(),
            key: site.store().log_key(),
            backup_days: backup_days(site.store())?,
            shell,
        })
    });
    Ok(shown(&page.await?))
}
