//! How a permutation moves the inputs and outputs of a map.
//!
//! A group that acts on inputs and outputs at once is one group of permutations of the disjoint union of their points,
//! so that orders, membership and generated subgroups of pairs (g, ρ(g)) are questions about one permutation group.
//! The points of a side are its coordinates; where signs may change too, they are ±eᵢ, with eᵢ at 2i and −eᵢ at 2i + 1,
//! as in [`groups::OnSignedCoordinates`]. As everywhere, (x·g)\[p^g\] = x\[p\].

use groups::{PermGroup, Permutation};
use nalgebra::DMatrix;

use crate::BridgeError;

/// The points that stand for the coordinates of one side of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinates {
    /// One point a coordinate.
    Plain(usize),
    /// Two points a coordinate: it and its negative.
    Signed(usize),
}

impl Coordinates {
    /// Number of coordinates.
    pub fn width(self) -> usize {
        match self {
            Coordinates::Plain(width) | Coordinates::Signed(width) => width,
        }
    }

    /// Number of points.
    pub fn degree(self) -> usize {
        match self {
            Coordinates::Plain(width) => width,
            Coordinates::Signed(width) => 2 * width,
        }
    }

    /// The images of all points, as (coordinate, sign) of the image of each coordinate.
    pub(super) fn images(self, offset: usize, g: &Permutation) -> Vec<(usize, f64)> {
        (0..self.width())
            .map(|i| match self {
                Coordinates::Plain(_) => (g.image(offset + i) - offset, 1.0),
                Coordinates::Signed(_) => {
                    let to = g.image(offset + 2 * i) - offset;
                    (to / 2, if to.is_multiple_of(2) { 1.0 } else { -1.0 })
                }
            })
            .collect()
    }

    /// The columns of `x`, moved.
    fn moved(self, offset: usize, g: &Permutation, x: &DMatrix<f64>) -> DMatrix<f64> {
        let images = self.images(offset, g);
        let mut y = DMatrix::zeros(x.nrows(), x.ncols());
        for (from, mut to) in x.column_iter().zip(y.column_iter_mut()) {
            for (value, &(image, sign)) in from.iter().zip(&images) {
                to[image] = sign * value;
            }
        }
        y
    }

    /// The points' images of a permutation of the coordinates with signs.
    pub(super) fn point_images(self, images: &[(usize, f64)]) -> Vec<usize> {
        images
            .iter()
            .flat_map(|&(to, sign)| match self {
                Coordinates::Plain(_) => vec![to],
                Coordinates::Signed(_) if sign < 0.0 => vec![2 * to + 1, 2 * to],
                Coordinates::Signed(_) => vec![2 * to, 2 * to + 1],
            })
            .collect()
    }
}

/// What a group acts on: the inputs of a map and, if its outputs are to move too, those.
///
/// ```
/// use bridge::symmetry::discrete::{Coordinates, MapAction};
/// use groups::Permutation;
/// use nalgebra::dmatrix;
/// let action = MapAction { input: Coordinates::Signed(2), output: None };
/// let turn = Permutation::parse_cycles("(1,3,2,4)", Some(4))?; // e1 -> e2 -> -e1
/// assert_eq!(action.move_inputs(&turn, &dmatrix![5.0; 7.0]), dmatrix![-7.0; 5.0]);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapAction {
    /// The points of the inputs, which come first.
    pub input: Coordinates,
    /// The points of the outputs; `None` if the outputs stay where they are.
    pub output: Option<Coordinates>,
}

impl MapAction {
    /// Number of points of both sides.
    pub fn degree(&self) -> usize {
        self.input.degree() + self.output.map_or(0, Coordinates::degree)
    }

    /// The inputs in the columns of `x`, moved by `g`.
    ///
    /// # Panics
    /// If `g` is not of this degree or `x` not as wide as the inputs.
    pub fn move_inputs(&self, g: &Permutation, x: &DMatrix<f64>) -> DMatrix<f64> {
        self.input.moved(0, g, x)
    }

    /// The outputs in the columns of `y`, moved by `g`.
    ///
    /// # Panics
    /// As [`MapAction::move_inputs`].
    pub fn move_outputs(&self, g: &Permutation, y: &DMatrix<f64>) -> DMatrix<f64> {
        match self.output {
            Some(output) => output.moved(self.input.degree(), g, y),
            None => y.clone(),
        }
    }

    /// The permutation of both sides from one of the inputs and one of the outputs.
    pub(super) fn joint(&self, input: &[usize], output: &[usize]) -> Result<Permutation, BridgeError> {
        let offset = self.input.degree();
        let images = input.iter().copied().chain(output.iter().map(|p| p + offset));
        Ok(Permutation::from_images(images.map(|p| p as u32).collect())?)
    }

    /// The group that the elements make on the inputs alone.
    pub(super) fn on_inputs(&self, group: &PermGroup) -> Result<PermGroup, BridgeError> {
        if self.output.is_none() {
            return Ok(group.clone());
        }
        let degree = self.input.degree();
        let restricted = |g: &Permutation| Permutation::from_images(g.images()[..degree].to_vec());
        let generators = group
            .generators()
            .iter()
            .map(restricted)
            .collect::<Result<_, _>>()?;
        Ok(PermGroup::new(degree, generators)?)
    }
}
