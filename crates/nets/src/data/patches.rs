//! Patches cut from images at random.

use crate::optimizer::option;
use crate::random::{Purpose, below, stream};
use crate::{Dataset, NetError};

/// Draws in a row that are too flat before an image is given up.
const MOST_FLAT: usize = 10_000;

impl Dataset {
    /// Cuts `count` square patches of `size` pixels from images, equally many from each (the first ones get what is
    /// left over), at uniform places; patches whose grey values deviate by `least_deviation` or less (in root mean
    /// square from their mean) are drawn again. Images may differ in size; each is a data set of one or more rows.
    ///
    /// ```
    /// use nets::Dataset;
    /// let patches = Dataset::patches(&[Dataset::digits()], 4, 100, 0.1, 7)?;
    /// assert_eq!((patches.len(), patches.image_shape()), (100, Some((4, 4))));
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Option`] if there are no images, none as large as a patch, or one too flat to give its patches.
    pub fn patches(
        images: &[Dataset],
        size: usize,
        count: usize,
        least_deviation: f64,
        seed: u64,
    ) -> Result<Self, NetError> {
        option(!images.is_empty(), "images", "none", "at least one")?;
        option(count > 0, "patches", count, "at least 1")?;
        option(size > 0, "patch size", size, "at least 1 pixel")?;
        let mut values = Vec::new();
        for (index, image) in images.iter().enumerate() {
            let (height, width) = image.image_shape().unwrap_or((1, image.width()));
            let expected = format!(
                "at most {}, the shorter side of {}",
                height.min(width),
                image.name()
            );
            option(size <= height.min(width), "patch size", size, &expected)?;
            let mut rng = stream(seed, Purpose::Patches, index as u64, 0);
            let mut left = count / images.len() + usize::from(index < count % images.len());
            let mut flat = 0;
            while left > 0 {
                let row = image.row(below(image.len() as u64, &mut rng) as usize);
                let top = below((height - size + 1) as u64, &mut rng) as usize;
                let start = below((width - size + 1) as u64, &mut rng) as usize;
                let lines = (top..top + size).map(|line| &row[line * width + start..][..size]);
                let patch: Vec<f32> = lines.flatten().copied().collect();
                if deviation(&patch) > least_deviation {
                    values.extend(patch);
                    (left, flat) = (left - 1, 0);
                } else {
                    flat += 1;
                    let expected = format!("less than some patch of {}", image.name());
                    option(flat < MOST_FLAT, "least deviation", least_deviation, &expected)?;
                }
            }
        }
        Dataset::new(format!("{size} x {size} patches"), values, size * size)?.with_image_shape(size, size)
    }

    /// The same rows, each minus its mean.
    pub fn centred_rows(&self) -> Self {
        let values = self
            .values()
            .chunks_exact(self.width())
            .flat_map(|row| {
                let mean = row.iter().map(|&v| f64::from(v)).sum::<f64>() / row.len() as f64;
                row.iter().map(move |&v| (f64::from(v) - mean) as f32)
            })
            .collect();
        self.with_values(values)
    }
}

fn deviation(patch: &[f32]) -> f64 {
    let count = patch.len() as f64;
    let mean = patch.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let square: f64 = patch.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum();
    (square / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An image whose pixel (row, column) is 10·row + column, so that a patch tells where it was cut.
    fn ramp(height: usize, width: usize) -> Dataset {
        let values = (0..height * width)
            .map(|i| (10 * (i / width) + i % width) as f32)
            .collect();
        let image = Dataset::new("ramp", values, height * width).unwrap();
        image.with_image_shape(height, width).unwrap()
    }

    #[test]
    fn patches_are_windows_of_their_images_everywhere() {
        let patches = Dataset::patches(&[ramp(5, 4), ramp(3, 6)], 2, 201, 0.0, 3).unwrap();
        let mut corners = std::collections::BTreeSet::new();
        for row in 0..patches.len() {
            let patch = patches.row(row);
            let corner = patch[0];
            assert_eq!(patch, [corner, corner + 1.0, corner + 10.0, corner + 11.0]);
            corners.insert((row < 101, corner as u32));
        }
        // 4 × 3 places in the first image, 2 × 5 in the second.
        assert_eq!(corners.len(), 22);
    }

    #[test]
    fn flat_and_small_images_are_refused() {
        let flat = Dataset::new("flat", vec![0.5; 16], 16).unwrap();
        let flat = flat.with_image_shape(4, 4).unwrap();
        assert!(Dataset::patches(&[flat], 2, 1, 0.01, 0).is_err());
        assert!(Dataset::patches(&[ramp(3, 3)], 4, 1, 0.0, 0).is_err());
        assert!(Dataset::patches(&[], 4, 1, 0.0, 0).is_err());
    }

    #[test]
    fn centred_rows_have_mean_zero() {
        let data = Dataset::new("x", vec![1.0, 2.0, 3.0, 0.0, 0.0, 6.0], 3).unwrap();
        assert_eq!(data.centred_rows().values(), [-1.0, 0.0, 1.0, -2.0, -2.0, 4.0]);
    }
}
