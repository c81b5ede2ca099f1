//! Merkle trees after RFC 6962, section 2: leaves begin with 0x00, nodes with 0x01.

use crate::digest::Digest;

/// Gives the hashes of complete subtrees.
pub trait Hashes {
    /// What goes wrong.
    type Error;

    /// The hash of the `index`-th complete subtree of 2^`level` leaves.
    ///
    /// # Errors
    /// It is not to be had.
    fn subtree(&self, level: u32, index: u64) -> Result<Digest, Self::Error>;
}

/// The hash of a leaf.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest::of_parts(&[&[0], entry])
}

/// The hash of two subtrees.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::of_parts(&[&[1], &left.0, &right.0])
}

/// The root over subtrees that stand side by side: all but the last are complete and of one size,
/// the last is not larger. Of no subtree at all: the hash of nothing, as RFC 6962 has it.
pub fn root_of(subtrees: &[Digest]) -> Digest {
    match subtrees {
        [] => Digest::of(b""),
        [only] => *only,
        many => {
            let (left, right) = many.split_at(split(many.len() as u64) as usize);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// The largest power of two below `size`; `size` is at least 2.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The root of the first `size` leaves.
///
/// # Errors
/// A hash is not to be had.
pub fn root<H: Hashes + ?Sized>(hashes: &H, size: u64) -> Result<Digest, H::Error> {
    if size == 0 { Ok(root_of(&[])) } else { range(hashes, 0, size) }
}

/// The root over the leaves `from..to`, where `from` is a multiple of the power of two that
/// `to - from` does not exceed; not empty.
fn range<H: Hashes + ?Sized>(hashes: &H, from: u64, to: u64) -> Result<Digest, H::Error> {
    let size = to - from;
    if size.is_power_of_two() {
        let level = size.trailing_zeros();
        return hashes.subtree(level, from >> level);
    }
    let middle = from + split(size);
    Ok(node_hash(&range(hashes, from, middle)?, &range(hashes, middle, to)?))
}

/// The proof that leaf `index` is in the tree of `size` leaves (RFC 6962, 2.1.1). Empty if it is
/// not.
///
/// # Errors
/// A hash is not to be had.
pub fn prove_inclusion<H: Hashes + ?Sized>(
    hashes: &H,
    index: u64,
    size: u64,
) -> Result<Vec<Digest>, H::Error> {
    let mut proof = Vec::new();
    if index >= size {
        return Ok(proof);
    }
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            proof.push(range(hashes, middle, to)?);
            to = middle;
        } else {
            proof.push(range(hashes, from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Whether `proof` shows that `leaf` is the `index`-th of the `size` leaves under `root`.
pub fn verify_inclusion(leaf: &Digest, index: u64, size: u64, root: &Digest, proof: &[Digest]) -> bool {
    if index >= size {
        return false;
    }
    let mut steps = Vec::new();
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            steps.push(Side::Right);
            to = middle;
        } else {
            steps.push(Side::Left);
            from = middle;
        }
    }
    if steps.len() != proof.len() {
        return false;
    }
    let found = steps.iter().rev().zip(proof).fold(*leaf, |hash, (side, other)| match side {
        Side::Left => node_hash(other, &hash),
        Side::Right => node_hash(&hash, other),
    });
    found == *root
}

enum Side {
    Left,
    Right,
}

/// The proof that the tree of `old` leaves is the beginning of that of `new` (RFC 6962, 2.1.2).
///
/// # Errors
/// A hash is not to be had.
pub fn prove_consistency<H: Hashes + ?Sized>(
    hashes: &H,
    old: u64,
    new: u64,
) -> Result<Vec<Digest>, H::Error> {
    let mut proof = Vec::new();
    if old == 0 || old >= new {
        return Ok(proof);
    }
    let (mut from, mut to) = (0, new);
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(range(hashes, middle, to)?);
            to = middle;
        } else {
            proof.push(range(hashes, from, middle)?);
            from = middle;
        }
    }
    if from != 0 {
        proof.push(range(hashes, from, to)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Whether `proof` shows that `old_root` over `old` leaves is the beginning of `new_root` over `new`.
pub fn verify_consistency(
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return old_root == new_root && proof.is_empty();
    }
    if old == 0 {
        return *old_root == root_of(&[]) && proof.is_empty();
    }
    let mut steps = Vec::new();
    let (mut from, mut to) = (0, new);
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            steps.push(Side::Right);
            to = middle;
        } else {
            steps.push(Side::Left);
            from = middle;
        }
    }
    let (first, rest) = if from == 0 {
        (*old_root, proof)
    } else if let Some((first, rest)) = proof.split_first() {
        (*first, rest)
    } else {
        return false;
    };
    if steps.len() != rest.len() {
        return false;
    }
    let mut olds = first;
    let mut news = first;
    for (side, other) in steps.iter().rev().zip(rest) {
        match side {
            Side::Left => {
                olds = node_hash(other, &olds);
                news = node_hash(other, &news);
            }
            Side::Right => news = node_hash(&news, other),
        }
    }
    olds == *old_root && news == *new_root
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    /// All leaf hashes, in memory.
    struct Leaves(Vec<Digest>);

    impl Hashes for Leaves {
        type Error = Infallible;

        fn subtree(&self, level: u32, index: u64) -> Result<Digest, Infallible> {
            let size = 1usize << level;
            let from = index as usize * size;
            Ok(root_of(&self.0[from..from + size]))
        }
    }

    fn leaves(count: u64) -> Leaves {
        Leaves((0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect())
    }

    /// The reference leaves and roots that implementations of certificate transparency test with.
    #[test]
    fn acc_1_roots_are_those_of_rfc_6962() {
        let entries: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let hashes = Leaves(entries.iter().map(|entry| leaf_hash(entry)).collect());
        for (size, expected) in roots.iter().enumerate() {
            assert_eq!(root(&hashes, size as u64).unwrap().to_string(), *expected, "{size}");
        }
    }

    #[test]
    fn acc_3_every_leaf_of_every_small_tree_is_proven_and_nothing_else() {
        for size in 1..40 {
            let hashes = leaves(size);
            let top = root(&hashes, size).unwrap();
            for index in 0..size {
                let proof = prove_inclusion(&hashes, index, size).unwrap();
                let leaf = leaf_hash(&index.to_be_bytes());
                assert!(verify_inclusion(&leaf, index, size, &top, &proof));
                assert!(!verify_inclusion(&leaf_hash(b"other"), index, size, &top, &proof));
                assert!(!verify_inclusion(&leaf, index + 1, size, &top, &proof));
                let longer: Vec<_> = proof.iter().copied().chain([top]).collect();
                assert!(!verify_inclusion(&leaf, index, size, &top, &longer));
            }
        }
    }

    #[test]
    fn acc_4_growth_is_proven_and_a_fork_is_not() {
        for new in 0..40 {
            let hashes = leaves(new);
            let new_root = root(&hashes, new).unwrap();
            for old in 0..=new {
                let old_root = root(&hashes, old).unwrap();
                let proof = prove_consistency(&hashes, old, new).unwrap();
                assert!(verify_consistency(old, &old_root, new, &new_root, &proof), "{old} {new}");
                let forked = Digest::of(b"fork");
                assert!(!verify_consistency(old, &forked, new, &new_root, &proof), "{old} {new}");
                if old > 0 && old < new {
                    assert!(!verify_consistency(old, &old_root, new, &forked, &proof), "{old} {new}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn acc_3_a_changed_proof_proves_nothing(size in 2u64..300, at in any::<u64>(), bit in 0usize..256) {
            let hashes = leaves(size);
            let index = at % size;
            let top = root(&hashes, size).unwrap();
            let mut proof = prove_inclusion(&hashes, index, size).unwrap();
            let place = (at as usize) % proof.len();
            proof[place].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify_inclusion(&leaf_hash(&index.to_be_bytes()), index, size, &top, &proof));
        }
    }
}
