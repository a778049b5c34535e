//! The one error type of this crate: variants carry facts, messages say what was got and what was expected.

use num_bigint::BigUint;

/// What can go wrong in this crate.
///
/// Points are 0-based in every variant, as everywhere inside the crate; the messages of the variants that come
/// from cycle text ([`RepeatedPoint`](Self::RepeatedPoint), [`CycleSyntax`](Self::CycleSyntax), …) show them
/// 1-based, as the reader typed them. Columns are 1-based.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    // ---- permutation groups, actions, catalog ----
    /// An image list names a point that does not exist.
    #[error("image {image} of point {point} is out of range: a permutation of degree {degree} has images 0 to {}", degree.saturating_sub(1))]
    ImageOutOfRange {
        /// The point whose image is wrong.
        point: usize,
        /// Its image.
        image: usize,
        /// The number of points.
        degree: usize,
    },
    /// An image list sends two points to the same place.
    #[error(
        "points {first} and {second} have the same image {image}: the images of a permutation are distinct"
    )]
    RepeatedImage {
        /// The shared image.
        image: usize,
        /// The first point sent there.
        first: usize,
        /// The second.
        second: usize,
    },
    /// Two permutations that must have the same degree do not.
    #[error("{what} has degree {got}, expected degree {expected}")]
    DegreeMismatch {
        /// The offending object, for example `generator 2`.
        what: String,
        /// Its degree.
        got: usize,
        /// The degree that was required.
        expected: usize,
    },
    /// A point outside the domain.
    #[error("point {point} is out of range: the group acts on the points 0 to {} (degree {degree})", degree.saturating_sub(1))]
    PointOutOfRange {
        /// The point.
        point: usize,
        /// The number of points.
        degree: usize,
    },
    /// More points than this crate accepts.
    #[error("degree {degree} is over the limit of {limit} points")]
    DegreeTooLarge {
        /// The degree asked for.
        degree: usize,
        /// The limit, [`MAX_DEGREE`](crate::MAX_DEGREE).
        limit: usize,
    },
    /// The generators of a product would take too much memory.
    #[error("{count} generators of degree {degree} are over the limit of {limit} images in all")]
    GeneratorsTooLarge {
        /// The number of generators.
        count: usize,
        /// The degree of each.
        degree: usize,
        /// The largest number of generators times degree.
        limit: usize,
    },
    /// A point occurs twice in the cycles of one permutation.
    #[error("column {column}: point {} occurs twice (first at column {first_column}); the cycles of one permutation are disjoint", point + 1)]
    RepeatedPoint {
        /// The point, 0-based.
        point: usize,
        /// Where it occurs for the second time.
        column: usize,
        /// Where it occurs first.
        first_column: usize,
    },
    /// Cycle text that does not follow `(1,2,3)(4,5)`.
    #[error("column {column}: expected {expected}, found {found}")]
    CycleSyntax {
        /// Where.
        column: usize,
        /// What the grammar wants there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A name that the catalog does not have.
    #[error(
        "column {column}: unknown group `{name}`; expected a name such as S5, A5, C12, D4, Q8, M11, PSL(2,7), AGL(1,5), W(E8), rubik, transitive:8,23, small:96,70 (docs/group-grammar.md has all), or cycles such as \"(1,2,3),(1,2)\""
    )]
    UnknownGroup {
        /// The name as typed.
        name: String,
        /// Where it starts.
        column: usize,
    },
    /// Group text that does not follow the grammar of [`catalog`](crate::catalog).
    #[error("column {column}: expected {expected}, found {found}")]
    GroupSyntax {
        /// Where.
        column: usize,
        /// What the grammar wants there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// What a constructor says of a group that a text asks for, with its place in the text.
    #[error("column {column}: {source}")]
    InGroupText {
        /// Where the name, the operator or the list starts.
        column: usize,
        /// What is wrong with it.
        source: Box<GroupError>,
    },
    /// A named group with a parameter outside its range.
    #[error("{group}: {reason}")]
    InvalidParameter {
        /// The group as typed.
        group: String,
        /// What is wrong and what was expected.
        reason: String,
    },
    /// An orbit has more points than the caller allows.
    #[error("the orbit has more than {limit} points, the limit given; raise the limit to go on")]
    OrbitOverLimit {
        /// The limit, in points.
        limit: usize,
    },
    /// An orbit would take more memory than the caller allows.
    #[error(
        "the orbit needs more than {limit} bytes at {points} points, the memory limit given; raise it to go on"
    )]
    MemoryLimit {
        /// The limit, in bytes.
        limit: usize,
        /// The number of points found so far.
        points: usize,
    },
    /// A list of points that names one of them twice where they must be distinct.
    #[error("point {point} occurs twice in {what}; its points must be distinct")]
    NotDistinct {
        /// The repeated point.
        point: usize,
        /// The list.
        what: &'static str,
    },
    /// A point of an action is not of the shape that the group acts on.
    #[error("{what} has length {got}, expected {expected}")]
    ShapeMismatch {
        /// The object.
        what: &'static str,
        /// Its length.
        got: usize,
        /// The length required.
        expected: usize,
    },
    /// A set of points that is no block: two of its images overlap without being equal.
    #[error("{block:?} is not a block: an image of it contains point {point} and overlaps another image")]
    NotABlock {
        /// The set.
        block: Vec<usize>,
        /// A point in the overlap or next to it.
        point: usize,
    },
    /// The order claimed for a group is not its order.
    #[error("the group has order {found}, not the order {claimed} that was claimed")]
    OrderMismatch {
        /// The claim.
        claimed: BigUint,
        /// The true order.
        found: BigUint,
    },
    /// A permutation that must lie in a group does not.
    #[error("{what} is not in the group: {element}")]
    NotAMember {
        /// The role of the element, for example `generator 1 of the subgroup`.
        what: String,
        /// The element in cycle notation (1-based).
        element: String,
    },
    /// Images of generators that do not extend to a homomorphism.
    #[error(
        "the images of the generators define no homomorphism: {relation} is the identity, but its image is {image}"
    )]
    NotAHomomorphism {
        /// A word in the generators x1, x2, … whose value is the identity.
        relation: String,
        /// The value of the same word in the images, in cycle notation (1-based).
        image: String,
    },
    /// A subgroup that must be normal and is not.
    #[error("the subgroup is not normal: its conjugate element {element} is outside it")]
    NotNormal {
        /// A conjugate of one of its generators, in cycle notation (1-based).
        element: String,
    },
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
    /// A group that the bundled table of small groups does not have.
    #[error(
        "no group of the bundled table is isomorphic to this one of order {order}; the table has all groups of order up to 200 but 128 and 192, and some of order up to 2000"
    )]
    NotInTable {
        /// The order of the group.
        order: usize,
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
    #[error("row {row} (counted from 0){}: {error}", figure.as_ref().map(|name| format!(", {name:?}")).unwrap_or_default())]
    InRow {
        /// The row, from 0.
        row: usize,
        /// The name of its figure, where it has one.
        figure: Option<String>,
        /// What is wrong in it.
        error: Box<GroupError>,
    },
}
