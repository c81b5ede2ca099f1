//! What a HEIF file says of its main picture: whether it comes first, and its colours.
//!
//! Reads the boxes of `meta` only (ISO/IEC 14496-12, 8.11; 23008-12, 6.4 and 9.3). Where the file
//! makes no sense, nothing is said.

/// What a converter does not tell of the main picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MainPicture {
    /// Whether it has the smallest number of all pictures that stand on their own. Converters write
    /// them in that order.
    pub is_first: bool,
    /// Whether there are others.
    pub is_one_of_several: bool,
    /// Code points of its colours: primaries and transfer (ITU-T H.273).
    pub code_points: Option<(u8, u8)>,
}

type Kind = [u8; 4];

/// Looks at the `meta` box of a whole file. `None` if it names no main picture.
pub(super) fn main_picture(heif: &[u8]) -> Option<MainPicture> {
    let meta = find(heif, b"meta")?.get(4..)?;
    let main = number_of_main_item(find(meta, b"pitm")?)?;
    let dependent = dependent_items(meta);
    let mut alone = shown_items(find(meta, b"iinf")?)?;
    alone.retain(|item| !dependent.contains(item));
    Some(MainPicture {
        is_first: alone.iter().min() == Some(&main),
        is_one_of_several: alone.len() > 1,
        code_points: find(meta, b"iprp").and_then(|properties| code_points(properties, main)),
    })
}

/// The boxes one after the other, as kind and content; ends at the first that makes no sense.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = (Kind, &[u8])> {
    std::iter::from_fn(move || {
        let (length, kind) = (u32_at(bytes, 0)?, *bytes.get(4..)?.first_chunk()?);
        let (start, end) = match length {
            0 => (8, bytes.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(*bytes.get(8..)?.first_chunk()?)).ok()?),
            length => (8, length as usize),
        };
        let content = bytes.get(start..end)?;
        bytes = &bytes[end..];
        Some((kind, content))
    })
}

fn find<'a>(bytes: &'a [u8], wanted: &Kind) -> Option<&'a [u8]> {
    boxes(bytes).find(|(kind, _)| kind == wanted).map(|(_, content)| content)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A number of two or four bytes, and how many they are.
fn item_at(bytes: &[u8], at: usize, long: bool) -> Option<(u32, usize)> {
    if long { Some((u32_at(bytes, at)?, 4)) } else { Some((u16_at(bytes, at)?.into(), 2)) }
}

fn number_of_main_item(pitm: &[u8]) -> Option<u32> {
    Some(item_at(pitm, 4, *pitm.first()? > 0)?.0)
}

/// Numbers of all pictures that are not hidden.
fn shown_items(iinf: &[u8]) -> Option<Vec<u32>> {
    let entries = if *iinf.first()? == 0 { iinf.get(6..)? } else { iinf.get(8..)? };
    let is_picture = |kind: &[u8]| !matches!(kind, b"Exif" | b"mime" | b"uri ");
    let shown = boxes(entries).filter(|(kind, _)| kind == b"infe").filter_map(|(_, entry)| {
        let version = *entry.first()?;
        let hidden = entry.get(3)? & 1 == 1;
        let (item, length) = item_at(entry, 4, version > 2)?;
        let kind = entry.get(4 + length + 2..)?.get(..4)?;
        (version >= 2 && !hidden && is_picture(kind)).then_some(item)
    });
    Some(shown.collect())
}

/// Thumbnails, and what belongs to another picture, such as alpha and depth.
fn dependent_items(meta: &[u8]) -> Vec<u32> {
    let Some(iref) = find(meta, b"iref") else { return Vec::new() };
    let long = iref.first().is_some_and(|version| *version > 0);
    boxes(iref.get(4..).unwrap_or_default())
        .filter(|(kind, _)| matches!(kind, b"thmb" | b"auxl"))
        .filter_map(|(_, reference)| Some(item_at(reference, 0, long)?.0))
        .collect()
}

/// Of the `colr` box of kind `nclx` among the properties of `item`.
fn code_points(iprp: &[u8], item: u32) -> Option<(u8, u8)> {
    let properties: Vec<_> = boxes(find(iprp, b"ipco")?).collect();
    let associations = boxes(iprp).filter(|(kind, _)| kind == b"ipma");
    let numbers = associations.filter_map(|(_, ipma)| properties_of(ipma, item)).flatten();
    let mut colours = numbers.filter_map(|number| {
        let (kind, colours) = properties.get(number.checked_sub(1)?)?;
        let stated = *kind == *b"colr" && colours.starts_with(b"nclx");
        let point = |at| u8::try_from(u16_at(colours, at)?).ok();
        if stated { Some((point(4)?, point(6)?)) } else { None }
    });
    colours.next()
}

/// Numbers of the properties of `item`, counted from 1.
fn properties_of(ipma: &[u8], item: u32) -> Option<Vec<usize>> {
    let (long_items, long_numbers) = (*ipma.first()? > 0, ipma.get(3)? & 1 == 1);
    let mut at = 8;
    for _ in 0..u32_at(ipma, 4)? {
        let (owner, length) = item_at(ipma, at, long_items)?;
        at += length;
        let count = usize::from(*ipma.get(at)?);
        let each = 1 + usize::from(long_numbers);
        let numbers = ipma.get(at + 1..at + 1 + count * each)?;
        if owner == item {
            // The topmost bit says whether the property is essential.
            let number = |bytes: &[u8]| match *bytes {
                [high, low] => usize::from(high & 0x7F) << 8 | usize::from(low),
                [low] => usize::from(low & 0x7F),
                _ => 0,
            };
            return Some(numbers.chunks_exact(each).map(number).collect());
        }
        at += 1 + count * each;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &Kind, content: &[u8]) -> Vec<u8> {
        [&(8 + content.len() as u32).to_be_bytes(), &kind[..], content].concat()
    }

    /// A picture with its number, flags and kind.
    fn entry(item: u16, flags: u8, kind: &Kind) -> Vec<u8> {
        boxed(b"infe", &[&[2, 0, 0, flags], &item.to_be_bytes()[..], &[0, 0], kind, &[0]].concat())
    }

    /// Main picture 2 of these; its colours are the second property.
    fn heif(entries: &[Vec<u8>], references: &[u8]) -> Vec<u8> {
        let colour = |points: [u8; 4]| boxed(b"colr", &[&b"nclx"[..], &points, &[0, 6, 0x80]].concat());
        let properties = [colour([0, 9, 0, 16]), colour([0, 12, 0, 13])].concat();
        let associations = [0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 1, 0x81, 0, 2, 2, 3, 0x82];
        let iprp = [boxed(b"ipco", &properties), boxed(b"ipma", &associations)].concat();
        let count = (entries.len() as u16).to_be_bytes();
        let meta = [
            vec![0; 4],
            boxed(b"pitm", &[0, 0, 0, 0, 0, 2]),
            boxed(b"iinf", &[&[0; 4], &count[..], &entries.concat()].concat()),
            boxed(b"iprp", &iprp),
            boxed(b"iref", &[&[0; 4], references].concat()),
        ];
        [boxed(b"ftyp", b"heic\0\0\0\0mif1heic"), boxed(b"meta", &meta.concat())].concat()
    }

    #[test]
    fn the_main_picture_is_told_from_tiles_thumbnails_and_others() {
        let of = |entries: &[Vec<u8>], references: &[u8]| main_picture(&heif(entries, references)).unwrap();
        let tiles = [entry(1, 1, b"hvc1"), entry(2, 0, b"grid"), entry(3, 0, b"Exif")];
        let alone = MainPicture { is_first: true, is_one_of_several: false, code_points: Some((12, 13)) };
        assert_eq!(of(&tiles, &[]), alone);
        let thumbnail = [entry(1, 0, b"hvc1"), entry(2, 0, b"hvc1")];
        assert_eq!(of(&thumbnail, &boxed(b"thmb", &[0, 1, 0, 1, 0, 2])), alone);
        let second = of(&thumbnail, &[]);
        assert!(!second.is_first && second.is_one_of_several);
        let first = of(&[entry(3, 0, b"hvc1"), entry(2, 0, b"hvc1")], &[]);
        assert!(first.is_first && first.is_one_of_several);
    }

    #[test]
    fn sec_8_hostile_boxes_say_nothing_and_end() {
        let good = heif(&[entry(1, 0, b"hvc1"), entry(2, 0, b"hvc1")], &boxed(b"thmb", &[0, 1, 0, 1, 0, 2]));
        for length in 0..good.len() {
            main_picture(&good[..length]);
        }
        for at in 0..good.len() {
            for value in [0, 1, 2, 0x7F, 0x80, 0xFF] {
                let mut bad = good.clone();
                bad[at] = value;
                main_picture(&bad);
            }
        }
    }
}
