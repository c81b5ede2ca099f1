//! Huffman tables: read, written, and made anew from what the output holds (T.81, annexes C, F, K).

use super::JpegError;

/// Bits that are decoded by one look-up. 2,048 entries of 4 bytes stay in the first-level cache.
const LOOKUP_BITS: u32 = 11;

/// A Huffman table as a DHT segment lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Number of codes of each length, 1 to 16 bits.
    pub counts: [u8; 16],
    /// Symbols in order of their codes.
    pub symbols: Vec<u8>,
}

impl Table {
    /// Codes in order: (symbol, code, length in bits).
    fn codes(&self) -> impl Iterator<Item = (u8, u32, u32)> {
        let mut code = 0u32;
        let mut symbols = self.symbols.iter();
        self.counts.iter().enumerate().flat_map(move |(index, &count)| {
            let length = index as u32 + 1;
            let first = code;
            code = (code + u32::from(count)) << 1;
            let taken: Vec<_> = symbols.by_ref().take(usize::from(count)).copied().collect();
            taken.into_iter().enumerate().map(move |(at, symbol)| (symbol, first + at as u32, length))
        })
    }

    /// Checks that the codes fit their lengths.
    fn check(&self) -> Result<(), JpegError> {
        let mut room = 1i64;
        for &count in &self.counts {
            room = room * 2 - i64::from(count);
            if room < 0 {
                return Err(JpegError::Damaged("a Huffman table has too many codes".into()));
            }
        }
        Ok(())
    }
}

/// A table made ready for decoding.
#[derive(Debug, Clone)]
pub(super) struct Decoder {
    /// Per prefix of [`LOOKUP_BITS`] bits: symbol | length << 8; length 0 where the code is longer.
    lookup: Vec<u32>,
    /// (code left-aligned in 16 bits, length, symbol) of the longer codes, ascending.
    long: Vec<(u32, u32, u8)>,
}

impl Decoder {
    /// # Errors
    /// If the table lists more codes than fit.
    pub fn new(table: &Table) -> Result<Self, JpegError> {
        table.check()?;
        let mut lookup = vec![0u32; 1 << LOOKUP_BITS];
        let mut long = Vec::new();
        for (symbol, code, length) in table.codes() {
            if length <= LOOKUP_BITS {
                let first = (code << (LOOKUP_BITS - length)) as usize;
                let entry = u32::from(symbol) | length << 8;
                lookup[first..first + (1 << (LOOKUP_BITS - length))].fill(entry);
            } else {
                long.push((code << (16 - length), length, symbol));
            }
        }
        Ok(Self { lookup, long })
    }

    /// The symbol at the head of a left-aligned window and the length of its code; length 0 if the
    /// bits are no code of this table.
    #[inline(always)]
    pub fn symbol(&self, window: u64) -> (u8, u32) {
        let entry = self.lookup[(window >> (64 - LOOKUP_BITS)) as usize];
        if entry != 0 { (entry as u8, entry >> 8) } else { self.long_symbol(window) }
    }

    #[cold]
    fn long_symbol(&self, window: u64) -> (u8, u32) {
        let head = (window >> 48) as u32;
        self.long
            .iter()
            .find(|&&(code, length, _)| (head ^ code) >> (16 - length) == 0)
            .map_or((0, 0), |&(_, length, symbol)| (symbol, length))
    }
}

/// A table made ready for encoding: per symbol its code and length; length 0 where it has none.
#[derive(Debug, Clone)]
pub(super) struct Encoder {
    codes: Vec<(u32, u32)>,
}

impl Encoder {
    pub fn new(table: &Table) -> Self {
        let mut codes = vec![(0, 0); 256];
        for (symbol, code, length) in table.codes() {
            codes[usize::from(symbol)] = (code, length);
        }
        Self { codes }
    }

    /// Code and length in bits of `symbol`.
    #[inline(always)]
    pub fn code(&self, symbol: u8) -> (u32, u32) {
        self.codes[usize::from(symbol)]
    }
}

/// How often each symbol occurs.
#[derive(Debug, Clone)]
pub(super) struct Frequencies(pub [u64; 256]);

impl Default for Frequencies {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl Frequencies {
    /// The best table for these frequencies with codes of at most 16 bits, none of them all ones.
    ///
    /// Procedure of T.81, K.2 (figures K.1 to K.4): Huffman's tree with one reserved symbol, then
    /// codes beyond 16 bits are shortened pairwise. Ties go to the larger symbol, as there.
    pub fn optimal_table(&self) -> Table {
        let mut lengths = tree_depths(&self.0);
        for index in (17..lengths.len()).rev() {
            while lengths[index] > 0 {
                shorten_pair(&mut lengths, index);
            }
        }
        // The reserved symbol holds the longest code: take it out.
        if let Some(longest) = lengths.iter_mut().rev().find(|count| **count > 0) {
            *longest -= 1;
        }
        let mut counts = [0u8; 16];
        for (count, &length) in counts.iter_mut().zip(&lengths[1..=16]) {
            *count = length as u8;
        }
        Table { counts, symbols: self.symbols_by_depth() }
    }

    /// Symbols that occur, from the shallowest in the tree to the deepest, then by value.
    fn symbols_by_depth(&self) -> Vec<u8> {
        let depths = symbol_depths(&self.0);
        let mut symbols: Vec<u8> = (0..=255u8).filter(|&symbol| depths[usize::from(symbol)] > 0).collect();
        symbols.sort_by_key(|&symbol| (depths[usize::from(symbol)], symbol));
        symbols
    }
}

/// Number of symbols per depth of the tree, the reserved one included.
fn tree_depths(frequencies: &[u64; 256]) -> Vec<u32> {
    let mut counts = vec![0u32; 258];
    for &depth in &symbol_depths(frequencies) {
        if depth > 0 {
            counts[depth] += 1;
        }
    }
    counts
}

/// Depth of each symbol in Huffman's tree; the last entry is the reserved symbol's.
fn symbol_depths(frequencies: &[u64; 256]) -> [usize; 257] {
    let mut weight = [0u64; 257];
    weight[..256].copy_from_slice(frequencies);
    weight[256] = 1;
    let mut depth = [0usize; 257];
    let mut next: [Option<usize>; 257] = [None; 257];
    while let Some((first, second)) = two_lightest(&weight) {
        weight[first] += weight[second];
        weight[second] = 0;
        let tail = deepen(first, &mut depth, &next);
        next[tail] = Some(second);
        deepen(second, &mut depth, &next);
    }
    // A tree of the reserved symbol and one other gives both depth 1; a lone reserved symbol none.
    depth
}

/// Adds one to the depth of every symbol in a chain; returns the last of them.
fn deepen(start: usize, depth: &mut [usize; 257], next: &[Option<usize>; 257]) -> usize {
    let mut at = start;
    loop {
        depth[at] += 1;
        match next[at] {
            Some(following) => at = following,
            None => return at,
        }
    }
}

/// The two lightest symbols that occur, larger symbols first among equals; `None` if only one is left.
fn two_lightest(weight: &[u64; 257]) -> Option<(usize, usize)> {
    let lightest = |except: Option<usize>| {
        (0..257).rev().filter(|&at| weight[at] > 0 && Some(at) != except).min_by_key(|&at| weight[at])
    };
    let first = lightest(None)?;
    Some((first, lightest(Some(first))?))
}

/// T.81, figure K.3: two codes of `index` bits become one shorter pair.
fn shorten_pair(lengths: &mut [u32], index: usize) {
    let mut shorter = index - 2;
    while lengths[shorter] == 0 {
        shorter -= 1;
    }
    lengths[index] -= 2;
    lengths[index - 1] += 1;
    lengths[shorter + 1] += 2;
    lengths[shorter] -= 1;
}

/// The typical tables of T.81, annex K.3: luma, then chroma.
pub(super) fn standard_dc() -> [Table; 2] {
    let symbols: Vec<u8> = (0..12).collect();
    [
        Table { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: symbols.clone() },
        Table { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols },
    ]
}

/// The typical tables of T.81, annex K.3: luma, then chroma.
pub(super) fn standard_ac() -> [Table; 2] {
    [
        Table { counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125], symbols: unhex(LUMA_AC) },
        Table { counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119], symbols: unhex(CHROMA_AC) },
    ]
}

const LUMA_AC: &str = "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa";
const CHROMA_AC: &str = "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa";

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn standard_tables_are_complete() {
        for table in standard_dc() {
            assert_eq!(table.counts.iter().map(|&count| usize::from(count)).sum::<usize>(), 12);
        }
        for table in standard_ac() {
            assert_eq!(table.counts.iter().map(|&count| usize::from(count)).sum::<usize>(), 162);
            assert_eq!(table.symbols.len(), 162);
            let mut symbols = table.symbols.clone();
            symbols.sort_unstable();
            symbols.dedup();
            assert_eq!(symbols.len(), 162);
        }
    }

    proptest! {
        #[test]
        fn optimal_tables_encode_and_decode_every_symbol(
            frequencies in proptest::collection::vec((any::<u8>(), 1u64..u64::from(u32::MAX)), 0..256)
        ) {
            let mut counted = Frequencies::default();
            for (symbol, frequency) in &frequencies {
                counted.0[usize::from(*symbol)] += frequency;
            }
            let table = counted.optimal_table();
            prop_assert_eq!(table.counts.iter().map(|&c| usize::from(c)).sum::<usize>(), table.symbols.len());
            let decoder = Decoder::new(&table).unwrap();
            let encoder = Encoder::new(&table);
            for (symbol, _) in frequencies {
                let (code, length) = encoder.code(symbol);
                prop_assert!((1..=16).contains(&length));
                prop_assert!(code != (1 << length) - 1, "a code of ones only");
                prop_assert_eq!(decoder.symbol(u64::from(code) << (64 - length)), (symbol, length));
            }
        }

        /// The shape that forces codes beyond 16 bits: Fibonacci-like frequencies.
        #[test]
        fn skewed_frequencies_stay_within_16_bits(base in 2u64..4, symbols in 20usize..40) {
            let mut counted = Frequencies::default();
            for at in 0..symbols {
                counted.0[at] = base.saturating_pow(at as u32);
            }
            let table = counted.optimal_table();
            prop_assert_eq!(table.symbols.len(), symbols);
            prop_assert!(Decoder::new(&table).is_ok());
        }
    }
}
