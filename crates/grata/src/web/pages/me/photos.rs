//! The photos in which a person is held to be: they see themselves, say that it is not them, or object.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use grata_core::id::PhotoId;
use grata_core::rights::own_view;
use grata_core::tag::{FaceStanding, standing};
use grata_store::Reader;
use grata_store::queries::subjects::Invitation;

use super::super::{album, go_to};
use super::invitation;
use crate::app::rights::{self, ObjectedTo, Received};
use crate::app::tags::{self, FaceInPhoto};
use crate::error::{AppError, ErrorKind};
use crate::web::error::Trouble;
use crate::web::guard::Visit;
use crate::web::headers::picture as as_picture;
use crate::web::site::Site;
use crate::work::pictures;

/// Longer side of a picture on a person's page, in pixels.
const PERSON_SIDE: u32 = 900;

/// A photo in which they are held to be.
pub(super) struct OwnPhoto {
    pub(super) id: PhotoId,
    /// Somebody, most often they, objected to it: it stays in the house.
    pub(super) is_withheld: bool,
}

/// The photos in which the person is held to be, whatever album they are in.
pub(super) fn own_photos(reader: &Reader, invitation: &Invitation) -> Result<Vec<OwnPhoto>, AppError> {
    let mut own = Vec::new();
    for id in reader.photos_tagged(invitation.subject)? {
        let case = reader.photo_case(id)?;
        if own_view(&case.photo, &case.evidence(reader.age_rules()), invitation.subject).is_some() {
            let is_withheld = case.objections.iter().any(|objection| objection.withholds(&case.photo));
            own.push(OwnPhoto { id, is_withheld });
        }
    }
    Ok(own)
}

/// `GET /me/photos/{photo}`: they see themselves, everybody else is hidden (15(4)).
///
/// # Errors
/// They are not in it.
pub async fn picture(site: Site, visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let subject = invitation(&visit)?.subject;
    let bytes = site.run(move |site| {
        let photo = album::photo_id(&id)?;
        let store = Arc::clone(site.store());
        site.works().now(move |slot| pictures::for_person(&store, slot, photo, subject, PERSON_SIDE))?
    });
    Ok(as_picture(bytes.await?, "image/jpeg"))
}

/// `POST /me/photos/{photo}/not-me`
///
/// # Errors
/// They are not held to be in it.
pub async fn not_me(site: Site, visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let subject = invitation(&visit)?.subject;
    site.change(move |site| {
        let (photo, faces) = {
            let reader = site.store().read()?;
            let id = album::photo_id(&id)?;
            let nothing = || AppError::new(ErrorKind::NotFound, "there is no such photo of you");
            let photo = reader.photo(id)?.ok_or_else(nothing)?;
            let (tags, marks) = (reader.tags_on(id)?, reader.not_me_in(&photo)?);
            let own = |face: &&grata_core::photo::Face| {
                standing(&photo, face, &tags, &marks) == FaceStanding::Confirmed(subject)
            };
            let faces: Vec<_> = photo.faces.iter().filter(own).copied().collect();
            if faces.is_empty() {
                return Err(nothing());
            }
            (photo, faces)
        };
        for face in faces {
            let at = FaceInPhoto { photo: photo.clone(), face };
            tags::not_me(site.store(), &at, subject, site.by())?;
        }
        Ok(())
    })
    .await?;
    site.recall_soon();
    Ok(go_to("/me#photos"))
}

/// `POST /me/photos/{photo}/object`: this whole photo stays in the house from now on.
///
/// # Errors
/// They are not in it.
pub async fn object(site: Site, visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let invitation = invitation(&visit)?;
    site.change(move |site| {
        let reader = site.store().read()?;
        let id = album::photo_id(&id)?;
        let nothing = || AppError::new(ErrorKind::NotFound, "there is no such photo of you");
        let own = own_photos(&reader, &invitation)?.into_iter().find(|photo| photo.id == id);
        if own.ok_or_else(nothing)?.is_withheld {
            return Ok(());
        }
        drop(reader);
        rights::object(site.store(), site.cx(), ObjectedTo::Photo(id), Received(None)).map(drop)
    })
    .await?;
    site.recall_soon();
    Ok(go_to("/me#photos"))
}
