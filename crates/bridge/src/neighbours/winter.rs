//! Unsupervised invariant and equivariant codes (Winter, Bertolini, Le, Noé, Clevert 2022, *Unsupervised learning of
//! group invariant and equivariant representations*): an invariant code, and a group element that says how to move
//! its reconstruction to where the input is.
//!
//! The group is one of `groups`, listed as permutations of coordinates; the autoencoder that takes such lists is
//! [`nets::models::invariant_autoencoder`]. What it recovers is checked with the stabilizer of the input: between x and
//! x·g it can recover g up to Stab(x) and no further. Rotations by any angle, not in a finite group, are in
//! [`Circle`].
//!
//! ```
//! use bridge::neighbours::winter::PosedAutoencoder;
//! use bridge::neighbours::winter::signals;
//! let data = signals(60, 1)?;
//! let model = PosedAutoencoder::fit(&data.moved, &data.group, 3, 5, 1)?;
//! let x = data.moved.point(7);
//! let g = &data.group.generators()[0];
//! let y = bridge::feature_action::act(x.as_slice(), g);
//! assert_eq!(model.code(x.as_slice()), model.code(&y)); // to the bit
//! assert!(model.recovers(x.as_slice(), g)?);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod circle;
mod data;
mod findings;
mod picture;

use groups::{PermGroup, Permutation, orbit_stabilizer};
use nalgebra::DVector;
use nets::models::invariant_autoencoder::InvariantAutoencoder;
use nets::{Activation, AutoencoderOptions, Dataset, Loss, TrainOptions};
use num_traits::ToPrimitive;

pub use circle::Circle;
pub use data::{Moved, polar_digits, sets, signals};

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;
use crate::error::refuse;
use crate::feature_action::{Feature, OnFeatures, act};

/// The largest group whose elements are all tried as poses.
pub const MAX_ORDER: usize = 1000;

/// An invariant autoencoder with the group whose elements are its poses.
#[derive(Debug, Clone)]
pub struct PosedAutoencoder {
    group: PermGroup,
    elements: Vec<Permutation>,
    model: InvariantAutoencoder,
}

impl PosedAutoencoder {
    /// Fits poses and a tanh code of the given width to rows in unknown poses, for `epochs` epochs.
    ///
    /// # Errors
    /// [`BridgeError::GroupTooLarge`] past [`MAX_ORDER`] elements, [`BridgeError::WidthMismatch`] if the group does not
    /// act on the rows; the errors of training.
    pub fn fit(
        data: &Dataset,
        group: &PermGroup,
        code: usize,
        epochs: usize,
        seed: u64,
    ) -> Result<Self, BridgeError> {
        if data.width() != group.degree() {
            return Err(BridgeError::WidthMismatch {
                got: data.width(),
                expected: group.degree(),
            });
        }
        if group.order().to_usize().is_none_or(|order| order > MAX_ORDER) {
            return Err(BridgeError::GroupTooLarge {
                order: group.order(),
                limit: MAX_ORDER as u64,
            });
        }
        let elements: Vec<Permutation> = group.elements().collect();
        let options = autoencoder_options(code, epochs, seed);
        let model = InvariantAutoencoder::fit(data, elements.iter().map(gather).collect(), ROUNDS, options)?;
        Ok(PosedAutoencoder {
            group: group.clone(),
            elements,
            model,
        })
    }

    /// The invariant code of x.
    ///
    /// # Panics
    /// If x is not as wide as the data it was fitted to; so do the following.
    pub fn code(&self, x: &[f64]) -> DVector<f64> {
        self.model.code(x)
    }

    /// The group element ψ that takes x to its canonical form x·ψ.
    pub fn pose(&self, x: &[f64]) -> &Permutation {
        &self.elements[self.model.frame().pose(x)]
    }

    /// The same as an index into the elements of the group.
    fn pose_index(&self, x: &[f64]) -> usize {
        self.model.frame().pose(x)
    }

    /// The model of `nets` underneath.
    pub fn model(&self) -> &InvariantAutoencoder {
        &self.model
    }

    /// Whether the poses of x and x·g recover g modulo the stabilizer of x: ψ(x) ψ(x·g)⁻¹ g⁻¹ fixes x.
    ///
    /// # Errors
    /// Those of [`groups::orbit_stabilizer`], and [`BridgeError::NotFinite`].
    pub fn recovers(&self, x: &[f64], g: &Permutation) -> Result<bool, BridgeError> {
        let recovered = self.pose(x) * &self.pose(&act(x, g)).inverse();
        self.same_modulo_stabilizer(x, &recovered, g)
    }

    /// Whether g h⁻¹ fixes x, by the stabilizer that `groups` finds.
    fn same_modulo_stabilizer(
        &self,
        x: &[f64],
        g: &Permutation,
        h: &Permutation,
    ) -> Result<bool, BridgeError> {
        let feature = Feature::new(x.to_vec())?;
        let (_, stabilizer) = orbit_stabilizer(&self.group, &OnFeatures, &feature, MAX_ORDER)?;
        Ok(stabilizer.contains(&(g * &h.inverse())))
    }
}

/// Rounds of poses and subspaces; the poses settle long before.
const ROUNDS: usize = 30;

/// One hidden layer of tanh units and a linear decoder: invariant and plain autoencoders alike.
fn autoencoder_options(code: usize, epochs: usize, seed: u64) -> AutoencoderOptions {
    AutoencoderOptions {
        code_width: code,
        activation: Activation::Tanh,
        decoder_activation: Activation::Linear,
        loss: Loss::SquaredError,
        train: TrainOptions {
            epochs,
            seed,
            ..TrainOptions::default()
        },
        ..AutoencoderOptions::default()
    }
}

/// The list of coordinates that does to a vector what [`act`] does: `act(x, g)[i] = x[gather(g)[i]]`.
///
/// ```
/// use bridge::neighbours::winter::gather;
/// let g = groups::Permutation::parse_cycles("(1,2,3)", Some(3))?;
/// let x = [10.0, 20.0, 30.0];
/// let moved: Vec<f64> = gather(&g).iter().map(|&i| x[i]).collect();
/// assert_eq!(moved, bridge::feature_action::act(&x, &g));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn gather(g: &Permutation) -> Vec<usize> {
    let inverse = g.inverse();
    (0..g.degree()).map(|i| inverse.image(i)).collect()
}

/// Runs the system on cyclic shifts of signals, turned digits and sets of points.
///
/// # Errors
/// None that the options bring about; those of fitting and training otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    let (rows, epochs, seeds) = if options.quick {
        (240, 300, 1)
    } else {
        (900, 400, 3)
    };
    // Enough where only invariance is looked at, which holds from the first step on.
    let few = epochs / 10;
    let systems = findings::systems(rows, options.seed)?;
    let mut found = Vec::new();
    for system in &systems {
        found.push(findings::exact_invariance(system, few, options.seed)?);
        found.push(findings::as_good_as_posed(system, epochs, seeds, options.seed)?);
    }
    let digits = &systems[1];
    found.push(findings::words()?);
    found.push(circle::any_angle(rows, few, options.seed)?);
    found.push(findings::learned_poses(&systems[0], few, options.seed)?);
    found.push(findings::plain_code_is_invariant(digits, few, options.seed)?);
    found.push(findings::plain_is_as_good(digits, epochs, options.seed)?);
    found.push(findings::spectrum_is_complete()?);
    found.push(findings::pose_is_unique()?);
    Ok(NeighbourReport {
        id: "winter",
        title: "An invariant code and a pose, recovered up to the stabilizer",
        source: "R. Winter, M. Bertolini, T. Le, F. Noé, D.-A. Clevert, Unsupervised learning of group invariant and equivariant representations, NeurIPS 2022, arXiv 2202.07559",
        findings: found,
        picture: Some(picture::picture(digits, epochs, options.seed)?),
        notes: vec![
            "The pose is the group element that brings the input nearest to a subspace fitted in turn with the poses; the paper learns it with an equivariant network. Either way it is defined up to the stabilizer of the input only.".into(),
            "The 8 x 8 digits are sampled on 4 rings of 16 angles, where turning by a sixteenth is a permutation; turning the picture by other angles interpolates, which is reported as such.".into(),
            "No number of the paper is asserted; its body was not available, only its abstract.".into(),
        ],
    })
}

#[cfg(test)]
mod tests;
