//! The log as static files, after C2SP tlog-tiles: `checkpoint`, `tile/...`, `tile/entries/...`. What
//! an outsider verifies without grata, and what a restored backup catches up from.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use grata_core::audit::checkpoint::Checkpoint;
use grata_core::audit::tile::{
    TILE_WIDTH, TileId, Tiles, bundle, bundle_path, hashes_of, tile_bytes, tile_width, unbundle,
};
use grata_core::audit::verify::LogSource;
use grata_core::digest::Digest;

use crate::error::{Result, StoreError};
use crate::tx::Reader;

/// A log in a folder of files.
#[derive(Debug, Clone)]
pub struct LogFolder {
    path: PathBuf,
}

impl LogFolder {
    /// The folder; it need not exist before [`LogFolder::publish`].
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf() }
    }

    /// The signed head that was published last.
    ///
    /// # Errors
    /// The folder holds no log.
    pub fn head(&self) -> Result<String> {
        std::fs::read_to_string(self.path.join("checkpoint")).map_err(failed)
    }

    /// Writes what has been added since the last time; the head comes last, so that whoever reads
    /// meanwhile finds everything it speaks of. Files once written stay as they are.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn publish(&self, log: &Reader) -> Result<()> {
        let Some(note) = log.log_head()? else { return Ok(()) };
        let head = Checkpoint::parse(&note).map_err(StoreError::refused)?;
        let published = self.published_size();
        for first in (published / TILE_WIDTH..head.size.div_ceil(TILE_WIDTH)).map(|index| index * TILE_WIDTH)
        {
            let width = (head.size - first).min(TILE_WIDTH);
            let entries = log.entries(first / TILE_WIDTH, width)?;
            let bytes = bundle(&entries).ok_or_else(|| StoreError::damaged("an entry of the log"))?;
            self.write(&bundle_path(first / TILE_WIDTH, width), &bytes)?;
        }
        for level in 0u8..8 {
            let shift = 8 * (u32::from(level) + 1);
            if head.size >> (8 * u32::from(level)) == 0 {
                break;
            }
            for index in published.checked_shr(shift).unwrap_or(0)..=head.size.checked_shr(shift).unwrap_or(0)
            {
                let id = TileId { level, index };
                let width = tile_width(id, head.size);
                if width > 0 {
                    let hashes = log.tile(id, width)?;
                    let hashes = hashes.get(..width as usize).unwrap_or_default();
                    self.write(&id.path(width), &tile_bytes(hashes))?;
                }
            }
        }
        self.write("checkpoint", note.as_bytes())
    }

    fn published_size(&self) -> u64 {
        self.head().ok().and_then(|note| Checkpoint::parse(&note).ok()).map_or(0, |head| head.size)
    }

    /// Through a temporary file, so that nobody reads half of one. There is one name for all of them: what
    /// a stopped process has left is overwritten by the next.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path.join(path);
        let temporary = self.path.join("unfinished");
        let parent = path.parent().unwrap_or(&self.path);
        std::fs::create_dir_all(parent)
            .and_then(|()| {
                let mut file = std::fs::File::create(&temporary)?;
                file.write_all(bytes)?;
                file.sync_all()?;
                std::fs::rename(&temporary, &path)
            })
            .map_err(failed)
    }

    /// A file of this width, or a wider one that was written later.
    fn read(&self, path_for: impl Fn(u64) -> String, width: u64) -> Result<Vec<u8>> {
        let mut last = None;
        for width in width..=TILE_WIDTH {
            match std::fs::read(self.path.join(path_for(width))) {
                Ok(bytes) => return Ok(bytes),
                Err(error) => last = last.or(Some(error)),
            }
        }
        Err(last.map_or_else(|| StoreError::damaged("the published log"), failed))
    }
}

impl Tiles for LogFolder {
    type Error = StoreError;

    fn tile(&self, id: TileId, width: u64) -> Result<Vec<Digest>> {
        let bytes = self.read(|width| id.path(width), width)?;
        let hashes = hashes_of(&bytes).filter(|hashes| hashes.len() as u64 >= width);
        hashes.ok_or_else(|| StoreError::damaged("a tile of the published log"))
    }
}

impl LogSource for LogFolder {
    fn entries(&self, index: u64, width: u64) -> Result<Vec<Vec<u8>>> {
        let bytes = self.read(|width| bundle_path(index, width), width)?;
        unbundle(&bytes).ok_or_else(|| StoreError::damaged("entries of the published log"))
    }
}

fn failed(error: std::io::Error) -> StoreError {
    StoreError::unavailable("the folder of the published log", error)
}
