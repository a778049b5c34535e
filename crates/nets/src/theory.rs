//! What is known in closed form, or by quadrature, about wide networks, their loss surfaces and their optima.
//!
//! Every function computes from its parameters and refuses those outside its range; integrals carry an error estimate.

pub mod critical_points;
pub mod criticality;
pub mod depth_width;
pub mod ensemble;
pub mod finite_width;
pub mod kernel;
pub mod least_squares;
pub mod linear_autoencoder;
pub mod quadrature;
pub mod relu;
pub mod saddles;
