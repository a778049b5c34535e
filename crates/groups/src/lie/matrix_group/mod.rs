//! The classical matrix Lie groups: exact membership, dimension, Lie algebra, exact random elements.
//!
//! A group is a description, its elements are rational matrices; membership is decided exactly by the equations that
//! define the group. U(n) and SU(n) are given both by complex matrices over the Gaussian rationals and, where a real
//! matrix is wanted, by A + iB as (A -B; B A).
//!
//! ```
//! use groups::lie::MatrixGroup;
//! use groups::linear::RationalMatrix;
//! let so2: MatrixGroup = "SO(2)".parse()?;
//! let rotation = RationalMatrix::parse("3/5, -4/5; 4/5, 3/5")?;
//! assert!(so2.contains(&rotation)?);
//! assert!(!so2.contains(&RationalMatrix::parse("3/5, 4/5; 4/5, -3/5")?)?, "a reflection has determinant -1");
//! assert_eq!(("SE(3)".parse::<MatrixGroup>()?.dimension(), so2.to_string()), (6, "SO(2)".to_owned()));
//! # Ok::<(), groups::GroupError>(())
//! ```

mod elements;
mod membership;
mod parse;

use std::fmt;

use serde::{Serialize, Serializer};

pub use elements::{cayley_transform, exp_nilpotent, log_unipotent};

use super::{LieAlgebra, parse_algebra_with_limit};
use crate::GroupError;
use crate::linear::RationalMatrix;

/// A classical group of matrices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MatrixGroup {
    /// GL(n): invertible matrices.
    General(usize),
    /// SL(n): determinant one.
    Special(usize),
    /// O(p,q): matrices that keep the form with p squares +1 and q squares -1.
    Orthogonal(usize, usize),
    /// SO(p,q): those of determinant one.
    SpecialOrthogonal(usize, usize),
    /// Sp(2k): matrices of size 2k that keep the form (0 1; -1 0).
    Symplectic(usize),
    /// U(n).
    Unitary(usize),
    /// SU(n).
    SpecialUnitary(usize),
    /// Aff(n): matrices (A b; 0 1) with A invertible.
    Affine(usize),
    /// E(n): those with A orthogonal.
    Euclidean(usize),
    /// SE(n): those with A orthogonal of determinant one.
    SpecialEuclidean(usize),
    /// Sim(n): those with A a multiple of an orthogonal matrix.
    Similarity(usize),
    /// Heis(2k+1): unitriangular matrices of size k + 2 with free first row and last column.
    Heisenberg(usize),
    /// UT(n): upper triangular with ones on the diagonal.
    Unitriangular(usize),
    /// T(n): invertible diagonal matrices.
    Torus(usize),
    /// A direct product, block-diagonal.
    Product(Vec<MatrixGroup>),
}

impl MatrixGroup {
    /// The size of its (real) matrices.
    pub fn matrix_size(&self) -> usize {
        match self {
            Self::General(n)
            | Self::Special(n)
            | Self::Symplectic(n)
            | Self::Unitriangular(n)
            | Self::Torus(n) => *n,
            Self::Orthogonal(p, q) | Self::SpecialOrthogonal(p, q) => p + q,
            Self::Unitary(n) | Self::SpecialUnitary(n) => 2 * n,
            Self::Affine(n) | Self::Euclidean(n) | Self::SpecialEuclidean(n) | Self::Similarity(n) => n + 1,
            Self::Heisenberg(dimension) => dimension / 2 + 2,
            Self::Product(factors) => factors.iter().map(Self::matrix_size).sum(),
        }
    }

    /// The dimension.
    pub fn dimension(&self) -> usize {
        let so = |n: usize| n * n.saturating_sub(1) / 2;
        match self {
            Self::General(n) | Self::Unitary(n) => n * n,
            Self::Special(n) | Self::SpecialUnitary(n) => n * n - 1,
            Self::Orthogonal(p, q) | Self::SpecialOrthogonal(p, q) => so(p + q),
            Self::Symplectic(n) => n * (n + 1) / 2,
            Self::Affine(n) => n * n + n,
            Self::Euclidean(n) | Self::SpecialEuclidean(n) => so(*n) + n,
            Self::Similarity(n) => so(*n) + n + 1,
            Self::Heisenberg(dimension) => *dimension,
            Self::Unitriangular(n) => so(*n),
            Self::Torus(n) => *n,
            Self::Product(factors) => factors.iter().map(Self::dimension).sum(),
        }
    }

    /// Whether the group is compact.
    pub fn is_compact(&self) -> bool {
        match self {
            Self::Orthogonal(p, q) | Self::SpecialOrthogonal(p, q) => *p == 0 || *q == 0,
            Self::Unitary(_) | Self::SpecialUnitary(_) => true,
            Self::Special(n) | Self::Unitriangular(n) => *n == 1,
            Self::Product(factors) => factors.iter().all(Self::is_compact),
            _ => false,
        }
    }

    /// The number of connected components of the group of real points.
    pub fn components(&self) -> u64 {
        match self {
            Self::General(_) | Self::Affine(_) | Self::Euclidean(_) | Self::Similarity(_) => 2,
            Self::Orthogonal(0, _) | Self::Orthogonal(_, 0) => 2,
            Self::Orthogonal(..) => 4,
            Self::SpecialOrthogonal(p, q) if *p > 0 && *q > 0 => 2,
            Self::Torus(n) => 1 << n,
            Self::Product(factors) => factors.iter().map(Self::components).product(),
            _ => 1,
        }
    }

    /// The Lie algebra, as real matrices of the same size.
    ///
    /// # Errors
    /// None for a group that was parsed; [`GroupError::NotClosed`] cannot occur.
    pub fn algebra(&self) -> Result<LieAlgebra, GroupError> {
        let name = match self {
            Self::General(n) => format!("gl({n})"),
            Self::Special(n) => format!("sl({n})"),
            Self::Orthogonal(p, q) | Self::SpecialOrthogonal(p, q) => format!("so({p},{q})"),
            Self::Symplectic(n) => format!("sp({n})"),
            Self::Unitary(n) => format!("u({n})"),
            Self::SpecialUnitary(n) => format!("su({n})"),
            Self::Affine(n) => format!("aff({n})"),
            Self::Euclidean(n) | Self::SpecialEuclidean(n) => format!("se({n})"),
            Self::Similarity(n) => format!("sim({n})"),
            Self::Heisenberg(dimension) => format!("heis({dimension})"),
            Self::Unitriangular(n) => format!("n({n})"),
            Self::Torus(n) => format!("d({n})"),
            Self::Product(factors) => {
                // Block by block, each as plain matrices of its own size.
                let mut basis = Vec::new();
                let total = self.matrix_size();
                let mut offset = 0;
                for factor in factors {
                    let size = factor.matrix_size();
                    let block = factor.algebra()?;
                    for matrix in block.matrices().unwrap_or_default() {
                        basis.push(RationalMatrix::from_fn(total, total, |i, j| {
                            let inside = |k: usize| (offset..offset + size).contains(&k);
                            if inside(i) && inside(j) {
                                matrix[(i - offset, j - offset)].clone()
                            } else {
                                num_traits::Zero::zero()
                            }
                        }));
                    }
                    offset += size;
                }
                return LieAlgebra::from_matrices(basis);
            }
        };
        parse_algebra_with_limit(&name, self.matrix_size())
    }
}

impl fmt::Display for MatrixGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = |p: &usize, q: &usize| {
            if *q == 0 {
                format!("{p}")
            } else {
                format!("{p},{q}")
            }
        };
        match self {
            Self::General(n) => write!(f, "GL({n})"),
            Self::Special(n) => write!(f, "SL({n})"),
            Self::Orthogonal(p, q) => write!(f, "O({})", signature(p, q)),
            Self::SpecialOrthogonal(p, q) => write!(f, "SO({})", signature(p, q)),
            Self::Symplectic(n) => write!(f, "Sp({n})"),
            Self::Unitary(n) => write!(f, "U({n})"),
            Self::SpecialUnitary(n) => write!(f, "SU({n})"),
            Self::Affine(n) => write!(f, "Aff({n})"),
            Self::Euclidean(n) => write!(f, "E({n})"),
            Self::SpecialEuclidean(n) => write!(f, "SE({n})"),
            Self::Similarity(n) => write!(f, "Sim({n})"),
            Self::Heisenberg(n) => write!(f, "Heis({n})"),
            Self::Unitriangular(n) => write!(f, "UT({n})"),
            Self::Torus(n) => write!(f, "T({n})"),
            Self::Product(factors) => {
                for (k, factor) in factors.iter().enumerate() {
                    write!(f, "{}{factor}", if k == 0 { "" } else { " x " })?;
                }
                Ok(())
            }
        }
    }
}

impl Serialize for MatrixGroup {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One small group of every family.
    pub(crate) const EVERY_FAMILY: [&str; 17] = [
        "GL(3)",
        "SL(3)",
        "O(3)",
        "O(2,1)",
        "SO(4)",
        "SO(3,1)",
        "Sp(4)",
        "U(2)",
        "SU(3)",
        "Aff(2)",
        "E(2)",
        "SE(3)",
        "Sim(2)",
        "Heis(5)",
        "UT(4)",
        "T(3)",
        "SO(2) x SL(2) x SE(2)",
    ];

    #[test]
    fn the_dimension_is_that_of_the_algebra() {
        for text in EVERY_FAMILY {
            let group: MatrixGroup = text.parse().unwrap();
            let algebra = group.algebra().unwrap();
            assert_eq!(algebra.dimension(), group.dimension(), "{text}");
            assert!(
                algebra
                    .matrices()
                    .unwrap()
                    .iter()
                    .all(|m| m.rows() == group.matrix_size()),
                "{text}"
            );
            assert_eq!(group.to_string(), text);
        }
    }

    #[test]
    fn compactness_and_components() {
        let about = |text: &str| {
            let group: MatrixGroup = text.parse().unwrap();
            (group.is_compact(), group.components())
        };
        assert_eq!(about("O(3)"), (true, 2));
        assert_eq!(about("O(2,1)"), (false, 4));
        assert_eq!(about("SO(3,1)"), (false, 2));
        assert_eq!(about("SU(2) x SO(3)"), (true, 1));
        assert_eq!(about("T(3)"), (false, 8));
    }
}
