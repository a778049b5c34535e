//! Exact group theory: permutation groups, matrix groups, Lie algebras, actions, orbits and stabilizers.
//!
//! No floating point decides anything here.

pub mod action;
pub mod analysis;
pub mod backtrack;
mod blocks;
pub mod catalog;
mod center;
mod centralizer;
pub mod characters;
mod composition;
pub mod conjugacy;
mod constituents;
pub mod counting;
pub mod cyclotomic;
mod elements;
mod error;
mod factorization;
mod finite_field;
mod group;
mod homomorphism;
pub mod invariants;
mod isomorphism;
mod large_orbit;
pub mod lie;
pub mod linear;
pub mod marks;
mod matrix_group;
mod normal_subgroups;
mod normalizer;
mod numbering;
mod orbit;
mod perm_group;
mod permutation;
pub mod polynomial;
mod products;
pub mod scalar;
mod schreier_sims;
mod semidirect;
pub mod series;
mod shape;
mod simple_group;
mod stabilizer;
mod stabilizer_chain;
mod straight_line;
mod structure;
pub mod subgroups;
mod sylow;
mod transversals;
pub mod univariate;

pub use action::{
    Action, ByConjugation, ByRightMultiplication, OnColourings, OnCosets, OnMultisets, OnPartitions,
    OnPoints, OnSets, OnSignedCoordinates, OnSubgroups, OnTuples,
};
pub use conjugacy::{ConjugacyClass, ConjugacyClasses};
pub use elements::Elements;
pub use error::GroupError;
pub use finite_field::{FiniteField, MAX_FIELD_ORDER, prime_power};
pub use group::Group;
pub use homomorphism::Homomorphism;
pub use large_orbit::{LargeOrbit, OrbitProgress, insert_random_words};
pub use matrix_group::{FieldMatrix, MatrixGroup, OnSubspaces, OnVectors, Subspace};
pub use orbit::{Orbit, OrbitLimit, orbits_of};
pub use perm_group::PermGroup;
pub use permutation::{MAX_DEGREE, Permutation};
pub use products::{direct_product, wreath_product, wreath_product_action};
pub use schreier_sims::NearlyRandom;
pub use semidirect::{internal_semidirect_product, semidirect_product};
pub use simple_group::{Exceptional, SimpleGroup};
pub use stabilizer::orbit_stabilizer;
pub use stabilizer_chain::{Level, Sifted, StabilizerChain};
pub use straight_line::{Step, StraightLineProgram, Witnesses};
pub use subgroups::{SubgroupClass, SubgroupLattice};
