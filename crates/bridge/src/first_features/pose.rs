//! Groups of poses and the laws that poses are drawn from.
//!
//! Only SO(2) has an invariant probability. SE(2) and GL(2) are not compact, so a law of poses in them is a choice, which
//! has a name here and is never made silently.

use std::f64::consts::TAU;
use std::fmt;
use std::str::FromStr;

use nets::Pose;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::BridgeError;
use crate::error::refuse;

/// A group of maps of the plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Rotations about the origin.
    So2,
    /// Rotations and translations.
    Se2,
    /// Invertible linear maps.
    Gl2,
}

impl Group {
    /// A basis of the Lie algebra as derivatives of poses: the rotation, translations along the axes, entries of a matrix.
    pub fn generators(self) -> &'static [Pose] {
        const TURN: Pose = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]];
        const RIGHT: Pose = [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]];
        const DOWN: Pose = [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]];
        const ENTRIES: [Pose; 4] = [
            [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
            [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]],
            [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]],
            [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        ];
        match self {
            Group::So2 => &[TURN],
            Group::Se2 => &[TURN, RIGHT, DOWN],
            Group::Gl2 => &ENTRIES,
        }
    }
}

/// A law of poses.
///
/// ```
/// use bridge::first_features::pose::PoseMeasure;
/// let measure: PoseMeasure = "gl2:0.6,1.3".parse()?;
/// assert_eq!(measure.to_string(), "gl2:0.6,1.3");
/// let error = "gl2".parse::<PoseMeasure>().unwrap_err().to_string();
/// assert!(error.contains("no invariant probability"));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PoseMeasure {
    /// Rotations by an angle uniform within ∓ a number of degrees; 180 is Haar measure.
    Turns(f64),
    /// A uniform angle and a uniform shift within ∓ a number in both coordinates.
    Motions(f64),
    /// R·S·R′ with uniform rotations R, R′ and S diagonal with logarithmically uniform singular values between two numbers,
    /// the second one of either sign.
    Linear(f64, f64),
}

impl PoseMeasure {
    /// The group that the poses lie in.
    pub fn group(&self) -> Group {
        match self {
            PoseMeasure::Turns(_) => Group::So2,
            PoseMeasure::Motions(_) => Group::Se2,
            PoseMeasure::Linear(..) => Group::Gl2,
        }
    }

    /// Draws a pose.
    pub fn sample(&self, rng: &mut impl Rng) -> Pose {
        let angle = |rng: &mut _| TAU * unit(rng);
        match *self {
            PoseMeasure::Turns(half) => turn(half.to_radians() * (2.0 * unit(rng) - 1.0)),
            PoseMeasure::Motions(shift) => {
                let mut pose = turn(angle(rng));
                for row in &mut pose {
                    row[2] = shift * (2.0 * unit(rng) - 1.0);
                }
                pose
            }
            PoseMeasure::Linear(low, high) => {
                let mut stretch = || low * libm::pow(high / low, unit(rng));
                let (a, b) = (stretch(), stretch());
                let b = if rng.random::<bool>() { b } else { -b };
                let (left, right) = (turn(angle(rng)), turn(angle(rng)));
                let entry = |i: usize, j: usize| left[i][0] * a * right[0][j] + left[i][1] * b * right[1][j];
                [[entry(0, 0), entry(0, 1), 0.0], [entry(1, 0), entry(1, 1), 0.0]]
            }
        }
    }
}

fn unit(rng: &mut impl Rng) -> f64 {
    rng.random::<f64>()
}

fn turn(angle: f64) -> Pose {
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    [[cos, -sin, 0.0], [sin, cos, 0.0]]
}

impl fmt::Display for PoseMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PoseMeasure::Turns(180.0) => f.pad("so2"),
            PoseMeasure::Turns(half) => f.pad(&format!("so2:{half}")),
            PoseMeasure::Motions(shift) => f.pad(&format!("se2:{shift}")),
            PoseMeasure::Linear(low, high) => f.pad(&format!("gl2:{low},{high}")),
        }
    }
}

impl From<PoseMeasure> for String {
    fn from(measure: PoseMeasure) -> String {
        measure.to_string()
    }
}

impl TryFrom<String> for PoseMeasure {
    type Error = BridgeError;
    fn try_from(text: String) -> Result<Self, BridgeError> {
        text.parse()
    }
}

impl FromStr for PoseMeasure {
    type Err = BridgeError;

    /// Reads `so2`, `so2:DEGREES`, `se2:SHIFT` or `gl2:LOW,HIGH`.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for anything else, above all for a group without invariant probability and no box.
    fn from_str(text: &str) -> Result<Self, BridgeError> {
        const FORMS: &str =
            "so2, so2:DEGREES (above 0, at most 180), se2:SHIFT (from 0) or gl2:LOW,HIGH (0 < LOW < HIGH)";
        let lower = text.trim().to_lowercase();
        let (group, rest) = match lower.split_once(':') {
            Some((group, rest)) => (group, Some(rest)),
            None => (lower.as_str(), None),
        };
        let numbers: Option<Vec<f64>> = rest
            .unwrap_or_default()
            .split(',')
            .filter(|part| !part.is_empty())
            .map(|part| part.trim().parse().ok().filter(|v: &f64| v.is_finite()))
            .collect();
        match (group, numbers.as_deref()) {
            ("so2", Some([])) if rest.is_none() => Ok(PoseMeasure::Turns(180.0)),
            ("so2", Some(&[half])) if half > 0.0 && half <= 180.0 => Ok(PoseMeasure::Turns(half)),
            ("se2", Some(&[shift])) if shift >= 0.0 => Ok(PoseMeasure::Motions(shift)),
            ("gl2", Some(&[low, high])) if 0.0 < low && low < high => Ok(PoseMeasure::Linear(low, high)),
            ("se2" | "gl2", Some([])) => refuse(
                "measure",
                format!("'{text}', a group with no invariant probability"),
                "the box that poses are drawn from: se2:SHIFT or gl2:LOW,HIGH, for example se2:0.3 or gl2:0.6,1.3",
            ),
            _ => refuse("measure", format!("'{text}'"), FORMS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::first_features::stream;

    #[test]
    fn poses_lie_in_their_boxes() {
        let mut rng = stream(3, "poses");
        for _ in 0..300 {
            let [[a, b, _], [c, d, _]] = PoseMeasure::Linear(0.6, 1.3).sample(&mut rng);
            // det² and ‖·‖² bound the singular values: s₁s₂ and s₁² + s₂².
            let (product, squares) = ((a * d - b * c).abs(), a * a + b * b + c * c + d * d);
            let root = (squares * squares - 4.0 * product * product).max(0.0).sqrt();
            let (large, small) = (((squares + root) / 2.0).sqrt(), ((squares - root) / 2.0).sqrt());
            assert!(small > 0.6 - 1e-9 && large < 1.3 + 1e-9);
            let [[a, b, x], [c, d, y]] = PoseMeasure::Motions(0.3).sample(&mut rng);
            assert!(x.abs() <= 0.3 && y.abs() <= 0.3 && (a * d - b * c - 1.0).abs() < 1e-12);
            let [[a, ..], [c, ..]] = PoseMeasure::Turns(30.0).sample(&mut rng);
            assert!(c.atan2(a).abs() <= 30f64.to_radians() + 1e-12);
        }
    }

    #[test]
    fn measures_are_read_and_refused() {
        for text in ["so2", "so2:30", "se2:0.3", "gl2:0.6,1.3"] {
            assert_eq!(text.parse::<PoseMeasure>().unwrap().to_string(), text);
        }
        for text in [
            "gl2",
            "se2",
            "GL2",
            "so2:",
            "so2:0",
            "so2:181",
            "se2:-1",
            "gl2:1,0.5",
            "gl2:0,1",
            "gl2:1",
            "gl2:a,b",
            "se2:nan",
            "o2",
            "",
        ] {
            assert!(text.parse::<PoseMeasure>().is_err(), "{text}");
        }
        assert!(
            "se2"
                .parse::<PoseMeasure>()
                .unwrap_err()
                .to_string()
                .contains("se2:0.3")
        );
    }
}
