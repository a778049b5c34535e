//! The one error type of this crate: variants carry facts, messages say what was got and what was expected.

use std::path::PathBuf;

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// Two parts of a network, or a network and its argument, disagree about a size.
    #[error("{what}: expected {expected}, got {got}")]
    Shape {
        /// Which quantity was checked, and of which part.
        what: String,
        /// The size that was required.
        expected: usize,
        /// The size that was given.
        got: usize,
    },
    /// A layer does not fit the network it was added to.
    #[error("layer {index} ({kind}): {source}")]
    Layer {
        /// Number of the layer, from 0.
        index: usize,
        /// What it is.
        kind: String,
        /// Why it does not fit.
        source: Box<NetError>,
    },
    /// A network was built without any layer of known width.
    #[error("a network needs at least one layer of known width")]
    EmptyNetwork,
    /// A number that must be finite is not.
    #[error("{what} at index {index} is {value}: expected a finite number")]
    NotFinite {
        /// The array the number stands in.
        what: String,
        /// Its flat index in that array.
        index: usize,
        /// The offending value, as a float.
        value: f64,
    },
    /// An option lies outside its range.
    #[error("{option} is {got}: expected {expected}")]
    Option {
        /// Name of the option.
        option: String,
        /// The value that was given.
        got: String,
        /// The range that is accepted.
        expected: String,
    },
    /// A number lies outside the range that is needed.
    #[error("{what} at index {index} is {value}: expected a number in {expected}")]
    OutOfRange {
        /// The array the number stands in.
        what: String,
        /// Its flat index in that array.
        index: usize,
        /// The offending value.
        value: f64,
        /// The range that is accepted.
        expected: String,
    },
    /// An integral did not reach the accuracy that was asked for.
    #[error("the integral over {interval} is known to {error:e} only: expected {tolerance:e}")]
    Quadrature {
        /// The range of integration.
        interval: String,
        /// The error that is left, as estimated.
        error: f64,
        /// The error that was allowed.
        tolerance: f64,
    },
    /// The loss stopped being a finite number.
    #[error(
        "training diverged: the loss is {loss} in epoch {epoch}, batch {batch}, at learning rate {rate}; \
         a smaller rate usually cures it"
    )]
    Diverged {
        /// Epoch, from 1.
        epoch: usize,
        /// Batch in that epoch, from 0.
        batch: usize,
        /// The learning rate in force.
        rate: f64,
        /// The loss of that batch.
        loss: f64,
    },
    /// The caller asked to stop.
    #[error("training was interrupted in epoch {epoch}")]
    Interrupted {
        /// Epoch that was being run, from 1.
        epoch: usize,
    },
    /// A file is not what it should be.
    #[error("{path}: at byte {offset}: {problem}, expected {expected}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where in the (decompressed) file.
        offset: u64,
        /// What is wrong there.
        problem: String,
        /// What was expected.
        expected: String,
    },
    /// A file could not be read at all as what it should be; the reader of its format says why.
    #[error("{path}: {problem}", path = path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A model file uses something that is not supported.
    #[error("{path}: node \"{node}\" ({operator}): {problem}", path = path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// Name of the node (its outputs, if it has none).
        node: String,
        /// Its operator.
        operator: String,
        /// What is not supported.
        problem: String,
    },
    /// A tensor in a file holds a number that is not finite.
    #[error("{path}: tensor \"{tensor}\" at index {index} is {value}: expected a finite number", path = path.display())]
    TensorNotFinite {
        /// The file.
        path: PathBuf,
        /// Name of the tensor.
        tensor: String,
        /// Flat index in it.
        index: usize,
        /// The offending value.
        value: f64,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// An option outside its range.
pub(crate) fn refuse<T>(option: &str, got: impl ToString, expected: &str) -> Result<T, NetError> {
    Err(NetError::Option {
        option: option.to_owned(),
        got: got.to_string(),
        expected: expected.to_owned(),
    })
}
