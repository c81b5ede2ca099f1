//! *Find me* on the person's own device (M2): grata-vision in the browser, thin bindings.
//!
//! The page's worker hands over bytes and gets places back. There is no network here, no storage and no
//! clock; what is known of a face lies in the worker's memory and dies with it. A picture goes in and a
//! place in that picture comes out: nothing here takes a picture and gives a person (AIA-2).

mod own;

use grata_core::digest::Digest;
use grata_vision::decode::Limits;
use grata_vision::photo::OpenPhoto;
use grata_vision::runtime::pure::Pure;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use own::OwnFinder;

/// The largest picture that is opened: what a phone makes, and a browser tab can hold.
const LIMITS: Limits = Limits { file_bytes: 64 << 20, pixels: 60_000_000 };

/// Numbers are told apart by the model that made them. There is one here, which the server has checked, and
/// to make the digest of its 22 MB takes a browser longer than all the rest of loading it.
const ONE_MODEL: Digest = Digest([0; 32]);

/// The finder of one tab.
#[wasm_bindgen]
pub struct Finder(OwnFinder);

#[wasm_bindgen]
impl Finder {
    /// Loads both models. `output`, `score` and `lead` (thousandths) stand in the manifest of the pack.
    ///
    /// # Errors
    /// A model cannot be loaded.
    #[wasm_bindgen(constructor)]
    pub fn new(
        detect: Vec<u8>,
        find: Vec<u8>,
        output: &str,
        score: u32,
        lead: u32,
    ) -> Result<Finder, JsError> {
        let point =
            own::operating_point(score, lead).ok_or_else(|| JsError::new("the threshold is no number"))?;
        let (detector, embedder) = (Pure::load(detect)?, Pure::load(find)?);
        Ok(Self(OwnFinder::new(Box::new(detector), (Box::new(embedder), ONE_MODEL, output), point)))
    }

    /// Takes the face of whoever wants to be found, out of a picture file. Empty, or the names of all
    /// reasons why another picture is needed.
    ///
    /// # Errors
    /// The file is no picture, or a model cannot be run.
    #[wasm_bindgen(js_name = showOwnFace)]
    pub fn show_own_face(&mut self, picture: Vec<u8>) -> Result<Vec<String>, JsError> {
        let photo = OpenPhoto::open(&picture, &LIMITS)?;
        let reasons = self.0.show_own_face(photo.picture())?;
        Ok(reasons.into_iter().map(|reason| reason.as_str().to_string()).collect())
    }

    /// Where the person is in a picture: left, top, width and height as shares of the picture, or nothing.
    ///
    /// # Errors
    /// The file is no picture, a model cannot be run, or nobody has shown their face.
    #[wasm_bindgen(js_name = placeIn)]
    pub fn place_in(&mut self, picture: Vec<u8>) -> Result<Vec<f32>, JsError> {
        let photo = OpenPhoto::open(&picture, &LIMITS)?;
        let size = photo.picture().size();
        let (width, height) = (size.width as f32, size.height as f32);
        let place = self.0.place_in(photo.picture())?;
        let shares = |face: grata_core::face::FaceBox| {
            vec![face.x / width, face.y / height, face.width / width, face.height / height]
        };
        Ok(place.map(shares).unwrap_or_default())
    }

    /// Forgets the person.
    ///
    /// # Errors
    /// The model cannot be run; then the worker is to be ended.
    pub fn forget(&mut self) -> Result<(), JsError> {
        Ok(self.0.forget()?)
    }
}

/// One model alone, to measure what it costs in a browser. Not in what is shipped.
#[cfg(feature = "bench")]
#[wasm_bindgen]
pub struct Bench(Pure);

#[cfg(feature = "bench")]
#[wasm_bindgen]
impl Bench {
    /// Loads a model.
    ///
    /// # Errors
    /// It cannot be loaded.
    #[wasm_bindgen(constructor)]
    pub fn new(model: Vec<u8>) -> Result<Bench, JsError> {
        Ok(Self(Pure::load(model)?))
    }

    /// Runs it on an empty input of this shape.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn run(&mut self, shape: Vec<usize>, output: &str) -> Result<f32, JsError> {
        use grata_vision::runtime::{ModelRuntime as _, Tensor};
        let mut input = Tensor::zeros(&shape);
        input.data.iter_mut().enumerate().for_each(|(at, value)| *value = (at % 251) as f32);
        let answers = self.0.run(input, &[output])?;
        Ok(answers[0].data[0])
    }
}

/// The one look at a picture, to measure what its size costs and finds. Not in what is shipped.
#[cfg(feature = "bench")]
#[wasm_bindgen]
pub struct BenchLook(grata_vision::detect::Detector);

#[cfg(feature = "bench")]
#[wasm_bindgen]
impl BenchLook {
    /// Loads the detector.
    ///
    /// # Errors
    /// It cannot be loaded.
    #[wasm_bindgen(constructor)]
    pub fn new(model: Vec<u8>) -> Result<BenchLook, JsError> {
        Ok(Self(grata_vision::detect::Detector::new(Box::new(Pure::load(model)?))))
    }

    /// Left, top, width, height of each face of a picture file, in its pixels.
    ///
    /// # Errors
    /// The file is no picture, or the model cannot be run.
    pub fn faces(&mut self, picture: Vec<u8>, long: u32) -> Result<Vec<f32>, JsError> {
        let photo = OpenPhoto::open(&picture, &LIMITS)?;
        let found = self.0.one_look(photo.picture(), long)?;
        Ok(found.iter().flat_map(|one| [one.face.x, one.face.y, one.face.width, one.face.height]).collect())
    }
}
