//! Invariants of groups: polynomials that a finite group keeps, tensors and linear maps that any group keeps.
//!
//! *Polynomials.* A finite group acts on polynomials by (f·g)(x) = f(g x). The [`PolynomialInvariants`] of a permutation
//! group on its coordinates and of a [`FiniteMatrixGroup`] over the rationals or a cyclotomic field have a Reynolds
//! operator, a Molien series, a basis in each degree and a minimal set of generators (H. Derksen and G. Kemper,
//! *Computational Invariant Theory*, chapter 3).
//!
//! *Tensors.* A [`LinearGroup`] is given by a Lie algebra and by finitely many more elements; a [`TensorWord`] names a
//! space on which it acts. The invariant vectors are those with dρ(A) v = 0 and ρ(g) v = v for all of them (Finzi,
//! Welling and Wilson, *A Practical Method for Constructing Equivariant Multilayer Perceptrons*, 2021), here by exact
//! linear algebra, and by orbits when all elements are signed permutations.
//!
//! ```
//! use groups::catalog::parse_group;
//! use groups::invariants::{FiniteMatrixGroup, LinearGroup, PolynomialInvariants};
//! let d4 = FiniteMatrixGroup::dihedral(4)?;
//! let generators = d4.fundamental_invariants(None)?;
//! let text: Vec<String> = generators.forms().iter().map(ToString::to_string).collect();
//! assert_eq!(text, ["x^2 + y^2", "x^4 + y^4"]);
//! let s5 = LinearGroup::of_permutations(&parse_group("S5")?);
//! assert_eq!(s5.equivariant_maps(&"V^2".parse()?, &"V^2".parse()?)?.len(), 15);
//! let so3 = LinearGroup::parse("SO(3)")?;
//! assert_eq!(so3.invariant_tensors(&"T(3)".parse()?)?.dimension(), 1, "the volume form");
//! # Ok::<(), groups::GroupError>(())
//! ```

mod finite_group;
mod form;
mod hilbert_ideal;
mod linear_group;
mod molien;
mod permutations;
mod polynomials;
mod signed_orbits;
mod tensors;
mod word;

pub use finite_group::{DEFAULT_ORDER_LIMIT, FiniteMatrixGroup, NumberField};
pub use form::Form;
pub use hilbert_ideal::FundamentalInvariants;
pub use linear_group::LinearGroup;
pub use molien::MolienSeries;
pub use polynomials::{DEFAULT_MONOMIAL_LIMIT, PolynomialInvariants};
pub use tensors::{DEFAULT_DENSE_LIMIT, DEFAULT_ORBIT_LIMIT, EquivariantMap, InvariantTensors};
pub use word::TensorWord;
