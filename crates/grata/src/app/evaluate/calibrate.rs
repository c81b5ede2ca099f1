//! A threshold for an album, from a target of false disclosures (QUA-1), in a file that is bound to one
//! model and one size of album.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use grata_core::matching::calibration::{Calibrated, GroupCurve, Target, calibrate, still_holds};
use grata_core::matching::{Measure, OperatingPoint, Score};
use serde::{Deserialize, Serialize};

use super::Evaluation;
use crate::error::{AppError, ErrorKind};
use crate::words::shown;

/// Version of the file.
const VERSION: u32 = 1;

/// A threshold, what it promises, and on what that stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Version of this file.
    pub grata_calibration: u32,
    /// Name of the pack, for people; the sum is what counts.
    pub pack: String,
    /// SHA-256 of the model that it is for.
    pub model_sha256: String,
    /// How numbers are compared.
    pub measure: String,
    /// The largest score that counts as one person.
    pub threshold: f64,
    /// How much nearer the nearest has to be than the next.
    pub lead: f64,
    /// The chance that anybody in the album is shown somebody else's photo, at most.
    pub false_disclosures: f64,
    /// Faces in the album that it was made for.
    pub faces: u64,
    /// Members on its roster.
    pub roster: u64,
    /// The false match rate that the data does not rule out, with 95 % confidence, in the worst group.
    pub fmr_upper: f64,
    /// The group that set the threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_group: Option<String>,
    /// People whose photos it was measured on.
    pub people: u64,
    /// Pairs of different people among them, each counted once.
    pub pairs: u64,
    /// The share of true matches that are missed at this threshold, on those photos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fnmr: Option<f64>,
    /// When, as a date.
    pub made: String,
}

/// The threshold that keeps `target`, with everything that it stands on.
///
/// # Errors
/// `Denied` if the photos cannot bear the claim, or if the model is for research only.
pub fn of(evaluation: &Evaluation, target: &Target, lead: f32, made: &str) -> Result<Calibration, AppError> {
    if evaluation.model.research {
        let message = "a model whose licence is for research only gets no calibration";
        return Err(
            AppError::new(ErrorKind::Denied, message).hint("`grata evaluate --research` prints figures.")
        );
    }
    let name = |group: Option<u32>| {
        group.map(|group| evaluation.groups.get(group as usize).cloned().unwrap_or_default())
    };
    let curves: Vec<GroupCurve> = evaluation
        .report
        .curves
        .iter()
        .map(|curve| GroupCurve {
            group: name(curve.group),
            pairs: curve.pairs,
            points: curve
                .points
                .iter()
                .filter_map(|(threshold, upper)| Some((Score::new(*threshold)?, *upper)))
                .collect(),
        })
        .collect();
    let Calibrated { threshold, fmr, worst_group, .. } = calibrate(&curves, target).map_err(|refusal| {
        AppError::new(ErrorKind::Denied, refusal.to_string())
            .hint("More people, a smaller album, or a target that promises less. No calibration was written.")
    })?;
    let fnmr = evaluation.report.det.iter().filter(|row| row.threshold <= threshold.distance());
    Ok(Calibration {
        grata_calibration: VERSION,
        pack: evaluation.model.pack.clone(),
        model_sha256: evaluation.model.sha256.clone(),
        measure: evaluation.model.measure.into(),
        threshold: decimals(threshold.distance()),
        lead: decimals(lead),
        false_disclosures: target.false_disclosures,
        faces: target.faces,
        roster: target.roster,
        fmr_upper: fmr,
        worst_group,
        people: evaluation.report.people,
        pairs: evaluation.report.pairs,
        // The nearest row of the table that is as strict: a little more is missed there.
        fnmr: fnmr.map(|row| row.fnmr).reduce(f64::min),
        made: made.into(),
    })
}

/// A number for people: 0.435, not 0.4350000023841858.
fn decimals(value: f32) -> f64 {
    (f64::from(value) * 1e4).round() / 1e4
}

impl Calibration {
    /// Writes it whole, and never over another one.
    ///
    /// # Errors
    /// `Conflict` if the file is there.
    pub fn write(&self, path: &Path) -> Result<(), AppError> {
        let unwritten = |error: std::io::Error| {
            let kind = match error.kind() {
                std::io::ErrorKind::AlreadyExists => ErrorKind::Conflict,
                _ => ErrorKind::Unavailable,
            };
            AppError::new(kind, format!("{} cannot be written", shown(path)))
                .because(error)
                .hint("No calibration was written.")
        };
        let text = toml::to_string(self).map_err(|error| {
            AppError::new(ErrorKind::Internal, "the calibration has no form").because(error)
        })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().tempfile_in(folder).map_err(unwritten)?;
        file.write_all(HEAD.as_bytes()).and_then(|()| file.write_all(text.as_bytes())).map_err(unwritten)?;
        file.as_file().sync_all().map_err(unwritten)?;
        file.persist_noclobber(path).map_err(|error| unwritten(error.error))?;
        Ok(())
    }

    /// Reads one for exactly this model.
    ///
    /// # Errors
    /// `Denied` if it was made for another model, `Invalid` if it is none.
    pub fn open(path: &Path, model_sha256: &str) -> Result<Self, AppError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            AppError::new(ErrorKind::NotFound, format!("{} cannot be read", shown(path))).because(error)
        })?;
        Self::read(&text, &shown(path).to_string(), model_sha256)
    }

    /// The same from its text; `name` is what it is called in what is said about it.
    ///
    /// # Errors
    /// As [`Calibration::open`].
    pub fn read(text: &str, name: &str, model_sha256: &str) -> Result<Self, AppError> {
        let own: Self = toml::from_str(text).map_err(|error| {
            AppError::new(ErrorKind::Invalid, format!("{name} is no calibration")).because(error)
        })?;
        let measure = Measure::named(&own.measure);
        let sensible = own.grata_calibration == VERSION
            && measure.is_some()
            && Score::new(own.threshold as f32).is_some()
            && own.lead >= 0.0
            && Target::new(own.false_disclosures, own.faces, own.roster).is_some()
            && (0.0..=1.0).contains(&own.fmr_upper)
            && still_holds(own.fmr_upper, own.false_disclosures, own.faces, own.roster);
        if !sensible {
            let message = format!("{name} says what no calibration says");
            return Err(AppError::new(ErrorKind::Invalid, message).hint("`grata calibrate` makes a new one."));
        }
        if own.model_sha256 != model_sha256 {
            let message = format!("{name} was made for another model");
            return Err(AppError::new(ErrorKind::Denied, message)
                .hint("A threshold belongs to one model. `grata calibrate` makes one for this."));
        }
        Ok(own)
    }

    /// Where it puts the line, for an album of so many faces and members.
    ///
    /// # Errors
    /// `Denied` if the album has outgrown it (QUA-1, ABU-16).
    pub fn point(&self, faces: u64, roster: u64) -> Result<OperatingPoint, AppError> {
        let threshold = Score::new(self.threshold as f32);
        match threshold.filter(|_| still_holds(self.fmr_upper, self.false_disclosures, faces, roster)) {
            Some(threshold) => Ok(OperatingPoint { threshold, lead: self.lead as f32 }),
            None => {
                let message = format!(
                    "the calibration holds for {} faces beside {} members, and there are {faces} beside {roster}",
                    self.faces, self.roster
                );
                Err(AppError::new(ErrorKind::Denied, message)
                    .hint("`grata calibrate` makes one for this album."))
            }
        }
    }
}

/// What stands at the top of the file, for whoever opens it.
const HEAD: &str = "# Made by `grata calibrate`. It holds for this model and for albums up to this size; a changed\n\
                    # number here is a changed promise.\n\n";

/// Where a calibration is to go, and what it is to keep.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrateOrder {
    /// The promise.
    pub target: Target,
    /// The file to write.
    pub out: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::super::{Detection, ModelUsed, Photos};
    use super::*;
    use crate::worker::measure::{Bounded, Curve, Rates, Report};

    fn evaluation(pairs: u64, points: &[(f32, f64)]) -> Evaluation {
        let none = Bounded { errors: 0, trials: 0, rate: None, low: 0.0, high: 1.0 };
        Evaluation {
            model: ModelUsed {
                pack: "find".into(),
                sha256: "ab".repeat(32),
                measure: "euclidean",
                scraped: true,
                runtime: String::new(),
                research: false,
            },
            photos: Photos::default(),
            detection: Detection::default(),
            report: Report {
                people: 9,
                faces: 9,
                pairs,
                enrolled: 0,
                stills: 3,
                threshold: 0.5,
                rates: Rates { fmr: none, fnmr: none, fpir: none, fnir: none },
                det: Vec::new(),
                det_enrolled: Vec::new(),
                groups: Vec::new(),
                curves: vec![Curve { group: None, pairs, points: points.to_vec() }],
            },
            groups: Vec::new(),
            failed: Vec::new(),
        }
    }

    fn made(faces: u64) -> Result<Calibration, AppError> {
        let points = [(0.4, 1e-5), (0.435, 9e-5), (0.5, 1e-2)];
        of(&evaluation(1_000_000, &points), &Target::new(0.01, faces, 10).unwrap(), 0.04, "2026-11-22")
    }

    #[test]
    fn qua_1_qua_2_a_calibration_is_written_where_the_data_bears_it_and_refused_elsewhere() {
        assert_eq!(made(10).unwrap().threshold, 0.435);
        assert_eq!(made(100).unwrap().threshold, 0.4);
        let refused = made(1_000_000).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Denied);
        assert!(refused.to_string().contains("No calibration was written."), "{refused}");
    }

    #[test]
    fn col_7_a_model_for_research_gets_none() {
        let mut research = evaluation(1_000_000, &[(0.4, 1e-5)]);
        research.model.research = true;
        let target = Target::new(0.01, 10, 10).unwrap();
        assert_eq!(of(&research, &target, 0.0, "").unwrap_err().kind(), ErrorKind::Denied);
    }

    #[test]
    fn abu_16_a_calibration_belongs_to_one_model_and_to_albums_up_to_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("album.toml");
        let own = made(10).unwrap();
        own.write(&path).unwrap();
        assert_eq!(own.write(&path).unwrap_err().kind(), ErrorKind::Conflict, "never over another");
        let read = Calibration::open(&path, &own.model_sha256).unwrap();
        assert_eq!(read, own);
        assert_eq!(Calibration::open(&path, "another").unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(read.point(10, 10).unwrap().threshold.distance(), 0.435);
        assert!(read.point(5, 10).is_ok());
        for (faces, roster) in [(20, 10), (10, 20), (100, 100)] {
            assert_eq!(read.point(faces, roster).unwrap_err().kind(), ErrorKind::Denied, "{faces} {roster}");
        }
        // A threshold that was made to promise more than it holds.
        let text = std::fs::read_to_string(&path).unwrap();
        for (from, to) in [
            ("faces = 10", "faces = 10000"),
            ("threshold = 0.435", "threshold = -1.0"),
            ("euclidean", "guess"),
        ] {
            assert!(text.contains(from), "{text}");
            std::fs::write(&path, text.replace(from, to)).unwrap();
            assert_eq!(
                Calibration::open(&path, &own.model_sha256).unwrap_err().kind(),
                ErrorKind::Invalid,
                "{to}"
            );
        }
    }
}
