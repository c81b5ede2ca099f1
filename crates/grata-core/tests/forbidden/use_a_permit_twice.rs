use grata_core::consent::Permit;
use grata_core::purpose::Publish;
use grata_core::release::Treatment;

fn show(permit: Permit<Publish>) -> (Treatment, Treatment) {
    (Treatment::Show(permit), Treatment::Show(permit))
}

fn keep(permit: &Permit<Publish>) -> Permit<Publish> {
    permit.to_owned()
}

fn main() {
    let _ = (show, keep);
}
