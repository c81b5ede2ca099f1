//! What grata must hold to, whatever a worker says.

use grata::worker::protocol::{Answer, Checked, Rect, Request, Step, Style, Task, read_header};
use grata_vision::decode::Limits;

/// Reads messages as answers of a worker that may have been taken over.
pub fn protocol(mut bytes: &[u8]) {
    let limits = Limits { file_bytes: 1 << 20, pixels: 1 << 20 };
    let given = vec![Rect(0, 0, 8, 8)];
    let task = Task {
        obscure: Some(Style::Veil),
        min_face: Some(20),
        margin: 0.3,
        given,
        taken: Some(Step::Hour),
        ..Task::default()
    };
    let request = Request { id: 1, task };
    while let Ok(Some((answer, body))) = read_header::<Answer>(&mut bytes) {
        match answer.check(&request, 1 << 10, body, &limits) {
            Ok(Checked::Done(done)) => {
                assert!((1..=limits.pixels).contains(&done.size.pixels()));
                let picture = done.size.rect();
                assert!(
                    done.regions.iter().all(|region| region.rect.intersection(picture) == Some(region.rect))
                );
            }
            Ok(Checked::Measured(_) | Checked::Group(..)) => panic!("nobody asked for a comparison"),
            Ok(Checked::Refused(reason)) => assert!(!reason.contains(char::is_control)),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        let Some(rest) = usize::try_from(body).ok().and_then(|body| bytes.get(body..)) else { return };
        bytes = rest;
    }
}
