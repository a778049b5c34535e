//! Additive couplings: x = (a, b) ↦ (a, b + F(a)) for any network F, halves taking turns (Dinh, Krueger and Bengio, *NICE*, 2014).
//!
//! The inverse subtracts what was added, whatever F is. In floating point b + F(a) − F(a) is b only to rounding; on integers (the
//! numbers times 2^bits, F rounded: the lifting scheme, Sweldens 1996; Hoogeboom et al., *Integer discrete flows*, 2019) the
//! inverse is exact bit for bit.
//!
//! ```
//! use nalgebra::{dmatrix, dvector};
//! use nets::structure::coupling::Couplings;
//! use nets::{Activation, Dense, Network};
//! let shift = Network::new(vec![Dense::new(dmatrix![3.0], dvector![0.1], Activation::Tanh)?.into()])?;
//! let couplings = Couplings::new(vec![shift.clone(), shift])?;
//! let x = [12_345_678, -987];
//! let y = couplings.forward_lifted(&x, 20)?;
//! assert!(y != x && couplings.inverse_lifted(&y, 20)? == x);
//! # Ok::<(), nets::NetError>(())
//! ```

use crate::error::refuse;
use crate::layers::shape_error;
use crate::{NetError, Network};
use nalgebra::DVector;

/// The most bits behind the point.
pub const MAX_BITS: u32 = 40;

/// A stack of couplings, the first shifting the second half of its input.
#[derive(Debug, Clone, PartialEq)]
pub struct Couplings {
    shifts: Vec<Network>,
}

impl Couplings {
    /// A stack from its shifts, all from n to n numbers, for inputs of 2n.
    ///
    /// # Errors
    /// [`NetError::EmptyNetwork`] without shifts; [`NetError::Shape`] for a shift of another width.
    pub fn new(shifts: Vec<Network>) -> Result<Self, NetError> {
        let Some(half) = shifts.first().map(Network::input_width) else {
            return Err(NetError::EmptyNetwork);
        };
        for (index, shift) in shifts.iter().enumerate() {
            for (side, got) in [("input", shift.input_width()), ("output", shift.output_width())] {
                if got != half {
                    return Err(shape_error(&format!("{side} of shift {index}"), half, got));
                }
            }
        }
        Ok(Couplings { shifts })
    }

    /// Numbers in an input.
    pub fn width(&self) -> usize {
        2 * self.shifts[0].input_width()
    }

    fn check(&self, got: usize) -> Result<(), NetError> {
        if got == self.width() {
            Ok(())
        } else {
            Err(shape_error("input of a coupling", self.width(), got))
        }
    }

    /// Where the half that shift `index` reads begins, and where the half that it changes.
    fn halves(&self, index: usize) -> (usize, usize) {
        let half = self.width() / 2;
        if index.is_multiple_of(2) {
            (0, half)
        } else {
            (half, 0)
        }
    }

    /// The value at a point.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the point has not the stack's width.
    pub fn forward(&self, x: &DVector<f64>) -> Result<DVector<f64>, NetError> {
        self.check(x.len())?;
        let mut x = x.clone();
        for index in 0..self.shifts.len() {
            self.shift(&mut x, index, 1.0);
        }
        Ok(x)
    }

    /// The point with a value, to rounding.
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn inverse(&self, y: &DVector<f64>) -> Result<DVector<f64>, NetError> {
        self.check(y.len())?;
        let mut y = y.clone();
        for index in (0..self.shifts.len()).rev() {
            self.shift(&mut y, index, -1.0);
        }
        Ok(y)
    }

    fn shift(&self, x: &mut DVector<f64>, index: usize, sign: f64) {
        let (from, to) = self.halves(index);
        let half = self.width() / 2;
        let shift = self.shifts[index].forward(&x.rows(from, half).into_owned());
        let mut changed = x.rows_mut(to, half);
        changed += shift * sign;
    }

    /// The value at integers, which stand for themselves times 2^−bits. Sums wrap around, which the inverse undoes.
    ///
    /// # Errors
    /// [`NetError::Shape`] for other than the stack's width, [`NetError::Option`] for more than [`MAX_BITS`] bits.
    pub fn forward_lifted(&self, x: &[i64], bits: u32) -> Result<Vec<i64>, NetError> {
        self.check_lifted(x, bits)?;
        let mut x = x.to_vec();
        for index in 0..self.shifts.len() {
            self.shift_lifted(&mut x, index, bits, i64::wrapping_add);
        }
        Ok(x)
    }

    /// The integers with a value, bit for bit.
    ///
    /// # Errors
    /// As [`forward_lifted`](Self::forward_lifted).
    pub fn inverse_lifted(&self, y: &[i64], bits: u32) -> Result<Vec<i64>, NetError> {
        self.check_lifted(y, bits)?;
        let mut y = y.to_vec();
        for index in (0..self.shifts.len()).rev() {
            self.shift_lifted(&mut y, index, bits, i64::wrapping_sub);
        }
        Ok(y)
    }

    fn check_lifted(&self, x: &[i64], bits: u32) -> Result<(), NetError> {
        self.check(x.len())?;
        if bits > MAX_BITS {
            return refuse("bits", bits, "an integer from 0 to 40");
        }
        Ok(())
    }

    fn shift_lifted(&self, x: &mut [i64], index: usize, bits: u32, apply: fn(i64, i64) -> i64) {
        let (from, to) = self.halves(index);
        let half = self.width() / 2;
        let scale = (1u64 << bits) as f64;
        let read = DVector::from_iterator(half, x[from..from + half].iter().map(|&v| v as f64 / scale));
        let shift = self.shifts[index].forward(&read);
        for (value, shift) in x[to..to + half].iter_mut().zip(shift.iter()) {
            // A cast from a float saturates, to the same number both ways.
            *value = apply(*value, (shift * scale).round_ties_even() as i64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use crate::{Activation, Dense};
    use nalgebra::DMatrix;
    use rand::{Rng, RngExt};
    use rand_distr::{Distribution, StandardNormal};

    fn shift(half: usize, rng: &mut impl Rng) -> Network {
        let mut dense = |rows, columns, activation| {
            let weights = DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(rng));
            Dense::new(weights, DVector::zeros(rows), activation).unwrap()
        };
        let layers = vec![
            dense(7, half, Activation::Relu).into(),
            dense(half, 7, Activation::Linear).into(),
        ];
        Network::new(layers).unwrap()
    }

    #[test]
    fn inverses_are_exact_on_integers_and_to_rounding_on_floats() {
        let mut rng = stream(4, Purpose::Ensemble, 0, 0);
        let couplings = Couplings::new((0..6).map(|_| shift(3, &mut rng)).collect()).unwrap();
        let mut inexact = 0;
        for _ in 0..200 {
            let x = DVector::from_fn(6, |_, _| StandardNormal.sample(&mut rng));
            let back = couplings.inverse(&couplings.forward(&x).unwrap()).unwrap();
            let scale = couplings.forward(&x).unwrap().amax().max(1.0);
            assert!((&back - &x).amax() < 1e-12 * scale);
            inexact += u32::from(back != x);
            let integers: Vec<i64> = (0..6).map(|_| rng.random_range(-(1 << 40)..1 << 40)).collect();
            let lifted = couplings.forward_lifted(&integers, 30).unwrap();
            assert_eq!(couplings.inverse_lifted(&lifted, 30).unwrap(), integers);
        }
        // The control: floats are not inverted bit for bit.
        assert!(inexact > 100, "{inexact}");
        // Lifted values are those of the floats to the precision of the grid.
        let x = DVector::from_fn(6, |i, _| i as f64 / 8.0 - 0.5);
        let integers: Vec<i64> = x.iter().map(|v| (v * 2f64.powi(30)) as i64).collect();
        let lifted = couplings.forward_lifted(&integers, 30).unwrap();
        let value = couplings.forward(&x).unwrap();
        for (lifted, value) in lifted.iter().zip(value.iter()) {
            assert!((*lifted as f64 / 2f64.powi(30) - value).abs() < 1e-3 * value.abs().max(1.0));
        }
    }

    #[test]
    fn integers_that_overflow_come_back_too() {
        let mut rng = stream(9, Purpose::Ensemble, 0, 0);
        let couplings = Couplings::new(vec![shift(1, &mut rng), shift(1, &mut rng)]).unwrap();
        let x = [i64::MAX, i64::MIN];
        let y = couplings.forward_lifted(&x, 0).unwrap();
        assert_eq!(couplings.inverse_lifted(&y, 0).unwrap(), x);
    }

    #[test]
    fn misfits_are_refused() {
        assert!(matches!(Couplings::new(vec![]), Err(NetError::EmptyNetwork)));
        let mut rng = stream(9, Purpose::Ensemble, 0, 0);
        let shifts = vec![shift(2, &mut rng), shift(3, &mut rng)];
        assert!(
            Couplings::new(shifts)
                .unwrap_err()
                .to_string()
                .contains("input of shift 1")
        );
        let couplings = Couplings::new(vec![shift(2, &mut rng)]).unwrap();
        assert!(couplings.forward(&DVector::zeros(3)).is_err());
        let message = couplings.forward_lifted(&[0; 4], 41).unwrap_err().to_string();
        assert_eq!(message, "bits is 41: expected an integer from 0 to 40");
    }
}
