//! Directories of tags as TIFF and Exif have them, little endian, written by hand.

#[derive(Clone)]
pub struct Tag(pub u16, pub Value);

#[derive(Clone)]
pub enum Value {
    Text(String),
    Bytes(Vec<u8>),
    Short(Vec<u16>),
    Long(Vec<u32>),
    /// Numerators and denominators in turn.
    Rational(Vec<u32>),
    /// Bytes that stand elsewhere: only where is said.
    Elsewhere(Vec<u8>),
    Directory(Vec<Tag>),
}

impl Value {
    fn kind(&self) -> u16 {
        match self {
            Self::Text(_) => 2,
            Self::Bytes(_) => 7,
            Self::Short(_) => 3,
            Self::Long(_) | Self::Elsewhere(_) | Self::Directory(_) => 4,
            Self::Rational(_) => 5,
        }
    }

    fn count(&self) -> u32 {
        let count = match self {
            Self::Text(text) => text.len() + 1,
            Self::Bytes(bytes) => bytes.len(),
            Self::Short(numbers) => numbers.len(),
            Self::Long(numbers) => numbers.len(),
            Self::Rational(numbers) => numbers.len() / 2,
            Self::Elsewhere(_) | Self::Directory(_) => 1,
        };
        count as u32
    }

    /// What stands at `at`, if the value stands there.
    fn bytes(&self, at: u32) -> Vec<u8> {
        match self {
            Self::Text(text) => [text.as_bytes(), &[0]].concat(),
            Self::Bytes(bytes) | Self::Elsewhere(bytes) => bytes.clone(),
            Self::Short(numbers) => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            Self::Long(numbers) | Self::Rational(numbers) => {
                numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
            }
            Self::Directory(tags) => directory(tags, at, 0),
        }
    }

    fn is_inline(&self, length: usize) -> bool {
        length <= 4 && !matches!(self, Self::Elsewhere(_) | Self::Directory(_))
    }
}

/// A directory that stands at `at`, followed by its values; `next`: where the next one stands.
pub fn directory(tags: &[Tag], at: u32, next: u32) -> Vec<u8> {
    let values_at = at + 2 + 12 * tags.len() as u32 + 4;
    let mut values: Vec<u8> = Vec::new();
    let mut bytes = (tags.len() as u16).to_le_bytes().to_vec();
    for Tag(tag, value) in tags {
        let here = values_at + values.len() as u32;
        let mut content = value.bytes(here);
        bytes.extend(tag.to_le_bytes());
        bytes.extend(value.kind().to_le_bytes());
        bytes.extend(value.count().to_le_bytes());
        if value.is_inline(content.len()) {
            content.resize(4, 0);
            bytes.extend(content);
        } else {
            bytes.extend(here.to_le_bytes());
            content.resize(content.len().next_multiple_of(2), 0);
            values.extend(content);
        }
    }
    bytes.extend(next.to_le_bytes());
    bytes.extend(values);
    bytes
}

/// Exif: a first directory of `tags`, one of the camera under it, and one of a JPEG thumbnail.
pub fn exif(mut tags: Vec<Tag>, camera: Vec<Tag>, thumbnail: Option<Vec<u8>>) -> Vec<u8> {
    if !camera.is_empty() {
        tags.push(Tag(0x8769, Value::Directory(camera)));
    }
    tags.sort_by_key(|tag| tag.0);
    let header = b"II*\0\x08\0\0\0".to_vec();
    let Some(thumbnail) = thumbnail else { return [header, directory(&tags, 8, 0)].concat() };
    let next = 8 + directory(&tags, 8, 0).len() as u32;
    let length = Value::Long(vec![thumbnail.len() as u32]);
    let second = [Tag(0x0201, Value::Elsewhere(thumbnail)), Tag(0x0202, length)];
    [header, directory(&tags, 8, next), directory(&second, next, 0)].concat()
}
