//! Reading forward through bytes that nobody vouches for.

use super::findings::Violation;

/// A part of a file and a place in it.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// `offset`: where `bytes` begin in the file.
    pub(super) fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes, offset }
    }

    /// Of the next byte, from the start of the file.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Violation> {
        let ends = Violation::new(self.offset, "a part that ends too early");
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(ends)?;
        self.rest = rest;
        self.offset += length;
        Ok(taken)
    }

    /// A reader of the next `length` bytes.
    pub(super) fn part(&mut self, length: usize) -> Result<Reader<'a>, Violation> {
        let offset = self.offset;
        Ok(Reader::new(self.take(length)?, offset))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Violation> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Violation> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn be16(&mut self) -> Result<u16, Violation> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn be32(&mut self) -> Result<u32, Violation> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn le16(&mut self) -> Result<u16, Violation> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn le32(&mut self) -> Result<u32, Violation> {
        self.array().map(u32::from_le_bytes)
    }

    /// Bytes that can only be these.
    pub(super) fn expect(&mut self, bytes: &[u8], otherwise: &'static str) -> Result<(), Violation> {
        let offset = self.offset;
        if self.take(bytes.len())? == bytes { Ok(()) } else { Err(Violation::new(offset, otherwise)) }
    }
}

pub(super) fn all_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
