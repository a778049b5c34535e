//! Root systems, Dynkin types and Weyl groups.
//!
//! A [`RootSystem`] is built from its type alone: roots are integer vectors in the basis of simple roots, with
//! Bourbaki's numbering (N. Bourbaki, *Lie Groups and Lie Algebras*, chapter VI, plates I-IX). [`DynkinType::of_cartan`]
//! goes the other way, from a Cartan matrix in any order to the type.
//!
//! ```
//! use groups::lie::RootSystem;
//! let e6 = RootSystem::parse("E6")?;
//! assert_eq!((e6.roots().len(), e6.weyl_order().to_string()), (72, "51840".to_owned()));
//! assert_eq!(e6.dimension_of_irreducible(&[1, 0, 0, 0, 0, 0])?.to_string(), "27");
//! # Ok::<(), groups::GroupError>(())
//! ```

mod dynkin;
mod modular_roots;
mod system;

pub use dynkin::{DynkinType, Family, SimpleType};
pub(crate) use modular_roots::ModularRoots;
pub use system::RootSystem;
