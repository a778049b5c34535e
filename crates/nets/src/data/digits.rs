//! The digits that come with the crate.

use super::idx::{parse_images, parse_labels};
use crate::Dataset;
use std::path::Path;

const IMAGES: &[u8] = include_bytes!("../../data/digits-8x8-images-idx3-ubyte");
const LABELS: &[u8] = include_bytes!("../../data/digits-8x8-labels-idx1-ubyte");

impl Dataset {
    /// The 1797 handwritten digits of the UCI "Optical Recognition of Handwritten Digits" test part, 8 × 8, scaled
    /// from 0..16 to \[0, 1\], with their labels (E. Alpaydin, C. Kaynak 1998, CC BY 4.0).
    ///
    /// ```
    /// let digits = nets::Dataset::digits();
    /// assert_eq!((digits.len(), digits.image_shape()), (1797, Some((8, 8))));
    /// assert_eq!(digits.labels().map(|labels| labels[0]), Some(0));
    /// ```
    pub fn digits() -> Self {
        let path = Path::new("digits");
        let images = parse_images(path, IMAGES, "digits".into());
        let labels = parse_labels(path, LABELS);
        images
            .and_then(|images| images.with_labels(labels?))
            .expect("the embedded files are a well-formed pair, which a test checks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_the_published_ones() {
        let digits = Dataset::digits();
        assert_eq!((digits.len(), digits.width()), (1797, 64));
        // First row of the set, as printed in the scikit-learn documentation of load_digits.
        let first = [0.0, 0.0, 5.0, 13.0, 9.0, 1.0, 0.0, 0.0].map(|v: f32| v / 16.0);
        assert_eq!(digits.row(0)[..8], first);
        // Counts per class, from the UCI description of the test part (optdigits.names).
        let labels = digits.labels().unwrap();
        let counts: Vec<usize> = (0..10)
            .map(|d| labels.iter().filter(|&&l| l == d).count())
            .collect();
        assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert!(digits.values().iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
