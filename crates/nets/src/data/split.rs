//! Splits of a data set by a seed.

use crate::optimizer::option;
use crate::random::{Purpose, permutation, stream};
use crate::{Dataset, NetError};

impl Dataset {
    /// Splits off a random share of the rows: (the rest, the share), the share `None` if it rounds to no rows.
    ///
    /// ```
    /// let (train, test) = nets::Dataset::digits().split(0.2, 7)?;
    /// assert_eq!((train.len(), test.map(|t| t.len())), (1438, Some(359)));
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Option`] if the share is not in \[0, 1) or leaves nothing to train on.
    pub fn split(&self, share: f64, seed: u64) -> Result<(Dataset, Option<Dataset>), NetError> {
        option(
            (0.0..1.0).contains(&share),
            "held-out share",
            share,
            "a number in [0, 1)",
        )?;
        let count = (share * self.len() as f64).round() as usize;
        option(
            count < self.len(),
            "held-out share",
            share,
            "a share that leaves rows to train on",
        )?;
        let order = permutation(self.len(), &mut stream(seed, Purpose::Split, 0, 0));
        let (held_out, train) = order.split_at(count);
        Ok((
            self.select(train),
            if count == 0 {
                None
            } else {
                Some(self.select(held_out))
            },
        ))
    }

    /// Cuts the rows at random into three parts: (training, validation, test), the last two of the given shares.
    ///
    /// ```
    /// let (train, validation, test) = nets::Dataset::digits().split_in_three(0.1, 0.2, 7)?;
    /// assert_eq!((train.len(), validation.len(), test.len()), (1258, 180, 359));
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Option`] if a part would be empty.
    pub fn split_in_three(
        &self,
        validation: f64,
        test: f64,
        seed: u64,
    ) -> Result<(Dataset, Dataset, Dataset), NetError> {
        let count = |name: &str, share: f64| {
            let count = (share * self.len() as f64).round() as usize;
            let fine = (0.0..1.0).contains(&share) && count > 0;
            option(fine, name, share, "a share of at least one row").map(|()| count)
        };
        let (validation_rows, test_rows) =
            (count("validation share", validation)?, count("test share", test)?);
        option(
            validation_rows + test_rows < self.len(),
            "validation and test shares",
            validation + test,
            "shares that leave rows to train on",
        )?;
        let order = permutation(self.len(), &mut stream(seed, Purpose::Split, 0, 0));
        let (test, rest) = order.split_at(test_rows);
        let (validation, train) = rest.split_at(validation_rows);
        Ok((self.select(train), self.select(validation), self.select(test)))
    }

    /// Cuts the rows at random into `folds` parts as equal as can be and returns, for each, (the others, the part).
    ///
    /// # Errors
    /// [`NetError::Option`] unless 2 ≤ `folds` ≤ number of rows.
    pub fn folds(&self, folds: usize, seed: u64) -> Result<Vec<(Dataset, Dataset)>, NetError> {
        let expected = format!("a number in 2..={}", self.len());
        option((2..=self.len()).contains(&folds), "folds", folds, &expected)?;
        let order = permutation(self.len(), &mut stream(seed, Purpose::Split, 1, 0));
        let bound = |fold: usize| fold * self.len() / folds;
        let part = |fold: usize| {
            let (from, to) = (bound(fold), bound(fold + 1));
            let others: Vec<usize> = order[..from].iter().chain(&order[to..]).copied().collect();
            (self.select(&others), self.select(&order[from..to]))
        };
        Ok((0..folds).map(part).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(rows: usize) -> Dataset {
        Dataset::new("numbered", (0..rows).map(|i| i as f32).collect(), 1).unwrap()
    }

    #[test]
    fn a_split_is_a_partition_that_depends_on_the_seed() {
        let data = numbered(103);
        let (train, test) = data.split(0.3, 1).unwrap();
        let test = test.unwrap();
        let mut all: Vec<f32> = train.values().iter().chain(test.values()).copied().collect();
        all.sort_by(f32::total_cmp);
        assert_eq!(all, data.values());
        assert_eq!(test.len(), 31);
        assert_eq!(data.split(0.3, 1).unwrap().0, train);
        assert_ne!(data.split(0.3, 2).unwrap().0, train);
        assert!(data.split(0.0, 1).unwrap().1.is_none());
        assert!(data.split(1.0, 1).is_err() && data.split(0.999, 1).is_err());
    }

    #[test]
    fn folds_cover_every_row_once() {
        let data = numbered(10);
        let folds = data.folds(3, 5).unwrap();
        let mut all: Vec<f32> = folds
            .iter()
            .flat_map(|(_, part)| part.values().to_vec())
            .collect();
        all.sort_by(f32::total_cmp);
        assert_eq!(all, data.values());
        for (others, part) in &folds {
            assert_eq!(others.len() + part.len(), 10);
            assert!(part.values().iter().all(|v| !others.values().contains(v)));
        }
        assert!(data.folds(1, 0).is_err() && data.folds(11, 0).is_err());
    }

    #[test]
    fn three_parts_are_a_partition_and_the_test_part_is_that_of_a_split() {
        let data = numbered(50);
        let (train, validation, test) = data.split_in_three(0.2, 0.3, 4).unwrap();
        let parts = [&train, &validation, &test].map(|part| part.values().to_vec());
        let mut all = parts.concat();
        all.sort_by(f32::total_cmp);
        assert_eq!(all, data.values());
        assert_eq!(Some(test), data.split(0.3, 4).unwrap().1);
        assert!(data.split_in_three(0.5, 0.5, 4).is_err() && data.split_in_three(0.0, 0.5, 4).is_err());
    }
}
