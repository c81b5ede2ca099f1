//! What anybody may know: what is processed here, how much of it, and the head of the log, from live
//! data and without names (TRA-3).

use askama::Template;
use axum::response::Response;
use grata_store::queries::desk::Counts;

use super::{Shell, shown};
use crate::app::groups;
use crate::app::rights::{backup_days, controller};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::site::Site;

/// A closed group: on what it stands, and whether that is in force.
struct Group {
    album: String,
    is_open: bool,
    window: String,
    profile: String,
    accountable: String,
    assessment: String,
    until: String,
}

#[derive(Template)]
#[template(path = "pages/status.html")]
struct Page {
    shell: Shell,
    controller: String,
    counts: Counts,
    templates: u64,
    embedded: u64,
    groups: Vec<Group>,
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
        let (templates, embedded) = reader.group_counts()?;
        let mut found = Vec::new();
        for group in reader.groups()? {
            let own = &group.attested;
            let gate = groups::gate(&reader, &site.cx().config, own.album, site.now())?.1;
            let assessment = own.assessment.as_ref().map(|one| {
                let sum: String = one.sha256.to_string().chars().take(16).collect();
                format!("{}, {} ({sum}…)", one.record.reference, shell.words.day(one.record.on))
            });
            found.push(Group {
                album: reader.album(own.album)?.map(|album| album.title).unwrap_or_default(),
                is_open: gate.is_ok(),
                window: super::group::days(shell.words, own.window),
                profile: shell.words.t(&format!("group-profile-{}", own.profile.as_str())).into_owned(),
                accountable: own.accountable.clone().unwrap_or_default(),
                assessment: assessment.unwrap_or_default(),
                until: own.until.map(|until| shell.words.day(until).into_owned()).unwrap_or_default(),
            });
        }
        Ok(Page {
            templates,
            embedded,
            groups: found,
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
