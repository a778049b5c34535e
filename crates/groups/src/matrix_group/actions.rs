//! Matrices acting on vectors and on subspaces.

use super::{FieldMatrix, MatrixGroup, matrix};
use crate::action::Action;
use crate::error::GroupError;
use crate::finite_field::FiniteField;

/// The action of matrices on column vectors, x ↦ A x.
///
/// ```
/// use groups::{MatrixGroup, OnVectors, Orbit};
/// let group = MatrixGroup::symplectic(4, 3)?;
/// let action = OnVectors::new(group.field());
/// let orbit = Orbit::new(&group, &action, &action.vector(vec![0, 1, 0, 0])?, 1000)?;
/// assert_eq!(orbit.len(), 80); // all vectors other than 0
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OnVectors {
    field: FiniteField,
}

impl OnVectors {
    /// The action over this field.
    pub fn new(field: &FiniteField) -> Self {
        Self { field: field.clone() }
    }

    /// A vector as a point of this action.
    ///
    /// # Errors
    /// [`GroupError::InvalidParameter`] for an entry that is no element of the field.
    pub fn vector(&self, entries: Vec<u32>) -> Result<Box<[u32]>, GroupError> {
        check_vector(&self.field, entries.len(), &entries)?;
        Ok(entries.into_boxed_slice())
    }
}

impl Action<MatrixGroup> for OnVectors {
    type Point = Box<[u32]>;

    fn act(&self, x: &Box<[u32]>, g: &FieldMatrix) -> Box<[u32]> {
        g.apply(&self.field, x).into_boxed_slice()
    }

    fn validate(&self, group: &MatrixGroup, x: &Box<[u32]>) -> Result<(), GroupError> {
        check_field(&self.field, group)?;
        check_vector(group.field(), group.dimension(), x)
    }

    fn heap_bytes(&self, x: &Box<[u32]>) -> usize {
        size_of_val(&**x)
    }
}

/// A subspace of GF(q)ⁿ by its reduced echelon basis, which makes equal subspaces equal values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subspace {
    length: u32,
    basis: Box<[u32]>,
}

impl Subspace {
    /// A reduced echelon basis as it is.
    pub(super) fn from_reduced(length: usize, basis: Vec<u32>) -> Self {
        Self {
            length: length as u32,
            basis: basis.into_boxed_slice(),
        }
    }

    /// The number of basis vectors.
    pub fn dimension(&self) -> usize {
        self.basis.len().checked_div(self.length as usize).unwrap_or(0)
    }

    /// The basis vectors in reduced echelon form.
    pub fn basis(&self) -> impl Iterator<Item = &[u32]> {
        self.basis.chunks(self.length.max(1) as usize)
    }
}

/// The action of matrices on subspaces: the image of a space is the space of the images.
///
/// ```
/// use groups::{MatrixGroup, OnSubspaces, Orbit};
/// let group = MatrixGroup::general_linear(4, 2)?;
/// let action = OnSubspaces::new(group.field());
/// let plane = action.span(4, &[vec![1, 1, 0, 0], vec![0, 1, 1, 0], vec![1, 0, 1, 0]])?;
/// assert_eq!(plane.dimension(), 2);
/// assert_eq!(Orbit::new(&group, &action, &plane, 1000)?.len(), 35);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OnSubspaces {
    field: FiniteField,
}

impl OnSubspaces {
    /// The action over this field.
    pub fn new(field: &FiniteField) -> Self {
        Self { field: field.clone() }
    }

    /// The subspace of vectors of the given length that some vectors span.
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`] for a vector of another length, [`GroupError::InvalidParameter`] for an entry
    /// that is no element of the field.
    pub fn span(&self, length: usize, vectors: &[Vec<u32>]) -> Result<Subspace, GroupError> {
        for v in vectors {
            check_vector(&self.field, length, v)?;
        }
        Ok(self.reduced(length, vectors.concat()))
    }

    fn reduced(&self, length: usize, mut rows: Vec<u32>) -> Subspace {
        let rank = matrix::reduce(&self.field, &mut rows, length, length);
        rows.truncate(rank * length);
        Subspace::from_reduced(length, rows)
    }
}

impl Action<MatrixGroup> for OnSubspaces {
    type Point = Subspace;

    fn act(&self, x: &Subspace, g: &FieldMatrix) -> Subspace {
        let images = x.basis().flat_map(|v| g.apply(&self.field, v)).collect();
        self.reduced(x.length as usize, images)
    }

    fn validate(&self, group: &MatrixGroup, x: &Subspace) -> Result<(), GroupError> {
        check_field(&self.field, group)?;
        if x.length as usize != group.dimension() {
            let what = "a vector of a subspace";
            return Err(GroupError::ShapeMismatch {
                what,
                got: x.length as usize,
                expected: group.dimension(),
            });
        }
        x.basis()
            .try_for_each(|v| check_vector(group.field(), group.dimension(), v))
    }

    fn heap_bytes(&self, x: &Subspace) -> usize {
        size_of_val(&*x.basis)
    }
}

fn check_field(field: &FiniteField, group: &MatrixGroup) -> Result<(), GroupError> {
    if field != group.field() {
        let reason = format!("the action is over {field:?}; expected the field of the group");
        return Err(GroupError::InvalidParameter {
            group: format!("matrices over {:?}", group.field()),
            reason,
        });
    }
    Ok(())
}

pub(super) fn check_vector(field: &FiniteField, length: usize, v: &[u32]) -> Result<(), GroupError> {
    if v.len() != length {
        return Err(GroupError::ShapeMismatch {
            what: "a vector",
            got: v.len(),
            expected: length,
        });
    }
    if let Some(a) = v.iter().find(|&&a| a as usize >= field.order()) {
        let reason = format!(
            "{a} is no element of the field; its elements are 0 to {}",
            field.order() - 1
        );
        return Err(GroupError::InvalidParameter {
            group: format!("a vector over {field:?}"),
            reason,
        });
    }
    Ok(())
}
