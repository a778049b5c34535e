//! What the coordinates of an input mean: a vector, an image, a table of rows and columns.

use groups::{PermGroup, Permutation};
use nets::{Dataset, Network};

use crate::BridgeError;
use crate::feature_action::grid_symmetries;

/// The smallest side of a square that a vector without a shape is taken for.
const SMALLEST_SIDE: usize = 4;

/// How the coordinates of one side of a map are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Number of coordinates.
    pub width: usize,
    /// Channels, height and width of an image.
    pub image: Option<(usize, usize, usize)>,
    /// Rows and columns of a table, such as a set of vectors.
    pub table: Option<(usize, usize)>,
    /// Whether the image is only a guess from a width that is a square.
    pub guessed: bool,
}

impl Layout {
    /// The layout of a tensor of one example: \[c, h, w\] is an image, \[h, w\] an image or a table, and a vector has a
    /// square image of at least 4 × 4 pixels if that many numbers make one.
    ///
    /// ```
    /// use bridge::symmetry::discrete::Layout;
    /// assert_eq!(Layout::of_shape(&[1, 8, 8]).image, Some((1, 8, 8)));
    /// assert!(Layout::of_shape(&[64]).guessed);
    /// assert_eq!(Layout::of_shape(&[6]).image, None);
    /// ```
    pub fn of_shape(shape: &[usize]) -> Self {
        let width = shape.iter().product();
        let side = usize::isqrt(width);
        let (image, table, guessed) = match *shape {
            [c, h, w] if h > 1 || w > 1 => (Some((c, h, w)), None, false),
            [h, w] if h > 1 && w > 1 => (Some((1, h, w)), Some((h, w)), true),
            _ if side >= SMALLEST_SIDE && side * side == width => (Some((1, side, side)), None, true),
            _ => (None, None, false),
        };
        Layout {
            width,
            image,
            table,
            guessed,
        }
    }

    /// The layout of the inputs of a network: as its own shape says, or else that of the data.
    pub fn of_inputs(network: &Network, data: &Dataset) -> Self {
        let layout = Layout::of_shape(network.input_shape());
        match data.image_shape() {
            Some((h, w)) if (layout.guessed || layout.image.is_none()) && h * w == layout.width => Layout {
                image: Some((1, h, w)),
                guessed: false,
                ..layout
            },
            _ => layout,
        }
    }

    /// The same permutation of the pixels of every channel.
    pub(super) fn on_channels(&self, pixels: &Permutation) -> Result<Permutation, BridgeError> {
        let size = pixels.degree();
        let images = (0..self.width).map(|i| (i / size * size + pixels.image(i % size)) as u32);
        Ok(Permutation::from_images(images.collect())?)
    }

    /// Shift by a row, shift by a column, turn (quarter or half), mirror in the vertical axis.
    pub(super) fn grid_generators(&self) -> Result<Option<[Permutation; 4]>, BridgeError> {
        let Some((_, height, width)) = self.image else {
            return Ok(None);
        };
        let group = grid_symmetries(height, width)?;
        let lifted: Vec<Permutation> = group
            .generators()
            .iter()
            .map(|g| self.on_channels(g))
            .collect::<Result<_, _>>()?;
        Ok(lifted.try_into().ok())
    }

    /// A group of permutations of the rows of a table (or of its columns), on all coordinates.
    pub(super) fn on_table(&self, group: &PermGroup, rows: bool) -> Result<Option<PermGroup>, BridgeError> {
        let Some((height, width)) = self.table else {
            return Ok(None);
        };
        if group.degree() != if rows { height } else { width } {
            return Ok(None);
        }
        let lift = |g: &Permutation| {
            let images = (0..self.width).map(|i| {
                let (row, column) = (i / width, i % width);
                (if rows {
                    g.image(row) * width + column
                } else {
                    row * width + g.image(column)
                }) as u32
            });
            Permutation::from_images(images.collect())
        };
        let generators = group.generators().iter().map(lift).collect::<Result<_, _>>()?;
        Ok(Some(PermGroup::new(self.width, generators)?))
    }
}
