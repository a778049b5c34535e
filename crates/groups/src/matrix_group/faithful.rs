//! The order of a matrix group, through its action on vectors.

use num_bigint::BigUint;
use rustc_hash::FxHashMap;

use super::{MatrixGroup, OnVectors, permutations};
use crate::error::GroupError;
use crate::orbit::{Orbit, OrbitLimit};
use crate::perm_group::PermGroup;
use crate::permutation::{MAX_DEGREE, Permutation};

impl MatrixGroup {
    /// The permutation group on the union of the orbits of the vectors of the standard basis.
    ///
    /// A matrix is known by the images of the basis, so the action is faithful; and a group of few elements has short
    /// orbits, however large the space is.
    ///
    /// # Errors
    /// [`GroupError::OrbitOverLimit`] past [`MAX_DEGREE`] vectors.
    ///
    /// ```
    /// use groups::MatrixGroup;
    /// let group = MatrixGroup::special_linear(2, 5)?.on_basis_orbits()?;
    /// assert_eq!((group.degree(), group.order().to_string()), (24, "120".to_owned()));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn on_basis_orbits(&self) -> Result<PermGroup, GroupError> {
        let action = OnVectors::new(&self.field);
        let mut vectors: Vec<Box<[u32]>> = Vec::new();
        let mut places: FxHashMap<Box<[u32]>, usize> = FxHashMap::default();
        for i in 0..self.dimension {
            let basis_vector = (0..self.dimension).map(|j| u32::from(i == j)).collect();
            let basis_vector = action.vector(basis_vector)?;
            if places.contains_key(&basis_vector) {
                continue;
            }
            let limit = OrbitLimit::points(MAX_DEGREE - vectors.len());
            for vector in Orbit::new(self, &action, &basis_vector, limit)?.into_points() {
                places.insert(vector.clone(), vectors.len());
                vectors.push(vector);
            }
        }
        let generators: Vec<Permutation> = permutations(
            self,
            &action,
            vectors.len(),
            |i| &vectors[i],
            |x| places.get(x).copied(),
        )?;
        PermGroup::new(vectors.len(), generators)
    }

    /// The order.
    ///
    /// # Errors
    /// As [`MatrixGroup::on_basis_orbits`].
    ///
    /// ```
    /// use groups::MatrixGroup;
    /// assert_eq!(MatrixGroup::symplectic(4, 3)?.order()?.to_string(), "51840");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn order(&self) -> Result<BigUint, GroupError> {
        Ok(self.on_basis_orbits()?.order())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FieldMatrix, FiniteField};

    /// |GL(n,q)| = Π (q^n - q^i), |SL| = |GL|/(q - 1), |Sp(4,q)| = q^4 (q^2 - 1)(q^4 - 1), |GU(3,q)| = q^3 (q + 1)(q^2 - 1)
    /// (q^3 + 1).
    #[test]
    fn orders_are_those_of_the_formulas() {
        let gl = |n: u32, q: u64| (0..n).map(|i| q.pow(n) - q.pow(i)).product::<u64>();
        for (n, q) in [(1, 7), (2, 4), (2, 9), (3, 2), (3, 4), (4, 3)] {
            let (size, field) = (n as usize, q as usize);
            let order = MatrixGroup::general_linear(size, field).unwrap().order().unwrap();
            assert_eq!(order, gl(n, q).into(), "GL({n},{q})");
            let order = MatrixGroup::special_linear(size, field).unwrap().order().unwrap();
            assert_eq!(order, (gl(n, q) / (q - 1)).into(), "SL({n},{q})");
        }
        for q in [2u64, 4, 5] {
            let order = MatrixGroup::symplectic(4, q as usize).unwrap().order().unwrap();
            assert_eq!(
                order,
                (q.pow(4) * (q * q - 1) * (q.pow(4) - 1)).into(),
                "Sp(4,{q})"
            );
        }
        for q in [2u64, 3] {
            let order = MatrixGroup::general_unitary(3, q as usize)
                .unwrap()
                .order()
                .unwrap();
            let expected = q.pow(3) * (q + 1) * (q * q - 1) * (q.pow(3) + 1);
            assert_eq!(order, expected.into(), "GU(3,{q})");
        }
    }

    /// The monomial matrices of size 4 over GF(101): 100^4 · 4! of them in a space of 10^8 vectors.
    #[test]
    fn short_orbits_in_a_large_space() {
        let field = FiniteField::new(101).unwrap();
        let matrix =
            |rows: [[u32; 4]; 4]| FieldMatrix::from_rows(&field, &rows.map(|row| row.to_vec())).unwrap();
        let cycle = matrix([[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]);
        let swap = matrix([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]);
        let primitive = field.primitive_element();
        let scale = matrix([[primitive, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]);
        let group = MatrixGroup::new(field, 4, vec![cycle, swap, scale]).unwrap();
        assert!(group.on_vectors().is_err());
        let permutations = group.on_basis_orbits().unwrap();
        assert_eq!(
            (permutations.degree(), permutations.order()),
            (400, 2_400_000_000u64.into())
        );
    }
}
