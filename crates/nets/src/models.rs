//! Small models of the neighbouring literature, exactly solved: a place where networks can be compared with truth.

pub mod hidden_unit;
pub mod hierarchy;
pub mod invariant_autoencoder;
pub mod ising;
pub mod momentum;
pub mod oscillator;
pub mod pieces;
pub mod spins;
pub mod tent;
