//! Approximate stabilizers as a nested chain of true subgroups.
//!
//! For a feature x and a tolerance ε, the elements that nearly fix x do not form a group: two of them
//! can compose to one that does not. The *stabilizer filtration* takes the group they generate,
//!
//! ```text
//! S_ε(x) = ⟨ g ∈ G : ‖x·g − x‖ ≤ ε‖x‖ ⟩,
//! ```
//!
//! which is a subgroup for every ε, grows with ε, is the exact stabilizer at ε = 0 and all of G at
//! ε = 2. Invariant: the steps below are strictly increasing in ε and in order, each order divides
//! the next, and orbit size × order = |G| on every step. Orders are exact; only the births ε are
//! floats. Cost: |G| displacements of the degree's length, |G| membership tests and at most log₂|G|
//! stabilizer chains.
//!
//! ```
//! use bridge::feature_action::grid_symmetries;
//! use bridge::filtration::Filtration;
//! let group = grid_symmetries(4, 4)?;
//! let stripes: Vec<f64> = (0..16).map(|p| f64::from(p % 2)).collect(); // columns 0 1 0 1
//! let filtration = Filtration::new(&group, &stripes)?;
//! assert_eq!(filtration.at(0.0).order.to_string(), "32"); // an orbit of 4: two phases, two directions
//! assert_eq!(filtration.at(2.0).order, group.order());
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use groups::{PermGroup, Permutation};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use serde::{Serialize, Serializer};

use crate::BridgeError;
use crate::feature_action::displacement;

/// Displacements closer than this, relative to ‖x‖, are one step: they differ by rounding alone.
const TIE: f64 = 1e-12;

/// The largest group that is filtered element by element.
pub const MAX_ELEMENTS: u64 = 2_000_000;

/// A subgroup of the chain, with the tolerance at which it is born.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// The smallest ε whose S_ε is this subgroup.
    pub epsilon: f64,
    /// |S_ε|.
    #[serde(serialize_with = "as_text")]
    pub order: BigUint,
    /// |G| / |S_ε|, the size of the orbit of x as seen at tolerance ε.
    #[serde(serialize_with = "as_text")]
    pub orbit_size: BigUint,
    /// S_ε itself.
    #[serde(skip)]
    pub subgroup: PermGroup,
}

impl Step {
    /// |S_ε| as a float, for plots.
    pub fn order_f64(&self) -> f64 {
        self.order.to_f64().unwrap_or(f64::INFINITY)
    }

    /// The size of the orbit as a float, for plots.
    pub fn orbit_size_f64(&self) -> f64 {
        self.orbit_size.to_f64().unwrap_or(f64::INFINITY)
    }
}

/// The stabilizer filtration of one feature.
#[derive(Debug, Clone, Serialize)]
pub struct Filtration {
    /// The steps, from the exact stabilizer (ε = 0) to the whole group.
    pub steps: Vec<Step>,
}

fn as_text<S: Serializer>(value: &BigUint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl Filtration {
    /// Filters the group `group` of pixel permutations by how far each element moves `x`.
    ///
    /// # Errors
    /// - [`BridgeError::WidthMismatch`] if `x` is not as wide as the degree of the group;
    /// - [`BridgeError::ZeroFeature`] if ‖x‖ is 0 or not finite, for then no ε is relative to it;
    /// - [`BridgeError::GroupTooLarge`] above [`MAX_ELEMENTS`] elements.
    pub fn new(group: &PermGroup, x: &[f64]) -> Result<Self, BridgeError> {
        Self::over(group, &Elements::of(group)?, x)
    }

    /// As [`Filtration::new`], with the elements listed once for many features.
    ///
    /// # Errors
    /// As [`Filtration::new`].
    pub fn over(group: &PermGroup, elements: &Elements, x: &[f64]) -> Result<Self, BridgeError> {
        if x.len() != group.degree() {
            return Err(BridgeError::WidthMismatch {
                got: x.len(),
                expected: group.degree(),
            });
        }
        let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
        if !(norm.is_finite() && norm > 0.0) {
            return Err(BridgeError::ZeroFeature { norm });
        }
        let displacements: Vec<f64> = elements.0.iter().map(|g| displacement(x, g) / norm).collect();
        Self::of_displacements(group, elements, &displacements)
    }

    /// The filtration of anything that the elements of the group move by these distances, in the order of `elements`: the groups
    /// that those within ε generate. The first element, the identity, must not move it.
    ///
    /// # Errors
    /// [`BridgeError::Shape`] if there is not one distance for each element; [`BridgeError::NotFinite`] for one that is
    /// no number.
    ///
    /// ```
    /// use bridge::filtration::{Elements, Filtration};
    /// let group = groups::catalog::parse_group("C2 x C2")?;
    /// let filtration = Filtration::of_displacements(&group, &Elements::of(&group)?, &[0.0, 0.5, 0.25, 1.0])?;
    /// let orders: Vec<String> = filtration.steps.iter().map(|s| s.order.to_string()).collect();
    /// assert_eq!(orders, ["1", "2", "4"]); // two of them generate the third
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn of_displacements(
        group: &PermGroup,
        elements: &Elements,
        displacements: &[f64],
    ) -> Result<Self, BridgeError> {
        if displacements.len() != elements.0.len() {
            return Err(BridgeError::Shape {
                what: "distances (one for each element of the group)".to_owned(),
                expected: elements.0.len(),
                got: displacements.len(),
            });
        }
        if let Some(index) = displacements.iter().position(|d| !d.is_finite()) {
            return Err(BridgeError::NotFinite {
                what: "list of displacements".to_owned(),
                index,
                value: displacements[index],
            });
        }
        let mut moved: Vec<(f64, &Permutation)> = displacements.iter().copied().zip(&elements.0).collect();
        moved.sort_by(|a, b| a.0.total_cmp(&b.0));

        let whole = group.order();
        let steps = nested(group.degree(), &whole, &moved)?
            .into_iter()
            .map(|(epsilon, subgroup)| {
                let order = subgroup.order();
                let orbit_size = &whole / &order;
                Step {
                    epsilon,
                    order,
                    orbit_size,
                    subgroup,
                }
            })
            .collect();
        Ok(Filtration { steps })
    }

    /// The step that is alive at tolerance `epsilon`: the last one born at or before it.
    ///
    /// ```
    /// # use bridge::{feature_action::grid_symmetries, filtration::Filtration};
    /// let group = grid_symmetries(3, 3)?;
    /// let constant = Filtration::new(&group, &[1.0; 9])?;
    /// assert_eq!(constant.at(0.0).orbit_size.to_string(), "1"); // fixed by everything
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn at(&self, epsilon: f64) -> &Step {
        let born = self.steps.partition_point(|step| step.epsilon <= epsilon);
        &self.steps[born.max(1) - 1]
    }

    /// ln |S_ε| averaged over ε from 0 to `limit`, divided by ln |G|: 0 if nothing but the identity
    /// fixes x up to `limit`, 1 if everything does. One number for how symmetric a feature is.
    ///
    /// ```
    /// # use bridge::{feature_action::grid_symmetries, filtration::Filtration};
    /// let group = grid_symmetries(3, 3)?;
    /// assert_eq!(Filtration::new(&group, &[1.0; 9])?.symmetry(1.0), 1.0);
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn symmetry(&self, limit: f64) -> f64 {
        let log = |order: &BigUint| order.to_f64().map_or(f64::INFINITY, f64::ln);
        let whole = &self.steps[0].order * &self.steps[0].orbit_size;
        if whole == BigUint::from(1u32) {
            return 1.0;
        }
        let ends = self
            .steps
            .iter()
            .skip(1)
            .map(|s| s.epsilon)
            .chain([f64::INFINITY]);
        let area: f64 = self
            .steps
            .iter()
            .zip(ends)
            .map(|(step, end)| log(&step.order) * (end.min(limit) - step.epsilon.min(limit)))
            .sum();
        area / (limit * log(&whole))
    }
}

/// The groups that the elements within ε generate, each with the least ε that gives it, from elements in ascending order
/// of how far they are from fixing something. Stops at the order `whole`.
pub(crate) fn nested(
    degree: usize,
    whole: &BigUint,
    ascending: &[(f64, &Permutation)],
) -> Result<Vec<(f64, PermGroup)>, BridgeError> {
    let mut subgroup = PermGroup::new(degree, Vec::new())?;
    let mut steps: Vec<(f64, PermGroup)> = Vec::new();
    let mut rest = ascending;
    while let Some((epsilon, _)) = rest.first() {
        let tied = rest.partition_point(|(d, _)| *d <= epsilon + TIE);
        let before = subgroup.order();
        for (_, g) in &rest[..tied] {
            if !subgroup.contains(g) {
                let mut generators = subgroup.generators().to_vec();
                generators.push((*g).clone());
                subgroup = PermGroup::new(degree, generators)?;
            }
        }
        let order = subgroup.order();
        if steps.is_empty() || order != before {
            steps.push((*epsilon, subgroup.clone()));
        }
        if order == *whole {
            break;
        }
        rest = &rest[tied..];
    }
    Ok(steps)
}

/// The elements of a finite group, listed once.
#[derive(Debug, Clone)]
pub struct Elements(Vec<Permutation>);

impl Elements {
    /// Lists the elements of a group of at most [`MAX_ELEMENTS`] elements.
    ///
    /// # Errors
    /// [`BridgeError::GroupTooLarge`] above the limit, before anything is listed.
    ///
    /// ```
    /// let group = groups::catalog::parse_group("D4")?;
    /// assert_eq!(bridge::filtration::Elements::of(&group)?.as_slice().len(), 8);
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn of(group: &PermGroup) -> Result<Self, BridgeError> {
        let order = group.order();
        if order > BigUint::from(MAX_ELEMENTS) {
            return Err(BridgeError::GroupTooLarge {
                order,
                limit: MAX_ELEMENTS,
            });
        }
        Ok(Elements(group.elements().collect()))
    }

    /// The elements, in the order of the stabilizer chain.
    pub fn as_slice(&self) -> &[Permutation] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature_action::{act, grid_symmetries};
    use num_integer::Integer;
    use proptest::prelude::*;

    /// The subgroup generated by a set, by closing it under products: the slow, obvious way.
    fn closure(degree: usize, generators: &[Permutation]) -> std::collections::HashSet<Permutation> {
        let mut seen = std::collections::HashSet::from([Permutation::identity(degree)]);
        let mut queue: Vec<Permutation> = seen.iter().cloned().collect();
        while let Some(g) = queue.pop() {
            for s in generators {
                let product = &g * s;
                if seen.insert(product.clone()) {
                    queue.push(product);
                }
            }
        }
        seen
    }

    fn feature() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec((-3i8..4).prop_map(f64::from), 9)
            .prop_filter("not zero", |x| x.iter().any(|v| *v != 0.0))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn each_step_is_the_group_generated_by_the_elements_within_epsilon(x in feature()) {
            let group = grid_symmetries(3, 3).unwrap();
            let norm = x.iter().map(|v| v * v).sum::<f64>().sqrt();
            let filtration = Filtration::new(&group, &x).unwrap();
            for epsilon in [0.0, 0.3, 0.6, 0.9, 1.2, 1.6, 2.0] {
                let near: Vec<Permutation> =
                    group.elements().filter(|g| displacement(&x, g) <= epsilon * norm + 1e-9).collect();
                let brute = closure(9, &near);
                let step = filtration.at(epsilon + 1e-9);
                prop_assert_eq!(step.order.to_string(), brute.len().to_string());
                prop_assert!(brute.iter().all(|g| step.subgroup.contains(g)));
            }
        }

        #[test]
        fn the_chain_is_nested_and_ends_in_the_group(x in feature()) {
            let group = grid_symmetries(3, 3).unwrap();
            let filtration = Filtration::new(&group, &x).unwrap();
            for pair in filtration.steps.windows(2) {
                prop_assert!(pair[0].epsilon < pair[1].epsilon);
                prop_assert!(pair[0].order < pair[1].order);
                prop_assert!(pair[1].order.is_multiple_of(&pair[0].order));
                prop_assert!(pair[0].subgroup.is_subgroup_of(&pair[1].subgroup));
            }
            let last = filtration.steps.last().unwrap();
            prop_assert_eq!(&last.order, &group.order());
            prop_assert!(last.epsilon <= 2.0 + 1e-9);
        }

        #[test]
        fn moving_the_feature_conjugates_its_stabilizers(x in feature(), which in 0usize..72) {
            let group = grid_symmetries(3, 3).unwrap();
            let g = group.elements().nth(which).unwrap();
            let here = Filtration::new(&group, &x).unwrap();
            let there = Filtration::new(&group, &act(&x, &g)).unwrap();
            prop_assert_eq!(here.steps.len(), there.steps.len());
            for (a, b) in here.steps.iter().zip(&there.steps) {
                prop_assert_eq!(&a.order, &b.order);
                for s in a.subgroup.generators() {
                    prop_assert!(b.subgroup.contains(&(&(&g.inverse() * s) * &g)));
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_filtered_is_refused() {
        let group = grid_symmetries(3, 3).unwrap();
        assert!(matches!(
            Filtration::new(&group, &[1.0; 8]),
            Err(BridgeError::WidthMismatch { .. })
        ));
        assert!(matches!(
            Filtration::new(&group, &[0.0; 9]),
            Err(BridgeError::ZeroFeature { .. })
        ));
        assert!(matches!(
            Filtration::new(&group, &[f64::NAN; 9]),
            Err(BridgeError::ZeroFeature { .. })
        ));
        let s12 = groups::catalog::parse_group("S12").unwrap();
        assert!(matches!(
            Filtration::new(&s12, &[1.0; 12]),
            Err(BridgeError::GroupTooLarge { .. })
        ));
    }
}
