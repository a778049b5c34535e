//! Lie algebras.
