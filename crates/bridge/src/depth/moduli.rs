//! The dimension of a space of orbits, by exact ranks.

use groups::lie::{Figure, isotropy_of_figure, parse_algebra};
use groups::linear::RationalMatrix;
use groups::scalar::rational;
use num_rational::BigRational;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::BridgeError;
use crate::error::refuse;

/// A space that a group of n × n matrices, or of affine maps of ℝⁿ, acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuliSpace {
    /// k vectors (points, for affine maps), all moved alike.
    Vectors {
        /// Width of the vectors.
        n: usize,
        /// How many.
        k: usize,
    },
    /// Symmetric n × n matrices, moved by congruence.
    Forms {
        /// Their size.
        n: usize,
    },
}

/// The dimensions of a space, of its generic orbits and of the space of orbits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ModuliDimension {
    /// dim X.
    pub space: usize,
    /// dim G.
    pub group: usize,
    /// The largest dimension of an orbit.
    pub orbit: usize,
    /// The dimension of a generic stabilizer.
    pub stabilizer: usize,
    /// dim X − dim G + dim of a generic stabilizer: of the space of orbits where the group acts properly, as compact groups do.
    pub moduli: usize,
}

/// Random points whose orbits are measured; the rank at one drops with probability 0 in the limit of large entries.
const POINTS: u64 = 3;

/// Entries of the points are integers up to this size.
const ENTRIES: i64 = 1_000_000;

/// The dimension of the space of orbits of a Lie group with this algebra (`so(3)`, `se(2)`, `gl(4)`, …).
///
/// The dimension of the orbit of a random integer point is an exact rank, which is a lower bound of the generic one whatever the
/// point; the largest of three is taken.
///
/// ```
/// use bridge::depth::{ModuliSpace, moduli_dimension};
/// let forms = moduli_dimension("so(3)", ModuliSpace::Forms { n: 3 })?;
/// assert_eq!((forms.orbit, forms.moduli), (3, 3)); // the eigenvalues
/// let triples = moduli_dimension("so(5)", ModuliSpace::Vectors { n: 5, k: 3 })?;
/// assert_eq!(triples.moduli, 6); // k (k + 1)/2 inner products
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// The errors of the grammar of algebras and of [`isotropy_of_figure`]; [`BridgeError::Parameter`] for an empty space.
pub fn moduli_dimension(algebra: &str, space: ModuliSpace) -> Result<ModuliDimension, BridgeError> {
    let algebra = parse_algebra(algebra)?;
    let (dimension, empty) = match space {
        ModuliSpace::Vectors { n, k } => (n * k, n * k == 0),
        ModuliSpace::Forms { n } => (n * (n + 1) / 2, n == 0),
    };
    if empty {
        return refuse("space", format!("{space:?}"), "at least one vector or form");
    }
    let mut orbit = 0;
    for seed in 0..POINTS {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut entry = || -> BigRational { rational(rng.random_range(-ENTRIES..=ENTRIES), 1) };
        let figure = match space {
            ModuliSpace::Vectors { n, k } => {
                Figure::Points((0..k).map(|_| (0..n).map(|_| entry()).collect()).collect())
            }
            ModuliSpace::Forms { n } => {
                let mut form = RationalMatrix::zeros(n, n);
                for i in 0..n {
                    for j in 0..=i {
                        let value = entry();
                        form[(i, j)] = value.clone();
                        form[(j, i)] = value;
                    }
                }
                Figure::Congruence(form)
            }
        };
        orbit = orbit.max(isotropy_of_figure(&algebra, &figure)?.orbit_dimension);
    }
    let group = algebra.dimension();
    Ok(ModuliDimension {
        space: dimension,
        group,
        orbit,
        stabilizer: group - orbit,
        moduli: dimension - orbit,
    })
}
