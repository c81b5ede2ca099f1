//! Protocol-buffer bytes, read and written a field at a time; unknown fields stay as they are.
//!
//! Encoding: <https://protobuf.dev/programming-guides/encoding/>. Only the wire format is known
//! here; which field means what is the caller's business.

use super::BundleError;

/// One field of a message, borrowed from its bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Field<'a> {
    pub number: u64,
    pub value: Value<'a>,
    /// The whole field, tag included, as it stood.
    pub raw: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// Four or eight bytes, which nothing here looks into.
    Fixed,
}

impl<'a> Field<'a> {
    /// The content of a length-delimited field.
    pub fn bytes(&self) -> Result<&'a [u8], BundleError> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(BundleError::Damaged("a field has the wrong type")),
        }
    }

    pub fn varint(&self) -> Result<u64, BundleError> {
        match self.value {
            Value::Varint(value) => Ok(value),
            _ => Err(BundleError::Damaged("a field has the wrong type")),
        }
    }

    pub fn text(&self) -> Result<&'a str, BundleError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| BundleError::Damaged("a name is not text"))
    }
}

/// The fields of a message, in the order of the file.
pub(crate) fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, BundleError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = read_field(self.rest);
        // After damage nothing more can be told apart.
        self.rest = read.map_or(&[], |(_, rest)| rest);
        Some(read.map(|(field, _)| field).ok_or(BundleError::Damaged("a field is cut short")))
    }
}

fn read_field(bytes: &[u8]) -> Option<(Field<'_>, &[u8])> {
    let (tag, rest) = read_varint(bytes)?;
    let (value, rest) = match tag & 7 {
        0 => read_varint(rest).map(|(value, rest)| (Value::Varint(value), rest))?,
        1 => (Value::Fixed, rest.get(8..)?),
        2 => {
            let (length, rest) = read_varint(rest)?;
            let (content, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            (Value::Bytes(content), rest)
        }
        5 => (Value::Fixed, rest.get(4..)?),
        _ => return None,
    };
    let raw = &bytes[..bytes.len() - rest.len()]; // `rest` is the end of `bytes`
    Some((Field { number: tag >> 3, value, raw }, rest))
}

/// Seven bits a byte, lowest first; ten bytes at most.
fn read_varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

pub(crate) fn put_varint(out: &mut Vec<u8>, number: u64, value: u64) {
    push_varint(out, number << 3);
    push_varint(out, value);
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u64, content: &[u8]) {
    push_varint(out, number << 3 | 2);
    push_varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// `onnx.TensorProto.DataType`: 32-bit floats.
pub(crate) const FLOAT: u64 = 1;

/// An end of an ONNX graph (`onnx.ValueInfoProto`): floats of this shape. `batch`: before it, an axis of any
/// extent.
pub(crate) fn port(name: &str, batch: bool, extents: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut shape = Vec::new();
    if batch {
        let mut dimension = Vec::new();
        put_bytes(&mut dimension, 2, b"batch");
        put_bytes(&mut shape, 1, &dimension);
    }
    for extent in extents {
        let mut dimension = Vec::new();
        put_varint(&mut dimension, 1, extent);
        put_bytes(&mut shape, 1, &dimension);
    }
    let mut tensor = Vec::new();
    put_varint(&mut tensor, 1, FLOAT);
    put_bytes(&mut tensor, 2, &shape);
    let mut kind = Vec::new();
    put_bytes(&mut kind, 1, &tensor);
    let mut port = Vec::new();
    put_bytes(&mut port, 1, name.as_bytes());
    put_bytes(&mut port, 2, &kind);
    port
}

/// The file around a graph (`onnx.ModelProto`). `format`: version of the format; `operators`: of the
/// operators.
pub(crate) fn model(graph: &[u8], format: u64, operators: u64) -> Vec<u8> {
    let mut model = Vec::with_capacity(graph.len() + 64);
    put_varint(&mut model, 1, format);
    put_bytes(&mut model, 2, b"grata");
    put_bytes(&mut model, 7, graph);
    let mut version = Vec::new();
    put_bytes(&mut version, 1, b"");
    put_varint(&mut version, 2, operators);
    put_bytes(&mut model, 8, &version);
    model
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut message = Vec::new();
            put_varint(&mut message, 5, value);
            put_bytes(&mut message, 2000, b"name");
            let read: Vec<_> = fields(&message).map(Result::unwrap).collect();
            assert_eq!((read[0].number, read[0].varint().unwrap()), (5, value));
            assert_eq!((read[1].number, read[1].text().unwrap()), (2000, "name"));
            assert_eq!([read[0].raw, read[1].raw].concat(), message);
        }
    }

    #[test]
    fn damage_is_an_error_once_and_the_end() {
        let cases: [&[u8]; 6] = [
            &[0x08],
            &[0x12, 5, 1],
            &[0x09, 1, 2],
            &[0x0b],
            &[0xff; 11],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff],
        ];
        for damaged in cases {
            let read: Vec<_> = fields(damaged).collect();
            assert!(read.len() == 1 && read[0].is_err(), "{damaged:x?}");
        }
    }
}
