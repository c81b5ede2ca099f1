//! A sequential JPEG with one scan, kept as its own bits: parsed once, addressable per MCU.

use super::JpegError;
use super::bits::{Entropy, window};
use super::dct::ZIGZAG;
use super::headers::Headers;
use super::huffman::{Decoder, Frequencies, Table};
use super::layout::{COMPONENTS, Layout};
use super::token::Token;

/// The four lowest coefficients of a block, quantised: (0,0), (0,1), (1,0), (1,1), rows first.
pub(super) type Low = [i16; 4];

/// Called with (component, block x, block y, quantised coefficients in natural order).
pub(super) type BlockVisitor<'a> = &'a mut dyn FnMut(usize, u32, u32, &[i16; 64]);

/// Largest magnitude of a quantised DC coefficient that is taken for real: twice what 8-bit
/// samples and a step of 1 can give.
const DC_LIMIT: i32 = 2047;

/// The parsed scan.
pub(super) struct Sequential {
    entropy: Entropy,
    restart_interval: usize,
    /// First bit of each MCU.
    starts: Vec<u32>,
    /// Bit behind the last MCU of each restart segment.
    segment_ends: Vec<u32>,
    dc: Vec<Decoder>,
    ac: Vec<Decoder>,
    /// The tables of each component as the file lists them: (DC, AC).
    pub tables: Vec<(Table, Table)>,
    /// Per component, block by block.
    pub low: Vec<Vec<Low>>,
    /// How often each symbol occurs, per component: DC, AC.
    pub frequencies: Vec<(Frequencies, Frequencies)>,
}

/// A place in the bits and what the window shows of it.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    window: u64,
    valid: u32,
}

impl<'a> Cursor<'a> {
    fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, window: window(bytes, at), valid: 57 }
    }

    /// Makes sure that the window holds one whole symbol: 16 bits of code and 15 of value.
    #[inline(always)]
    fn refill(&mut self) {
        if self.valid < 31 {
            self.window = window(self.bytes, self.at);
            self.valid = 57;
        }
    }

    #[inline(always)]
    fn skip(&mut self, bits: u32) {
        self.at += bits as usize;
        self.window <<= bits;
        self.valid -= bits;
    }

    /// The next symbol, its bits passed; the window then starts with its value bits.
    #[inline(always)]
    fn symbol(&mut self, decoder: &Decoder) -> Result<u8, JpegError> {
        self.refill();
        let (symbol, length) = decoder.symbol(self.window);
        if length == 0 {
            return Err(bad_code());
        }
        self.skip(length);
        Ok(symbol)
    }

    /// The next `size` bits, at most 15, as they stand.
    #[inline(always)]
    fn bits(&mut self, size: u32) -> u16 {
        let bits = (self.window >> 1 >> (63 - size)) as u16;
        self.skip(size);
        bits
    }
}

#[cold]
fn bad_code() -> JpegError {
    JpegError::Damaged("bits that are no Huffman code".into())
}

/// T.81, figure F.12: value bits to a signed number.
#[inline(always)]
pub(super) fn extend(bits: u16, size: u32) -> i32 {
    let value = i32::from(bits);
    if size > 0 && value < 1 << (size - 1) { value - (1 << size) + 1 } else { value }
}

impl Sequential {
    /// Parses the only scan.
    ///
    /// # Errors
    /// `Damaged` if the data end early or hold what no encoder writes.
    pub fn parse(headers: &mut Headers, layout: &Layout) -> Result<Self, JpegError> {
        let scan = headers.scans.swap_remove(0);
        let mut tables = Vec::new();
        for (_, dc, ac) in &scan.components {
            let (Some(dc), Some(ac)) = (dc, ac) else {
                return Err(JpegError::Damaged("a Huffman table is missing".into()));
            };
            tables.push((Table::clone(dc), Table::clone(ac)));
        }
        // Every block takes at least two bits: a size that its data cannot fill is a bomb.
        let blocks: usize = layout.planes.iter().map(|plane| plane.blocks()).sum();
        if scan.entropy.length * 8 < blocks * 2 {
            return Err(truncated());
        }
        if scan.entropy.length >= (u32::MAX / 8) as usize {
            return Err(JpegError::Unsupported("more than 512 MiB of picture data".into()));
        }
        let mut parsed = Self {
            entropy: scan.entropy,
            restart_interval: scan.restart_interval,
            starts: Vec::with_capacity(layout.mcus()),
            segment_ends: Vec::new(),
            dc: tables.iter().map(|(dc, _)| Decoder::new(dc)).collect::<Result<_, _>>()?,
            ac: tables.iter().map(|(_, ac)| Decoder::new(ac)).collect::<Result<_, _>>()?,
            low: layout.planes.iter().map(|plane| vec![[0; 4]; plane.blocks()]).collect(),
            frequencies: vec![<(Frequencies, Frequencies)>::default(); tables.len()],
            tables,
        };
        parsed.skim(layout)?;
        Ok(parsed)
    }

    /// Walks all MCUs once and notes where each starts, its lowest coefficients and its symbols.
    fn skim(&mut self, layout: &Layout) -> Result<(), JpegError> {
        let segment_length = if self.restart_interval == 0 { layout.mcus() } else { self.restart_interval };
        let mut low = std::mem::take(&mut self.low);
        let mut frequencies = std::mem::take(&mut self.frequencies);
        let mut first = 0;
        let mut segment = 0;
        while first < layout.mcus() {
            let mcus = first..(first + segment_length).min(layout.mcus());
            let Some(&start) = self.entropy.segments.get(segment) else { return Err(truncated()) };
            let end = self.entropy.segments.get(segment + 1).copied().unwrap_or(self.entropy.length) * 8;
            let mut cursor = Cursor::new(&self.entropy.bytes, start * 8);
            let mut predictions = [0i32; COMPONENTS];
            for mcu in mcus.clone() {
                self.starts.push(cursor.at as u32);
                for (component, x, y) in layout.blocks_of(mcu) {
                    let (dc_count, ac_count) = &mut frequencies[component];
                    let block = &mut low[component][layout.planes[component].index(x, y)];
                    let (dc, ac) = (&self.dc[component], &self.ac[component]);
                    skim_dc(&mut cursor, dc, &mut predictions[component], dc_count)?;
                    block[0] = predictions[component] as i16;
                    skim_ac(&mut cursor, ac, block, ac_count)?;
                }
                if cursor.at > end {
                    return Err(truncated());
                }
            }
            self.segment_ends.push(cursor.at as u32);
            first = mcus.end;
            segment += 1;
        }
        self.low = low;
        self.frequencies = frequencies;
        Ok(())
    }

    /// The bits of the MCUs `first..end`, which must lie in one restart segment.
    pub fn bits_of(&self, first: usize, end: usize) -> (usize, usize) {
        let last = end - 1;
        let next_starts_segment = self.restart_interval > 0 && end.is_multiple_of(self.restart_interval);
        let stop = match self.starts.get(end) {
            Some(&start) if !next_starts_segment => start,
            _ => self.segment_ends[last.checked_div(self.restart_interval).unwrap_or(0)],
        };
        (self.starts[first] as usize, stop as usize)
    }

    /// The unstuffed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.entropy.bytes
    }

    /// Whether a restart marker stands before this MCU.
    pub fn starts_segment(&self, mcu: usize) -> bool {
        mcu > 0 && self.restart_interval > 0 && mcu.is_multiple_of(self.restart_interval)
    }

    /// The decoders of a component: DC, AC.
    pub fn decoders(&self, component: usize) -> (&Decoder, &Decoder) {
        (&self.dc[component], &self.ac[component])
    }

    /// The symbols of one MCU as the file codes them.
    ///
    /// The MCU has been skimmed without error, so no error can occur.
    pub fn tokens_of(&self, mcu: usize, layout: &Layout) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut cursor = Cursor::new(&self.entropy.bytes, self.starts[mcu] as usize);
        for (component, ..) in layout.blocks_of(mcu) {
            let _ = tokens_of_block(&mut cursor, component, self.decoders(component), &mut tokens);
        }
        tokens
    }

    /// Calls `visit(component, block x, block y, coefficients)` for all blocks of the MCUs
    /// `first..end`. Coefficients are quantised, in natural order.
    pub fn visit(
        &self,
        first: usize,
        end: usize,
        layout: &Layout,
        low: &[Vec<Low>],
        visit: BlockVisitor<'_>,
    ) {
        let mut cursor = Cursor::new(&self.entropy.bytes, self.starts[first] as usize);
        for mcu in first..end {
            if self.starts_segment(mcu) {
                cursor = Cursor::new(&self.entropy.bytes, self.starts[mcu] as usize);
            }
            for (component, x, y) in layout.blocks_of(mcu) {
                let mut block = [0i16; 64];
                let index = layout.planes[component].index(x, y);
                // Skimmed without error before, so this cannot fail.
                let _ = read_block(&mut cursor, self.decoders(component), &mut block);
                block[0] = low[component][index][0];
                visit(component, x, y, &block);
            }
        }
    }
}

fn truncated() -> JpegError {
    JpegError::Damaged("the picture data end early".into())
}

#[inline(always)]
fn skim_dc(
    cursor: &mut Cursor<'_>,
    decoder: &Decoder,
    prediction: &mut i32,
    count: &mut Frequencies,
) -> Result<(), JpegError> {
    let size = cursor.symbol(decoder)?;
    if size > 12 {
        return Err(bad_code());
    }
    count.0[usize::from(size)] += 1;
    *prediction += extend(cursor.bits(size.into()), size.into());
    if prediction.abs() > DC_LIMIT {
        return Err(JpegError::Damaged("a brightness beyond 8 bits".into()));
    }
    Ok(())
}

/// Passes the AC symbols of a block and keeps the values at zigzag positions 1, 2 and 4.
#[inline(always)]
fn skim_ac(
    cursor: &mut Cursor<'_>,
    decoder: &Decoder,
    low: &mut Low,
    count: &mut Frequencies,
) -> Result<(), JpegError> {
    let mut k = 1;
    while k < 64 {
        let symbol = cursor.symbol(decoder)?;
        count.0[usize::from(symbol)] += 1;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 {
            match run {
                15 => k += 16,
                0 => break,
                _ => return Err(bad_code()),
            }
            continue;
        }
        k += run;
        if k > 63 {
            return Err(bad_code());
        }
        if k <= 4 {
            let value = extend(cursor.bits(size), size) as i16;
            match k {
                1 => low[1] = value,
                2 => low[2] = value,
                4 => low[3] = value,
                _ => {}
            }
        } else {
            cursor.skip(size);
        }
        k += 1;
    }
    Ok(())
}

/// Reads one block; the DC difference lands in `block[0]`.
fn read_block(
    cursor: &mut Cursor<'_>,
    (dc, ac): (&Decoder, &Decoder),
    block: &mut [i16; 64],
) -> Result<(), JpegError> {
    let size = u32::from(cursor.symbol(dc)?.min(15));
    block[0] = extend(cursor.bits(size), size) as i16;
    let mut k = 1;
    while k < 64 {
        let symbol = cursor.symbol(ac)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 {
            match run {
                15 => k += 16,
                _ => break,
            }
            continue;
        }
        k += run;
        let Some(&natural) = ZIGZAG.get(k) else { return Err(bad_code()) };
        block[usize::from(natural)] = extend(cursor.bits(size), size) as i16;
        k += 1;
    }
    Ok(())
}

fn tokens_of_block(
    cursor: &mut Cursor<'_>,
    component: usize,
    (dc, ac): (&Decoder, &Decoder),
    tokens: &mut Vec<Token>,
) -> Result<(), JpegError> {
    let size = cursor.symbol(dc)?.min(15);
    tokens.push(Token::dc(component, size, cursor.bits(size.into())));
    let mut k = 1;
    while k < 64 {
        let symbol = cursor.symbol(ac)?;
        let size = u32::from(symbol & 15);
        tokens.push(Token::ac(component, symbol, cursor.bits(size)));
        match symbol {
            0 => break,
            0xF0 => k += 16,
            _ => k += usize::from(symbol >> 4) + 1,
        }
    }
    Ok(())
}

/// Passes one block and hands each symbol with its value bits to `each(is AC, symbol, bits)`.
#[inline(always)]
pub(super) fn walk_bits(
    bytes: &[u8],
    from: usize,
    blocks: impl Iterator<Item = usize>,
    decoders: &[(&Decoder, &Decoder)],
    each: &mut impl FnMut(usize, bool, u8, u16),
) {
    let mut cursor = Cursor::new(bytes, from);
    for component in blocks {
        let (dc, ac) = decoders[component];
        let Ok(size) = cursor.symbol(dc) else { return };
        let bits = cursor.bits(size.min(15).into());
        each(component, false, size, bits);
        let mut k = 1;
        while k < 64 {
            let Ok(symbol) = cursor.symbol(ac) else { return };
            let bits = cursor.bits(u32::from(symbol & 15));
            each(component, true, symbol, bits);
            match symbol {
                0 => break,
                0xF0 => k += 16,
                _ => k += usize::from(symbol >> 4) + 1,
            }
        }
    }
}
