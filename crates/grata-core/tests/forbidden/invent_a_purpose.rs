use grata_core::purpose::{Purpose, Question};

#[derive(Debug, Clone)]
struct Attendance;

impl Purpose for Attendance {
    fn question(&self) -> Question {
        unimplemented!()
    }
}

fn main() {}
