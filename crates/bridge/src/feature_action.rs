//! A group acting on features: the one place where the conventions of `groups` and `nets` meet.
//!
//! A feature is a function x on the pixels of an image, stored row by row as a vector. A permutation g
//! of the pixels moves the value at pixel p to pixel p^g:
//!
//! ```text
//! (x·g)[p^g] = x[p]      so      (x·g)·h = x·(gh)      a right action, isometric for every p-norm.
//! ```
//!
//! ```
//! use bridge::feature_action::{act, grid_symmetries};
//! let group = grid_symmetries(8, 8)?;
//! assert_eq!(group.order().to_string(), "512"); // (C8 x C8) : D4
//! let g = &group.generators()[0];
//! let h = &group.generators()[1];
//! let x: Vec<f64> = (0..64).map(f64::from).collect();
//! assert_eq!(act(&act(&x, g), h), act(&x, &(g * h)));
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use std::hash::{Hash, Hasher};

use groups::{Action, GroupError, PermGroup, Permutation};

use crate::BridgeError;

/// The feature x·g, whose value at pixel p^g is the value of x at p.
///
/// # Panics
/// If the width of `x` is not the degree of `g`; callers check it once per group.
pub fn act(x: &[f64], g: &Permutation) -> Vec<f64> {
    assert_eq!(
        x.len(),
        g.degree(),
        "the width of a feature is the degree of the group acting on it"
    );
    let mut moved = vec![0.0; x.len()];
    for (p, value) in x.iter().enumerate() {
        moved[g.image(p)] = *value;
    }
    moved
}

/// The distance ‖x·g − x‖ in the 2-norm, without storing x·g.
///
/// # Panics
/// As [`act`].
pub fn displacement(x: &[f64], g: &Permutation) -> f64 {
    assert_eq!(
        x.len(),
        g.degree(),
        "the width of a feature is the degree of the group acting on it"
    );
    let square = |(p, image): (usize, &u32)| (x[p] - x[*image as usize]).powi(2);
    g.images().iter().enumerate().map(square).sum::<f64>().sqrt()
}

/// A feature as a point of an action: finite numbers, equal when every one of them is.
///
/// ```
/// use bridge::feature_action::{Feature, OnFeatures, grid_symmetries};
/// let group = grid_symmetries(4, 4)?;
/// let spot = Feature::new((0..16).map(|p| f64::from(u8::from(p == 5))).collect())?;
/// let (orbit, stabilizer) = groups::orbit_stabilizer(&group, &OnFeatures, &spot, 1_000)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (16, "8".to_owned()));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Feature(Vec<f64>);

impl Feature {
    /// A feature with these values.
    ///
    /// # Errors
    /// [`BridgeError::NotFinite`] at the first value that is infinite or no number.
    pub fn new(values: Vec<f64>) -> Result<Self, BridgeError> {
        match values.iter().position(|v| !v.is_finite()) {
            Some(index) => Err(BridgeError::NotFinite {
                what: "a feature".to_owned(),
                index,
                value: values[index],
            }),
            // −0 and 0 are equal and must hash alike.
            None => Ok(Feature(values.into_iter().map(|v| v + 0.0).collect())),
        }
    }

    /// Its values.
    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

impl Eq for Feature {}

impl Hash for Feature {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|v| v.to_bits().hash(state));
    }
}

/// The action of pixel permutations on features.
#[derive(Debug, Clone, Copy, Default)]
pub struct OnFeatures;

impl Action<PermGroup> for OnFeatures {
    type Point = Feature;

    fn act(&self, x: &Feature, g: &Permutation) -> Feature {
        Feature(act(&x.0, g))
    }

    fn validate(&self, group: &PermGroup, x: &Feature) -> Result<(), GroupError> {
        if x.0.len() == group.degree() {
            return Ok(());
        }
        Err(GroupError::ShapeMismatch {
            what: "a feature",
            got: x.0.len(),
            expected: group.degree(),
        })
    }

    fn heap_bytes(&self, x: &Feature) -> usize {
        size_of_val(x.0.as_slice())
    }
}

/// The symmetry group of the periodic `height` × `width` grid, as permutations of its pixels.
///
/// For a square grid this is (C_n × C_n) ⋊ D4, of order 8n² once n ≥ 3 (the action is not faithful on
/// smaller grids); otherwise (C_h × C_w) ⋊ V4, of order 4hw once both sides are ≥ 3. The generators
/// are the shift by one row, the shift by one column, the rotation by a quarter turn (a half turn when
/// the grid is not square) and the mirror image in the vertical axis.
///
/// # Errors
/// [`BridgeError::EmptyGrid`] if a side is 0, and the errors of [`PermGroup::new`].
pub fn grid_symmetries(height: usize, width: usize) -> Result<PermGroup, BridgeError> {
    if height == 0 || width == 0 {
        return Err(BridgeError::EmptyGrid { height, width });
    }
    let moved = |to: &dyn Fn(usize, usize) -> (usize, usize)| {
        let images = (0..height * width).map(|p| {
            let (row, column) = to(p / width, p % width);
            (row * width + column) as u32
        });
        Permutation::from_images(images.collect())
    };
    let rotation: &dyn Fn(usize, usize) -> (usize, usize) = if height == width {
        &|row, column| (column, height - 1 - row)
    } else {
        &|row, column| (height - 1 - row, width - 1 - column)
    };
    let generators = [
        moved(&|row, column| ((row + 1) % height, column))?,
        moved(&|row, column| (row, (column + 1) % width))?,
        moved(rotation)?,
        moved(&|row, column| (row, width - 1 - column))?,
    ];
    Ok(PermGroup::new(height * width, generators.to_vec())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_of_the_grid_groups() {
        let order = |h, w| grid_symmetries(h, w).unwrap().order().to_string();
        assert_eq!(order(1, 1), "1");
        assert_eq!(order(3, 3), "72");
        assert_eq!(order(8, 8), "512");
        assert_eq!(order(12, 12), (8 * 144).to_string());
        assert_eq!(order(3, 5), "60");
        assert!(matches!(
            grid_symmetries(0, 4),
            Err(BridgeError::EmptyGrid { .. })
        ));
    }

    #[test]
    fn every_grid_symmetry_keeps_neighbours() {
        let n = 6;
        let group = grid_symmetries(n, n).unwrap();
        let gap = |a: usize, b: usize| {
            let d = a.abs_diff(b);
            d.min(n - d)
        };
        let apart = |p: usize, q: usize| gap(p / n, q / n) + gap(p % n, q % n);
        for g in group.elements() {
            for (p, q) in [(0, 1), (0, n), (7, 13), (3, 30)] {
                assert_eq!(apart(p, q), apart(g.image(p), g.image(q)));
            }
        }
    }

    #[test]
    fn features_form_an_action() {
        let group = grid_symmetries(3, 3).unwrap();
        let x = Feature::new(vec![1.0, -0.0, 0.0, 2.0, 1.0, 0.5, 0.0, 0.0, 1.0]).unwrap();
        for g in group.elements() {
            for h in group.generators() {
                assert_eq!(
                    OnFeatures.act(&OnFeatures.act(&x, &g), h),
                    OnFeatures.act(&x, &(&g * h))
                );
            }
        }
        assert_eq!(OnFeatures.act(&x, &group.identity()), x);
        assert!(Feature::new(vec![0.0, f64::NAN]).is_err());
        assert!(
            OnFeatures
                .validate(&group, &Feature::new(vec![1.0]).unwrap())
                .is_err()
        );
    }

    #[test]
    fn displacement_is_the_norm_of_the_difference() {
        let group = grid_symmetries(4, 4).unwrap();
        let x: Vec<f64> = (0..16).map(|p| f64::from(p * p % 7)).collect();
        for g in group.elements() {
            let direct = act(&x, &g)
                .iter()
                .zip(&x)
                .map(|(a, b)| (a - b).powi(2))
                .sum::<f64>()
                .sqrt();
            assert!((direct - displacement(&x, &g)).abs() < 1e-12);
        }
    }
}
