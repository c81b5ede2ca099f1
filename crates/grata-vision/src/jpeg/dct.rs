//! The discrete cosine transform of 8 x 8 blocks, whole or reduced (T.81, A.3.3).

use std::sync::LazyLock;

/// Natural (row-major) index of the k-th coefficient in zigzag order (T.81, figure 5).
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Basis of the N-point transform: `basis[u * N + x]`, orthonormal.
fn basis(points: usize) -> Vec<f32> {
    let n = points as f64;
    (0..points * points)
        .map(|at| {
            let (u, x) = ((at / points) as f64, (at % points) as f64);
            let scale = if u == 0.0 { (1.0 / n).sqrt() } else { (2.0 / n).sqrt() };
            (scale * ((2.0 * x + 1.0) * u * std::f64::consts::PI / (2.0 * n)).cos()) as f32
        })
        .collect()
}

static BASIS_8: LazyLock<[f32; 64]> = LazyLock::new(|| array(&basis(8)));
static BASIS_4: LazyLock<[f32; 16]> = LazyLock::new(|| array(&basis(4)));

fn array<const N: usize>(values: &[f32]) -> [f32; N] {
    std::array::from_fn(|at| values[at])
}

/// Samples of a block from its dequantised coefficients (natural order), without the level shift
/// of 128 and unclamped.
pub(super) fn inverse(coefficients: &[f32; 64]) -> [f32; 64] {
    let basis = &*BASIS_8;
    let mut rows = [0f32; 64];
    // rows[v][x] = sum over u of coefficient[v][u] * basis[u][x]
    for v in 0..8 {
        let mut row = [0f32; 8];
        for u in 0..8 {
            let coefficient = coefficients[v * 8 + u];
            if coefficient != 0.0 {
                for x in 0..8 {
                    row[x] += coefficient * basis[u * 8 + x];
                }
            }
        }
        rows[v * 8..v * 8 + 8].copy_from_slice(&row);
    }
    let mut samples = [0f32; 64];
    for v in 0..8 {
        let row: [f32; 8] = array(&rows[v * 8..v * 8 + 8]);
        if row == [0.0; 8] {
            continue;
        }
        for y in 0..8 {
            let weight = basis[v * 8 + y];
            for x in 0..8 {
                samples[y * 8 + x] += weight * row[x];
            }
        }
    }
    samples
}

/// Coefficients (natural order, not quantised) of the 64 samples of a block, level shift removed.
pub(super) fn forward(samples: &[f32; 64]) -> [f32; 64] {
    let basis = &*BASIS_8;
    let mut columns = [0f32; 64];
    // columns[v][x] = sum over y of basis[v][y] * sample[y][x]
    for v in 0..8 {
        for y in 0..8 {
            let weight = basis[v * 8 + y];
            for x in 0..8 {
                columns[v * 8 + x] += weight * samples[y * 8 + x];
            }
        }
    }
    let mut coefficients = [0f32; 64];
    for v in 0..8 {
        for u in 0..8 {
            coefficients[v * 8 + u] = (0..8).map(|x| columns[v * 8 + x] * basis[u * 8 + x]).sum();
        }
    }
    coefficients
}

/// The block reduced to 4 x 4 samples, from its lowest 4 x 4 coefficients.
pub(super) fn inverse_half(coefficients: &[f32; 64]) -> [f32; 16] {
    let basis = &*BASIS_4;
    let mut rows = [0f32; 16];
    for v in 0..4 {
        for u in 0..4 {
            let coefficient = coefficients[v * 8 + u] * 0.5;
            for x in 0..4 {
                rows[v * 4 + x] += coefficient * basis[u * 4 + x];
            }
        }
    }
    let mut samples = [0f32; 16];
    for v in 0..4 {
        for y in 0..4 {
            for x in 0..4 {
                samples[y * 4 + x] += basis[v * 4 + y] * rows[v * 4 + x];
            }
        }
    }
    samples
}

/// The block reduced to 2 x 2 samples, from the dequantised coefficients (0,0), (0,1), (1,0) and
/// (1,1), where (v,u) counts rows first.
pub(super) fn inverse_quarter([c00, c01, c10, c11]: [f32; 4]) -> [f32; 4] {
    let (top, bottom) = (c00 + c10, c00 - c10);
    let (top_slope, bottom_slope) = (c01 + c11, c01 - c11);
    [top + top_slope, top - top_slope, bottom + bottom_slope, bottom - bottom_slope]
        .map(|sample| sample / 8.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_and_inverse_undo_each_other() {
        let samples: [f32; 64] = std::array::from_fn(|at| ((at * 37) % 101) as f32 - 50.0);
        let back = inverse(&forward(&samples));
        for (sample, back) in samples.iter().zip(back) {
            assert!((sample - back).abs() < 1e-3);
        }
    }

    #[test]
    fn reduced_blocks_keep_the_mean() {
        let samples: [f32; 64] = std::array::from_fn(|at| (at % 8) as f32 * 3.0 - (at / 8) as f32);
        let mean = samples.iter().sum::<f32>() / 64.0;
        let coefficients = forward(&samples);
        let half = inverse_half(&coefficients);
        assert!((half.iter().sum::<f32>() / 16.0 - mean).abs() < 1e-3);
        let quarter = inverse_quarter([coefficients[0], coefficients[1], coefficients[8], coefficients[9]]);
        assert!((quarter.iter().sum::<f32>() / 4.0 - mean).abs() < 1e-3);
        assert!(quarter[1] > quarter[0], "brighter to the right");
        assert!(quarter[2] < quarter[0], "darker below");
        assert!((coefficients[0] / 8.0 - mean).abs() < 1e-3);
    }

    #[test]
    fn zigzag_is_a_permutation() {
        let mut seen = ZIGZAG;
        seen.sort_unstable();
        assert!(seen.iter().enumerate().all(|(at, &value)| at == usize::from(value)));
    }
}
