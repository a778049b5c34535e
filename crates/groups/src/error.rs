//! The one error type of this crate: variants carry facts, messages say what was got and what was expected.

/// What can go wrong in this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    // ---- exact linear algebra, polynomials, Lie algebras ----
    /// A text that does not parse.
    #[error("cannot read the {what} `{text}`: column {column}: expected {expected}")]
    Syntax {
        /// What the text was read as.
        what: &'static str,
        /// The text as given.
        text: String,
        /// The column of the first character that does not fit, from 1.
        column: usize,
        /// What would have fitted there.
        expected: String,
    },
    /// A matrix or vector of the wrong shape.
    #[error("{what} is {rows}x{cols}, expected {expected}")]
    Shape {
        /// What the matrix was given as.
        what: String,
        /// Its number of rows.
        rows: usize,
        /// Its number of columns.
        cols: usize,
        /// The shape that was expected.
        expected: String,
    },
    /// A singular matrix where an invertible one is needed.
    #[error("the {size}x{size} matrix has rank {rank}: expected an invertible matrix")]
    Singular {
        /// Rows and columns of the matrix.
        size: usize,
        /// Its exact rank.
        rank: usize,
    },
    /// Matrices offered as a basis that are linearly dependent.
    #[error(
        "the {given} basis elements span a space of dimension {rank}: expected linearly independent elements"
    )]
    DependentBasis {
        /// How many elements were given.
        given: usize,
        /// The dimension of their span.
        rank: usize,
    },
    /// A basis that is not closed under the bracket.
    #[error(
        "the bracket of basis elements {first} and {second} (counted from 0) is not in their span: expected a Lie algebra"
    )]
    NotClosed {
        /// Index of the left element, from 0.
        first: usize,
        /// Index of the right element, from 0.
        second: usize,
    },
    /// Structure constants that break the Jacobi identity or antisymmetry.
    #[error("the structure constants break {law} at basis elements {elements:?} (counted from 0)")]
    NotALieBracket {
        /// The law that is broken.
        law: &'static str,
        /// The basis elements that show it.
        elements: Vec<usize>,
    },
    /// A number beyond the stated limit; limits are parameters.
    #[error("{what} is {asked}: the limit is {limit}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// What was asked.
        asked: u64,
        /// The limit that was in force.
        limit: u64,
    },
    /// An argument outside the domain of the function.
    #[error("{what}: expected {expected}")]
    Domain {
        /// What was given.
        what: String,
        /// What was expected.
        expected: String,
    },
    /// An error in one row of a batch.
    #[error("row {row} (counted from 0): {error}")]
    InRow {
        /// The row, from 0.
        row: usize,
        /// What is wrong in it.
        error: Box<GroupError>,
    },
}
