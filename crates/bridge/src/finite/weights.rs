//! The symmetries of a hidden layer that leave the function of a network alone, and how many different weights they make.

use std::collections::BTreeMap;

use num_bigint::BigUint;
use num_traits::One;

use crate::BridgeError;
use crate::error::refuse;

/// The finite symmetry group of a hidden layer of k units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenSymmetry {
    /// Permutations of the units, for any activation: order k!.
    Permutations,
    /// Permutations with sign flips of a unit's weights in and out, for odd activations: order k! 2^k.
    SignedPermutations,
}

impl HiddenSymmetry {
    /// The symmetries for an activation: `tanh`, `erf`, `linear` and `sin` are odd; `sigmoid`, `relu`, `gelu`, `silu` and
    /// anything `permutations only` permute. (Sigmoid units flip with a change of the output bias, ReLU units scale: neither
    /// is counted, and ReLU has to say `permutations only`.)
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for other names.
    pub fn of_activation(name: &str) -> Result<Self, BridgeError> {
        let lower = name.to_lowercase();
        let starts = |names: &[&str]| names.iter().any(|known| lower.trim().starts_with(known));
        if lower.contains("permutations only") && !lower.contains("signed") {
            return Ok(HiddenSymmetry::Permutations);
        }
        if starts(&["tanh", "erf", "sin", "linear", "identity"]) && !starts(&["sinc"]) {
            return Ok(HiddenSymmetry::SignedPermutations);
        }
        if starts(&["sigmoid", "logistic", "gelu", "silu", "swish", "softplus", "elu"]) {
            return Ok(HiddenSymmetry::Permutations);
        }
        refuse(
            "activation",
            format!("`{name}`"),
            "tanh, erf, sin, linear, sigmoid, gelu, silu, softplus, or a name followed by `permutations only`",
        )
    }

    fn order(self, units: usize) -> BigUint {
        let permutations = (1..=units).fold(BigUint::one(), |product, k| product * k);
        match self {
            HiddenSymmetry::Permutations => permutations,
            HiddenSymmetry::SignedPermutations => permutations << units,
        }
    }
}

/// An orbit of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightOrbit {
    /// The order of the symmetry group.
    pub group_order: BigUint,
    /// The order of the subgroup that leaves these weights where they are.
    pub isotropy: BigUint,
    /// The number of different weights with this function: the quotient.
    pub orbit: BigUint,
}

/// The orbit of the weights of a hidden layer, each unit given by all its weights, in and out.
///
/// Equal units may be swapped; with signs, units that are equal up to sign may, and a unit of zeros may be flipped besides:
/// the isotropy is a product of m! over classes of m units, times 2^z for z units of zeros.
///
/// # Errors
/// [`BridgeError::Parameter`] for units with different numbers of weights or weights that are no numbers.
///
/// ```
/// use bridge::finite::weights::{HiddenSymmetry, weight_orbit};
/// let units = [vec![1.0, 2.0], vec![-1.0, -2.0], vec![0.0, 0.0]];
/// let orbit = weight_orbit(HiddenSymmetry::SignedPermutations, &units)?;
/// assert_eq!((orbit.group_order, orbit.isotropy, orbit.orbit), (48u32.into(), 4u32.into(), 12u32.into()));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn weight_orbit(symmetry: HiddenSymmetry, units: &[Vec<f64>]) -> Result<WeightOrbit, BridgeError> {
    const KEY: &str = "units_w_then_v";
    let width = units.first().map_or(0, Vec::len);
    if units
        .iter()
        .any(|unit| unit.len() != width || unit.iter().any(|w| !w.is_finite()))
    {
        return refuse(
            KEY,
            "a list of unequal rows",
            "one row of finite weights for each unit, all of one length",
        );
    }
    let signed = symmetry == HiddenSymmetry::SignedPermutations;
    // How many units there are of each kind; −0 is 0.
    let mut classes: BTreeMap<Vec<u64>, u32> = BTreeMap::new();
    for unit in units {
        let first = unit.iter().find(|w| **w != 0.0);
        let sign = if signed && first.is_some_and(|w| *w < 0.0) {
            -1.0
        } else {
            1.0
        };
        let bits = unit.iter().map(|w| (sign * w + 0.0).to_bits());
        *classes.entry(bits.collect()).or_default() += 1;
    }
    let zero: Vec<u64> = vec![0.0f64.to_bits(); width];
    let mut isotropy: BigUint = classes
        .values()
        .map(|&count| (1..=count).fold(BigUint::one(), |product, k| product * k))
        .product();
    if signed {
        isotropy <<= classes.get(&zero).copied().unwrap_or(0);
    }
    let group_order = symmetry.order(units.len());
    Ok(WeightOrbit {
        orbit: &group_order / &isotropy,
        group_order,
        isotropy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use groups::catalog::parse_group;
    use std::collections::HashSet;

    /// All signed permutations, applied.
    #[test]
    fn orbits_by_enumeration() {
        let cases: [&[[i32; 2]]; 6] = [
            &[[1, 2], [3, 1], [2, 2]],
            &[[1, 2], [1, 2], [2, 2]],
            &[[1, 2], [-1, -2], [1, 2], [0, 0]],
            &[[0, 0], [0, 0], [0, 1]],
            &[[0, 1], [0, -1]],
            &[[5, 5]],
        ];
        for units in cases {
            let k = units.len();
            let floats: Vec<Vec<f64>> = units
                .iter()
                .map(|u| u.iter().map(|&w| f64::from(w)).collect())
                .collect();
            let group = parse_group(&format!("S{k}")).unwrap();
            for symmetry in [HiddenSymmetry::Permutations, HiddenSymmetry::SignedPermutations] {
                let flips = if symmetry == HiddenSymmetry::Permutations {
                    1u32
                } else {
                    1 << k
                };
                let mut images = HashSet::new();
                for g in group.elements() {
                    for flip in 0..flips {
                        let sign = |i: usize| if flip >> i & 1 == 1 { -1 } else { 1 };
                        let image: Vec<[i32; 2]> =
                            (0..k).map(|i| units[g.image(i)].map(|w| sign(i) * w)).collect();
                        images.insert(image);
                    }
                }
                let found = weight_orbit(symmetry, &floats).unwrap();
                assert_eq!(found.orbit, images.len().into(), "{units:?} {symmetry:?}");
                assert_eq!(&found.orbit * &found.isotropy, found.group_order);
            }
        }
    }

    #[test]
    fn activations() {
        use HiddenSymmetry::*;
        assert_eq!(HiddenSymmetry::of_activation("tanh").unwrap(), SignedPermutations);
        assert_eq!(
            HiddenSymmetry::of_activation("sigmoid, permutations only").unwrap(),
            Permutations
        );
        assert_eq!(
            HiddenSymmetry::of_activation("relu, permutations only").unwrap(),
            Permutations
        );
        assert!(
            HiddenSymmetry::of_activation("relu")
                .unwrap_err()
                .to_string()
                .contains("`activation`")
        );
        assert!(weight_orbit(Permutations, &[vec![1.0], vec![]]).is_err());
    }
}
