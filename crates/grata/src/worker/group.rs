//! A closed group, in a process that is locked in: somebody enrols, or one photo is compared with members who did.
//!
//! Nobody is named here: members and faces are numbers of one request. What leaves are the numbers of whoever
//! enrols, on their way to be sealed; and for a photo which face is which member, with no score. A face that is
//! nobody leaves nothing but that somebody has to look at the photo (BYS-3, BYS-4).

use grata_core::digest::Digest;
use grata_core::face::FaceBox;
use grata_core::geometry::PixelRect;
use grata_core::matching::{OperatingPoint, Score};
use grata_core::scope::{Errand, Scope};
use grata_vision::decode;
use grata_vision::detect::{DetectOptions, Detector};
use grata_vision::photo::OpenPhoto;
use grata_vision::recognise::{
    Capture, Embedder, Gallery, Probe, Reason, Right, Still, Template, Views, capture_turned, faces,
};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::protocol::Rect;

/// How far a face may be turned that is to look straight ahead, in eye distances.
const STRAIGHT: f32 = 0.11;

/// How much further a face has to be turned than the one that looks straight ahead. What may be too far is the
/// business of the quality gate.
const TURNED: f32 = 0.05;

/// Two stills of one person are no further apart than this share of the model's own threshold allows: a little
/// more, since they are turned on purpose.
const SLACK: f32 = 1.1;

/// Most stills of one enrolment.
pub const MOST_STILLS: usize = 6;

/// Most members beside one photo.
pub const MOST_MEMBERS: usize = 10_000;

/// What somebody who enrols was asked to do for a still (ABU-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pose {
    /// Look straight ahead.
    Straight,
    /// Turn a little to their own left.
    Left,
    /// Turn a little to their own right.
    Right,
}

impl Pose {
    /// The word for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Straight => "straight",
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// A step for a closed group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GroupTask {
    /// The body is stills of somebody who enrols, one behind the other.
    Enrol {
        /// How long each is, in bytes, and what the person was asked to do for it.
        stills: Vec<(u64, Pose)>,
        /// How far apart two stills of one person are, at most.
        agreement: f32,
    },
    /// The body is the templates of members, then the photo.
    Compare {
        /// How many members.
        members: usize,
        /// How many numbers each has.
        width: usize,
        /// Where faces were found when the photo came in.
        places: Vec<Rect>,
        /// The largest score that counts.
        threshold: f32,
        /// How much nearer the nearest has to be than the next.
        lead: f32,
    },
}

impl GroupTask {
    fn errand(&self) -> Errand {
        match self {
            Self::Enrol { .. } => Errand::Enrol,
            Self::Compare { members, .. } => Errand::Compare { members: *members },
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GroupAnswer {
    /// The stills will do; the numbers follow, 4 bytes each.
    Enrolled {
        /// Faces that were turned into numbers.
        embedded: u64,
    },
    /// They will not.
    NotEnrolled {
        /// Which still, by its number, and names of reasons. Nothing of a face.
        reasons: Vec<(u32, String)>,
        /// Faces that were turned into numbers.
        embedded: u64,
    },
    /// The photo was compared.
    Compared {
        /// Number of the place and of the member.
        found: Vec<(u32, u32)>,
        /// Faces that were turned into numbers.
        embedded: u64,
        /// Whether some face is nobody, or is not seen well enough: somebody has to look at the photo.
        is_doubtful: bool,
    },
}

/// The stills do not show one and the same person.
pub const DISAGREE: &str = "disagree";

/// The person did not do what they were asked to, as a picture on a screen does not.
pub const NOT_MOVED: &str = "not-moved";

impl GroupAnswer {
    /// Whether it is an answer to `task`, of a size that makes sense.
    pub fn answers(&self, task: &GroupTask, body_bytes: u64) -> bool {
        match (self, task) {
            (Self::Enrolled { embedded }, GroupTask::Enrol { stills, .. }) => {
                let whole = body_bytes > 0 && body_bytes.is_multiple_of(4) && body_bytes < 4096;
                whole && *embedded == stills.len() as u64
            }
            (Self::NotEnrolled { reasons, embedded }, GroupTask::Enrol { stills, .. }) => {
                let named = |(still, reason): &(u32, String)| {
                    let known = Reason::named(reason).is_some();
                    (*still as usize) < stills.len() && (known || [DISAGREE, NOT_MOVED].contains(&&**reason))
                };
                body_bytes == 0 && *embedded <= stills.len() as u64 && reasons.iter().all(named)
            }
            (Self::Compared { found, embedded, .. }, GroupTask::Compare { members, places, .. }) => {
                let inside = |(place, member): &(u32, u32)| {
                    (*place as usize) < places.len() && (*member as usize) < *members
                };
                let counted = *embedded <= places.len() as u64 && found.len() as u64 <= *embedded;
                // One person once, one face one person. Each is held against each: only once they are counted.
                let once = || {
                    found
                        .iter()
                        .enumerate()
                        .all(|(at, one)| found[..at].iter().all(|other| other.0 != one.0 && other.1 != one.1))
                };
                body_bytes == 0 && counted && found.iter().all(inside) && once()
            }
            _ => false,
        }
    }
}

/// What a step takes.
pub struct Models<'a> {
    /// Finds faces.
    pub detector: &'a mut Detector,
    /// Turns them into numbers.
    pub embedder: &'a mut Embedder,
    /// The digest of its file.
    pub digest: Digest,
}

/// Takes a step.
///
/// # Errors
/// Why not, in plain words.
pub fn step(
    body: &[u8],
    task: &GroupTask,
    limits: &decode::Limits,
    mut models: Models<'_>,
) -> Result<(GroupAnswer, Zeroizing<Vec<u8>>), String> {
    let scope = Scope::on_errand(task.errand());
    let done = match task {
        GroupTask::Enrol { stills, agreement } => {
            enrol(body, stills, *agreement, limits, &mut models, &scope)
        }
        GroupTask::Compare { members, width, places, threshold, lead } => {
            let point = Score::new(*threshold).map(|threshold| OperatingPoint { threshold, lead: *lead });
            let point = point.ok_or("a threshold that is no number")?;
            let (templates, photo) = split(body, *members, *width)?;
            let gallery = gallery(templates, *width, &models, &scope)?;
            compare(photo, &gallery, (places, &point), limits, &mut models, &scope)
                .map(|answer| (answer, Zeroizing::default()))
        }
    };
    // Whatever came of it: the runtime's own buffers take up an empty picture (BYS-3).
    models.embedder.forget().map_err(|error| error.to_string())?;
    done
}

fn split(body: &[u8], members: usize, width: usize) -> Result<(&[u8], &[u8]), String> {
    let wanted = members.checked_mul(width).and_then(|count| count.checked_mul(4));
    let sensible = members > 0 && members <= MOST_MEMBERS && width > 0;
    wanted
        .filter(|_| sensible)
        .and_then(|length| body.split_at_checked(length))
        .ok_or_else(|| "a photo without members to compare it with".into())
}

/// Members side by side in memory of their own; what they were read from is wiped with the request.
fn gallery(templates: &[u8], width: usize, models: &Models<'_>, scope: &Scope) -> Result<Gallery, String> {
    let mut all = Vec::new();
    for member in templates.chunks_exact(width * 4) {
        // As large as it gets, at once: a vector that grows leaves what it held behind.
        let mut numbers: Vec<f32> = Vec::with_capacity(width);
        numbers.extend(floats(member));
        let measure = models.embedder.family().measure();
        let template = Template::handed_over(&mut numbers, models.digest, measure, scope);
        numbers.zeroize();
        all.push(template.map_err(|error| error.to_string())?);
    }
    Gallery::of(all).map_err(|error| error.to_string())
}

/// Four bytes each.
fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.chunks_exact(4).filter_map(|own| own.try_into().ok().map(f32::from_le_bytes))
}

fn compare(
    photo: &[u8],
    gallery: &Gallery,
    (places, point): (&[Rect], &OperatingPoint),
    limits: &decode::Limits,
    models: &mut Models<'_>,
    scope: &Scope,
) -> Result<GroupAnswer, String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let open = OpenPhoto::open(photo, limits).map_err(|error| words(&error))?;
    let picture = open.picture();
    let found = models.detector.faces(picture, &DetectOptions::default()).map_err(|error| words(&error))?;
    let mut taken = vec![false; found.len()];
    let mut boxes: Vec<(u32, FaceBox)> = Vec::new();
    for (place, number) in places.iter().zip(0..) {
        let rect = PixelRect::from(*place);
        let best = found
            .iter()
            .enumerate()
            .filter(|(at, one)| !taken[*at] && lies_in(&one.face, rect))
            .max_by(|a, b| share(&a.1.face, rect).total_cmp(&share(&b.1.face, rect)));
        if let Some((at, one)) = best {
            taken[at] = true;
            boxes.push((number, one.face));
        }
    }
    let only: Vec<FaceBox> = boxes.iter().map(|(_, face)| *face).collect();
    let seen = faces(picture, &only, Views::Two, (models.detector, models.embedder), scope);
    let embedded = models.embedder.take_count();
    let seen = seen.map_err(|error| words(&error))?;
    let (numbers, probes): (Vec<u32>, Vec<Probe>) = boxes
        .iter()
        .zip(seen)
        .filter_map(|((number, _), face)| face.probe.map(|probe| (*number, probe)))
        .unzip();
    let found: Vec<(u32, u32)> = gallery
        .compare_photo(&probes, point)
        .iter()
        .filter_map(|one| Some((*numbers.get(one.face)?, u32::try_from(one.member).ok()?)))
        .collect();
    // Here every probe is wiped.
    drop(probes);
    let is_doubtful = found.len() < places.len();
    Ok(GroupAnswer::Compared { found, embedded, is_doubtful })
}

/// Whether a face that is seen now is the one that the region was made for: regions are larger than faces.
fn lies_in(face: &FaceBox, region: PixelRect) -> bool {
    let (x, y) = face.centre();
    let (left, top) = (region.x as f32, region.y as f32);
    x >= left && y >= top && x <= left + region.width as f32 && y <= top + region.height as f32
}

/// How much of the region the face takes.
fn share(face: &FaceBox, region: PixelRect) -> f32 {
    let own = FaceBox {
        x: region.x as f32,
        y: region.y as f32,
        width: region.width as f32,
        height: region.height as f32,
    };
    face.intersection_over_union(&own)
}

fn enrol(
    body: &[u8],
    stills: &[(u64, Pose)],
    agreement: f32,
    limits: &decode::Limits,
    models: &mut Models<'_>,
    scope: &Scope,
) -> Result<(GroupAnswer, Zeroizing<Vec<u8>>), String> {
    if stills.is_empty() || stills.len() > MOST_STILLS {
        return Err("an enrolment takes a few stills".into());
    }
    let mut rest = body;
    let (mut seen, mut turns, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for ((length, _), number) in stills.iter().zip(0..) {
        let length = usize::try_from(*length).unwrap_or(usize::MAX);
        let (still, after) = rest.split_at_checked(length).ok_or("a still that ends early")?;
        rest = after;
        let open = OpenPhoto::open(still, limits).map_err(|error| error.to_string())?;
        let captured = capture_turned(open.picture(), (models.detector, models.embedder), scope);
        match captured.map_err(|error| error.to_string())? {
            (Capture::Still(still), turn) => {
                seen.push(still);
                turns.push(turn);
            }
            (Capture::Refused(why), _) => {
                reasons.extend(why.into_iter().map(|reason| (number, reason.as_str().to_string())));
            }
        }
    }
    let embedded = models.embedder.take_count();
    let refused = |reasons| Ok((GroupAnswer::NotEnrolled { reasons, embedded }, Zeroizing::default()));
    if !reasons.is_empty() {
        return refused(reasons);
    }
    let poses: Vec<Pose> = stills.iter().map(|(_, pose)| *pose).collect();
    if let Some(number) = not_as_asked(&poses, &turns) {
        return refused(vec![(number, NOT_MOVED.to_string())]);
    }
    let Some(template) = template(seen, agreement, scope)? else {
        return refused(vec![(0, DISAGREE.to_string())]);
    };
    let numbers = template.hand_over(scope, |numbers| {
        let mut bytes = Zeroizing::new(Vec::with_capacity(numbers.len() * 4));
        bytes.extend(numbers.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    });
    Ok((GroupAnswer::Enrolled { embedded }, numbers.map_err(|error| error.to_string())?))
}

fn template(stills: Vec<Still>, agreement: f32, scope: &Scope) -> Result<Option<Template>, String> {
    use grata_vision::recognise::EnrolError;
    match Template::enrol(stills, &Right::Scope(scope), Score::new(agreement * SLACK)) {
        Ok(template) => Ok(Some(template)),
        Err(EnrolError::Disagree) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// The first still in which the person did something else than they were asked to. A picture that is held before
/// the camera, or sent as a file, does not turn its head.
fn not_as_asked(poses: &[Pose], turns: &[f32]) -> Option<u32> {
    let straight =
        poses.iter().zip(turns).find(|(pose, _)| **pose == Pose::Straight).map_or(0.0, |one| *one.1);
    poses.iter().zip(turns).zip(0..).find_map(|((pose, turn), number)| {
        let done = match pose {
            Pose::Straight => turn.abs() <= STRAIGHT && (turn - straight).abs() <= TURNED,
            Pose::Left => turn - straight >= TURNED,
            Pose::Right => straight - turn >= TURNED,
        };
        (!done).then_some(number)
    })
}

#[cfg(test)]
mod tests;
