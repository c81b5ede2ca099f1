use grata_core::consent::Permit;
use grata_core::purpose::Find;
use grata_core::release::Treatment;

fn show(permit: Permit<Find>) -> Treatment {
    Treatment::Show(permit)
}

fn main() {
    let _ = show;
}
