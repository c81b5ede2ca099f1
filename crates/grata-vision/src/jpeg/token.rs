//! Coefficients as Huffman symbols with their value bits (T.81, F.1.2).

use super::JpegError;
use super::dct::ZIGZAG;

/// One symbol and the value bits behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// Component * 2, plus one for AC.
    table: u8,
    pub symbol: u8,
    pub bits: u16,
}

impl Token {
    pub fn dc(component: usize, size: u8, bits: u16) -> Self {
        Self { table: component as u8 * 2, symbol: size, bits }
    }

    pub fn ac(component: usize, symbol: u8, bits: u16) -> Self {
        Self { table: component as u8 * 2 + 1, symbol, bits }
    }

    pub fn component(self) -> usize {
        usize::from(self.table / 2)
    }

    pub fn is_ac(self) -> bool {
        self.table % 2 == 1
    }

    /// Number of value bits.
    pub fn length(self) -> u32 {
        if self.is_ac() { u32::from(self.symbol & 15) } else { u32::from(self.symbol) }
    }
}

/// Size category and value bits of a number (T.81, tables F.1 and F.2).
fn categorise(value: i32) -> (u8, u16) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = if value < 0 { value - 1 } else { value };
    (size as u8, (bits & ((1 << size) - 1)) as u16)
}

/// The tokens of one block.
///
/// `block`: quantised, natural order. `prediction`: DC of the component's block before.
///
/// # Errors
/// `Unsupported` where a value is beyond what a baseline table can code.
pub(super) fn tokenise(
    component: usize,
    block: &[i16; 64],
    prediction: i16,
    emit: &mut impl FnMut(Token),
) -> Result<(), JpegError> {
    let (size, bits) = categorise(i32::from(block[0]) - i32::from(prediction));
    if size > 11 {
        return Err(beyond_baseline());
    }
    emit(Token::dc(component, size, bits));
    let mut run = 0u8;
    for &natural in &ZIGZAG[1..] {
        let value = block[usize::from(natural)];
        if value == 0 {
            run += 1;
            continue;
        }
        while run > 15 {
            emit(Token::ac(component, 0xF0, 0));
            run -= 16;
        }
        let (size, bits) = categorise(value.into());
        if size > 10 {
            return Err(beyond_baseline());
        }
        emit(Token::ac(component, run << 4 | size, bits));
        run = 0;
    }
    if run > 0 {
        emit(Token::ac(component, 0, 0));
    }
    Ok(())
}

#[cold]
fn beyond_baseline() -> JpegError {
    JpegError::Unsupported("coefficients beyond 8-bit samples".into())
}

#[cfg(test)]
mod tests {
    use super::super::sequential::extend;
    use super::*;

    #[test]
    fn categories_and_bits_undo_each_other() {
        for value in -2047..=2047 {
            let (size, bits) = categorise(value);
            assert_eq!(extend(bits, size.into()), value);
        }
    }

    #[test]
    fn long_runs_and_the_last_coefficient() {
        let mut block = [0i16; 64];
        block[0] = 7;
        block[63] = -1;
        let mut tokens = Vec::new();
        tokenise(1, &block, 5, &mut |token| tokens.push(token)).unwrap();
        let expected = [
            Token::dc(1, 2, 0b10),
            Token::ac(1, 0xF0, 0),
            Token::ac(1, 0xF0, 0),
            Token::ac(1, 0xF0, 0),
            Token::ac(1, 14 << 4 | 1, 0),
        ];
        assert_eq!(tokens, expected);
    }
}
