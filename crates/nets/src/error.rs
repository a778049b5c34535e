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
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}
