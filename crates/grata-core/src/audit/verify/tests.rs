use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::*;
use crate::audit::entry::{ActorClass, Count, Event, EventKind};
use crate::audit::tile::tests::MemoryTiles;
use crate::id::counting::CountingRng;

struct MemoryLog {
    entries: Vec<Vec<u8>>,
    tiles: MemoryTiles,
}

impl Tiles for MemoryLog {
    type Error = TileId;

    fn tile(&self, id: TileId, width: u64) -> Result<Vec<Digest>, TileId> {
        self.tiles.tile(id, width)
    }
}

impl LogSource for MemoryLog {
    fn entries(&self, bundle: u64, width: u64) -> Result<Vec<Vec<u8>>, TileId> {
        let from = (bundle * TILE_WIDTH) as usize;
        let to = (from + width as usize).min(self.entries.len());
        Ok(self.entries.get(from..to).unwrap_or_default().to_vec())
    }
}

fn origin() -> Origin {
    Origin::new("test").unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn entry(number: u64) -> Vec<u8> {
    let event = Event::new(EventKind::PhotosAdded, ActorClass::Staff).counting(Count::Photos, number);
    event.into_entry(Timestamp::UNIX_EPOCH, &mut CountingRng::default()).0.bytes()
}

use crate::time::Timestamp;

/// A log over these entries, and the heads at all its sizes.
fn log(entries: Vec<Vec<u8>>) -> (MemoryLog, Vec<Checkpoint>) {
    let mut tiles = MemoryTiles(BTreeMap::new());
    let mut edge = Edge::default();
    let mut heads = vec![Checkpoint { origin: origin(), size: 0, root: edge.root() }];
    for entry in &entries {
        for changed in edge.push(entry) {
            tiles.0.insert(changed.id, changed.hashes);
        }
        heads.push(Checkpoint { origin: origin(), size: edge.size(), root: edge.root() });
    }
    (MemoryLog { entries, tiles }, heads)
}

fn verify(log: &MemoryLog, head: &Checkpoint, pinned: &[Checkpoint]) -> Result<VerifiedLog, LogFault> {
    verify_log(log, &head.sign(&key()), &origin(), &key().verifying_key(), pinned)
}

#[test]
fn acc_1_an_honest_log_verifies_at_every_size_that_was_seen() {
    for size in [0, 1, 2, 255, 256, 257, 600] {
        let (log, heads) = log((0..size).map(entry).collect());
        let verified = verify(&log, heads.last().unwrap(), &heads).unwrap();
        assert_eq!((verified.checkpoint.size, verified.pinned), (size, size + 1));
    }
}

#[test]
fn acc_1_a_log_that_was_cut_off_or_written_anew_contradicts_what_was_seen() {
    let (_, seen) = log((0..300).map(entry).collect());
    let (shorter, heads) = log((0..290).map(entry).collect());
    let answer = verify(&shorter, heads.last().unwrap(), &seen[300..]);
    assert_eq!(answer, Err(LogFault::CutOff { size: 290, pinned: 300 }));
    let (forked, heads) = log((1..400).map(entry).collect());
    let answer = verify(&forked, heads.last().unwrap(), &seen[300..]);
    assert_eq!(answer, Err(LogFault::Forked(300)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Flip, drop, reorder, truncate, add: each is found, by the signed head alone.
    #[test]
    fn acc_1_every_change_to_the_entries_is_found(
        size in 2u64..520, at in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), how in 0..5,
    ) {
        let (mut log, heads) = log((0..size).map(entry).collect());
        let at = at.index(size as usize);
        let to = to.index(size as usize);
        match how {
            0 => { let byte = log.entries[at].len() / 2; log.entries[at][byte] ^= 1; }
            1 => { log.entries.remove(at); }
            2 => { prop_assume!(at != to); log.entries.swap(at, to); }
            3 => log.entries.truncate(at),
            _ => log.entries.insert(at, entry(size + 7)),
        }
        prop_assert!(verify(&log, heads.last().unwrap(), &[]).is_err());
    }

    #[test]
    fn acc_1_every_flipped_bit_of_a_tile_is_found(
        size in 1u64..520, at in any::<prop::sample::Index>(), bit in 0usize..256,
    ) {
        let (mut log, heads) = log((0..size).map(entry).collect());
        let hashes: usize = log.tiles.0.values().map(Vec::len).sum();
        let at = at.index(hashes);
        let hash = log.tiles.0.values_mut().flatten().nth(at).unwrap();
        hash.0[bit / 8] ^= 1 << (bit % 8);
        let found = verify(&log, heads.last().unwrap(), &[]);
        prop_assert!(matches!(found, Err(LogFault::OtherTile(_))), "{found:?}");
    }
}
