//! The pointwise stabilizers in a subgroup that is to be conjugated, along a base of it.

use std::sync::Arc;

use super::colouring::{Cells, Colouring, Invariants};
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// A pointwise stabilizer in the subgroup to be conjugated, with all that was derived on the way to it.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) stabilizer: PermGroup,
    cells: Vec<Arc<Cells>>,
    pub(super) colouring: Colouring,
}

impl Node {
    pub(super) fn root(subgroup: &PermGroup, invariants: &Invariants) -> Self {
        let cells = vec![Arc::new(Cells::of_orbits(subgroup))];
        let colouring = Colouring::new(invariants, None, &[]).refined(&refs(&cells), invariants);
        Self {
            stabilizer: subgroup.clone(),
            cells,
            colouring,
        }
    }

    /// The stabilizer of one more point.
    pub(super) fn child(&self, point: usize, invariants: &Invariants) -> Result<Self, GroupError> {
        let stabilizer = self.stabilizer.stabilizer(point)?;
        let mut cells = self.cells.clone();
        cells.push(Arc::new(Cells::of_orbits(&stabilizer)));
        let colouring = self.colouring.individualized(point, &refs(&cells), invariants);
        Ok(Self {
            stabilizer,
            cells,
            colouring,
        })
    }
}

fn refs(cells: &[Arc<Cells>]) -> Vec<&Cells> {
    cells.iter().map(|c| &**c).collect()
}

/// The next point of a base of the subgroup: one with few points of its colour, and on a long orbit.
pub(super) fn next_base_point(node: &Node) -> Option<usize> {
    let sizes = node.colouring.class_sizes();
    let moved = node.stabilizer.orbits().iter().filter(|orbit| orbit.len() > 1);
    let cost = |orbit: &&Vec<usize>| {
        let alike = sizes[node.colouring.colours[orbit[0]] as usize];
        (alike / orbit.len(), usize::MAX - orbit.len(), orbit[0])
    };
    moved.min_by_key(cost).map(|orbit| orbit[0])
}

/// Generators of the first group of a chain of stabilizers: some of the last, more of the one before, and so on, those
/// left out that the others make superfluous.
pub(super) fn generators_from_below(stabilizers: &[PermGroup]) -> Vec<Permutation> {
    let mut kept: Vec<Permutation> = Vec::new();
    for stabilizer in stabilizers.iter().rev() {
        let mut generated = PermGroup::from_generators(stabilizer.degree(), kept.clone());
        for g in stabilizer.generators() {
            if generated.order() == stabilizer.order() {
                break;
            }
            if !generated.contains(g) {
                kept.push(g.clone());
                generated = PermGroup::from_generators(stabilizer.degree(), kept.clone());
            }
        }
    }
    kept
}
