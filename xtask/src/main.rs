//! Tasks for developers.

fn main() {
    eprintln!("xtask: nothing is built yet");
    std::process::exit(1);
}
