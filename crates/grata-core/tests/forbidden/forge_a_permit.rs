use grata_core::consent::Permit;
use grata_core::id::SubjectId;
use grata_core::purpose::Publish;
use grata_core::release::Treatment;
use grata_core::subject::Revision;
use grata_core::time::Timestamp;

fn show(subject: SubjectId, purpose: Publish) -> Treatment {
    Treatment::Show(Permit { subject, purpose, revision: Revision(1), ends: Timestamp::MAX })
}

fn main() {
    let _ = show;
}
