//! Monomials, ordered by total degree and then reverse lexicographically.

use std::cmp::Ordering;

/// A product of powers of variables.
///
/// ```
/// use groups::polynomial::Monomial;
/// let (xz, y2) = (Monomial::new(vec![1, 0, 1]), Monomial::new(vec![0, 2, 0]));
/// assert!(y2 > xz, "grevlex: the smaller power of the last variable wins");
/// assert_eq!(xz.lcm(&y2).degree(), 4);
/// assert!(!xz.divides(&y2));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Monomial {
    degree: u32,
    exponents: Box<[u32]>,
}

impl Monomial {
    /// The monomial with these exponents; their sum must fit in 32 bits.
    pub fn new(exponents: Vec<u32>) -> Self {
        Monomial {
            degree: exponents.iter().sum(),
            exponents: exponents.into_boxed_slice(),
        }
    }

    pub(crate) fn one(variables: usize) -> Self {
        Self::new(vec![0; variables])
    }

    pub(crate) fn variable(variables: usize, index: usize) -> Self {
        let mut exponents = vec![0; variables];
        exponents[index] = 1;
        Self::new(exponents)
    }

    /// The exponents, one for each variable.
    pub fn exponents(&self) -> &[u32] {
        &self.exponents
    }

    /// The total degree.
    pub fn degree(&self) -> u32 {
        self.degree
    }

    /// The product of two monomials in the same variables.
    pub fn times(&self, other: &Self) -> Self {
        Self::new(
            self.exponents
                .iter()
                .zip(&other.exponents)
                .map(|(a, b)| a + b)
                .collect(),
        )
    }

    /// Whether `other` is a multiple of `self`.
    pub fn divides(&self, other: &Self) -> bool {
        self.exponents.iter().zip(&other.exponents).all(|(a, b)| a <= b)
    }

    /// `self / divisor`, `None` when it is no monomial.
    pub fn quotient(&self, divisor: &Self) -> Option<Self> {
        let exponents: Option<Vec<u32>> = self
            .exponents
            .iter()
            .zip(&divisor.exponents)
            .map(|(a, b)| a.checked_sub(*b))
            .collect();
        exponents.map(Self::new)
    }

    /// The least common multiple of two monomials.
    pub fn lcm(&self, other: &Self) -> Self {
        Self::new(
            self.exponents
                .iter()
                .zip(&other.exponents)
                .map(|(a, b)| *a.max(b))
                .collect(),
        )
    }

    /// One power less of the variable with this index, `None` when it does not occur.
    pub(crate) fn lowered(&self, index: usize) -> Option<Self> {
        let mut exponents = self.exponents.clone();
        exponents[index] = exponents[index].checked_sub(1)?;
        Some(Monomial {
            degree: self.degree - 1,
            exponents,
        })
    }

    /// One power more of the variable with this index.
    pub(crate) fn raised(&self, index: usize) -> Self {
        let mut exponents = self.exponents.clone();
        exponents[index] += 1;
        Monomial {
            degree: self.degree + 1,
            exponents,
        }
    }
}

impl Ord for Monomial {
    fn cmp(&self, other: &Self) -> Ordering {
        let reversed = || other.exponents.iter().rev().cmp(self.exponents.iter().rev());
        self.degree.cmp(&other.degree).then_with(reversed)
    }
}

impl PartialOrd for Monomial {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// All monomials of one degree in this many variables, in increasing order; there are C(n + d - 1, d).
pub fn monomials_of_degree(variables: usize, degree: u32) -> Vec<Monomial> {
    fn extend(prefix: &mut Vec<u32>, left: usize, degree: u32, out: &mut Vec<Monomial>) {
        if left == 1 {
            prefix.push(degree);
            out.push(Monomial::new(prefix.clone()));
            prefix.pop();
            return;
        }
        for exponent in 0..=degree {
            prefix.push(exponent);
            extend(prefix, left - 1, degree - exponent, out);
            prefix.pop();
        }
    }
    let mut monomials = Vec::new();
    match variables {
        0 => monomials.extend((degree == 0).then(|| Monomial::one(0))),
        _ => extend(
            &mut Vec::with_capacity(variables),
            variables,
            degree,
            &mut monomials,
        ),
    }
    monomials.sort_unstable();
    monomials
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_grevlex() {
        // Cox, Little, O'Shea: x > y > z, and in degree 2: x2 > xy > y2 > xz > yz > z2.
        let expected = [[0, 0, 2], [0, 1, 1], [1, 0, 1], [0, 2, 0], [1, 1, 0], [2, 0, 0]];
        let found: Vec<_> = monomials_of_degree(3, 2)
            .iter()
            .map(|m| m.exponents().to_vec())
            .collect();
        assert_eq!(found, expected);
        assert_eq!(monomials_of_degree(4, 5).len(), 56);
        assert_eq!(
            (monomials_of_degree(0, 0).len(), monomials_of_degree(0, 2).len()),
            (1, 0)
        );
    }

    #[test]
    fn quotients_exist_exactly_for_divisors() {
        let (a, b) = (Monomial::new(vec![1, 2]), Monomial::new(vec![2, 2]));
        assert_eq!(b.quotient(&a), Some(Monomial::new(vec![1, 0])));
        assert_eq!(a.quotient(&b), None);
        assert_eq!(a.lowered(0).unwrap().lowered(0), None);
    }
}
