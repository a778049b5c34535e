//! How the learning rate changes during training.

use crate::NetError;
use crate::optimizer::option;
use serde::{Deserialize, Serialize};

/// A learning-rate schedule: a factor of the optimiser's rate, as a function of the time in epochs.
///
/// ```
/// use nets::{Decay, Schedule};
/// let schedule = Schedule { warm_up: 2.0, decay: Decay::Cosine { floor: 0.0 } };
/// assert_eq!(schedule.factor(1.0, 10.0), 0.5); // halfway up
/// assert_eq!(schedule.factor(2.0, 10.0), 1.0);
/// assert!((schedule.factor(6.0, 10.0) - 0.5).abs() < 1e-15); // halfway down
/// # assert!(schedule.check().is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Schedule {
    /// Epochs (not necessarily whole ones) in which the rate rises linearly to its full value.
    pub warm_up: f64,
    /// What comes after.
    pub decay: Decay,
}

/// How the learning rate falls, after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decay {
    /// It does not.
    #[default]
    Constant,
    /// Multiplied by `factor` every so many epochs.
    Step {
        /// Epochs from one change to the next.
        every: usize,
        /// The factor.
        factor: f64,
    },
    /// Multiplied by `factor` in the course of every epoch, continuously.
    Exponential {
        /// The factor.
        factor: f64,
    },
    /// Half a cosine from 1 to `floor` at the last epoch (Loshchilov and Hutter 2017).
    Cosine {
        /// The factor at the end.
        floor: f64,
    },
}

impl Schedule {
    /// The factor at a time, both in epochs from the beginning of training.
    pub fn factor(&self, time: f64, epochs: f64) -> f64 {
        if time < self.warm_up {
            return time / self.warm_up;
        }
        let since = time - self.warm_up;
        match self.decay {
            Decay::Constant => 1.0,
            Decay::Step { every, factor } => factor.powi((since / every as f64).floor() as i32),
            Decay::Exponential { factor } => factor.powf(since),
            Decay::Cosine { floor } => {
                let share = (since / (epochs - self.warm_up).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
                floor + (1.0 - floor) * 0.5 * (1.0 + (std::f64::consts::PI * share).cos())
            }
        }
    }

    /// Checks that all settings are in range.
    ///
    /// # Errors
    /// [`NetError::Option`] naming the first that is not.
    pub fn check(&self) -> Result<(), NetError> {
        let warm_up = self.warm_up;
        option(
            warm_up.is_finite() && warm_up >= 0.0,
            "warm-up",
            warm_up,
            "a finite number of epochs",
        )?;
        let share = |name: &str, value: f64, least: bool| {
            let fine = value.is_finite() && value <= 1.0 && if least { value > 0.0 } else { value >= 0.0 };
            option(fine, name, value, "a number in (0, 1], or 0 for a floor")
        };
        match self.decay {
            Decay::Constant => Ok(()),
            Decay::Step { every, factor } => {
                option(every > 0, "epochs per step of the schedule", every, "at least 1")?;
                share("factor of the schedule", factor, true)
            }
            Decay::Exponential { factor } => share("factor of the schedule", factor, true),
            Decay::Cosine { floor } => share("floor of the schedule", floor, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_their_formulas() {
        let after = |decay, time| Schedule { warm_up: 1.0, decay }.factor(time, 9.0);
        assert_eq!(after(Decay::Constant, 5.0), 1.0);
        let step = Decay::Step {
            every: 2,
            factor: 0.5,
        };
        assert_eq!(
            [1.0, 2.9, 3.0, 5.5].map(|t| after(step, t)),
            [1.0, 1.0, 0.5, 0.25]
        );
        let exponential = Decay::Exponential { factor: 0.25 };
        assert_eq!([1.0, 1.5, 3.0].map(|t| after(exponential, t)), [1.0, 0.5, 0.0625]);
        let cosine = Decay::Cosine { floor: 0.2 };
        assert!((after(cosine, 9.0) - 0.2).abs() < 1e-15 && (after(cosine, 5.0) - 0.6).abs() < 1e-15);
        assert_eq!(after(cosine, 0.25), 0.25);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let of = |decay| Schedule { warm_up: 0.0, decay }.check().is_ok();
        assert!(!of(Decay::Exponential { factor: 0.0 }) && !of(Decay::Cosine { floor: 1.5 }));
        assert!(!of(Decay::Step {
            every: 0,
            factor: 0.5
        }));
        assert!(
            Schedule {
                warm_up: f64::NAN,
                decay: Decay::Constant
            }
            .check()
            .is_err()
        );
    }
}
