//! Bits of entropy-coded JPEG data: read from unstuffed bytes, written with stuffing.

/// Zero bytes behind the data, so that a block can be read without a check per symbol: a block is
/// at most 64 symbols of 16 + 15 bits, 248 bytes.
pub(super) const PADDING: usize = 512;

/// Entropy-coded data without stuffing and without restart markers.
#[derive(Debug)]
pub(super) struct Entropy {
    /// The data, then [`PADDING`] zero bytes.
    pub bytes: Vec<u8>,
    /// Where each restart segment starts in `bytes`; the first is 0.
    pub segments: Vec<usize>,
    /// Bytes of data before the padding.
    pub length: usize,
    /// Bytes of the file that the data took, markers and stuffing included.
    pub consumed: usize,
}

impl Entropy {
    /// Unstuffs from `data` up to the first marker that is no restart marker, or to the end.
    pub fn unstuff(data: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(data.len() + PADDING);
        let mut segments = vec![0];
        let mut at = 0;
        while at < data.len() {
            let run = memchr(&data[at..]);
            bytes.extend_from_slice(&data[at..at + run]);
            at += run;
            match data.get(at + 1) {
                Some(0) => {
                    bytes.push(0xFF);
                    at += 2;
                }
                Some(0xD0..=0xD7) => {
                    segments.push(bytes.len());
                    at += 2;
                }
                // Fill bytes before a marker (T.81, B.1.1.2).
                Some(0xFF) => at += 1,
                Some(_) => break,
                None => at = data.len(),
            }
        }
        let length = bytes.len();
        bytes.resize(length + PADDING, 0);
        Self { bytes, segments, length, consumed: at }
    }
}

/// Bytes before the first 0xFF.
fn memchr(data: &[u8]) -> usize {
    const WORD: usize = 8;
    let mut at = 0;
    for chunk in data.chunks_exact(WORD) {
        let inverted = !u64::from_ne_bytes(chunk.try_into().unwrap_or_default());
        // A zero byte in `inverted` is 0xFF in the data (the classic has-zero-byte trick).
        if inverted.wrapping_sub(0x0101_0101_0101_0101) & !inverted & 0x8080_8080_8080_8080 != 0 {
            break;
        }
        at += WORD;
    }
    at + data[at..].iter().position(|&byte| byte == 0xFF).unwrap_or(data.len() - at)
}

/// The 57 or more bits from bit `at` on, left-aligned. Zeros beyond the end.
#[inline(always)]
pub(super) fn window(bytes: &[u8], at: usize) -> u64 {
    let byte = at >> 3;
    match bytes.get(byte..byte + 8).and_then(|eight| eight.try_into().ok()) {
        Some(eight) => u64::from_be_bytes(eight) << (at & 7),
        None => 0,
    }
}

/// Writes bits, most significant first, and stuffs a zero byte after every 0xFF.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    out: Vec<u8>,
    accumulator: u64,
    used: u32,
}

impl BitWriter {
    /// A writer that appends to `out`.
    pub fn new(out: Vec<u8>) -> Self {
        Self { out, accumulator: 0, used: 0 }
    }

    /// Appends the lowest `length` bits of `bits`; `length` is at most 32, higher bits must be 0.
    #[inline(always)]
    pub fn put(&mut self, bits: u32, length: u32) {
        self.accumulator = (self.accumulator << length) | u64::from(bits);
        self.used += length;
        if self.used >= 32 {
            self.used -= 32;
            self.flush_word((self.accumulator >> self.used) as u32);
        }
    }

    #[inline(always)]
    fn flush_word(&mut self, word: u32) {
        let inverted = !word;
        let bytes = word.to_be_bytes();
        if inverted.wrapping_sub(0x0101_0101) & !inverted & 0x8080_8080 == 0 {
            self.out.extend_from_slice(&bytes);
        } else {
            for byte in bytes {
                self.push(byte);
            }
        }
    }

    fn push(&mut self, byte: u8) {
        self.out.push(byte);
        if byte == 0xFF {
            self.out.push(0);
        }
    }

    /// Copies the bits `from..to` of `source`.
    pub fn copy(&mut self, source: &[u8], from: usize, to: usize) {
        let mut at = from;
        while at + 32 <= to {
            self.put((window(source, at) >> 32) as u32, 32);
            at += 32;
        }
        let rest = (to - at) as u32;
        if rest > 0 {
            self.put((window(source, at) >> (64 - rest)) as u32, rest);
        }
    }

    /// Pads the last byte with ones and returns everything.
    pub fn finish(mut self) -> Vec<u8> {
        while self.used >= 8 {
            self.used -= 8;
            self.push((self.accumulator >> self.used) as u8);
        }
        if self.used > 0 {
            let missing = 8 - self.used;
            let last = ((self.accumulator << missing) as u8) | ((1u16 << missing) - 1) as u8;
            self.push(last);
        }
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unstuffing_finds_restarts_and_the_end() {
        let data = [1, 0xFF, 0, 2, 0xFF, 0xD0, 3, 0xFF, 0xFF, 0xD9, 9];
        let entropy = Entropy::unstuff(&data);
        assert_eq!(&entropy.bytes[..entropy.length], [1, 0xFF, 2, 3]);
        assert_eq!(entropy.segments, [0, 3]);
        assert_eq!(entropy.consumed, 8);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(pieces in proptest::collection::vec((any::<u32>(), 0u32..=32), 0..200)) {
            let mut writer = BitWriter::default();
            for &(bits, length) in &pieces {
                writer.put(bits & (((1u64 << length) - 1) as u32), length);
            }
            let entropy = Entropy::unstuff(&writer.finish());
            let mut at = 0;
            for &(bits, length) in &pieces {
                if length > 0 {
                    let read = (window(&entropy.bytes, at) >> (64 - length)) as u32;
                    prop_assert_eq!(read, bits & (((1u64 << length) - 1) as u32));
                }
                at += length as usize;
            }
            let mut copy = BitWriter::default();
            copy.put(5, 3);
            copy.copy(&entropy.bytes, 0, at);
            let copied = Entropy::unstuff(&copy.finish());
            for bit in 0..at {
                prop_assert_eq!(window(&copied.bytes, bit + 3) >> 63, window(&entropy.bytes, bit) >> 63);
            }
        }
    }
}
