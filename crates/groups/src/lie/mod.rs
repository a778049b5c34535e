//! Lie algebras over the rationals: matrix algebras by name, their structure, infinitesimal actions and stabilizers.
//!
//! A [`LieAlgebra`] is a basis with sparse structure constants, and usually the matrices it came from. Over the
//! rationals every question here is linear algebra, so every answer is exact: the stabilizer of a figure is a kernel,
//! its orbit dimension a rank, and the Lie algebra of the stabilizer of x in G is `{A : A.x = 0}` because x is fixed
//! by exp(tA) for all t exactly when the derivative vanishes.
//!
//! ```
//! use groups::lie::{StabilizerMode, parse_algebra, stabilizer_of_polynomials};
//! use groups::polynomial::Polynomial;
//! let circle = Polynomial::parse("x^2 + y^2 - 1", Some(2))?;
//! let gl2 = parse_algebra("gl(2)")?;
//! let isotropy = stabilizer_of_polynomials(&gl2, &[circle], StabilizerMode::ZeroSet)?;
//! assert_eq!((isotropy.stabilizer.dimension(), isotropy.orbit_dimension), (1, 3));
//! # Ok::<(), groups::GroupError>(())
//! ```

mod action;
mod algebra;
mod batch;
mod cartan;
mod classify;
mod component_group;
mod figures;
mod generic;
pub mod haar;
mod info;
mod input;
mod isotropy;
mod matrix_group;
mod named;
mod orbit_table;
mod point_symmetries;
mod radical;
mod real_forms;
mod representation;
mod roots;
mod semisimple;
mod structure;
mod structure_constants;

pub use action::infinitesimal_action;
pub(crate) use algebra::Sparse;
pub use algebra::{AffineElement, LieAlgebra, Space};
pub use batch::{BatchAnswer, StabilizerAnswer, answer_batch, stabilizer_answer};
pub use component_group::{ComponentGroup, component_group};
pub use figures::{Figure, NormalSlice, isotropy_of_figure, normal_slice};
pub use generic::{Evidence, GenericOrbit, generic_orbit};
pub use info::LieInfo;
pub use input::{DEFAULT_DIMENSION_LIMIT, algebra_from_json};
pub use isotropy::{
    Isotropy, IsotropyReport, StabilizerMode, StabilizerStructure, isotropy_of_action,
    stabilizer_of_polynomials,
};
pub use matrix_group::{MatrixGroup, cayley_transform, exp_nilpotent, log_unipotent};
pub use named::{DEFAULT_MATRIX_SIZE_LIMIT, parse_algebra, parse_algebra_with_limit};
pub use orbit_table::{OrbitEntry, OrbitRow, OrbitTable, orbit_table};
pub use point_symmetries::{DEFAULT_POINT_LIMIT, PointMaps, point_symmetries, regular_polygon};
pub use radical::LeviDecomposition;
pub use real_forms::real_forms;
pub use representation::{DEFAULT_MODULE_LIMIT, Module, Representation};
pub use roots::{DynkinType, Family, RootSystem, SimpleType};
pub use semisimple::{RootSpace, SemisimpleStructure, SimpleIdeal};
pub use structure::Structure;
