//! What the rules need to know of a photo: where its faces are. Nothing says who (BYS-1).

use crate::digest::Digest;
use crate::geometry::{PixelRect, Size};
use crate::id::{AlbumId, FaceId, PhotoId};
use crate::region::Region;

/// A photo by its content, keyed, so that it means nothing outside this installation (ABU-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhotoDigest(pub Digest);

/// A photo, as far as planning goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Which.
    pub id: PhotoId,
    /// Where it belongs.
    pub album: AlbumId,
    /// Its file's bytes.
    pub file: PhotoDigest,
    /// Its pixels, which survive a change of the metadata; missing if nobody looked.
    pub pixels: Option<PhotoDigest>,
    /// Upright.
    pub size: Size,
    /// Every region that may be a face.
    pub faces: Vec<Face>,
    /// Whether somebody has to look at it first.
    pub review: Review,
}

impl Photo {
    /// Whether this is the photo that a mark or an objection speaks of.
    pub fn is(&self, digest: PhotoDigest) -> bool {
        self.file == digest || self.pixels == Some(digest)
    }
}

/// A region of a photo that may be a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Face {
    /// Which; means nothing outside its photo.
    pub id: FaceId,
    /// What is hidden for it: margin, grid and shape included. Never changed; one that is too small
    /// gets another beside it.
    pub region: Region,
    /// Who found it.
    pub found: Found,
}

/// Who found a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The detector.
    Detector,
    /// Somebody who saw one that the detector had missed.
    Reviewer,
}

/// Whether a photo may leave without a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Nothing was doubtful.
    Clear,
    /// The detector was in doubt, or failed: a person looks first (PUB-1).
    Doubtful,
    /// A person has looked.
    Done,
}

/// Whether two rectangles are about the same thing: they share a quarter of the smaller one.
///
/// Generous on purpose. It is used where a match hides a face: by "not me" and by objections.
pub fn same_place(first: PixelRect, second: PixelRect) -> bool {
    let area = |rect: PixelRect| u64::from(rect.width) * u64::from(rect.height);
    first.intersection(second).is_some_and(|common| area(common) * 4 >= area(first).min(area(second)))
}
