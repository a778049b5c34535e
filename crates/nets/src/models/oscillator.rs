//! Layers as steps of the harmonic oscillator H = (p² + q²)/2: what explicit, implicit and symplectic steps keep
//! (Celledoni et al., arXiv 2006.03364; Hairer, Lubich and Wanner, *Geometric Numerical Integration*).

use crate::NetError;
use crate::error::refuse;

/// A point of the phase plane with a step length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Oscillator {
    q: f64,
    p: f64,
    step: f64,
}

impl Oscillator {
    /// A start, with a step length.
    ///
    /// # Errors
    /// [`NetError::Option`] for numbers that are not finite.
    pub fn new(q: f64, p: f64, step: f64) -> Result<Self, NetError> {
        for (option, value) in [("q0", q), ("p0", p), ("h", step)] {
            if !value.is_finite() {
                return refuse(option, value, "a finite number");
            }
        }
        Ok(Oscillator { q, p, step })
    }

    /// The energy after so many explicit Euler steps, over that before: (1 + h²)^n.
    ///
    /// ```
    /// let oscillator = nets::models::oscillator::Oscillator::new(1.0, 0.0, 0.1)?;
    /// assert!((oscillator.explicit_euler_energy_ratio(100) - 1.01f64.powi(100)).abs() < 1e-12);
    /// # Ok::<(), nets::NetError>(())
    /// ```
    pub fn explicit_euler_energy_ratio(&self, steps: u64) -> f64 {
        // Each step multiplies the vector by a rotation times √(1 + h²).
        (steps as f64 * (self.step * self.step).ln_1p()).exp()
    }

    /// The energy after so many steps of the implicit midpoint rule, over that before: 1, as each step is the rotation
    /// (1 + ihλ/2)/(1 − ihλ/2), a Cayley transform.
    pub fn implicit_midpoint_energy_ratio(&self, _steps: u64) -> f64 {
        1.0
    }

    /// (q, p) after so many symplectic Euler steps, p first: p ← p − h q, q ← q + h p.
    pub fn symplectic_euler(&self, steps: u64) -> (f64, f64) {
        (0..steps).fold((self.q, self.p), |(q, p), _| {
            let p = p - self.step * q;
            (q + self.step * p, p)
        })
    }

    /// p² + q² − h p q, which symplectic Euler keeps.
    pub fn modified_energy(&self, (q, p): (f64, f64)) -> f64 {
        p * p + q * q - self.step * p * q
    }

    /// How far the modified energy is from its start after so many symplectic steps, at the worst of them.
    pub fn conservation_error(&self, steps: u64) -> f64 {
        let start = self.modified_energy((self.q, self.p));
        let mut state = (self.q, self.p);
        let mut worst = 0.0f64;
        for _ in 0..steps {
            let p = state.1 - self.step * state.0;
            state = (state.0 + self.step * p, p);
            worst = worst.max((self.modified_energy(state) - start).abs());
        }
        worst
    }

    /// Whether symplectic Euler keeps bounded: |h| < 2, where the modified energy is a definite form.
    pub fn is_stable(&self) -> bool {
        self.step.abs() < 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_by_stepping() {
        for (h, steps) in [(0.1, 100u64), (0.5, 10), (1.5, 7)] {
            let oscillator = Oscillator::new(0.7, -0.4, h).unwrap();
            let energy = |(q, p): (f64, f64)| (q * q + p * p) / 2.0;
            let start = energy((0.7, -0.4));
            let euler = (0..steps).fold((0.7, -0.4), |(q, p), _| (q + h * p, p - h * q));
            let ratio = energy(euler) / start;
            assert!((ratio / oscillator.explicit_euler_energy_ratio(steps) - 1.0).abs() < 1e-12);
            // Midpoint: solve the 2 x 2 system of each step.
            let midpoint = (0..steps).fold((0.7, -0.4), |(q, p), _| {
                let (a, d) = (h / 2.0, 1.0 + h * h / 4.0);
                let (u, v) = (q + a * p, p - a * q);
                ((u + a * v) / d, (v - a * u) / d)
            });
            assert!(
                (energy(midpoint) / start - oscillator.implicit_midpoint_energy_ratio(steps)).abs() < 1e-12
            );
            assert!(oscillator.conservation_error(steps) < 1e-11);
            // The controls: the norm itself is not kept, nor the modified energy of the other sign.
            let end = oscillator.symplectic_euler(steps);
            assert!((energy(end) / start - 1.0).abs() > 1e-3, "{h}");
            let wrong = |(q, p): (f64, f64)| q * q + p * p + h * p * q;
            assert!((wrong(end) / wrong((0.7, -0.4)) - 1.0).abs() > 1e-3);
        }
        assert!(!Oscillator::new(1.0, 0.0, 2.1).unwrap().is_stable());
        assert!(
            Oscillator::new(1.0, 0.0, 2.1)
                .unwrap()
                .symplectic_euler(200)
                .0
                .abs()
                > 1e3
        );
        assert!(Oscillator::new(f64::NAN, 0.0, 1.0).is_err());
    }
}
