//! One box a face, from candidates of several scales, tiles and rotations.

use grata_core::face::DetectedFace;

/// Two boxes of one look that share more than this (intersection over union) are one face: the
/// published post-processing of the model.
const SAME_LOOK: f32 = 0.3;

/// The same for boxes of several looks: in dense crowds, boxes seen at half the size are wide enough
/// to swallow a neighbour at 0.3.
const SAME_FACE: f32 = 0.45;

/// A box lies within another if this share of it does.
const WITHIN: f32 = 0.8;

/// A box within a face that is surer than this, and less than a third of its area, is a part of it
/// (an eye, a mouth), not a face of its own.
const PART_OF: f32 = 0.5;

/// Keeps the strongest of boxes that are the same face, strongest first.
pub fn merge(faces: Vec<DetectedFace>) -> Vec<DetectedFace> {
    strongest(faces, is_same)
}

/// The same for the candidates of one look.
pub fn merge_one_look(faces: Vec<DetectedFace>) -> Vec<DetectedFace> {
    strongest(faces, |known, face| known.face.intersection_over_union(&face.face) > SAME_LOOK)
}

fn strongest(
    mut faces: Vec<DetectedFace>,
    is_same: impl Fn(&DetectedFace, &DetectedFace) -> bool,
) -> Vec<DetectedFace> {
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<DetectedFace> = Vec::new();
    for face in faces {
        if !kept.iter().any(|known| is_same(known, &face)) {
            kept.push(face);
        }
    }
    kept
}

/// `known` is the surer of the two.
fn is_same(known: &DetectedFace, face: &DetectedFace) -> bool {
    known.face.intersection_over_union(&face.face) > SAME_FACE
        || known.score >= PART_OF
            && face.face.area() * 3.0 < known.face.area()
            && known.face.common_area(&face.face) > WITHIN * face.face.area()
}

/// Whether a candidate is one of `faces`, seen once more, or a part of one.
pub fn is_known(candidate: &DetectedFace, faces: &[DetectedFace]) -> bool {
    faces.iter().any(|known| is_same(known, candidate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use grata_core::face::FaceBox;

    fn face(x: f32, y: f32, side: f32, score: f32) -> DetectedFace {
        DetectedFace { face: FaceBox { x, y, width: side, height: side }, score }
    }

    #[test]
    fn the_surer_of_two_boxes_on_one_face_stays() {
        let merged =
            merge(vec![face(0.0, 0.0, 10.0, 0.4), face(1.0, 1.0, 10.0, 0.9), face(30.0, 0.0, 10.0, 0.3)]);
        assert_eq!(merged, [face(1.0, 1.0, 10.0, 0.9), face(30.0, 0.0, 10.0, 0.3)]);
    }

    #[test]
    fn an_eye_is_no_face_but_a_face_before_a_doubtful_one_is() {
        let sure = merge(vec![face(0.0, 0.0, 100.0, 0.9), face(20.0, 20.0, 20.0, 0.4)]);
        assert_eq!(sure.len(), 1);
        let doubtful = merge(vec![face(0.0, 0.0, 100.0, 0.3), face(20.0, 20.0, 20.0, 0.2)]);
        assert_eq!(doubtful.len(), 2);
    }
}
