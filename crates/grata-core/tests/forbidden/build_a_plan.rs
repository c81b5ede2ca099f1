use grata_core::id::PhotoId;
use grata_core::purpose::Publish;
use grata_core::release::PhotoPlan;

fn nothing_to_hide(photo: PhotoId, publish: Publish) -> PhotoPlan {
    PhotoPlan { photo, publish, faces: Vec::new(), hidden: Vec::new(), objected: Vec::new() }
}

fn main() {
    let _ = nothing_to_hide;
}
