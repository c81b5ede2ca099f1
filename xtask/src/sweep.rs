//! `cargo xtask sweep`: whether known numbers stand in any file, in any form (REQUIREMENTS §9.1).

use std::fs;
use std::path::PathBuf;

use crate::canary::{Canary, files};
use crate::tools::Outcome;

/// Looks through everything at or below the given places. Fails where something is found, and where something cannot be
/// read: then nothing can be said.
///
/// # Errors
/// What was found, by file; or what cannot be read.
pub fn run(mut arguments: impl Iterator<Item = String>) -> Outcome<()> {
    let (mut places, mut canary) = (Vec::new(), Canary::default());
    while let Some(argument) = arguments.next() {
        if argument == "--canary" {
            let path = arguments.next().ok_or("--canary needs a file of numbers")?;
            canary.add(&numbers(&fs::read(&path).map_err(|error| format!("{path}: {error}"))?)?);
        } else {
            places.push(PathBuf::from(argument));
        }
    }
    if places.is_empty() || canary.len() == 0 {
        return Err(
            "give a folder or a file, and --canary FILE with numbers: 32 bits each, the low byte first, or \
                    decimals in text"
                .into(),
        );
    }
    let (mut seen, mut hits) = (0, Vec::new());
    for place in &places {
        for file in files(place).map_err(|error| format!("{}: {error}", place.display()))? {
            seen += 1;
            if canary.is_in_file(&file).map_err(|error| format!("{}: {error}", file.display()))? {
                hits.push(file);
            }
        }
    }
    for hit in &hits {
        println!("{}", hit.display());
    }
    println!("{seen} files, {} pieces looked for, {} hits", canary.len(), hits.len());
    if hits.is_empty() { Ok(()) } else { Err("numbers that should be nowhere are in files".into()) }
}

/// Decimals, parted by anything that is no part of one; or bytes.
fn numbers(bytes: &[u8]) -> Result<Vec<f32>, String> {
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+' | 'e' | 'E');
    if let Ok(text) = std::str::from_utf8(bytes)
        && text.contains('.')
    {
        let parts = text.split(|letter| !is_part(letter)).filter(|part| !part.is_empty());
        return parts.map(|part| part.parse().map_err(|_| format!("{part} is no number"))).collect();
    }
    let (whole, rest) = bytes.as_chunks::<4>();
    if whole.is_empty() || !rest.is_empty() {
        return Err("this is no list of numbers of 32 bits".into());
    }
    Ok(whole.iter().map(|own| f32::from_le_bytes(*own)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bys_1_a_sweep_finds_what_it_was_told_of_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("grata-sweep-{}", std::process::id()));
        fs::create_dir_all(folder.join("below")).unwrap();
        let known: Vec<f32> = (0..64).map(|at| (at as f32 * 0.9).sin()).collect();
        let bytes: Vec<u8> = known.iter().flat_map(|one| one.to_le_bytes()).collect();
        let canary = std::env::temp_dir().join(format!("grata-canary-{}", std::process::id()));
        fs::write(&canary, &bytes).unwrap();
        let arguments = || [folder.display().to_string(), "--canary".into(), canary.display().to_string()];
        fs::write(folder.join("below/clean"), [7; 5000]).unwrap();
        run(arguments().into_iter()).unwrap();
        fs::write(folder.join("below/left"), [&[7; 5000][..], &bytes[128..192]].concat()).unwrap();
        assert!(run(arguments().into_iter()).is_err());
        assert!(run(arguments()[..1].to_vec().into_iter()).is_err(), "nothing to look for");
        fs::remove_dir_all(&folder).unwrap();
        fs::remove_file(&canary).unwrap();
        assert_eq!(numbers(b"[0.5, -1.25e-3]").unwrap(), [0.5, -1.25e-3]);
        assert!(numbers(&[1, 2, 3]).is_err());
    }
}
