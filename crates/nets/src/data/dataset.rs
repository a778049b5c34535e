//! The data set type that all readers return and all trainers take.

use crate::NetError;
use nalgebra::DVector;
use sha2::{Digest, Sha256};

/// n rows of d numbers, row after row, scaled to \[0, 1\] by the image readers.
///
/// Invariant: all numbers are finite; there are n·d of them; labels, if any, are one per row; height × width, if
/// known, is d.
///
/// ```
/// use nets::Dataset;
/// let data = Dataset::new("two points", vec![0.0, 0.5, 1.0, 0.25], 2)?;
/// assert_eq!((data.len(), data.width()), (2, 2));
/// assert_eq!(data.row(1), [1.0, 0.25]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    name: String,
    values: Vec<f32>,
    width: usize,
    image_shape: Option<(usize, usize)>,
    labels: Option<Vec<u8>>,
    checksum: String,
}

impl Dataset {
    /// A data set from its numbers, `width` to a row. Its checksum is that of the numbers (little-endian) until
    /// [`Dataset::with_checksum`] puts that of the source in its place.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the numbers do not make whole rows, [`NetError::NotFinite`] naming the first NaN or
    /// infinity.
    pub fn new(name: impl Into<String>, values: Vec<f32>, width: usize) -> Result<Self, NetError> {
        let name = name.into();
        if width == 0 || values.is_empty() || !values.len().is_multiple_of(width) {
            return Err(NetError::Shape {
                what: format!("{name}: count of numbers (a positive multiple of the row width {width})"),
                expected: values.len().div_ceil(width.max(1)).max(1) * width,
                got: values.len(),
            });
        }
        if let Some((index, &value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(NetError::NotFinite {
                what: name,
                index,
                value: f64::from(value),
            });
        }
        let mut hasher = Sha256::new();
        for chunk in values.chunks(4096) {
            let bytes: Vec<u8> = chunk.iter().flat_map(|v| v.to_le_bytes()).collect();
            hasher.update(&bytes);
        }
        let checksum = hex(&hasher.finalize());
        Ok(Dataset {
            name,
            values,
            width,
            image_shape: None,
            labels: None,
            checksum,
        })
    }

    /// The same rows as images of the given height and width.
    ///
    /// # Errors
    /// [`NetError::Shape`] if height × width is not the row width.
    pub fn with_image_shape(mut self, height: usize, width: usize) -> Result<Self, NetError> {
        let got = height.saturating_mul(width);
        if got != self.width {
            let what = format!("{}: pixels of a {height} x {width} image", self.name);
            return Err(NetError::Shape {
                what,
                expected: self.width,
                got,
            });
        }
        self.image_shape = Some((height, width));
        Ok(self)
    }

    /// The same rows with one label each.
    ///
    /// # Errors
    /// [`NetError::Shape`] if there is not one label per row.
    pub fn with_labels(mut self, labels: Vec<u8>) -> Result<Self, NetError> {
        if labels.len() != self.len() {
            let what = format!("{}: number of labels (one per row)", self.name);
            return Err(NetError::Shape {
                what,
                expected: self.len(),
                got: labels.len(),
            });
        }
        self.labels = Some(labels);
        Ok(self)
    }

    /// The same rows with the SHA-256 of the bytes they were read from.
    pub fn with_checksum(mut self, source: &[u8]) -> Self {
        self.checksum = hex(&Sha256::digest(source));
        self
    }

    /// The same rows with a checksum computed piece by piece.
    pub(crate) fn with_digest(mut self, digest: &[u8]) -> Self {
        self.checksum = hex(digest);
        self
    }

    /// Where the rows come from, for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// Always false: a data set has at least one row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// All numbers, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.values[index * self.width..(index + 1) * self.width]
    }

    /// One row as a column vector in f64, for analysis.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn point(&self, index: usize) -> DVector<f64> {
        DVector::from_iterator(self.width, self.row(index).iter().map(|&v| f64::from(v)))
    }

    /// Height and width of the images, if the rows are images.
    pub fn image_shape(&self) -> Option<(usize, usize)> {
        self.image_shape
    }

    /// One label per row, if known.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
    }

    /// SHA-256 of the source, in hexadecimal.
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// The same rows with other finite numbers, as many.
    pub(crate) fn with_values(&self, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), self.values.len(), "as many numbers as before");
        Dataset {
            values,
            ..self.clone()
        }
    }

    /// The given rows, in the given order, with their labels.
    ///
    /// # Panics
    /// If `rows` is empty or names a row that does not exist.
    pub fn select(&self, rows: &[usize]) -> Self {
        assert!(!rows.is_empty(), "a data set has at least one row");
        Dataset {
            name: self.name.clone(),
            values: rows.iter().flat_map(|&row| self.row(row)).copied().collect(),
            width: self.width,
            image_shape: self.image_shape,
            labels: self
                .labels
                .as_ref()
                .map(|labels| rows.iter().map(|&row| labels[row]).collect()),
            checksum: self.checksum.clone(),
        }
    }
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_empty_and_infinite_data_are_refused() {
        assert!(matches!(
            Dataset::new("x", vec![1.0; 5], 2),
            Err(NetError::Shape {
                expected: 6,
                got: 5,
                ..
            })
        ));
        assert!(Dataset::new("x", vec![], 2).is_err());
        assert!(Dataset::new("x", vec![1.0], 0).is_err());
        let infinite = Dataset::new("x", vec![0.0, f32::NAN], 1);
        assert!(matches!(infinite, Err(NetError::NotFinite { index: 1, .. })));
    }

    #[test]
    fn selection_keeps_labels_with_their_rows() {
        let data = Dataset::new("x", vec![0.0, 1.0, 2.0], 1)
            .unwrap()
            .with_labels(vec![7, 8, 9])
            .unwrap();
        let chosen = data.select(&[2, 0]);
        assert_eq!(chosen.values(), [2.0, 0.0]);
        assert_eq!(chosen.labels(), Some(&[9, 7][..]));
    }

    #[test]
    fn checksum_is_sha256() {
        let data = Dataset::new("x", vec![0.0], 1).unwrap().with_checksum(b"abc");
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            data.checksum(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
