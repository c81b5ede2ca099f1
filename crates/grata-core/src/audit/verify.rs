//! Reads a whole log and finds what was flipped, dropped, reordered or cut off (ACC-1, ACC-3).

use ed25519_dalek::VerifyingKey;

use crate::audit::checkpoint::{Checkpoint, CheckpointFault, Origin};
use crate::audit::entry::Entry;
use crate::audit::tile::{Edge, TILE_WIDTH, TileId, Tiles, tile_width};
use crate::audit::tree::root_of;
use crate::digest::Digest;

/// A log as somebody hands it over.
pub trait LogSource: Tiles {
    /// Up to 256 entries from `bundle` * 256 on.
    ///
    /// # Errors
    /// They are not to be had.
    fn entries(&self, bundle: u64, width: u64) -> Result<Vec<Vec<u8>>, Self::Error>;
}

/// What was found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedLog {
    /// Its head.
    pub checkpoint: Checkpoint,
    /// Earlier heads that were compared.
    pub pinned: u64,
}

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    /// The head is not signed by the log.
    #[error("the head of the log cannot be trusted: {0}")]
    Head(#[from] CheckpointFault),
    /// Something is missing or cannot be read.
    #[error("entries {from} and following of the log cannot be read")]
    Unreadable {
        /// The first of them.
        from: u64,
    },
    /// An entry is not what grata writes.
    #[error("entry {0} of the log is not an entry")]
    NotAnEntry(u64),
    /// The root over the entries is not that of the head.
    #[error("the entries of the log are not those that its head was signed for")]
    OtherEntries,
    /// A tile does not follow from the entries.
    #[error("tile {} of level {} does not follow from the entries of the log", .0.index, .0.level)]
    OtherTile(TileId),
    /// Somebody has seen more of it.
    #[error("the log has {size} entries, but its head at {pinned} was seen before: it was cut off")]
    CutOff {
        /// Entries it has now.
        size: u64,
        /// Entries somebody has seen.
        pinned: u64,
    },
    /// Somebody has seen another one.
    #[error("somebody was shown another log: its head at {0} entries does not fit this one")]
    Forked(u64),
}

/// Reads all entries and tiles and compares them with the signed head, and with heads that somebody
/// else has kept: a witness, a receipt, a print-out.
///
/// # Errors
/// Says what is wrong, and where.
pub fn verify_log<S: LogSource>(
    source: &S,
    note: &str,
    origin: &Origin,
    key: &VerifyingKey,
    pinned: &[Checkpoint],
) -> Result<VerifiedLog, LogFault> {
    let head = Checkpoint::verify(note, origin, key)?;
    for pin in pinned {
        if pin.origin != *origin {
            return Err(LogFault::Head(CheckpointFault::OtherLog));
        }
        if pin.size > head.size {
            return Err(LogFault::CutOff { size: head.size, pinned: pin.size });
        }
    }
    let mut edge = Edge::default();
    check_pins(pinned, 0, root_of(&[]))?;
    while edge.size() < head.size {
        let from = edge.size();
        let width = (head.size - from).min(TILE_WIDTH);
        let entries = source.entries(from / TILE_WIDTH, width).map_err(|_| LogFault::Unreadable { from })?;
        if (entries.len() as u64) < width {
            return Err(LogFault::Unreadable { from });
        }
        let mut changed = Vec::new();
        for entry in entries.iter().take(width as usize) {
            Entry::parse(entry).ok_or(LogFault::NotAnEntry(edge.size()))?;
            changed = edge.push(entry);
            check_pins(pinned, edge.size(), edge.root())?;
        }
        for tile in changed {
            check_tile(source, tile.id, &tile.hashes, head.size)?;
        }
    }
    check_partial_tiles(source, &edge)?;
    if edge.root() != head.root {
        return Err(LogFault::OtherEntries);
    }
    Ok(VerifiedLog { checkpoint: head, pinned: pinned.len() as u64 })
}

fn check_pins(pinned: &[Checkpoint], size: u64, root: Digest) -> Result<(), LogFault> {
    let forked = pinned.iter().any(|pin| pin.size == size && pin.root != root);
    if forked { Err(LogFault::Forked(size)) } else { Ok(()) }
}

/// Full tiles, as soon as they are.
fn check_tile<S: LogSource>(source: &S, id: TileId, hashes: &[Digest], size: u64) -> Result<(), LogFault> {
    if (hashes.len() as u64) < tile_width(id, size) {
        return Ok(());
    }
    let kept = source.tile(id, hashes.len() as u64).map_err(|_| LogFault::OtherTile(id))?;
    if kept.get(..hashes.len()) == Some(hashes) { Ok(()) } else { Err(LogFault::OtherTile(id)) }
}

/// The last tile of each level.
fn check_partial_tiles<S: LogSource>(source: &S, edge: &Edge) -> Result<(), LogFault> {
    for partial in edge.partial_tiles() {
        let width = partial.hashes.len();
        let kept = source.tile(partial.id, width as u64).map_err(|_| LogFault::OtherTile(partial.id))?;
        if kept.get(..width) != Some(&partial.hashes[..]) {
            return Err(LogFault::OtherTile(partial.id));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
