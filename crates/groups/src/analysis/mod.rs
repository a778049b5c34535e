//! Tables of questions about permutation groups, in a form that other systems write too.
//!
//! An *entry* is a JSON object that gives a group by `degree` and `generators` (0-based image arrays) and names what is
//! asked of it by its other keys. Most [`Field`]s stand for themselves; some carry an input, such as the set in
//! `{"set_stabilizer": {"set": [0, 1, 2]}}`. Whatever answers an entry already holds are not looked at, so that a table
//! made by one system can be answered by another and compared.
//!
//! ```
//! use groups::analysis::{Entry, answer};
//! let entry = Entry::read(&serde_json::json!({
//!     "name": "M11", "degree": 11, "order": null,
//!     "generators": [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0], [0, 1, 6, 9, 5, 3, 10, 2, 8, 4, 7]],
//!     "set_stabilizer": {"set": [1, 2, 3, 4, 5], "order": "not looked at"},
//! }))?;
//! let group = entry.group()?;
//! let answers: Vec<_> = entry.questions.iter().map(|q| answer(&group, q.field, &q.input)).collect::<Result<_, _>>()?;
//! assert_eq!(answers[0], "7920");
//! assert_eq!(answers[1], serde_json::json!({"set": [1, 2, 3, 4, 5], "order": "20"}));
//! # Ok::<(), groups::GroupError>(())
//! ```

mod answer;
mod entry;
mod field;

pub use answer::answer;
pub use entry::{Entry, Question};
pub use field::Field;
