//! Recognition of alternating groups inside a group, with proof.
//!
//! **Giants.** A transitive group on n points with an element that has a cycle of prime length p, n/2 < p < n − 2,
//! contains the alternating group: no other cycle length is a multiple of p, so a power is a p-cycle; a nontrivial
//! block would have to be moved with all its p images or to contain the cycle, so the group is primitive; and a primitive
//! group with a p-cycle, p < n − 2, contains Alt (C. Jordan 1873; Wielandt, *Finite Permutation Groups*, 13.9). Among
//! the elements of Alt and Sym the proportion of such is about ln 2 / ln n.
//!
//! **Factors.** If the elements of G that keep a set Ω act on it as a group that contains Alt(Ω), |Ω| ≥ 5, and some
//! z ≠ 1 in G moves points of Ω only, then Alt(Ω) ≤ G: the conjugates of z under the stabilizer of Ω generate a
//! nontrivial normal subgroup of that group.

use crate::stabilizer_chain::images::Point;

/// The cycles of one element: a point of each and its length, fixed points included.
pub(crate) type Cycles = Vec<(u32, u32)>;

pub(crate) fn cycles_of<P: Point>(g: &[P]) -> Cycles {
    let mut seen = vec![false; g.len()];
    let mut cycles = Vec::new();
    for start in 0..g.len() {
        let (mut x, mut length) = (start, 0);
        while !std::mem::replace(&mut seen[x], true) {
            x = g[x].index();
            length += 1;
        }
        if length > 0 {
            cycles.push((start as u32, length));
        }
    }
    cycles
}

/// Whether cycles on `n` points prove that a transitive group with this element contains the alternating group.
pub(crate) fn proves_giant(n: usize, cycles: impl Iterator<Item = u32>) -> bool {
    cycles
        .map(|length| length as usize)
        .any(|p| 2 * p > n && p + 2 < n && is_prime(p))
}

fn is_prime(p: usize) -> bool {
    p >= 2 && (2..).take_while(|d| d * d <= p).all(|d| !p.is_multiple_of(d))
}

/// Whether some power of an element with these cycles moves points inside a set and none outside: whether the length
/// of a cycle inside does not divide the least common multiple of those outside.
pub(crate) fn has_power_inside(cycles: &Cycles, is_inside: impl Fn(u32) -> bool) -> bool {
    let outside: Vec<u32> = cycles
        .iter()
        .filter(|(x, _)| !is_inside(*x))
        .map(|&(_, length)| length)
        .collect();
    cycles.iter().filter(|(x, _)| is_inside(*x)).any(|&(_, length)| {
        let mut covered = 1;
        for &other in &outside {
            covered = num_integer::lcm(covered, num_integer::gcd(length, other));
        }
        covered != length
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycle_types_prove_what_they_should() {
        assert!(proves_giant(8, [5, 3].into_iter()));
        // A 7-cycle on 8 points occurs in PSL(2,7), an 11-cycle on 12 in M11, a 23-cycle on 24 in M24.
        assert!(!proves_giant(8, [7, 1].into_iter()));
        assert!(!proves_giant(12, [11, 1].into_iter()));
        assert!(!proves_giant(24, [23, 1].into_iter()));
        // AGL(3,2) has 7-cycles; PGL(2,8) on 9 points has 7-cycles, and 7 = 9 − 2.
        assert!(!proves_giant(9, [7, 1, 1].into_iter()));
        assert!(!proves_giant(10, [5, 5].into_iter()));
        assert!(proves_giant(10, [7, 3].into_iter()));
    }

    #[test]
    fn powers_inside_a_set() {
        // Cycles of length 6 inside and 4 outside: the power 4 moves inside only.
        assert!(has_power_inside(&vec![(0, 6), (6, 4)], |x| x < 6));
        assert!(!has_power_inside(&vec![(0, 6), (6, 4), (10, 3)], |x| x < 6));
        assert!(has_power_inside(&vec![(0, 2)], |_| true));
        assert!(!has_power_inside(&vec![(0, 1)], |_| true));
    }
}
