//! All coefficients in memory: progressive files and sequential ones with several scans.

use super::JpegError;
use super::bits::window;
use super::dct::ZIGZAG;
use super::headers::{Headers, Scan};
use super::huffman::Decoder;
use super::layout::Layout;
use super::sequential::{Low, extend};

/// Quantised coefficients of every block, natural order.
pub(super) struct Stored {
    /// Per component.
    pub blocks: Vec<Vec<[i16; 64]>>,
}

impl Stored {
    /// Decodes all scans.
    ///
    /// # Errors
    /// `Damaged` if a scan ends early or breaks the rules; `Damaged` too if a component never
    /// got its DC coefficients: half a picture may hide a face.
    pub fn parse(headers: &Headers, layout: &Layout) -> Result<Self, JpegError> {
        let data: usize = headers.scans.iter().map(|scan| scan.entropy.length).sum();
        let blocks: usize = layout.planes.iter().map(|plane| plane.used.pixels() as usize).sum();
        // Even an empty progressive block takes part of a bit in its DC scan: one, at the least.
        if data * 8 < blocks {
            return Err(truncated());
        }
        let mut stored =
            Self { blocks: layout.planes.iter().map(|plane| vec![[0; 64]; plane.blocks()]).collect() };
        let mut complete = vec![[false; 64]; layout.planes.len()];
        for scan in &headers.scans {
            stored.decode_scan(scan, layout, headers.progressive)?;
            for &(component, ..) in &scan.components {
                complete[component][scan.spectrum.0..=scan.spectrum.1].fill(true);
            }
        }
        if complete.iter().any(|seen| !seen[0])
            || !headers.progressive && complete.iter().any(|seen| !seen[63])
        {
            return Err(JpegError::Damaged("a scan is missing".into()));
        }
        Ok(stored)
    }

    fn decode_scan(&mut self, scan: &Scan, layout: &Layout, progressive: bool) -> Result<(), JpegError> {
        let mut state = ScanState::new(scan)?;
        let units = scan_units(scan, layout);
        for unit in 0..units {
            if scan.restart_interval > 0 && unit > 0 && unit % scan.restart_interval == 0 {
                state.restart()?;
            }
            for (slot, component, x, y) in blocks_of_unit(scan, layout, unit) {
                let block = &mut self.blocks[component][layout.planes[component].index(x, y)];
                if progressive {
                    state.progressive_block(slot, block)?
                } else {
                    state.sequential_block(slot, block)?
                }
            }
            state.check_end()?;
        }
        Ok(())
    }

    /// The lowest coefficients of every block.
    pub fn low(&self) -> Vec<Vec<Low>> {
        let low_of = |block: &[i16; 64]| [block[0], block[1], block[8], block[9]];
        self.blocks.iter().map(|blocks| blocks.iter().map(low_of).collect()).collect()
    }
}

fn truncated() -> JpegError {
    JpegError::Damaged("the picture data end early".into())
}

fn bad_code() -> JpegError {
    JpegError::Damaged("bits that are no Huffman code".into())
}

/// MCUs of an interleaved scan, blocks of any other.
fn scan_units(scan: &Scan, layout: &Layout) -> usize {
    match scan.components[..] {
        [(component, ..)] => layout.planes[component].used.pixels() as usize,
        _ => layout.mcus(),
    }
}

/// (slot in the scan, component, block x, block y) of one unit.
fn blocks_of_unit(scan: &Scan, layout: &Layout, unit: usize) -> Vec<(usize, usize, u32, u32)> {
    if let [(component, ..)] = scan.components[..] {
        let width = layout.planes[component].used.width as usize;
        return vec![(0, component, (unit % width) as u32, (unit / width) as u32)];
    }
    let slot_of = |component| scan.components.iter().position(|&(own, ..)| own == component);
    layout
        .blocks_of(unit)
        .filter_map(|(component, x, y)| slot_of(component).map(|slot| (slot, component, x, y)))
        .collect()
}

/// Where a scan stands: position, predictions, pending end-of-band run.
struct ScanState<'a> {
    scan: &'a Scan,
    dc: Vec<Option<Decoder>>,
    ac: Vec<Option<Decoder>>,
    segment: usize,
    at: usize,
    end: usize,
    predictions: [i32; 4],
    end_of_band_run: u32,
}

impl<'a> ScanState<'a> {
    fn new(scan: &'a Scan) -> Result<Self, JpegError> {
        let ready = |table: &Option<std::sync::Arc<super::huffman::Table>>| {
            table.as_ref().map(|table| Decoder::new(table)).transpose()
        };
        let mut state = Self {
            scan,
            dc: scan.components.iter().map(|(_, dc, _)| ready(dc)).collect::<Result<_, _>>()?,
            ac: scan.components.iter().map(|(_, _, ac)| ready(ac)).collect::<Result<_, _>>()?,
            segment: 0,
            at: 0,
            end: 0,
            predictions: [0; 4],
            end_of_band_run: 0,
        };
        state.enter(0)?;
        Ok(state)
    }

    fn enter(&mut self, segment: usize) -> Result<(), JpegError> {
        let entropy = &self.scan.entropy;
        let Some(&start) = entropy.segments.get(segment) else { return Err(truncated()) };
        self.segment = segment;
        self.at = start * 8;
        self.end = entropy.segments.get(segment + 1).copied().unwrap_or(entropy.length) * 8;
        self.predictions = [0; 4];
        self.end_of_band_run = 0;
        Ok(())
    }

    fn restart(&mut self) -> Result<(), JpegError> {
        self.enter(self.segment + 1)
    }

    fn check_end(&self) -> Result<(), JpegError> {
        if self.at > self.end { Err(truncated()) } else { Ok(()) }
    }

    fn symbol(&mut self, decoder: fn(&Self) -> &[Option<Decoder>], slot: usize) -> Result<u8, JpegError> {
        let Some(decoder) = &decoder(self)[slot] else {
            return Err(JpegError::Damaged("a Huffman table is missing".into()));
        };
        let (symbol, length) = decoder.symbol(window(&self.scan.entropy.bytes, self.at));
        if length == 0 {
            return Err(bad_code());
        }
        self.at += length as usize;
        Ok(symbol)
    }

    fn bits(&mut self, length: u32) -> u16 {
        let bits = (window(&self.scan.entropy.bytes, self.at) >> 1 >> (63 - length)) as u16;
        self.at += length as usize;
        bits
    }

    fn value(&mut self, size: u32) -> i32 {
        let bits = self.bits(size);
        extend(bits, size)
    }

    fn dc_value(&mut self, slot: usize) -> Result<i32, JpegError> {
        let size = self.symbol(|state| &state.dc, slot)?;
        if size > 12 {
            return Err(bad_code());
        }
        self.predictions[slot] += self.value(size.into());
        if self.predictions[slot].abs() > 2047 {
            return Err(JpegError::Damaged("a brightness beyond 8 bits".into()));
        }
        Ok(self.predictions[slot])
    }

    fn sequential_block(&mut self, slot: usize, block: &mut [i16; 64]) -> Result<(), JpegError> {
        block[0] = self.dc_value(slot)? as i16;
        let mut k = 1;
        while k < 64 {
            let symbol = self.symbol(|state| &state.ac, slot)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (0, 0) => break,
                (15, 0) => k += 16,
                (_, 0) => return Err(bad_code()),
                _ => {
                    k += run;
                    let &natural = ZIGZAG.get(k).ok_or_else(bad_code)?;
                    block[usize::from(natural)] = self.value(size) as i16;
                    k += 1;
                }
            }
        }
        Ok(())
    }

    /// T.81, annex G: one block of a DC or AC scan, first pass or refinement.
    fn progressive_block(&mut self, slot: usize, block: &mut [i16; 64]) -> Result<(), JpegError> {
        let low = self.scan.approximation.1;
        match (self.scan.spectrum.0, self.scan.approximation.0) {
            (0, 0) => {
                let value = self.dc_value(slot)? << low;
                block[0] = i16::try_from(value).map_err(|_| bad_code())?;
                Ok(())
            }
            (0, _) => {
                block[0] |= (self.bits(1) << low) as i16;
                Ok(())
            }
            (_, 0) => self.first_ac(slot, block, low),
            _ => self.refine_ac(slot, block, low),
        }
    }

    fn first_ac(&mut self, slot: usize, block: &mut [i16; 64], low: u32) -> Result<(), JpegError> {
        if self.end_of_band_run > 0 {
            self.end_of_band_run -= 1;
            return Ok(());
        }
        let (mut k, last) = self.scan.spectrum;
        while k <= last {
            let symbol = self.symbol(|state| &state.ac, slot)?;
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 {
                if run < 15 {
                    self.end_of_band_run = (1 << run) - 1 + u32::from(self.bits(run));
                    return Ok(());
                }
                k += 16;
                continue;
            }
            k += run as usize;
            if k > last {
                return Err(bad_code());
            }
            let value = self.value(size) << low;
            block[usize::from(ZIGZAG[k])] = i16::try_from(value).map_err(|_| bad_code())?;
            k += 1;
        }
        Ok(())
    }

    fn refine_ac(&mut self, slot: usize, block: &mut [i16; 64], low: u32) -> Result<(), JpegError> {
        let (mut k, last) = self.scan.spectrum;
        let step = 1i16 << low;
        if self.end_of_band_run == 0 {
            while k <= last {
                let symbol = self.symbol(|state| &state.ac, slot)?;
                let (mut zeros, size) = (u32::from(symbol >> 4), symbol & 15);
                let mut fresh = 0;
                match size {
                    0 if zeros < 15 => {
                        self.end_of_band_run = (1 << zeros) + u32::from(self.bits(zeros));
                        break;
                    }
                    0 => {}
                    1 => fresh = if self.bits(1) == 1 { step } else { -step },
                    _ => return Err(bad_code()),
                }
                while k <= last {
                    let coefficient = &mut block[usize::from(ZIGZAG[k])];
                    if *coefficient != 0 {
                        refine(coefficient, self.at, &self.scan.entropy.bytes, step);
                        self.at += 1;
                    } else if zeros == 0 {
                        *coefficient = fresh;
                        k += 1;
                        break;
                    } else {
                        zeros -= 1;
                    }
                    k += 1;
                }
            }
        }
        if self.end_of_band_run > 0 {
            for &natural in &ZIGZAG[k..=last] {
                let coefficient = &mut block[usize::from(natural)];
                if *coefficient != 0 {
                    refine(coefficient, self.at, &self.scan.entropy.bytes, step);
                    self.at += 1;
                }
            }
            self.end_of_band_run -= 1;
        }
        Ok(())
    }
}

/// Adds one more bit to a coefficient that is already known not to be zero.
fn refine(coefficient: &mut i16, at: usize, bytes: &[u8], step: i16) {
    let is_set = window(bytes, at) >> 63 == 1;
    if is_set && *coefficient & step == 0 {
        *coefficient = coefficient.saturating_add(if *coefficient > 0 { step } else { -step });
    }
}
