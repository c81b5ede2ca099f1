//! The tables of docs/benchmarks.md.

use std::fmt::Write;
use std::path::Path;

use super::coverage::{BINS, Coverage};
use super::measure::Cost;
use crate::tools::Outcome;

/// What was measured.
#[derive(Default)]
pub struct Results {
    /// Pairs of runs for each kind.
    pub pairs: usize,
    /// By kind of photos.
    pub kinds: Vec<Kind>,
    /// The smallest face looked for in crowds, its cost and what was hidden.
    pub frontier: Vec<(u32, Cost, Coverage)>,
    /// Batches of so many photos.
    pub memory: Vec<(usize, Cost)>,
}

/// Runs over one kind of photos; the n-th of each form a pair.
#[derive(Default)]
pub struct Kind {
    /// Such as `crowd`.
    pub name: String,
    /// Of all its photos.
    pub megapixels: f64,
    /// Runs of grata.
    pub grata: Vec<Cost>,
    /// Runs of deface.
    pub deface: Vec<Cost>,
    /// Runs of the floor.
    pub floor: Vec<Cost>,
    /// Photos that grata did not finish.
    pub failed: usize,
    /// What grata hides.
    pub covered: Coverage,
    /// What deface hides.
    pub covered_by_deface: Coverage,
}

const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";

/// A megabyte as users count it.
const MB: f64 = 1e6;

/// Fails early if there is no place for the figures in this file.
///
/// # Errors
/// If the file exists and lacks the two markers.
pub fn check_markers(file: &Path) -> Outcome<()> {
    if !file.exists() {
        return Ok(());
    }
    split(&std::fs::read_to_string(file)?)
        .map(|_| ())
        .ok_or_else(|| format!("{} lacks {BEGIN} and {END}", file.display()).into())
}

/// Puts the figures between the markers of this file, or makes the file.
///
/// # Errors
/// If it cannot be written, or lacks the markers.
pub fn replace(file: &Path, figures: &str) -> Outcome<()> {
    let old = match file.exists() {
        true => std::fs::read_to_string(file)?,
        false => format!("{BEGIN}\n{END}\n"),
    };
    let (before, after) = split(&old).ok_or("the markers vanished")?;
    std::fs::write(file, format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", figures.trim()))?;
    Ok(())
}

fn split(text: &str) -> Option<(&str, &str)> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some((before, after))
}

/// All tables.
pub fn markdown(results: &Results) -> String {
    let mut text = format!(
        "{} pairs of runs a kind, on {}. Lowest / median / highest; ratios pair by pair.\n",
        results.pairs,
        machine()
    );
    costs(&mut text, results, "CPU seconds", 2, |cost| cost.cpu);
    costs(&mut text, results, "Wall seconds", 2, |cost| cost.wall);
    costs(&mut text, results, "Memory: highest PSS of the process tree, MB", 0, |cost| {
        cost.memory as f64 / MB
    });
    let title = "Memory: sum of the highest RSS of each process, MB";
    costs(&mut text, results, title, 0, |cost| cost.high_water as f64 / MB);
    coverage(&mut text, results);
    frontier(&mut text, results);
    flatness(&mut text, results);
    text
}

fn costs(text: &mut String, results: &Results, title: &str, digits: usize, value: impl Fn(&Cost) -> f64) {
    let mut line = |words: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{words}");
    };
    line(format_args!("\n### {title}\n"));
    line(format_args!("| photos | grata | deface | deface / grata | floor | grata / floor |"));
    line(format_args!("| --- | --- | --- | --- | --- | --- |"));
    let mut total = [vec![0.0; results.pairs], vec![0.0; results.pairs], vec![0.0; results.pairs]];
    for kind in &results.kinds {
        let columns = [&kind.grata, &kind.deface, &kind.floor].map(|runs| runs.iter().map(&value).collect());
        for (sums, column) in total.iter_mut().zip(&columns) {
            let column: &Vec<f64> = column;
            sums.iter_mut().zip(column).for_each(|(sum, value)| *sum += value);
        }
        let photos = kind.covered.photos;
        let name = format!("{}: {photos} photos, {:.0} MP", kind.name, kind.megapixels);
        line(format_args!("{}", row(&name, &columns, digits)));
    }
    // Peaks of different runs do not add up.
    if !title.starts_with("Memory") {
        line(format_args!("{}", row("all", &total, digits)));
    }
}

fn row(name: &str, [grata, deface, floor]: &[Vec<f64>; 3], digits: usize) -> String {
    format!(
        "| {name} | {} | {} | {} | {} | {} |",
        spread(grata, digits),
        spread(deface, digits),
        spread(&ratios(deface, grata), 1),
        spread(floor, digits),
        spread(&ratios(grata, floor), 1),
    )
}

fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(above, below)| above / below).collect()
}

/// Lowest / median / highest.
fn spread(values: &[f64], digits: usize) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return "-".into() };
    let half = sorted.len() / 2;
    let median =
        if sorted.len().is_multiple_of(2) { (sorted[half - 1] + sorted[half]) / 2.0 } else { sorted[half] };
    format!("{first:.digits$} / **{median:.digits$}** / {last:.digits$}")
}

fn coverage(text: &mut String, results: &Results) {
    let _ = writeln!(text, "\n### Faces hidden, by height in pixels\n");
    header(text, "photos | by");
    for kind in &results.kinds {
        for (who, covered) in [("grata", &kind.covered), ("deface", &kind.covered_by_deface)] {
            let _ = writeln!(text, "| {} | {who} | {}", kind.name, cells(covered));
        }
    }
    let failed: usize = results.kinds.iter().map(|kind| kind.failed).sum();
    let _ = writeln!(text, "\nPhotos that grata did not finish: {failed}.");
}

fn frontier(text: &mut String, results: &Results) {
    if results.frontier.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n### The frontier: crowds, by the smallest face looked for\n");
    header(text, "`--min-face` | CPU seconds");
    for (min_face, cost, covered) in &results.frontier {
        let _ = writeln!(text, "| {min_face} | {:.2} | {}", cost.cpu, cells(covered));
    }
    if let Some(crowd) = results.kinds.iter().find(|kind| kind.name == "crowd") {
        let mut cpu: Vec<_> = crowd.deface.iter().map(|cost| cost.cpu).collect();
        cpu.sort_by(f64::total_cmp);
        let median = cpu.get(cpu.len() / 2).copied().unwrap_or_default();
        let _ = writeln!(text, "| deface | {median:.2} | {}", cells(&crowd.covered_by_deface));
    }
}

fn header(text: &mut String, first: &str) {
    let mut bins: Vec<_> = BINS.windows(2).map(|pair| format!("{}-{}", pair[0], pair[1] - 1.0)).collect();
    bins.push(format!("{}+", BINS[BINS.len() - 1]));
    let _ = writeln!(text, "| {first} | {} | marked by a point | false boxes a photo |", bins.join(" | "));
    let _ = writeln!(text, "|{}", " --- |".repeat(2 + BINS.len() + 2));
}

fn cells(covered: &Coverage) -> String {
    let counts = covered.bins.iter().chain([&covered.points]);
    let counts: Vec<_> = counts
        .map(|&(hidden, all)| match all {
            0 => "-".to_string(),
            _ => format!("{hidden}/{all} ({:.1} %)", 100.0 * hidden as f64 / all as f64),
        })
        .collect();
    format!("{} | {:.1} |", counts.join(" | "), covered.false_boxes as f64 / covered.photos.max(1) as f64)
}

fn flatness(text: &mut String, results: &Results) {
    if results.memory.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n### Memory by number of photos: 12 MP each, two jobs\n");
    let _ = writeln!(text, "| photos | CPU seconds | highest PSS, MB | sum of highest RSS, MB |");
    let _ = writeln!(text, "| --- | --- | --- | --- |");
    for (photos, cost) in &results.memory {
        let (memory, high) = (cost.memory as f64 / MB, cost.high_water as f64 / MB);
        let _ = writeln!(text, "| {photos} | {:.2} | {memory:.0} | {high:.0} |", cost.cpu);
    }
}

/// Processor and number of cores, as the system tells them.
fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores of {}", model.map_or("an unknown processor", |(_, name)| name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_replace_figures_and_nothing_else() {
        let text = format!("# Method\n{BEGIN}\nold\n{END}\n# More\n");
        assert_eq!(split(&text), Some(("# Method\n", "\n# More\n")));
        assert_eq!(split("no markers"), None);
    }

    #[test]
    fn ratios_are_taken_pair_by_pair() {
        assert_eq!(spread(&ratios(&[10.0, 30.0, 8.0], &[1.0, 2.0, 4.0]), 1), "2.0 / **10.0** / 15.0");
        assert_eq!(spread(&[1.0, 2.0], 1), "1.0 / **1.5** / 2.0");
        assert_eq!(spread(&[], 1), "-");
    }

    #[test]
    fn tables_have_as_many_cells_as_heads() {
        let cost = Cost { cpu: 1.0, wall: 1.0, memory: 1 << 20, high_water: 1 << 20 };
        let runs = || vec![cost; 2];
        let kind =
            Kind { name: "crowd".into(), grata: runs(), deface: runs(), floor: runs(), ..Kind::default() };
        let results = Results {
            pairs: 2,
            kinds: vec![kind],
            frontier: vec![(20, cost, Coverage::default())],
            memory: vec![(10, cost)],
        };
        for table in markdown(&results).split("\n### ").skip(1) {
            let mut cells =
                table.lines().filter(|line| line.starts_with('|')).map(|line| line.split('|').count());
            let head = cells.next().unwrap();
            assert!(cells.all(|count| count == head), "{table}");
        }
    }
}
