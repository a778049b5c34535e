//! The one error type of this crate: variants carry facts, messages say what was got and what was expected.

use num_bigint::BigUint;

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// The exact algebra refused its input.
    #[error(transparent)]
    Group(#[from] groups::GroupError),
    /// A network, its data or its training failed.
    #[error(transparent)]
    Net(#[from] nets::NetError),
    /// A parameter is missing, or outside its range.
    #[error("parameter `{key}` is {got}: expected {expected}")]
    Parameter {
        /// Its name.
        key: String,
        /// What was given.
        got: String,
        /// The range that is allowed.
        expected: String,
    },
    /// A grid without pixels has no symmetries to speak of.
    #[error("a grid of {height} x {width} pixels is empty: both sides must be at least 1")]
    EmptyGrid {
        /// Rows of the grid.
        height: usize,
        /// Columns of the grid.
        width: usize,
    },
    /// A feature is not as wide as the group's degree.
    #[error("a feature of width {got} cannot be moved by permutations of {expected} points")]
    WidthMismatch {
        /// Width of the feature.
        got: usize,
        /// Degree of the group.
        expected: usize,
    },
    /// Tolerances are relative to the norm of the feature, which must be positive and finite.
    #[error("a feature of norm {norm} has no relative tolerance: the norm must be positive and finite")]
    ZeroFeature {
        /// The offending norm.
        norm: f64,
    },
    /// The elements of the group would be listed, and there are too many.
    #[error("a group of order {order} is too large to list element by element: at most {limit}")]
    GroupTooLarge {
        /// The order.
        order: BigUint,
        /// The limit that it exceeds.
        limit: u64,
    },
    /// An orbit was to be listed, and it is too large.
    #[error("the orbit has more than {limit} points: raise the limit or take a smaller one")]
    OrbitTooLarge {
        /// The limit that was reached.
        limit: usize,
    },
    /// A loss took a value that no loss takes.
    #[error("the loss is {value} at {point:?}: expected a finite number of at least 0 on the whole box")]
    BadLoss {
        /// The value.
        value: f64,
        /// Where.
        point: Vec<f64>,
    },
    /// A window of tolerances holds too few samples to read an exponent from.
    #[error(
        "only {got} samples lie in the window: at least {needed} are needed, so take {factor} times as many"
    )]
    FewSamples {
        /// How many there are.
        got: usize,
        /// How many would do.
        needed: usize,
        /// By how much to enlarge the run.
        factor: usize,
    },
    /// Too few group elements move a point by less than the tolerances.
    #[error(
        "only {got} draws move the point by less than {epsilon}, where {needed} are needed: take about {samples} samples, or larger tolerances"
    )]
    FewHits {
        /// How many do.
        got: u64,
        /// How many would be enough.
        needed: u64,
        /// The tolerance, the second largest of the window.
        epsilon: f64,
        /// A number of samples that would give that many.
        samples: u64,
    },
    /// No claim goes by that name.
    #[error("no claim is called '{name}': expected one of {known}")]
    UnknownClaim {
        /// What was asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The journal of a sweep cannot be used.
    #[error("{path}: {problem}", path = path.display())]
    Journal {
        /// Its file.
        path: std::path::PathBuf,
        /// What stands against it.
        problem: String,
    },
    /// A study needs images.
    #[error("the data have no image shape: a study needs images of one size")]
    NoImageShape,
    /// A picture of the report could not be drawn.
    #[error("cannot draw '{what}': {why}")]
    Drawing {
        /// Which picture.
        what: String,
        /// What the drawing library said.
        why: String,
    },
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
    #[error(
        "layer {layer} ({kind}) has no certified bound: only layers that are affine up to an activation do"
    )]
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
    /// A group was to act on the inputs (or outputs) of a map, and cannot.
    #[error("the group {group} does not act on this input: {why}")]
    GroupDoesNotAct {
        /// The group as it was named.
        group: String,
        /// Why not, and what would.
        why: String,
    },
    /// A map whose outputs are the same at all rows.
    #[error("the output does not depend on the input: over {rows} rows it varies by {spread:e}")]
    ConstantMap {
        /// Rows that were tried.
        rows: usize,
        /// Root mean square deviation of the outputs from their means.
        spread: f64,
    },
    /// A file of generators is not what it should be.
    #[error("generators: {problem}; expected {expected}")]
    Generators {
        /// What is wrong.
        problem: String,
        /// What was expected there.
        expected: &'static str,
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
    /// A layer without weights was asked for by its number.
    #[error("no layer {layer} has weights: those that do are {known:?}")]
    NoSuchLayer {
        /// What was asked for.
        layer: String,
        /// The layers that have weights.
        known: Vec<usize>,
    },
    /// A tolerance is not a distance.
    #[error("a tolerance of {tolerance} is no distance: it must be a number of at least 0")]
    Tolerance {
        /// What was given.
        tolerance: f64,
    },
    /// Two networks that were to be aligned are not of one architecture.
    #[error("the networks differ in their {what}: {first} and {second}")]
    DifferentShapes {
        /// In what.
        what: String,
        /// Of the first.
        first: String,
        /// Of the second.
        second: String,
    },
    /// A network has too many weights for what was asked.
    #[error("the functional dimension of {got} weights is not worked out: at most {limit}")]
    TooManyParameters {
        /// Number of weights.
        got: usize,
        /// The limit that it exceeds.
        limit: usize,
    },
    /// A layer has weights with respect to which no derivative is taken.
    #[error(
        "layer {layer} ({kind}): the functional dimension counts the weights of dense layers and convolutions"
    )]
    NoDerivative {
        /// Index of the layer in the network.
        layer: usize,
        /// Its kind.
        kind: String,
    },
    /// No ambient algebra goes by that name.
    #[error(
        "no algebra of transformations is called '{name}': expected translations, so, so(p,q), sp, sl, gl, aff or image"
    )]
    UnknownAlgebra {
        /// What was asked for.
        name: String,
    },
    /// An algebra that does not act on inputs of this width.
    #[error("{algebra} does not act on inputs of width {width}: {why}")]
    AlgebraDoesNotAct {
        /// The algebra.
        algebra: String,
        /// Width of the input.
        width: usize,
        /// What stands against it.
        why: String,
    },
}

/// A parameter outside its range.
pub(crate) fn refuse<T>(
    key: &str,
    got: impl ToString,
    expected: impl Into<String>,
) -> Result<T, BridgeError> {
    Err(BridgeError::Parameter {
        key: key.to_owned(),
        got: got.to_string(),
        expected: expected.into(),
    })
}
