//! Memory for templates: wiped when it is given back, and kept out of swap and core dumps where the
//! system allows it (SEC-2, BYS-3).

use zeroize::Zeroize;

/// Floats that die without a trace. No `Debug`, no `Clone`.
pub(super) struct Numbers {
    memory: Memory,
    #[cfg_attr(
        not(feature = "locked-memory"),
        expect(dead_code, reason = "pages are larger; other memory is not")
    )]
    count: usize,
}

/// Where the floats lie.
enum Memory {
    /// Pages of their own, asked to stay out of swap and dumps.
    #[cfg(feature = "locked-memory")]
    Pages { pages: memmap2::MmapMut, locked: bool },
    /// Ordinary memory: in a browser, and where the system gives no pages.
    Plain(Vec<f32>),
}

impl Numbers {
    /// `count` zeros.
    pub fn zeros(count: usize) -> Self {
        Self { memory: Memory::new(count), count }
    }

    /// Takes numbers over and wipes where they were.
    pub fn taken_from(values: &mut [f32]) -> Self {
        let mut numbers = Self::zeros(values.len());
        numbers.slice_mut().copy_from_slice(values);
        values.zeroize();
        numbers
    }

    pub fn slice(&self) -> &[f32] {
        match &self.memory {
            #[cfg(feature = "locked-memory")]
            Memory::Pages { pages, .. } => &bytemuck::cast_slice(pages)[..self.count], // pages are aligned
            Memory::Plain(values) => values,
        }
    }

    pub fn slice_mut(&mut self) -> &mut [f32] {
        match &mut self.memory {
            #[cfg(feature = "locked-memory")]
            Memory::Pages { pages, .. } => &mut bytemuck::cast_slice_mut(pages)[..self.count], // as above
            Memory::Plain(values) => values,
        }
    }

    /// Whether the system keeps them out of swap.
    pub fn is_locked(&self) -> bool {
        match &self.memory {
            #[cfg(feature = "locked-memory")]
            Memory::Pages { locked, .. } => *locked,
            Memory::Plain(_) => false,
        }
    }
}

impl Memory {
    #[cfg(feature = "locked-memory")]
    fn new(count: usize) -> Self {
        let bytes = (count * size_of::<f32>()).next_multiple_of(PAGE_BYTES).max(PAGE_BYTES);
        match memmap2::MmapMut::map_anon(bytes) {
            Ok(pages) => {
                // Beyond what the system allows to be locked, the rest still holds: wiped, and not
                // dumped. `grata doctor` can tell.
                let locked = pages.lock().is_ok();
                #[cfg(target_os = "linux")]
                let _ = pages.advise(memmap2::Advice::DontDump);
                Self::Pages { pages, locked }
            }
            Err(_) => Self::Plain(vec![0.0; count]),
        }
    }

    #[cfg(not(feature = "locked-memory"))]
    fn new(count: usize) -> Self {
        Self::Plain(vec![0.0; count])
    }
}

/// Whole pages, so that no two of these share one: unlocking one would unlock the other.
#[cfg(feature = "locked-memory")]
const PAGE_BYTES: usize = 4096;

impl Drop for Numbers {
    fn drop(&mut self) {
        match &mut self.memory {
            #[cfg(feature = "locked-memory")]
            Memory::Pages { pages, .. } => pages.zeroize(),
            Memory::Plain(values) => values.zeroize(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_2_numbers_are_moved_and_not_copied() {
        for count in [0, 1, 128, 512, 5000] {
            let mut source: Vec<f32> = (0..count).map(|at| at as f32 + 0.5).collect();
            let copy = source.clone();
            let numbers = Numbers::taken_from(&mut source);
            assert_eq!(numbers.slice(), copy);
            assert!(source.iter().all(|value| *value == 0.0));
        }
    }

    #[cfg(all(feature = "locked-memory", target_os = "linux"))]
    #[test]
    fn sec_2_the_system_is_told_neither_to_swap_nor_to_dump_them() {
        let numbers = Numbers::zeros(128);
        let at = format!("{:x}-", numbers.slice().as_ptr().addr());
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        // A neighbour with the same flags may have been joined to it, so the mapping may begin before.
        let flags = maps.split("VmFlags:").find(|part| part.contains(&at)).map_or_else(
            || maps.lines().filter(|line| line.starts_with("VmFlags:")).find(|line| line.contains(" dd")),
            |_| maps[maps.find(&at).unwrap()..].lines().find(|line| line.starts_with("VmFlags:")),
        );
        let flags = flags.expect("a mapping that is not dumped");
        assert!(flags.contains(" dd"), "not dumped: {flags}");
        assert_eq!(numbers.is_locked(), flags.contains(" lo"), "{flags}");
    }
}
