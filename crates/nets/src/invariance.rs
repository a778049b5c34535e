//! How much a representation changes when its input is replaced by an equivalent one.
//!
//! E|f(x) − f(x')|² for x' equivalent to x, over E|f(x) − f(y)|² for unrelated x and y (Petrini, arXiv 2310.16154): 0 for a
//! function of the class, 1 for a function that takes x' for unrelated.

use crate::NetError;
use crate::layers::shape_error;

/// The ratio, for a representation of rows and of the rows that replace them, `width` numbers each; the mean over unrelated pairs is
/// that over all pairs of different rows.
///
/// # Errors
/// [`NetError::Shape`] for slices that do not hold the same number of whole rows, at least two; [`NetError::OutOfRange`] for a
/// representation that is the same for all rows.
///
/// ```
/// use nets::invariance::relative_change;
/// let values = [0.0, 1.0, 3.0];
/// assert_eq!(relative_change(&values, &values, 1)?, 0.0);
/// // (1 + 1 + 1)/3 over (1 + 9 + 4)/3.
/// assert!((relative_change(&values, &[1.0, 0.0, 2.0], 1)? - 3.0 / 14.0).abs() < 1e-12);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn relative_change(values: &[f32], moved: &[f32], width: usize) -> Result<f64, NetError> {
    if width == 0 || !values.len().is_multiple_of(width) || values.len() < 2 * width {
        let expected = 2 * width.max(1);
        return Err(shape_error(
            "numbers in whole rows (at least two)",
            expected,
            values.len(),
        ));
    }
    if moved.len() != values.len() {
        return Err(shape_error(
            "numbers in the rows that replace",
            values.len(),
            moved.len(),
        ));
    }
    let rows = (values.len() / width) as f64;
    let mut change = 0.0;
    for (value, moved) in values.iter().zip(moved) {
        change += (f64::from(*value) - f64::from(*moved)).powi(2);
    }
    let mut mean = vec![0.0; width];
    for row in values.chunks_exact(width) {
        mean.iter_mut()
            .zip(row)
            .for_each(|(m, v)| *m += f64::from(*v) / rows);
    }
    let mut scatter = 0.0;
    for row in values.chunks_exact(width) {
        scatter += row
            .iter()
            .zip(&mean)
            .map(|(v, m)| (f64::from(*v) - m).powi(2))
            .sum::<f64>();
    }
    // The mean of |f(x) − f(y)|² over pairs of different rows is 2·scatter/(rows − 1).
    let unrelated = 2.0 * scatter / (rows - 1.0);
    if unrelated == 0.0 {
        return Err(NetError::OutOfRange {
            what: "mean squared distance of the representation".into(),
            index: 0,
            value: 0.0,
            expected: "(0, ∞): it must not be the same for all rows".into(),
        });
    }
    Ok(change / rows / unrelated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hierarchy::rules::RandomHierarchy;
    use crate::random::{Purpose, stream};
    use rand::Rng;

    /// The two controls: the label itself does not change, a random function of the word changes as much as for unrelated words;
    /// and the input itself changes in all of its blocks, as against 1 − 1/v of them.
    #[test]
    fn labels_are_invariant_and_random_functions_are_not() {
        let model = RandomHierarchy::new(5, 5, 3, 2, 2, 1).unwrap();
        let samples: Vec<_> = (0..800).map(|index| model.sample(2, index)).collect();
        let random = |word: &[u32]| -> f32 {
            let code = word.iter().fold(0, |code, &symbol| code * 5 + u64::from(symbol));
            stream(9, Purpose::Ensemble, code, 0).next_u32() as f32
        };
        for height in 1..=2 {
            let moved: Vec<_> = samples
                .iter()
                .zip(0..)
                .map(|((_, word), index)| model.exchange(word, height, 3, index).unwrap())
                .collect();
            let label = |word: &[u32]| model.class_of(word).unwrap() as f32;
            let of = |f: &dyn Fn(&[u32]) -> f32| {
                let values: Vec<f32> = samples.iter().map(|(_, word)| f(word)).collect();
                let moved: Vec<f32> = moved.iter().map(|word| f(word)).collect();
                relative_change(&values, &moved, 1).unwrap()
            };
            assert_eq!(of(&label), 0.0);
            let change = of(&random);
            // Of 800 pairs: the standard error is some 0.04.
            assert!((change - 1.0).abs() < 0.16, "{change}");
        }
    }

    #[test]
    fn misfits_are_refused() {
        assert!(relative_change(&[1.0], &[1.0], 1).is_err());
        assert!(relative_change(&[1.0, 2.0, 3.0], &[1.0; 3], 2).is_err());
        assert!(relative_change(&[1.0, 2.0], &[1.0], 1).is_err());
        let message = relative_change(&[1.0, 1.0], &[1.0, 2.0], 1)
            .unwrap_err()
            .to_string();
        assert!(message.contains("must not be the same"), "{message}");
    }
}
