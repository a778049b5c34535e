//! Training histories as text.

use crate::EpochError;
use std::fmt::Write;

/// A history as CSV: a header, then one line per epoch; a number that was not measured is an empty field. Numbers are
/// written so that they read back to the same bits. As JSON, a history is what serde makes of it.
///
/// ```
/// use nets::{EpochError, history_csv};
/// let before = EpochError { epoch: 0, train: 0.25, held_out: Some(0.5), loss: None, rate: None };
/// let after = EpochError { epoch: 1, train: 0.125, held_out: Some(0.375), loss: Some(8.0), rate: Some(0.1) };
/// let csv = "epoch,loss,train_error,held_out_error,learning_rate\n0,,0.25,0.5,\n1,8,0.125,0.375,0.1\n";
/// assert_eq!(history_csv(&[before, after]), csv);
/// ```
pub fn history_csv(history: &[EpochError]) -> String {
    let mut csv = String::from("epoch,loss,train_error,held_out_error,learning_rate\n");
    let field = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
    for EpochError {
        epoch,
        train,
        held_out,
        loss,
        rate,
    } in history
    {
        let (loss, held_out, rate) = (field(*loss), field(*held_out), field(*rate));
        writeln!(csv, "{epoch},{loss},{train},{held_out},{rate}")
            .expect("a string takes all that is written");
    }
    csv
}
