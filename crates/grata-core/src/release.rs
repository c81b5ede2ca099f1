//! What leaves: for each face of a photo, shown or hidden and why. Unknown is hidden (PUB-1).

use std::collections::BTreeMap;

use crate::consent::{Decision, Permit, Reason, decide};
use crate::geometry::PixelRect;
use crate::id::{FaceId, PhotoId, RenditionId, SubjectId};
use crate::objection::Objection;
use crate::photo::{Face, Photo, Review, same_place};
use crate::purpose::Publish;
use crate::region::{Region, Shape};
use crate::subject::{AgeRules, Subject};
use crate::tag::{FaceStanding, NotMe, TagAct, standing};
use crate::time::Timestamp;

/// Everything besides the photo that a plan depends on.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Hand tags on the photo's faces, in order.
    pub tags: &'a [TagAct],
    /// "Not me" marks; those about other photos do no harm.
    pub not_me: &'a [NotMe],
    /// At least everybody who is tagged. Who is missing is hidden.
    pub subjects: &'a BTreeMap<SubjectId, Subject>,
    /// Objections; those about other photos and people do no harm.
    pub objections: &'a [Objection],
    /// What was hidden in all earlier renditions of the photo, whatever the channel (PUB-7).
    pub hidden_before: &'a [HiddenRegion],
    /// At which age people answer for themselves.
    pub rules: &'a AgeRules,
}

/// What happens to one face. Showing one takes a permit.
#[derive(Debug)]
pub enum Treatment {
    /// The person said yes.
    Show(Permit<Publish>),
    /// Hidden.
    Obscure(HideReason),
    /// A reviewer said that there is no face.
    NotAFace,
}

/// Why something is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HideReason {
    /// Nobody knows who it is.
    Unknown,
    /// It is somebody whose consent does not cover this.
    NoConsent(Reason),
    /// Somebody objects.
    Objection,
    /// It was hidden in an earlier rendition, and hidden regions never shrink (PUB-7).
    HiddenBefore,
}

impl HideReason {
    /// The word for machines; stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NoConsent(reason) => reason.as_str(),
            Self::Objection => "objection",
            Self::HiddenBefore => "hidden-before",
        }
    }
}

/// One face of a plan.
#[derive(Debug)]
pub struct PlannedFace {
    face: Face,
    standing: FaceStanding,
    treatment: Treatment,
}

impl PlannedFace {
    /// Which face, where.
    pub fn face(&self) -> &Face {
        &self.face
    }

    /// Who it is held to be.
    pub fn standing(&self) -> FaceStanding {
        self.standing
    }

    /// What happens to it.
    pub fn treatment(&self) -> &Treatment {
        &self.treatment
    }
}

/// A region that a rendition hides, and for which face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenRegion {
    /// What is hidden.
    pub region: Region,
    /// For which face; none if somebody pointed at the place.
    pub face: Option<FaceId>,
}

/// What becomes of one photo in a release. Only [`plan_photo`] makes one:
///
/// ```
/// # use grata_core::{photo::Photo, purpose::Publish, release::{Evidence, Planned, plan_photo}, time::Timestamp};
/// fn planned(photo: &Photo, publish: &Publish, evidence: &Evidence<'_>, now: Timestamp) -> Planned {
///     plan_photo(photo, publish, evidence, now)
/// }
/// ```
///
/// Nobody writes down one that hides nothing:
///
/// ```compile_fail,E0451
/// # use grata_core::{id::PhotoId, purpose::Publish, release::PhotoPlan};
/// fn invented(photo: PhotoId, publish: Publish) -> PhotoPlan {
///     PhotoPlan { photo, publish, faces: Vec::new(), hidden: Vec::new(), objected: Vec::new() }
/// }
/// ```
#[derive(Debug)]
pub struct PhotoPlan {
    photo: PhotoId,
    publish: Publish,
    faces: Vec<PlannedFace>,
    hidden: Vec<HiddenRegion>,
    objected: Vec<PixelRect>,
}

/// A plan, or why the photo stays in the house.
#[derive(Debug)]
pub enum Planned {
    /// It leaves like this.
    Leaves(PhotoPlan),
    /// It does not leave.
    Withheld(Withheld),
}

/// Why a photo stays in the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Withheld {
    /// Somebody objects to the whole photo (RTS-12).
    Objection,
    /// Somebody has to look at it first (PUB-1).
    WaitsForReview,
    /// It is not of the album that the release is about.
    OtherAlbum,
}

impl Withheld {
    /// The word for machines; stable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Objection => "objection",
            Self::WaitsForReview => "waits-for-review",
            Self::OtherAlbum => "other-album",
        }
    }
}

/// Decides for every face of a photo whether it is shown in what leaves through `publish`.
pub fn plan_photo(photo: &Photo, publish: &Publish, evidence: &Evidence<'_>, now: Timestamp) -> Planned {
    if photo.album != publish.album {
        return Planned::Withheld(Withheld::OtherAlbum);
    }
    if evidence.objections.iter().any(|objection| objection.withholds(photo)) {
        return Planned::Withheld(Withheld::Objection);
    }
    if photo.review == Review::Doubtful {
        return Planned::Withheld(Withheld::WaitsForReview);
    }
    let objected: Vec<PixelRect> =
        evidence.objections.iter().filter_map(|objection| objection.hides_in(photo)).collect();
    let faces: Vec<PlannedFace> = photo
        .faces
        .iter()
        .map(|face| {
            let standing = standing(photo, face, evidence.tags, evidence.not_me);
            let treatment = treat(face, standing, publish, evidence, &objected, now);
            PlannedFace { face: *face, standing, treatment }
        })
        .collect();
    let hidden = hidden_regions(&faces, &objected, evidence.hidden_before);
    Planned::Leaves(PhotoPlan { photo: photo.id, publish: publish.clone(), faces, hidden, objected })
}

fn treat(
    face: &Face,
    standing: FaceStanding,
    publish: &Publish,
    evidence: &Evidence<'_>,
    objected: &[PixelRect],
    now: Timestamp,
) -> Treatment {
    if objected.iter().any(|rect| same_place(*rect, face.region.rect)) {
        return Treatment::Obscure(HideReason::Objection);
    }
    let subject = match standing {
        FaceStanding::NotAFace => return Treatment::NotAFace,
        FaceStanding::Unknown => return Treatment::Obscure(HideReason::Unknown),
        FaceStanding::Confirmed(subject) => subject,
    };
    if evidence.objections.iter().any(|objection| objection.hides(subject)) {
        return Treatment::Obscure(HideReason::Objection);
    }
    let Some(subject) = evidence.subjects.get(&subject).filter(|known| known.id == subject) else {
        return Treatment::Obscure(HideReason::Unknown);
    };
    match decide(subject, publish, evidence.rules, now) {
        Decision::Yes(permit) => Treatment::Show(permit),
        Decision::No(reason) => Treatment::Obscure(HideReason::NoConsent(reason)),
    }
}

/// Regions of hidden faces, of objections, and of earlier renditions unless their face is shown now
/// by a permit or is none.
fn hidden_regions(
    faces: &[PlannedFace],
    objected: &[PixelRect],
    before: &[HiddenRegion],
) -> Vec<HiddenRegion> {
    let mut hidden: Vec<HiddenRegion> = Vec::new();
    let mut add = |region: HiddenRegion| {
        if !hidden.contains(&region) {
            hidden.push(region);
        }
    };
    for planned in faces {
        if let Treatment::Obscure(_) = planned.treatment {
            add(HiddenRegion { region: planned.face.region, face: Some(planned.face.id) });
        }
    }
    for rect in objected {
        add(HiddenRegion { region: Region { rect: *rect, shape: Shape::Rectangle }, face: None });
    }
    for earlier in before {
        let uncovered = earlier.face.is_some_and(|id| {
            faces
                .iter()
                .any(|planned| planned.face.id == id && !matches!(planned.treatment, Treatment::Obscure(_)))
        });
        if !uncovered {
            add(*earlier);
        }
    }
    hidden
}

impl PhotoPlan {
    /// Which photo.
    pub fn photo(&self) -> PhotoId {
        self.photo
    }

    /// What it leaves for.
    pub fn publish(&self) -> &Publish {
        &self.publish
    }

    /// Each face, and why it is shown or hidden.
    pub fn faces(&self) -> &[PlannedFace] {
        &self.faces
    }

    /// Everything that is to be hidden; unite it before obscuring.
    pub fn hidden(&self) -> &[HiddenRegion] {
        &self.hidden
    }

    /// Regions that are hidden although no face of today asks for it, and why.
    pub fn hidden_besides_faces(&self) -> impl Iterator<Item = (&HiddenRegion, HideReason)> {
        let of_a_face = |id| self.faces.iter().any(|planned| planned.face.id == id);
        self.hidden.iter().filter(move |hidden| !hidden.face.is_some_and(of_a_face)).map(|hidden| {
            let objected = hidden.face.is_none() && self.objected.contains(&hidden.region.rect);
            (hidden, if objected { HideReason::Objection } else { HideReason::HiddenBefore })
        })
    }

    /// What is kept of it once the rendition is made, and the permits, which the commit checks again.
    pub fn into_rendition(self, id: RenditionId, made: Timestamp) -> (Rendition, Vec<Permit<Publish>>) {
        let mut shown = Vec::new();
        let mut permits = Vec::new();
        for planned in self.faces {
            if let Treatment::Show(permit) = planned.treatment {
                shown.push((planned.face.id, permit.subject()));
                permits.push(permit);
            }
        }
        let rendition =
            Rendition { id, photo: self.photo, publish: self.publish, shown, hidden: self.hidden, made };
        (rendition, permits)
    }
}

/// What is known of an image that was made for a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// Which.
    pub id: RenditionId,
    /// Of which photo.
    pub photo: PhotoId,
    /// For what.
    pub publish: Publish,
    /// Which faces it shows, and whose consent that rested on.
    pub shown: Vec<(FaceId, SubjectId)>,
    /// What it hides.
    pub hidden: Vec<HiddenRegion>,
    /// When it was made.
    pub made: Timestamp,
}

#[cfg(test)]
pub(crate) mod tests;
