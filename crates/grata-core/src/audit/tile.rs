//! The tree as static files, after C2SP tlog-tiles: 256 hashes a tile, 8 levels of the tree each.

use crate::audit::tree::{Hashes, leaf_hash, root_of};
use crate::digest::Digest;

/// Hashes, or entries, in a full tile.
pub const TILE_WIDTH: u64 = 256;

/// Which tile, and how much of it there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 holds the leaves, each further level one hash for each full tile below.
    pub level: u8,
    /// Counts from the left.
    pub index: u64,
}

impl TileId {
    /// The path of the tile with `width` hashes, such as `tile/0/x001/234.p/5`.
    pub fn path(self, width: u64) -> String {
        format!("tile/{}/{}{}", self.level, number_path(self.index), partial(width))
    }
}

/// The path of the entry bundle with `width` entries, such as `tile/entries/000.p/5`.
pub fn bundle_path(index: u64, width: u64) -> String {
    format!("tile/entries/{}{}", number_path(index), partial(width))
}

/// Three digits a folder, all but the last marked with an x.
fn number_path(number: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

fn partial(width: u64) -> String {
    if width >= TILE_WIDTH { String::new() } else { format!(".p/{width}") }
}

/// Hashes that a tile of this level and index holds in a tree of `size` leaves.
pub fn tile_width(id: TileId, size: u64) -> u64 {
    let at_level = size.checked_shr(8 * u32::from(id.level)).unwrap_or(0);
    at_level.saturating_sub(id.index.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH)
}

/// Where tiles are kept.
pub trait Tiles {
    /// What goes wrong.
    type Error;

    /// The hashes of a tile; at least `width` of them.
    ///
    /// # Errors
    /// The tile is not to be had, or is shorter.
    fn tile(&self, id: TileId, width: u64) -> Result<Vec<Digest>, Self::Error>;
}

/// Reads hashes of a tree of `size` leaves out of its tiles.
#[derive(Debug, Clone, Copy)]
pub struct TileHashes<'a, T> {
    /// The tiles.
    pub tiles: &'a T,
    /// Leaves of the tree.
    pub size: u64,
}

impl<T: Tiles> Hashes for TileHashes<'_, T> {
    type Error = T::Error;

    fn subtree(&self, level: u32, index: u64) -> Result<Digest, T::Error> {
        let count = 1u64 << (level % 8);
        let first = index * count;
        let id = TileId { level: (level / 8) as u8, index: first / TILE_WIDTH };
        let hashes = self.tiles.tile(id, tile_width(id, self.size))?;
        let from = (first % TILE_WIDTH) as usize;
        // `Tiles` promises the width, which covers every complete subtree of the tree.
        Ok(root_of(hashes.get(from..from + count as usize).unwrap_or_default()))
    }
}

/// The growing right edge of a tree: the last, not yet full tile of each level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Digest>>,
}

/// A tile that changed when a leaf was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedTile {
    /// Which.
    pub id: TileId,
    /// All its hashes.
    pub hashes: Vec<Digest>,
}

impl Edge {
    /// The edge of a tree of `size` leaves.
    ///
    /// # Errors
    /// A tile is not to be had.
    pub fn load<T: Tiles>(tiles: &T, size: u64) -> Result<Self, T::Error> {
        let mut levels = Vec::new();
        for level in 0u8..8 {
            let at_level = size >> (8 * u32::from(level));
            if at_level == 0 {
                break;
            }
            let id = TileId { level, index: at_level / TILE_WIDTH };
            let width = at_level % TILE_WIDTH;
            let mut hashes = if width == 0 { Vec::new() } else { tiles.tile(id, width)? };
            hashes.truncate(width as usize);
            levels.push(hashes);
        }
        Ok(Self { size, levels })
    }

    /// Leaves so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds an entry; returns the tiles that changed, one a level at most.
    pub fn push(&mut self, entry: &[u8]) -> Vec<ChangedTile> {
        let mut changed = Vec::new();
        let mut hash = leaf_hash(entry);
        let mut index = self.size;
        self.size += 1;
        for level in 0u8..8 {
            if self.levels.len() <= usize::from(level) {
                self.levels.push(Vec::new());
            }
            let tile = &mut self.levels[usize::from(level)];
            tile.push(hash);
            changed
                .push(ChangedTile { id: TileId { level, index: index / TILE_WIDTH }, hashes: tile.clone() });
            if (tile.len() as u64) < TILE_WIDTH {
                break;
            }
            hash = root_of(tile);
            tile.clear();
            index /= TILE_WIDTH;
        }
        changed
    }

    /// The tiles that are not full yet, with what they hold.
    pub fn partial_tiles(&self) -> impl Iterator<Item = ChangedTile> {
        (0u8..).zip(&self.levels).filter(|(_, hashes)| !hashes.is_empty()).map(|(level, hashes)| {
            let index = self.size >> (8 * (u32::from(level) + 1));
            ChangedTile { id: TileId { level, index }, hashes: hashes.clone() }
        })
    }

    /// The root over everything so far.
    pub fn root(&self) -> Digest {
        let mut below: Option<Digest> = None;
        for level in &self.levels {
            let mut hashes = level.clone();
            hashes.extend(below);
            if !hashes.is_empty() {
                below = Some(root_of(&hashes));
            }
        }
        below.unwrap_or_else(|| root_of(&[]))
    }
}

/// Entries as a bundle: each with its length in two bytes before it. `None` if one is too long.
pub fn bundle(entries: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend(entry);
    }
    Some(bytes)
}

/// The entries of a bundle; `None` if it ends in the middle of one.
pub fn unbundle(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_at_checked(2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let (entry, rest) = rest.split_at_checked(length)?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    Some(entries)
}

/// Tiles as bytes, and back; `None` if they do not come in whole hashes.
pub fn hashes_of(bytes: &[u8]) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.iter().map(|hash| Digest(*hash)).collect())
}

/// The bytes of a tile.
pub fn tile_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::audit::tree::{
        prove_consistency, prove_inclusion, root, verify_consistency, verify_inclusion,
    };

    /// Tiles in memory, with no way to fail but a missing one.
    #[derive(Debug, Default)]
    pub struct MemoryTiles(pub BTreeMap<TileId, Vec<Digest>>);

    impl Tiles for MemoryTiles {
        type Error = TileId;

        fn tile(&self, id: TileId, width: u64) -> Result<Vec<Digest>, TileId> {
            self.0.get(&id).filter(|tile| tile.len() as u64 >= width).cloned().ok_or(id)
        }
    }

    #[test]
    fn acc_1_paths_are_those_of_tlog_tiles() {
        let tile = |level, index| TileId { level, index };
        assert_eq!(tile(0, 0).path(5), "tile/0/000.p/5");
        assert_eq!(tile(2, 1234067).path(256), "tile/2/x001/x234/067");
        assert_eq!(bundle_path(1000, 256), "tile/entries/x001/000");
    }

    /// Across the first full tile and the first of the second level.
    #[test]
    fn acc_1_an_edge_that_is_loaded_again_goes_on_where_it_was() {
        let mut tiles = MemoryTiles::default();
        let mut edge = Edge::default();
        let mut leaves = Vec::new();
        for number in 0u64..66_000 {
            let entry = number.to_be_bytes();
            leaves.push(leaf_hash(&entry));
            for changed in edge.push(&entry) {
                tiles.0.insert(changed.id, changed.hashes);
            }
            if number < 600 || number % 4999 == 0 || number > 65_530 && number < 65_540 {
                assert_eq!(Edge::load(&tiles, edge.size()).unwrap(), edge, "{number}");
                assert_eq!(edge.root(), root_of(&leaves), "{number}");
            }
        }
        let hashes = TileHashes { tiles: &tiles, size: edge.size() };
        let top = edge.root();
        assert_eq!(root(&hashes, edge.size()), Ok(top));
        for index in [0, 255, 256, 65_535, 65_536, 65_999] {
            let proof = prove_inclusion(&hashes, index, edge.size()).unwrap();
            assert!(verify_inclusion(&leaves[index as usize], index, edge.size(), &top, &proof));
            let old = index + 1;
            let proof = prove_consistency(&hashes, old, edge.size()).unwrap();
            let old_root = root_of(&leaves[..old as usize]);
            assert!(verify_consistency(old, &old_root, edge.size(), &top, &proof));
        }
    }

    #[test]
    fn acc_1_a_bundle_holds_its_entries_and_no_half_of_one() {
        let entries = vec![b"one".to_vec(), Vec::new(), b"three".to_vec()];
        let bytes = bundle(&entries).unwrap();
        assert_eq!(unbundle(&bytes), Some(entries));
        assert_eq!(unbundle(&bytes[..bytes.len() - 1]), None);
        assert_eq!(bundle(&[vec![0; 70_000]]), None);
    }
}
