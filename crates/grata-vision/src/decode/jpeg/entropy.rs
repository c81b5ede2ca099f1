//! Walks over a scan's Huffman codes without keeping a coefficient, to tell a whole scan from one
//! that was cut or damaged: decoders fill in what is missing, and a face in it would go unseen.
//!
//! T.81, annexes F (sequential) and G (progressive).

use crate::decode::{DecodeError, damaged};

/// A Huffman table: for any 16 bits that follow, the length of the code they begin with (0: none)
/// and its symbol.
pub(super) struct Codes(Vec<(u8, u8)>);

impl Codes {
    /// From the payload of a DHT segment behind its class: 16 counts and the symbols. Returns what
    /// follows.
    pub fn read(payload: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        let broken = || damaged("a broken Huffman table");
        let (counts, rest) = payload.split_at_checked(16).ok_or_else(broken)?;
        let total = counts.iter().map(|count| usize::from(*count)).sum();
        let (symbols, rest) = rest.split_at_checked(total).ok_or_else(broken)?;
        let mut codes = Vec::with_capacity(1 << 16);
        let lengths = counts.iter().zip(1u8..).flat_map(|(count, length)| (0..*count).map(move |_| length));
        for (length, symbol) in lengths.zip(symbols) {
            let end = codes.len() + (1 << (16 - length));
            if end > 1 << 16 {
                return Err(broken());
            }
            codes.resize(end, (length, *symbol));
        }
        codes.resize(1 << 16, (0, 0));
        Ok((Self(codes), rest))
    }
}

/// Entropy-coded data, bit by bit, up to the next marker.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, from the top.
    buffer: u64,
    count: u32,
}

impl Bits<'_> {
    /// Tops the buffer up to at least 48 bits, unless a marker comes before.
    fn fill(&mut self) {
        while self.count <= 56 {
            let byte = match self.bytes.get(self.at..) {
                Some([0xFF, 0x00, ..]) => 0xFF,
                Some([0xFF, ..] | []) | None => return,
                Some([byte, ..]) => *byte,
            };
            self.at += if byte == 0xFF { 2 } else { 1 };
            self.buffer |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    fn skip(&mut self, bits: u32) -> Result<(), DecodeError> {
        if bits > self.count {
            return Err(damaged("it ends in the middle"));
        }
        self.buffer <<= bits;
        self.count -= bits;
        Ok(())
    }

    /// The next symbol.
    fn symbol(&mut self, codes: &Codes) -> Result<u8, DecodeError> {
        self.fill();
        let (length, symbol) = codes.0[(self.buffer >> 48) as usize];
        if length == 0 {
            return Err(damaged("a code that its tables lack"));
        }
        self.skip(length.into())?;
        Ok(symbol)
    }

    /// A number of up to 16 bits.
    fn number(&mut self, bits: u32) -> Result<u32, DecodeError> {
        self.fill();
        let value = (self.buffer >> 32 >> (32 - bits)) as u32;
        self.skip(bits)?;
        Ok(value)
    }

    /// Passes the restart marker `number`, which has to stand here.
    fn restart(&mut self, number: usize) -> Result<(), DecodeError> {
        let expected = [0xFF, 0xD0 + (number % 8) as u8];
        if self.count >= 8 || self.bytes.get(self.at..self.at + 2) != Some(&expected) {
            return Err(damaged("a restart marker is missing"));
        }
        (self.at, self.buffer, self.count) = (self.at + 2, 0, 0);
        Ok(())
    }
}

/// What a scan holds of one component.
pub(super) struct ScanComponent<'a> {
    pub dc: Option<&'a Codes>,
    pub ac: Option<&'a Codes>,
    /// Blocks of the component in an MCU.
    pub blocks: usize,
    /// Of a scan of this component alone, whether a coefficient is known not to be 0: a bit each.
    pub nonzero: &'a mut Vec<u64>,
}

/// How a scan is coded.
#[derive(Clone, Copy)]
pub(super) struct Coding {
    pub progressive: bool,
    /// First and last coefficient, zigzag order.
    pub spectrum: (u32, u32),
    /// Whether this scan refines bits of an earlier one.
    pub refines: bool,
    /// MCUs between restart markers; 0 for none.
    pub restart_interval: usize,
    /// MCUs of the scan.
    pub mcus: usize,
}

/// Walks over the scan whose data begins at `at`; returns the offset behind what it used.
pub(super) fn check_scan(
    bytes: &[u8],
    at: usize,
    coding: Coding,
    components: &mut [ScanComponent<'_>],
) -> Result<usize, DecodeError> {
    let mut bits = Bits { bytes, at, buffer: 0, count: 0 };
    let mut end_of_band = 0;
    for mcu in 0..coding.mcus {
        if coding.restart_interval > 0 && mcu > 0 && mcu % coding.restart_interval == 0 {
            bits.restart(mcu / coding.restart_interval - 1)?;
            end_of_band = 0;
        }
        for component in components.iter_mut() {
            for _ in 0..component.blocks {
                check_block(&mut bits, coding, component, mcu, &mut end_of_band)?;
            }
        }
    }
    Ok(bits.at)
}

fn check_block(
    bits: &mut Bits<'_>,
    coding: Coding,
    component: &mut ScanComponent<'_>,
    mcu: usize,
    end_of_band: &mut u32,
) -> Result<(), DecodeError> {
    let dc_only = coding.progressive && coding.spectrum.0 == 0;
    if dc_only && coding.refines {
        return bits.number(1).map(drop);
    }
    if dc_only || !coding.progressive {
        let length = bits.symbol(component.dc.ok_or_else(no_table)?)?;
        bits.number(u32::from(length).min(16))?;
    }
    if dc_only {
        return Ok(());
    }
    let codes = component.ac.ok_or_else(no_table)?;
    if !coding.progressive {
        return check_sequential(bits, codes);
    }
    let nonzero = component.nonzero.get_mut(mcu).ok_or_else(|| damaged("a scan of too many blocks"))?;
    if coding.refines {
        check_refinement(bits, codes, coding.spectrum, nonzero, end_of_band)
    } else {
        check_band(bits, codes, coding.spectrum, nonzero, end_of_band)
    }
}

fn no_table() -> DecodeError {
    damaged("a Huffman table is missing")
}

/// F.2.2.2.
fn check_sequential(bits: &mut Bits<'_>, codes: &Codes) -> Result<(), DecodeError> {
    let mut at = 1;
    while at < 64 {
        let symbol = bits.symbol(codes)?;
        let (run, length) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if length > 0 {
            bits.number(length)?;
        } else if run < 15 {
            break;
        }
        at += run + 1;
    }
    if at > 64 { Err(too_long()) } else { Ok(()) }
}

/// G.1.2.2: a band for the first time.
fn check_band(
    bits: &mut Bits<'_>,
    codes: &Codes,
    (first, last): (u32, u32),
    nonzero: &mut u64,
    end_of_band: &mut u32,
) -> Result<(), DecodeError> {
    if *end_of_band > 0 {
        *end_of_band -= 1;
        return Ok(());
    }
    let mut at = first;
    while at <= last {
        let symbol = bits.symbol(codes)?;
        let (run, length) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if length == 0 && run < 15 {
            *end_of_band = (1 << run) - 1 + bits.number(run)?;
            return Ok(());
        }
        at += run;
        if at > last {
            return Err(too_long());
        }
        if length > 0 {
            bits.number(length)?;
            *nonzero |= 1 << at;
        }
        at += 1;
    }
    Ok(())
}

/// G.1.2.3: one more bit for what is known not to be 0, and new coefficients between.
fn check_refinement(
    bits: &mut Bits<'_>,
    codes: &Codes,
    (first, last): (u32, u32),
    nonzero: &mut u64,
    end_of_band: &mut u32,
) -> Result<(), DecodeError> {
    let mut at = first;
    while at <= last && *end_of_band == 0 {
        let symbol = bits.symbol(codes)?;
        let (run, length) = (u32::from(symbol >> 4), symbol & 15);
        match length {
            0 if run < 15 => {
                *end_of_band = (1 << run) + bits.number(run)?;
                break;
            }
            0 => {}
            1 => bits.number(1).map(drop)?,
            _ => return Err(damaged("a refinement by more than one bit")),
        }
        at = pass_zeros(bits, (at, last), run, *nonzero)?;
        if length == 1 && at <= last {
            *nonzero |= 1 << at;
        }
        at += 1;
    }
    if *end_of_band > 0 {
        pass_zeros(bits, (at, last), u32::MAX, *nonzero)?;
        *end_of_band -= 1;
    }
    Ok(())
}

/// Passes `zeros` zero coefficients, refining all others on the way; stops at the zero after them.
fn pass_zeros(
    bits: &mut Bits<'_>,
    (from, last): (u32, u32),
    mut zeros: u32,
    nonzero: u64,
) -> Result<u32, DecodeError> {
    let mut at = from;
    while at <= last {
        if nonzero >> at & 1 == 1 {
            bits.number(1)?;
        } else if zeros == 0 {
            break;
        } else {
            zeros -= 1;
        }
        at += 1;
    }
    Ok(at)
}

fn too_long() -> DecodeError {
    damaged("a block of more than 64 coefficients")
}
