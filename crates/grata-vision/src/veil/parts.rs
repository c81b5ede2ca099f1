//! The connected parts of what is hidden.

/// Hidden samples `start..end` of a row.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub row: usize,
    pub start: usize,
    pub end: usize,
}

/// A connected hidden part (eight neighbours) and its bounding box.
#[derive(Debug, Clone)]
pub struct Part {
    pub runs: Vec<Run>,
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
}

/// The connected parts of the hidden samples, in the order of their first runs.
pub fn connected_parts(width: usize, hidden: &[bool]) -> Vec<Part> {
    let runs = hidden_runs(width, hidden);
    let mut roots: Vec<usize> = (0..runs.len()).collect();
    let mut above = 0..0;
    let mut here = 0..0;
    for (at, run) in runs.iter().enumerate() {
        if at == 0 || runs[at - 1].row != run.row {
            above = if at > 0 && runs[at - 1].row + 1 == run.row { here } else { at..at };
            here = at..at;
        }
        here.end = at + 1;
        for other in above.clone().filter(|other| touch(&runs[*other], run)) {
            unite(&mut roots, other, at);
        }
    }
    collect_parts(&runs, &mut roots)
}

fn touch(above: &Run, below: &Run) -> bool {
    above.start <= below.end && below.start <= above.end
}

fn unite(roots: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(roots, a), root(roots, b));
    roots[a.max(b)] = a.min(b);
}

fn root(roots: &mut [usize], mut at: usize) -> usize {
    while roots[at] != at {
        roots[at] = roots[roots[at]];
        at = roots[at];
    }
    at
}

fn collect_parts(runs: &[Run], roots: &mut [usize]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut part_of_root = vec![usize::MAX; runs.len()];
    for (at, run) in runs.iter().enumerate() {
        let root = root(roots, at);
        if part_of_root[root] == usize::MAX {
            part_of_root[root] = parts.len();
            let (left, right) = (run.start, run.end);
            parts.push(Part { runs: Vec::new(), left, top: run.row, right, bottom: run.row + 1 });
        }
        let part = &mut parts[part_of_root[root]];
        part.left = part.left.min(run.start);
        part.right = part.right.max(run.end);
        part.bottom = run.row + 1;
        part.runs.push(*run);
    }
    parts
}

fn hidden_runs(width: usize, hidden: &[bool]) -> Vec<Run> {
    let mut runs = Vec::new();
    for (row, flags) in hidden.chunks_exact(width.max(1)).enumerate() {
        let mut x = 0;
        while x < width {
            let start = next(flags, x, true);
            let end = next(flags, start, false);
            if start < end {
                runs.push(Run { row, start, end });
            }
            x = end;
        }
    }
    runs
}

/// Index of the first flag from `from` on that is `wanted`; the length if there is none.
fn next(flags: &[bool], from: usize, wanted: bool) -> usize {
    let mut x = from;
    // Thirty-two at a time, folded without a branch: this loop runs over the whole plane.
    while let Some(chunk) = flags.get(x..x + 32) {
        if chunk.iter().fold(false, |any, flag| any | (*flag == wanted)) {
            break;
        }
        x += 32;
    }
    flags[x..].iter().position(|flag| *flag == wanted).map_or(flags.len(), |offset| x + offset)
}
