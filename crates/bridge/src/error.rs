//! The one error type of this crate: variants carry facts, messages say what was got and what was expected.

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// A network, its data or its training failed.
    #[error(transparent)]
    Net(#[from] nets::NetError),
    /// A number that must be finite is not.
    #[error("the {what} holds {value} at index {index}: only finite numbers are allowed")]
    NotFinite {
        /// What holds the number.
        what: String,
        /// Where in it.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A width does not fit.
    #[error("{what}: expected {expected}, got {got}")]
    Shape {
        /// Which width.
        what: String,
        /// The width that would fit.
        expected: usize,
        /// The width that was given.
        got: usize,
    },
    /// A ball or box is not well formed.
    #[error("{what}")]
    Region {
        /// What is wrong with it.
        what: String,
    },
    /// A bound from second derivatives was asked for over a region that holds a kink.
    #[error("{0}; take a smaller region or the first-order bound")]
    NotTwiceDifferentiable(crate::shadow::Kink),
    /// A layer for which no certified bound is known.
    #[error("layer {layer} ({kind}) has no certified bound: only dense layers and activations do")]
    UnsupportedLayer {
        /// Index of the layer in the network.
        layer: usize,
        /// Its kind.
        kind: String,
    },
    /// A certified bound overflowed.
    #[error("the bound over this region exceeds every f64: take a smaller region")]
    Unbounded,
    /// Too few points for a fit.
    #[error(
        "{got} sample points cannot determine a fit with {needed} unknowns per output: take at least {needed}"
    )]
    TooFewSamples {
        /// Points given.
        got: usize,
        /// Points needed.
        needed: usize,
    },
    /// An iterative matrix decomposition did not converge.
    #[error("the {what} of a {rows} x {columns} matrix did not converge")]
    NoConvergence {
        /// Which decomposition.
        what: String,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        columns: usize,
    },
}
