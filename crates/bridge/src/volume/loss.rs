//! Losses on a box, the inputs of nested sampling.

use groups::polynomial::Polynomial;
use num_traits::ToPrimitive;

use crate::BridgeError;

/// An analytic loss K ≥ 0 on the box [−b, b]^d.
pub trait BoxLoss: Sync {
    /// The number d of parameters.
    fn dimension(&self) -> usize;

    /// b, half the side of the box.
    fn half_width(&self) -> f64 {
        1.0
    }

    /// K at a point of the box.
    fn value(&self, w: &[f64]) -> f64;

    /// The smallest loss that the arithmetic still resolves: below it, values are rounding.
    fn floor(&self) -> f64 {
        1e-60
    }

    /// Whether level sets are expected to be bodies of one scale in each direction, where moves along differences of live
    /// points are enough; otherwise slices and shears reach into narrow arms.
    fn is_smooth(&self) -> bool {
        false
    }

    /// [c₀, c₁, c₂] if K with coordinate `index` replaced by x is c₀ + c₁x + c₂x², for losses that are quadratic in each
    /// parameter: their slices are then drawn exactly, from one evaluation.
    fn quadratic_along(&self, _w: &[f64], _index: usize) -> Option<[f64; 3]> {
        None
    }
}

/// ∏ wᵢ^kᵢ with even exponents: a normal crossing.
///
/// λ = min 1/kᵢ, and m is the number of exponents that reach it.
#[derive(Debug, Clone)]
pub struct MonomialLoss {
    exponents: Vec<i32>,
}

impl MonomialLoss {
    /// The loss with these exponents.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] if an exponent is odd or above 64, or all are 0.
    pub fn new(exponents: &[u32]) -> Result<Self, BridgeError> {
        let fine = exponents.iter().all(|&k| k % 2 == 0 && k <= 64) && exponents.iter().any(|&k| k > 0);
        if !fine {
            return Err(BridgeError::Parameter {
                key: "exponents of a normal crossing".to_owned(),
                got: format!("{exponents:?}"),
                expected: "even numbers of at most 64, not all 0".to_owned(),
            });
        }
        let exponents = exponents.iter().map(|&k| k as i32).collect();
        Ok(MonomialLoss { exponents })
    }

    /// The true (λ, m): Watanabe 2009, for a loss in normal crossing form.
    pub fn theory(&self) -> (f64, u32) {
        let largest = self.exponents.iter().copied().max().unwrap_or(0);
        let multiplicity = self.exponents.iter().filter(|&&k| k == largest).count();
        (1.0 / f64::from(largest), multiplicity as u32)
    }
}

impl BoxLoss for MonomialLoss {
    fn dimension(&self) -> usize {
        self.exponents.len()
    }

    fn value(&self, w: &[f64]) -> f64 {
        let powers = w.iter().zip(&self.exponents).map(|(w, &k)| w.powi(k));
        powers.product()
    }
}

/// A polynomial with rational coefficients, as it stands or squared.
#[derive(Debug, Clone)]
pub struct PolynomialLoss {
    /// Coefficient, then exponents.
    terms: Vec<(f64, Vec<i32>)>,
    dimension: usize,
    half_width: f64,
}

impl PolynomialLoss {
    /// A polynomial that is nowhere negative on the box [−b, b]^d.
    ///
    /// Nested sampling refuses negative values where it meets them; a polynomial that changes sign is to be squared.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] if the polynomial has no variable or is zero, or the box is empty.
    pub fn new(polynomial: &Polynomial, half_width: f64) -> Result<Self, BridgeError> {
        if polynomial.variables() == 0 || polynomial.is_zero() {
            return Err(BridgeError::Parameter {
                key: "loss".to_owned(),
                got: polynomial.to_string(),
                expected: "a polynomial in at least one variable that is not 0".to_owned(),
            });
        }
        if !(half_width.is_finite() && half_width > 0.0) {
            return Err(BridgeError::Parameter {
                key: "half the side of the box".to_owned(),
                got: half_width.to_string(),
                expected: "a finite number above 0".to_owned(),
            });
        }
        let terms = polynomial.terms().map(|(monomial, coefficient)| {
            let exponents = monomial.exponents().iter().map(|&e| e as i32).collect();
            (coefficient.to_f64().unwrap_or(f64::NAN), exponents)
        });
        Ok(PolynomialLoss {
            terms: terms.collect(),
            dimension: polynomial.variables(),
            half_width,
        })
    }

    /// Terms that are all monomials with even exponents and positive coefficients lose nothing to cancellation.
    fn is_sum_of_even_monomials(&self) -> bool {
        self.terms
            .iter()
            .all(|(c, exponents)| *c > 0.0 && exponents.iter().all(|e| e % 2 == 0))
    }
}

impl BoxLoss for PolynomialLoss {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn half_width(&self) -> f64 {
        self.half_width
    }

    fn value(&self, w: &[f64]) -> f64 {
        let term = |(c, exponents): &(f64, Vec<i32>)| {
            let powers = w.iter().zip(exponents).filter(|(_, e)| **e > 0);
            c * powers.map(|(w, &e)| w.powi(e)).product::<f64>()
        };
        self.terms.iter().map(term).sum()
    }

    fn floor(&self) -> f64 {
        if self.is_sum_of_even_monomials() {
            return 1e-60;
        }
        let largest = self
            .terms
            .iter()
            .map(|(c, e)| c.abs() * self.half_width.powi(e.iter().sum()))
            .sum::<f64>();
        largest * 1e-13
    }
}

/// Reduced-rank regression at its optimum: K(A, B) = ‖BA − T‖² for A of shape H × M, B of shape N × H, and T of rank r.
///
/// λ and m are known (Aoyagi and Watanabe 2005, [`ReducedRankLoss::theory`]). The parameters are A by rows, then B by
/// rows; T is the r × r identity in the corner, which is as good as any matrix of rank r.
#[derive(Debug, Clone)]
pub struct ReducedRankLoss {
    inputs: usize,
    hidden: usize,
    outputs: usize,
    rank: usize,
}

impl ReducedRankLoss {
    /// M inputs, H hidden units, N outputs, true rank r.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] if a width is 0 or above 64, or the rank is above the smallest of them.
    pub fn new(inputs: usize, hidden: usize, outputs: usize, rank: usize) -> Result<Self, BridgeError> {
        let widths = [inputs, hidden, outputs];
        let smallest = inputs.min(hidden).min(outputs);
        if widths.iter().any(|w| !(1..=64).contains(w)) || rank > smallest {
            return Err(BridgeError::Parameter {
                key: "reduced-rank regression".to_owned(),
                got: format!("{inputs},{hidden},{outputs},{rank}"),
                expected: "widths from 1 to 64, and a rank of at most the smallest of them".to_owned(),
            });
        }
        Ok(ReducedRankLoss {
            inputs,
            hidden,
            outputs,
            rank,
        })
    }

    /// The true (λ, m): Aoyagi and Watanabe, *Stochastic complexities of reduced rank regression in Bayesian
    /// estimation*, Neural Networks 18 (2005), main theorem.
    pub fn theory(&self) -> (f64, u32) {
        let (m, h, n, r) = (
            self.inputs as f64,
            self.hidden as f64,
            self.outputs as f64,
            self.rank as f64,
        );
        if m + h < n + r {
            return ((h * m - h * r + n * r) / 2.0, 1);
        }
        if n + h < m + r {
            return ((h * n - h * r + m * r) / 2.0, 1);
        }
        if m + n < h + r {
            return (m * n / 2.0, 1);
        }
        let odd = (self.inputs + self.hidden + self.outputs + self.rank) % 2 == 1;
        let even = -(h + r).powi(2) - m * m - n * n + 2.0 * (h + r) * (m + n) + 2.0 * m * n;
        if odd {
            ((even + 1.0) / 8.0, 2)
        } else {
            (even / 8.0, 1)
        }
    }

    fn split<'a>(&self, w: &'a [f64]) -> (&'a [f64], &'a [f64]) {
        w.split_at(self.hidden * self.inputs)
    }

    /// (BA − T)[row, column].
    fn entry(&self, w: &[f64], row: usize, column: usize) -> f64 {
        let (a, b) = self.split(w);
        let product: f64 = (0..self.hidden)
            .map(|h| b[row * self.hidden + h] * a[h * self.inputs + column])
            .sum();
        let target = f64::from(u8::from(row == column && row < self.rank));
        product - target
    }
}

impl BoxLoss for ReducedRankLoss {
    fn dimension(&self) -> usize {
        self.hidden * (self.inputs + self.outputs)
    }

    /// Wide enough for the optimum to lie inside.
    fn half_width(&self) -> f64 {
        if self.rank == 0 { 1.0 } else { 1.5 }
    }

    fn value(&self, w: &[f64]) -> f64 {
        let entries = (0..self.outputs).flat_map(|row| (0..self.inputs).map(move |column| (row, column)));
        entries
            .map(|(row, column)| self.entry(w, row, column).powi(2))
            .sum()
    }

    fn floor(&self) -> f64 {
        if self.rank == 0 { 1e-60 } else { 1e-24 }
    }

    /// A parameter of A reaches one column of BA, and one of B one row, with the parameters opposite as factors.
    fn quadratic_along(&self, w: &[f64], index: usize) -> Option<[f64; 3]> {
        let (a, b) = self.split(w);
        let here = w[index];
        let (mut linear, mut square) = (0.0, 0.0);
        let mut add = |error: f64, factor: f64| {
            linear += 2.0 * error * factor;
            square += factor * factor;
        };
        if index < a.len() {
            let (hidden, column) = (index / self.inputs, index % self.inputs);
            (0..self.outputs).for_each(|row| add(self.entry(w, row, column), b[row * self.hidden + hidden]));
        } else {
            let (row, hidden) = ((index - a.len()) / self.hidden, (index - a.len()) % self.hidden);
            (0..self.inputs)
                .for_each(|column| add(self.entry(w, row, column), a[hidden * self.inputs + column]));
        }
        // From an expansion about the present coordinate to one about 0.
        let value = self.value(w);
        Some([
            value - linear * here + square * here * here,
            linear - 2.0 * square * here,
            square,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theory_of_reduced_rank_regression_is_the_published_table() {
        // devinterp's table of rank 0, and the full-rank case (H(M + N) − H²)/2.
        for (m, h, n, r, lambda, multiplicity) in [
            (5, 3, 5, 0, 6.5, 2),
            (5, 4, 5, 0, 8.0, 1),
            (4, 3, 8, 0, 6.0, 1),
            (8, 3, 4, 0, 6.0, 1),
            (3, 8, 4, 0, 6.0, 1),
            (2, 1, 2, 1, 1.5, 1),
            (2, 1, 2, 0, 1.0, 2),
        ] {
            let loss = ReducedRankLoss::new(m, h, n, r).expect("in range");
            let (l, k) = loss.theory();
            assert_eq!((l, k), (lambda, multiplicity), "{m},{h},{n},{r}");
        }
    }

    #[test]
    fn losses_out_of_range_are_refused() {
        assert!(MonomialLoss::new(&[3]).is_err() && MonomialLoss::new(&[0, 0]).is_err());
        assert!(ReducedRankLoss::new(2, 1, 2, 2).is_err() && ReducedRankLoss::new(0, 1, 2, 0).is_err());
        let x = Polynomial::parse("x^2", None).expect("a polynomial");
        assert!(PolynomialLoss::new(&x, -1.0).is_err());
    }
}
