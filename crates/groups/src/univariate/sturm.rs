//! Real roots of rational polynomials, counted exactly (Sturm's theorem).

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::Univariate;

impl Univariate<BigRational> {
    /// The number of distinct real roots.
    ///
    /// ```
    /// use groups::univariate::Univariate;
    /// assert_eq!(Univariate::from_integers(&[-2, 0, 0, 1]).real_root_count(), 1);
    /// assert_eq!(Univariate::from_integers(&[1, -2, 1]).real_root_count(), 1);
    /// ```
    pub fn real_root_count(&self) -> usize {
        let sequence = self.sturm_sequence();
        let at_infinity = |negative: bool| {
            sequence.iter().map(move |f| {
                let odd = f.degree().is_some_and(|degree| degree % 2 == 1);
                let positive = f.leading().is_some_and(Signed::is_positive);
                if positive != (negative && odd) { 1 } else { -1 }
            })
        };
        variations(at_infinity(true)) - variations(at_infinity(false))
    }

    /// The number of distinct roots in the half-open interval `(low, high]`.
    pub fn real_roots_between(&self, low: &BigRational, high: &BigRational) -> usize {
        let sequence = self.sturm_sequence();
        let at = |x: &BigRational| {
            let signs = sequence.iter().map(|f| {
                let value = f.evaluate(x);
                if value.is_zero() {
                    0
                } else if value.is_positive() {
                    1
                } else {
                    -1
                }
            });
            variations(signs.collect::<Vec<_>>().into_iter())
        };
        at(low).saturating_sub(at(high))
    }

    /// The Sturm sequence of the squarefree part.
    fn sturm_sequence(&self) -> Vec<Self> {
        let mut sequence = Vec::new();
        let (mut a, mut b) = (self.squarefree_part(), self.squarefree_part().derivative());
        while !a.is_zero() {
            let rest = a.div_rem(&b).map_or_else(Self::zero, |(_, rest)| rest);
            sequence.push(a);
            // A positive multiple keeps the signs and the coefficients small.
            let scale = rest.leading().map(|c| -c.abs().recip());
            (a, b) = (b, scale.map_or_else(Self::zero, |scale| rest.scaled(&scale)));
        }
        sequence
    }
}

/// The number of sign changes, zeros skipped.
fn variations(signs: impl Iterator<Item = i32>) -> usize {
    let signs: Vec<i32> = signs.filter(|sign| *sign != 0).collect();
    signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;

    #[test]
    fn counts_the_roots_of_known_polynomials() {
        // (x - 1)^2 (x + 3)(x^2 + 1)
        let f = &(&Univariate::from_integers(&[1, -2, 1]) * &Univariate::from_integers(&[3, 1]))
            * &Univariate::from_integers(&[1, 0, 1]);
        assert_eq!(f.real_root_count(), 2);
        assert_eq!(f.real_roots_between(&rational(0, 1), &rational(1, 1)), 1);
        assert_eq!(
            f.real_roots_between(&rational(-3, 1), &rational(0, 1)),
            0,
            "open at the left end"
        );
        // Chebyshev T8 has 8 roots in (-1, 1).
        let t8 = Univariate::from_integers(&[1, 0, -32, 0, 160, 0, -256, 0, 128]);
        assert_eq!(t8.real_root_count(), 8);
        assert_eq!(t8.real_roots_between(&rational(-1, 1), &rational(1, 1)), 8);
        assert_eq!(Univariate::from_integers(&[7]).real_root_count(), 0);
        assert_eq!(Univariate::<BigRational>::zero().real_root_count(), 0);
    }
}
