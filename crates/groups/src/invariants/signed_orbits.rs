//! Groups of signed permutations: the basis vectors of every tensor word are permuted up to sign.
//!
//! A vector is invariant when its coefficients follow the signs along each orbit of basis vectors. An orbit on which some
//! element maps a basis vector to its negative carries only zero; every other orbit carries one invariant, with
//! coefficients ±1.

use super::word::TensorWord;

/// For each basis vector its image, and whether the image is negated.
pub(super) type SignedImages = Vec<(u32, bool)>;

/// The action of a signed permutation of the basis of V on the basis of a word.
pub(super) fn action(word: &TensorWord, g: &SignedImages) -> SignedImages {
    match word {
        TensorWord::Trivial => vec![(0, false)],
        TensorWord::Vector => g.clone(),
        // A signed permutation matrix is its own transposed inverse.
        TensorWord::Dual(word) => action(word, g),
        TensorWord::Product(words) => {
            let mut images = vec![(0, false)];
            for word in words {
                let factor = action(word, g);
                let size = factor.len() as u32;
                let pairs = images.iter().flat_map(|&(a, x)| {
                    factor
                        .iter()
                        .map(move |&(b, y): &(u32, bool)| (a * size + b, x ^ y))
                });
                images = pairs.collect();
            }
            images
        }
        TensorWord::Sum(words) => {
            let mut images: SignedImages = Vec::new();
            for word in words {
                let offset = images.len() as u32;
                images.extend(action(word, g).into_iter().map(|(a, x)| (a + offset, x)));
            }
            images
        }
        TensorWord::Symmetric(k, word) => on_monomials(&action(word, g), *k, false),
        TensorWord::Alternating(k, word) => on_monomials(&action(word, g), *k, true),
    }
}

fn on_monomials(g: &SignedImages, k: usize, alternating: bool) -> SignedImages {
    let monomials = monomials(g.len(), k, alternating);
    monomials
        .iter()
        .map(|monomial| {
            let mut image: Vec<u32> = monomial.iter().map(|&i| g[i as usize].0).collect();
            let mut negative = monomial.iter().filter(|&&i| g[i as usize].1).count() % 2 == 1;
            let odd = sort(&mut image);
            negative ^= alternating && odd;
            let at = monomials.binary_search(&image);
            (at.expect("all monomials are listed") as u32, negative)
        })
        .collect()
}

/// The increasing sequences of k of n indices, in lexicographic order; strictly increasing ones when alternating.
pub(super) fn monomials(n: usize, k: usize, alternating: bool) -> Vec<Vec<u32>> {
    let mut all: Vec<Vec<u32>> = vec![Vec::new()];
    for _ in 0..k {
        all = all
            .iter()
            .flat_map(|prefix| {
                let first = prefix.last().map_or(0, |&last| last + u32::from(alternating));
                (first..n as u32).map(move |next| {
                    let mut longer = prefix.clone();
                    longer.push(next);
                    longer
                })
            })
            .collect();
    }
    all
}

/// Sorts, and says whether by an odd permutation; equal entries are left in their order.
pub(super) fn sort(indices: &mut [u32]) -> bool {
    let mut odd = false;
    for end in 1..indices.len() {
        let mut at = end;
        while at > 0 && indices[at - 1] > indices[at] {
            indices.swap(at - 1, at);
            odd = !odd;
            at -= 1;
        }
    }
    odd
}

/// The orbits that carry an invariant, each by its basis vectors in increasing order, with the signs of the coefficients;
/// the first coefficient is +1. By first basis vector.
pub(super) fn invariants(generators: &[SignedImages], dimension: usize) -> Vec<Vec<(u32, bool)>> {
    let mut sign: Vec<Option<bool>> = vec![None; dimension];
    let mut invariants = Vec::new();
    for start in 0..dimension {
        if sign[start].is_some() {
            continue;
        }
        sign[start] = Some(false);
        let mut orbit = vec![(start as u32, false)];
        let mut consistent = true;
        let mut at = 0;
        while at < orbit.len() {
            let (x, negative) = orbit[at];
            for g in generators {
                let (y, flips) = g[x as usize];
                let expected = negative ^ flips;
                match sign[y as usize] {
                    None => {
                        sign[y as usize] = Some(expected);
                        orbit.push((y, expected));
                    }
                    Some(known) => consistent &= known == expected,
                }
            }
            at += 1;
        }
        if consistent {
            orbit.sort_unstable();
            invariants.push(orbit);
        }
    }
    invariants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monomials_are_sorted_and_counted() {
        assert_eq!(monomials(4, 3, false).len(), 20);
        assert_eq!(
            monomials(4, 2, true),
            [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]
        );
        assert_eq!(monomials(2, 3, true).len(), 0);
        assert_eq!(monomials(0, 0, true), [[0u32; 0]]);
        assert!(monomials(5, 4, false).is_sorted());
    }

    /// A rotation of the square by a quarter turn, as a signed permutation: e_0 -> e_1 -> -e_0.
    #[test]
    fn an_orbit_that_meets_its_negative_carries_nothing() {
        let turn: SignedImages = vec![(1, false), (0, true)];
        assert!(invariants(&[action(&TensorWord::Vector, &turn)], 2).is_empty());
        // In V ⊗ V: the metric e_0e_0 + e_1e_1 and the area e_0e_1 - e_1e_0.
        let word = TensorWord::tensors(2, 0);
        let found = invariants(&[action(&word, &turn)], 4);
        assert_eq!(found, [vec![(0, false), (3, false)], vec![(1, false), (2, true)]]);
        let area = TensorWord::Alternating(2, Box::new(TensorWord::Vector));
        assert_eq!(action(&area, &turn), [(0, false)]);
    }
}
