//! The floor: the least that any program must do to a JPEG photo in which it hides faces.
//!
//! One entropy parse, one look of the detector at the quarter picture, one entropy coding of the
//! same coefficients, with nothing hidden and nothing checked.

use std::path::Path;

use grata::app::models::open_detect;
use grata::config::Config;
use grata_core::obscure::ObscureStyle;
use grata_vision::decode::Limits;
use grata_vision::detect::Picture;
use grata_vision::frame::Frame;
use grata_vision::jpeg::CoefficientPhoto;
use grata_vision::runtime::onnx::{Library, Onnx};
use grata_vision::runtime::{ModelRuntime, Tensor};

use crate::tools::Outcome;

/// Does it to each of the photos.
///
/// # Errors
/// If there is no pack, no ONNX Runtime, or a photo is not for the coefficient path.
pub fn run(photos: impl Iterator<Item = String>) -> Outcome<()> {
    let pack = open_detect(&Config::from_environment()?)?.ok_or("the pack \"detect\" is not installed")?;
    let library = Library::load(pack.runtime_library.as_deref().ok_or("there is no ONNX Runtime")?)?;
    let (model, manifest) = pack.model.into_parts();
    let mut runtime = Onnx::load(&library, &model)?;
    let outputs: Vec<_> = manifest.model.outputs.iter().map(|output| output.name.as_str()).collect();
    let multiple = manifest.model.input.multiple_of;
    for photo in photos {
        let bytes = floor(Path::new(&photo), &mut runtime, &outputs, multiple)?;
        println!("{photo}: {bytes} bytes");
    }
    Ok(())
}

fn floor(photo: &Path, runtime: &mut Onnx, outputs: &[&str], multiple: u32) -> Outcome<usize> {
    let photo = CoefficientPhoto::parse(&std::fs::read(photo)?, &Limits::default())?;
    let quarter = photo.reduced(photo.size().rect(), 4);
    runtime.run(planes(&quarter, multiple), outputs)?;
    Ok(photo.obscured(&photo.mask(&[]), ObscureStyle::Fill)?.len())
}

/// The picture as the model takes it: planes of 0 to 255, both sides cut to a multiple, and at least
/// one of these.
fn planes(frame: &Frame, multiple: u32) -> Tensor {
    let cut = |side: u32| (side / multiple).max(1) * multiple;
    let (width, height) = (cut(frame.size().width), cut(frame.size().height));
    let mut tensor = Tensor::zeros(&[1, 3, height as usize, width as usize]);
    let plane = height as usize * width as usize;
    for y in 0..height.min(frame.size().height) {
        for (x, pixel) in frame.row(y).chunks_exact(3).take(width as usize).enumerate() {
            for (channel, value) in pixel.iter().enumerate() {
                tensor.data[channel * plane + y as usize * width as usize + x] = f32::from(*value);
            }
        }
    }
    tensor
}
