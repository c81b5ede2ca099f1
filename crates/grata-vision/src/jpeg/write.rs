//! A JPEG file from coefficients: one baseline scan, every marker and table of our own making.

use std::collections::BTreeMap;

use super::bits::BitWriter;
use super::dct::ZIGZAG;
use super::headers::Headers;
use super::hide::Replacement;
use super::huffman::{Encoder, Frequencies, Table, standard_ac, standard_dc};
use super::layout::{COMPONENTS, Layout};
use super::sequential::{Sequential, walk_bits};
use super::stored::Stored;
use super::token::{Token, tokenise};
use super::{Blocks, CoefficientPhoto, JpegError};
use crate::metadata::minimal_exif;

/// Bytes in a marker segment besides the payload's length field, at most.
const SEGMENT_LIMIT: usize = 65_533;

/// The Huffman tables of the output: at most two of each class.
struct OutputTables {
    dc: Vec<Table>,
    ac: Vec<Table>,
    /// Per component: which DC and which AC table.
    choice: Vec<(usize, usize)>,
}

impl OutputTables {
    fn encoders(&self) -> Vec<(Encoder, Encoder)> {
        self.choice.iter().map(|&(dc, ac)| (Encoder::new(&self.dc[dc]), Encoder::new(&self.ac[ac]))).collect()
    }

    /// The typical tables of the standard, if the source uses nothing else: they depend on no
    /// picture, so bits coded with them may be copied.
    fn standard(source: &[(Table, Table)]) -> Option<Self> {
        let (dc, ac) = (standard_dc(), standard_ac());
        let choice = source
            .iter()
            .map(|(own_dc, own_ac)| {
                Some((
                    dc.iter().position(|table| table == own_dc)?,
                    ac.iter().position(|table| table == own_ac)?,
                ))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self { dc: dc.to_vec(), ac: ac.to_vec(), choice })
    }

    /// The best tables for the symbols of the output: one for the first component, one for the
    /// others.
    fn optimal(frequencies: &[(Frequencies, Frequencies)]) -> Self {
        let mut groups = vec![<(Frequencies, Frequencies)>::default(); frequencies.len().min(2)];
        for (component, (dc, ac)) in frequencies.iter().enumerate() {
            let group = &mut groups[component.min(1)];
            for symbol in 0..256 {
                group.0.0[symbol] += dc.0[symbol];
                group.1.0[symbol] += ac.0[symbol];
            }
        }
        Self {
            dc: groups.iter().map(|(dc, _)| dc.optimal_table()).collect(),
            ac: groups.iter().map(|(_, ac)| ac.optimal_table()).collect(),
            choice: (0..frequencies.len()).map(|component| (component.min(1), component.min(1))).collect(),
        }
    }
}

impl CoefficientPhoto {
    /// The file with the replaced MCUs.
    ///
    /// # Errors
    /// `Unsupported` if a coefficient of the source cannot be coded in a baseline scan.
    pub(super) fn write(&self, replacement: &Replacement) -> Result<Vec<u8>, JpegError> {
        match &self.blocks {
            Blocks::Sequential(sequential) => self.write_sequential(sequential, replacement),
            Blocks::Stored(stored) => self.write_stored(stored, replacement),
        }
    }

    fn write_stored(&self, stored: &Stored, replacement: &Replacement) -> Result<Vec<u8>, JpegError> {
        let mut frequencies = vec![<(Frequencies, Frequencies)>::default(); self.layout.planes.len()];
        self.stored_tokens(stored, replacement, &mut |token| count(&mut frequencies, token, 1))?;
        let tables = OutputTables::optimal(&frequencies);
        let encoders = tables.encoders();
        let mut writer = BitWriter::new(self.head(&tables));
        self.stored_tokens(stored, replacement, &mut |token| put(&mut writer, &encoders, token))?;
        Ok(with_end(writer))
    }

    fn stored_tokens(
        &self,
        stored: &Stored,
        replacement: &Replacement,
        emit: &mut impl FnMut(Token),
    ) -> Result<(), JpegError> {
        let mut predictions = [0i16; COMPONENTS];
        for mcu in 0..self.layout.mcus() {
            let replaced = replacement.get(&mcu);
            for (at, (component, x, y)) in self.layout.blocks_of(mcu).enumerate() {
                let own = &stored.blocks[component][self.layout.planes[component].index(x, y)];
                let block = replaced.map_or(own, |blocks| &blocks[at]);
                tokenise(component, block, predictions[component], emit)?;
                predictions[component] = block[0];
            }
        }
        Ok(())
    }

    fn write_sequential(&self, source: &Sequential, replacement: &Replacement) -> Result<Vec<u8>, JpegError> {
        let recoded = self.recode(source, replacement)?;
        match OutputTables::standard(&source.tables) {
            Some(tables) => Ok(self.splice(source, &recoded, &tables, true)),
            None => {
                let mut frequencies = source.frequencies.clone();
                for (&mcu, tokens) in &recoded {
                    source
                        .tokens_of(mcu, &self.layout)
                        .into_iter()
                        .for_each(|token| count(&mut frequencies, token, -1));
                    tokens.iter().for_each(|&token| count(&mut frequencies, token, 1));
                }
                Ok(self.splice(source, &recoded, &OutputTables::optimal(&frequencies), false))
            }
        }
    }

    /// The tokens of every MCU whose bits cannot stay: the replaced ones, those right behind them
    /// and behind restart markers, whose DC differences change.
    fn recode(
        &self,
        source: &Sequential,
        replacement: &Replacement,
    ) -> Result<BTreeMap<usize, Vec<Token>>, JpegError> {
        let mut recoded = BTreeMap::new();
        for mcu in 0..self.layout.mcus() {
            let follows_replaced = mcu > 0 && replacement.contains_key(&(mcu - 1));
            let replaced = replacement.get(&mcu);
            if replaced.is_none() && !follows_replaced && !source.starts_segment(mcu) {
                continue;
            }
            let mut predictions = self.predictions_before(mcu, replacement);
            let mut tokens = Vec::new();
            let mut encode = |component: usize, block: &[i16; 64]| {
                let prediction = std::mem::replace(&mut predictions[component], block[0]);
                tokenise(component, block, prediction, &mut |token| tokens.push(token))
            };
            match replaced {
                Some(blocks) => {
                    for ((component, ..), block) in self.layout.blocks_of(mcu).zip(blocks) {
                        encode(component, block)?;
                    }
                }
                None => {
                    let mut result = Ok(());
                    source.visit(mcu, mcu + 1, &self.layout, &self.low, &mut |component, _, _, block| {
                        if result.is_ok() {
                            result = encode(component, block);
                        }
                    });
                    result?;
                }
            }
            recoded.insert(mcu, tokens);
        }
        Ok(recoded)
    }

    /// DC of each component's last block before an MCU of the output.
    fn predictions_before(&self, mcu: usize, replacement: &Replacement) -> [i16; COMPONENTS] {
        let mut predictions = [0; COMPONENTS];
        let Some(before) = mcu.checked_sub(1) else { return predictions };
        let replaced = replacement.get(&before);
        for (at, (component, x, y)) in self.layout.blocks_of(before).enumerate() {
            predictions[component] = match replaced {
                Some(blocks) => blocks[at][0],
                None => self.low[component][self.layout.planes[component].index(x, y)][0],
            };
        }
        predictions
    }

    /// Joins copied and recoded MCUs. `same_tables`: the source's bits can be copied as they are.
    fn splice(
        &self,
        source: &Sequential,
        recoded: &BTreeMap<usize, Vec<Token>>,
        tables: &OutputTables,
        same_tables: bool,
    ) -> Vec<u8> {
        let encoders = tables.encoders();
        let decoders: Vec<_> =
            (0..self.layout.planes.len()).map(|component| source.decoders(component)).collect();
        let pattern: Vec<usize> = self.layout.blocks_of(0).map(|(component, ..)| component).collect();
        let mut out = self.head(tables);
        out.reserve(source.bytes().len() + source.bytes().len() / 64);
        let mut writer = BitWriter::new(out);
        let copy = |writer: &mut BitWriter, first: usize, end: usize| {
            if first == end {
                return;
            }
            let (from, to) = source.bits_of(first, end);
            if same_tables {
                writer.copy(source.bytes(), from, to);
            } else {
                let blocks = (first..end).flat_map(|_| pattern.iter().copied());
                walk_bits(source.bytes(), from, blocks, &decoders, &mut |component, is_ac, symbol, bits| {
                    let (dc, ac) = &encoders[component];
                    let (code, length) = if is_ac { ac.code(symbol) } else { dc.code(symbol) };
                    let extra = u32::from(if is_ac { symbol & 15 } else { symbol });
                    writer.put(code << extra | u32::from(bits), length + extra);
                });
            }
        };
        let mut first = 0;
        for (&mcu, tokens) in recoded {
            copy(&mut writer, first, mcu);
            tokens.iter().for_each(|&token| put(&mut writer, &encoders, token));
            first = mcu + 1;
        }
        copy(&mut writer, first, self.layout.mcus());
        with_end(writer)
    }

    /// All markers before the entropy-coded data.
    fn head(&self, tables: &OutputTables) -> Vec<u8> {
        let mut out = vec![0xFF, 0xD8];
        if self.is_rgb {
            // Adobe APP14: version 100, no flags, transform 0 (the components are RGB).
            segment(&mut out, 0xEE, b"Adobe\0\x64\0\0\0\0\0");
        } else {
            // JFIF 1.02, square pixels, no thumbnail.
            segment(&mut out, 0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
        }
        if self.orientation != Default::default() {
            out.extend_from_slice(&minimal_exif(self.orientation));
        }
        if let Some(icc) = self.profile.and_then(|profile| profile.icc_bytes()) {
            // Our own profiles are small: one part.
            let mut payload = b"ICC_PROFILE\0\x01\x01".to_vec();
            payload.extend_from_slice(&icc[..icc.len().min(SEGMENT_LIMIT - payload.len())]);
            segment(&mut out, 0xE2, &payload);
        }
        let numbers = quantisation(&mut out, &self.layout);
        frame(&mut out, &self.layout, &numbers);
        for (class, list) in [(0u8, &tables.dc), (0x10, &tables.ac)] {
            for (number, table) in list.iter().enumerate() {
                let mut payload = vec![class | number as u8];
                payload.extend_from_slice(&table.counts);
                payload.extend_from_slice(&table.symbols);
                segment(&mut out, 0xC4, &payload);
            }
        }
        let mut payload = vec![tables.choice.len() as u8];
        for (component, &(dc, ac)) in tables.choice.iter().enumerate() {
            payload.extend([component as u8 + 1, (dc << 4 | ac) as u8]);
        }
        payload.extend([0, 63, 0]);
        segment(&mut out, 0xDA, &payload);
        out
    }
}

/// Whether the source's bits could be copied unchanged; for reports and benchmarks.
pub(super) fn uses_standard_tables(headers: &Headers) -> bool {
    let tables: Option<Vec<_>> = headers.scans[0]
        .components
        .iter()
        .map(|(_, dc, ac)| Some((Table::clone(dc.as_ref()?), Table::clone(ac.as_ref()?))))
        .collect();
    tables.is_some_and(|tables| OutputTables::standard(&tables).is_some())
}

fn count(frequencies: &mut [(Frequencies, Frequencies)], token: Token, by: i64) {
    let (dc, ac) = &mut frequencies[token.component()];
    let counted = &mut if token.is_ac() { ac } else { dc }.0[usize::from(token.symbol)];
    *counted = counted.saturating_add_signed(by);
}

#[inline(always)]
fn put(writer: &mut BitWriter, encoders: &[(Encoder, Encoder)], token: Token) {
    let (dc, ac) = &encoders[token.component()];
    let (code, length) = if token.is_ac() { ac.code(token.symbol) } else { dc.code(token.symbol) };
    writer.put(code << token.length() | u32::from(token.bits), length + token.length());
}

fn with_end(writer: BitWriter) -> Vec<u8> {
    let mut out = writer.finish();
    out.extend([0xFF, 0xD9]);
    out
}

fn segment(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(payload);
}

/// Writes each distinct quantisation table once; returns the number of each component's.
fn quantisation(out: &mut Vec<u8>, layout: &Layout) -> Vec<u8> {
    let mut written: Vec<[u16; 64]> = Vec::new();
    let mut numbers = Vec::new();
    for plane in &layout.planes {
        let known = written.iter().position(|table| *table == plane.steps);
        let number = known.unwrap_or_else(|| {
            let wide = plane.steps.iter().any(|&step| step > 255);
            let mut payload = vec![u8::from(wide) << 4 | written.len() as u8];
            for &natural in &ZIGZAG {
                let step = plane.steps[usize::from(natural)];
                if wide { payload.extend(step.to_be_bytes()) } else { payload.push(step as u8) }
            }
            segment(out, 0xDB, &payload);
            written.push(plane.steps);
            written.len() - 1
        });
        numbers.push(number as u8);
    }
    numbers
}

fn frame(out: &mut Vec<u8>, layout: &Layout, numbers: &[u8]) {
    // 16-bit quantisation tables need the extended process (T.81, B.2.4.1).
    let wide = layout.planes.iter().any(|plane| plane.steps.iter().any(|&step| step > 255));
    let mut payload = vec![8];
    payload.extend((layout.size.height as u16).to_be_bytes());
    payload.extend((layout.size.width as u16).to_be_bytes());
    payload.push(layout.planes.len() as u8);
    for (component, (plane, number)) in layout.planes.iter().zip(numbers).enumerate() {
        payload.extend([component as u8 + 1, (plane.across << 4 | plane.down) as u8, *number]);
    }
    segment(out, if wide { 0xC1 } else { 0xC0 }, &payload);
}
