//! The `grata` command.

fn main() {
    eprintln!("grata: nothing is built yet");
    std::process::exit(1);
}
