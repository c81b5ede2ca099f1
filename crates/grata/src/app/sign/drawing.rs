//! How the sign looks: one page A4, to be read from three metres. What has to be understood at a glance
//! stands at the top in letters of a centimetre and more; what is read by whoever comes closer, below.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use krilla::{Data, Document};
use ttf_parser::Face;

/// A4, in points of 1/72 inch.
pub const PAGE: (f32, f32) = (595.28, 841.89);

/// Free on both sides.
const MARGIN: f32 = 44.0;

/// Where the two columns at the foot begin and end.
const CODE_SIDE: f32 = 168.0;

/// Atkinson Hyperlegible, made by the Braille Institute to be read from afar: see `fonts/`.
const REGULAR: &[u8] = include_bytes!("../../../fonts/AtkinsonHyperlegible-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../fonts/AtkinsonHyperlegible-Bold.ttf");

/// Red, green, blue.
type Colour = [u8; 3];

const GREEN: Colour = [13, 106, 96];
const SOFT: Colour = [224, 240, 237];
const INK: Colour = [29, 27, 24];
const QUIET: Colour = [80, 75, 68];
const WHITE: Colour = [255, 255, 255];

/// What stands on a sign, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its code, for whoever reads the file aloud.
    pub language: String,
    /// That photos are taken.
    pub heading: String,
    /// Of what.
    pub title: String,
    /// By whom.
    pub by: String,
    /// What happens to a face without a yes.
    pub promise: String,
    /// What for, where, until when.
    pub facts: Vec<(String, String)>,
    /// What the code is for.
    pub choose: String,
    /// Where everything is to be read.
    pub address: String,
    /// Where to write to, with its words.
    pub write: String,
    /// How not to be in a photo.
    pub object: String,
    /// What else one may ask for.
    pub rights: String,
    /// The address as a code: its side, and runs of dark modules (column, row, length).
    pub code: (u32, Vec<(u32, u32, u32)>),
}

/// Why there is no sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSign {
    /// A letter that the sign's font has not.
    Letter(char),
    /// A text that does not fit on it.
    TooLong(String),
    /// A fault of grata.
    Fault,
}

/// The sign as a PDF file.
///
/// # Errors
/// Something on it cannot be written, or is too long.
pub fn pdf(sheet: &Sheet) -> Result<Vec<u8>, NoSign> {
    let (regular, bold) = (Letters::new(REGULAR)?, Letters::new(BOLD)?);
    let mut document = Document::new();
    let named = format!("{}: {}", sheet.heading, sheet.title);
    document.set_metadata(Metadata::new().title(named).language(sheet.language.clone()));
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(NoSign::Fault)?;
    let mut page = document.start_page_with(settings);
    let drawn = Pen { surface: page.surface(), regular, bold }.sheet(sheet);
    page.finish();
    drawn?;
    document.finish().map_err(|_| NoSign::Fault)
}

/// A font, and how wide its letters are.
struct Letters {
    font: Font,
    face: Face<'static>,
}

impl Letters {
    fn new(bytes: &'static [u8]) -> Result<Self, NoSign> {
        let font = Font::new(Data::from(bytes), 0).ok_or(NoSign::Fault)?;
        Ok(Self { font, face: Face::parse(bytes, 0).map_err(|_| NoSign::Fault)? })
    }

    fn width(&self, text: &str, size: f32) -> Result<f32, NoSign> {
        let mut units = 0_u32;
        for letter in text.chars() {
            let glyph = self.face.glyph_index(letter).ok_or(NoSign::Letter(letter))?;
            units += u32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default());
        }
        Ok(units as f32 * size / f32::from(self.face.units_per_em()))
    }

    /// Lines of at most this width. Breaks between words, and in a long one wherever it has to.
    fn lines(&self, text: &str, size: f32, width: f32) -> Result<Vec<String>, NoSign> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
            if self.width(&longer, size)? <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if self.width(&line, size)? > width {
                    line.pop();
                    lines.push(std::mem::take(&mut line));
                    line.push(letter);
                }
            }
        }
        lines.push(line);
        Ok(lines)
    }
}

/// A text with its place: what is too long becomes smaller, down to half, and then there is no sign.
struct Block<'a> {
    text: &'a str,
    is_bold: bool,
    size: f32,
    most_lines: usize,
    /// An address: broken wherever it has to.
    may_break: bool,
    left: f32,
    width: f32,
    colour: Colour,
}

/// Distance of lines, as a share of the size.
const LEADING: f32 = 1.22;

/// Height of a capital letter, as a share of the size.
const CAPITAL: f32 = 0.67;

struct Pen<'a> {
    surface: Surface<'a>,
    regular: Letters,
    bold: Letters,
}

impl Pen<'_> {
    fn sheet(mut self, sheet: &Sheet) -> Result<(), NoSign> {
        let wide = PAGE.0 - 2.0 * MARGIN;
        // The band: a camera, and that photos are taken.
        let band = 214.0;
        self.rect(0.0, 0.0, PAGE.0, band, GREEN)?;
        self.camera(MARGIN, 64.0, 118.0)?;
        let left = MARGIN + 118.0 + 28.0;
        let heading = Block {
            text: &sheet.heading,
            is_bold: true,
            size: 64.0,
            most_lines: 2,
            may_break: false,
            left,
            width: PAGE.0 - MARGIN - left,
            colour: WHITE,
        };
        let (size, lines) = self.fit(&heading)?;
        let height = size * (CAPITAL + LEADING * (lines.len() as f32 - 1.0));
        self.lines(&heading, size, &lines, (band - height) / 2.0)?;
        // Of what, by whom.
        let block = |text, is_bold, size, most_lines| Block {
            text,
            is_bold,
            size,
            most_lines,
            may_break: false,
            left: MARGIN,
            width: wide,
            colour: INK,
        };
        let mut top = self.block(&block(&sheet.title, true, 34.0, 2), band + 26.0)? + 2.0;
        top = self.block(&Block { colour: QUIET, ..block(&sheet.by, false, 20.0, 2) }, top)? + 10.0;
        // The promise.
        let promise =
            Block { left: MARGIN + 22.0, width: wide - 40.0, ..block(&sheet.promise, true, 30.0, 3) };
        let (size, lines) = self.fit(&promise)?;
        let height = size * (CAPITAL + LEADING * (lines.len() as f32 - 1.0)) + 36.0;
        self.rect(MARGIN, top, wide, height, SOFT)?;
        self.rect(MARGIN, top, 8.0, height, GREEN)?;
        self.lines(&promise, size, &lines, top + 18.0)?;
        top += height + 18.0;
        // What for, where, until when: what is too much for the room becomes smaller together.
        let foot = PAGE.1 - MARGIN - CODE_SIDE - 34.0;
        let size = self.size_of_facts(sheet, wide, foot - top - 30.0)?;
        for (what, says) in &sheet.facts {
            let label = format!("{what} ");
            let indent = self.bold.width(&label, size)?;
            self.text(MARGIN, top + size * CAPITAL, size, &label, true, INK)?;
            let lines = self.hanging(says, size, wide, indent)?;
            for (number, line) in lines.iter().enumerate() {
                let left = if number == 0 { MARGIN + indent } else { MARGIN };
                self.text(left, top + size * CAPITAL, size, line, false, INK)?;
                top += size * LEADING;
            }
            top += size * 0.18;
        }
        self.foot(sheet, foot, block)
    }

    fn foot<'a>(
        &mut self,
        sheet: &'a Sheet,
        top: f32,
        block: impl Fn(&'a str, bool, f32, usize) -> Block<'a>,
    ) -> Result<(), NoSign> {
        let wide = PAGE.0 - 2.0 * MARGIN;
        // Around the code are the four free modules that readers want (ISO/IEC 18004).
        self.rect(MARGIN, top - 18.0, wide, 1.5, GREEN)?;
        self.code(&sheet.code, MARGIN, top, CODE_SIDE)?;
        let (left, width) = (MARGIN + CODE_SIDE + 24.0, wide - CODE_SIDE - 24.0);
        let beside = |text, is_bold, size, lines| Block { left, width, ..block(text, is_bold, size, lines) };
        let mut at = self.block(&beside(&sheet.choose, true, 25.0, 2), top + 2.0)? + 4.0;
        at = self
            .block(&Block { colour: GREEN, may_break: true, ..beside(&sheet.address, true, 13.0, 3) }, at)?
            + 6.0;
        at = self.block(&beside(&sheet.write, false, 16.0, 2), at)? + 4.0;
        self.block(&beside(&sheet.object, false, 13.0, 4), at)?;
        let rights = Block { colour: QUIET, ..block(&sheet.rights, false, 11.0, 2) };
        self.block(&rights, PAGE.1 - MARGIN - 16.0)?;
        Ok(())
    }

    /// The largest size at which a block fits into its lines, and these.
    fn fit(&self, block: &Block<'_>) -> Result<(f32, Vec<String>), NoSign> {
        let letters = if block.is_bold { &self.bold } else { &self.regular };
        let mut size = block.size;
        while size >= block.size / 2.0 {
            let lines = letters.lines(block.text, size, block.width)?;
            // A word of a heading is not broken as long as there is a size at which it fits.
            let longest = block.text.split_whitespace().map(|word| letters.width(word, size));
            let longest = longest.collect::<Result<Vec<_>, _>>()?;
            let fits = block.may_break || longest.iter().all(|one| *one <= block.width);
            if lines.len() <= block.most_lines && (fits || size <= block.size * 0.6) {
                return Ok((size, lines));
            }
            size -= 0.5;
        }
        Err(NoSign::TooLong(block.text.to_string()))
    }

    /// Draws a block, and returns where it ends.
    fn block(&mut self, block: &Block<'_>, top: f32) -> Result<f32, NoSign> {
        let (size, lines) = self.fit(block)?;
        self.lines(block, size, &lines, top)?;
        Ok(top + size * LEADING * lines.len() as f32)
    }

    fn lines(&mut self, block: &Block<'_>, size: f32, lines: &[String], top: f32) -> Result<(), NoSign> {
        for (number, line) in lines.iter().enumerate() {
            let base = top + size * (CAPITAL + LEADING * number as f32);
            self.text(block.left, base, size, line, block.is_bold, block.colour)?;
        }
        Ok(())
    }

    fn size_of_facts(&self, sheet: &Sheet, wide: f32, room: f32) -> Result<f32, NoSign> {
        let mut size = 19.0;
        while size >= 11.0 {
            let mut height = 0.0;
            for (what, says) in &sheet.facts {
                let indent = self.bold.width(&format!("{what} "), size)?;
                let lines = self.hanging(says, size, wide, indent)?.len();
                height += size * (LEADING * lines as f32 + 0.18);
            }
            if height <= room {
                return Ok(size);
            }
            size -= 0.5;
        }
        let longest = sheet.facts.iter().map(|(_, says)| says).max_by_key(|says| says.len());
        Err(NoSign::TooLong(longest.cloned().unwrap_or_default()))
    }

    /// Lines of which the first begins after a label.
    fn hanging(&self, text: &str, size: f32, width: f32, indent: f32) -> Result<Vec<String>, NoSign> {
        let first = self.regular.lines(text, size, width - indent)?;
        let Some(begin) = first.first().filter(|_| first.len() > 1) else { return Ok(first) };
        let rest = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let rest = rest.get(begin.len()..).unwrap_or_default().trim_start().to_string();
        let mut lines = vec![begin.clone()];
        lines.extend(self.regular.lines(&rest, size, width)?);
        Ok(lines)
    }

    fn text(
        &mut self,
        left: f32,
        base: f32,
        size: f32,
        text: &str,
        is_bold: bool,
        colour: Colour,
    ) -> Result<(), NoSign> {
        self.fill(colour);
        let font = if is_bold { &self.bold.font } else { &self.regular.font };
        let at = Point::from_xy(left, base);
        self.surface.draw_text(at, font.clone(), size, text, false, TextDirection::LeftToRight);
        Ok(())
    }

    fn fill(&mut self, colour: Colour) {
        let [red, green, blue] = colour;
        let paint = rgb::Color::new(red, green, blue).into();
        let fill = Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero };
        self.surface.set_fill(Some(fill));
    }

    fn rect(&mut self, x: f32, y: f32, wide: f32, high: f32, colour: Colour) -> Result<(), NoSign> {
        let mut path = PathBuilder::new();
        path.push_rect(Rect::from_xywh(x, y, wide, high).ok_or(NoSign::Fault)?);
        self.fill(colour);
        self.surface.draw_path(&path.finish().ok_or(NoSign::Fault)?);
        Ok(())
    }

    fn circle(&mut self, x: f32, y: f32, radius: f32, colour: Colour) -> Result<(), NoSign> {
        // Four cubic curves; the usual factor for a quarter of a circle.
        let k = radius * 0.552_284_8;
        let mut path = PathBuilder::new();
        path.move_to(x + radius, y);
        path.cubic_to(x + radius, y + k, x + k, y + radius, x, y + radius);
        path.cubic_to(x - k, y + radius, x - radius, y + k, x - radius, y);
        path.cubic_to(x - radius, y - k, x - k, y - radius, x, y - radius);
        path.cubic_to(x + k, y - radius, x + radius, y - k, x + radius, y);
        path.close();
        self.fill(colour);
        self.surface.draw_path(&path.finish().ok_or(NoSign::Fault)?);
        Ok(())
    }

    fn rounded(&mut self, x: f32, y: f32, wide: f32, high: f32, round: f32) -> Result<(), NoSign> {
        let (right, bottom) = (x + wide, y + high);
        let mut path = PathBuilder::new();
        path.move_to(x + round, y);
        path.line_to(right - round, y);
        path.quad_to(right, y, right, y + round);
        path.line_to(right, bottom - round);
        path.quad_to(right, bottom, right - round, bottom);
        path.line_to(x + round, bottom);
        path.quad_to(x, bottom, x, bottom - round);
        path.line_to(x, y + round);
        path.quad_to(x, y, x + round, y);
        path.close();
        self.fill(WHITE);
        self.surface.draw_path(&path.finish().ok_or(NoSign::Fault)?);
        Ok(())
    }

    /// A camera, understood in every language.
    fn camera(&mut self, x: f32, y: f32, wide: f32) -> Result<(), NoSign> {
        let high = wide * 0.66;
        self.rounded(x + wide * 0.30, y, wide * 0.40, high * 0.36, wide * 0.07)?;
        self.rounded(x, y + high * 0.18, wide, high * 0.98, wide * 0.12)?;
        let (middle, centre) = (x + wide / 2.0, y + high * 0.70);
        self.circle(middle, centre, wide * 0.245, GREEN)?;
        self.circle(middle, centre, wide * 0.175, WHITE)?;
        self.circle(middle, centre, wide * 0.115, GREEN)?;
        self.circle(x + wide * 0.85, y + high * 0.38, wide * 0.045, GREEN)
    }

    fn code(&mut self, code: &(u32, Vec<(u32, u32, u32)>), x: f32, y: f32, side: f32) -> Result<(), NoSign> {
        let module = side / code.0 as f32;
        // A hair more than a module, so that no light shows between them.
        let hair = module * 0.02;
        let mut path = PathBuilder::new();
        for (column, row, length) in &code.1 {
            let rect = Rect::from_xywh(
                x + *column as f32 * module,
                y + *row as f32 * module,
                *length as f32 * module + hair,
                module + hair,
            );
            path.push_rect(rect.ok_or(NoSign::Fault)?);
        }
        self.fill(INK);
        self.surface.draw_path(&path.finish().ok_or(NoSign::Fault)?);
        Ok(())
    }
}
