//! Where tests plant defects, to see that a claim says no.
//!
//! Checks get the objects that they examine through these methods. Without the feature `mutation` each gives its argument
//! back; with it, and with a [`Defect`] in the context, one of them gives back something slightly wrong. What is spoilt is
//! always an object under examination, never a verdict.

use groups::polynomial::Polynomial;
use groups::{PermGroup, Permutation};
use nalgebra::DMatrix;
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

use super::ClaimContext;
use crate::BridgeError;

/// A mistake that could be made in the objects that claims examine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// An orbit without its last point.
    OrbitMissesPoint,
    /// A stabilizer with an element that does not fix the point.
    StabilizerExtraElement,
    /// A sampler that gives the identity in one draw of ten, beside what it should.
    BiasedSampler,
    /// A derivative with the wrong sign.
    JacobianSign,
    /// A tolerance that is a fifth too large.
    EpsilonOff,
    /// A decoder that is not quite the transpose of its encoder.
    UntiedDecoder,
    /// A generator followed by a transposition.
    SwappedGenerator,
    /// A polynomial without its last term.
    TruncatedPolynomial,
    /// A rotation that lengthens vectors by a fiftieth.
    UnnormalisedHaar,
    /// Repetitions that all draw from the stream of the first.
    StaleSeed,
}

impl Defect {
    /// Every defect.
    pub const ALL: [Defect; 10] = [
        Defect::OrbitMissesPoint,
        Defect::StabilizerExtraElement,
        Defect::BiasedSampler,
        Defect::JacobianSign,
        Defect::EpsilonOff,
        Defect::UntiedDecoder,
        Defect::SwappedGenerator,
        Defect::TruncatedPolynomial,
        Defect::UnnormalisedHaar,
        Defect::StaleSeed,
    ];
}

impl ClaimContext<'_> {
    #[cfg(feature = "mutation")]
    fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    #[cfg(not(feature = "mutation"))]
    const fn has(&self, _defect: Defect) -> bool {
        false
    }

    /// The points of an orbit.
    pub(crate) fn orbit<P>(&self, mut points: Vec<P>) -> Vec<P> {
        if self.has(Defect::OrbitMissesPoint) {
            points.pop();
        }
        points
    }

    /// The elements of a stabilizer, among those of its group.
    pub(crate) fn stabilizer(&self, mut fixing: Vec<Permutation>, all: &[Permutation]) -> Vec<Permutation> {
        if self.has(Defect::StabilizerExtraElement) {
            fixing.extend(all.iter().find(|g| !fixing.contains(g)).cloned());
        }
        fixing
    }

    /// A uniformly random element.
    pub(crate) fn random_element(&self, group: &PermGroup, rng: &mut impl Rng) -> Permutation {
        if self.has(Defect::BiasedSampler) && rng.random_bool(0.1) {
            return group.identity();
        }
        group.random_element(rng)
    }

    /// A derivative.
    pub(crate) fn derivative(&self, value: f64) -> f64 {
        if self.has(Defect::JacobianSign) {
            -value
        } else {
            value
        }
    }

    /// A tolerance.
    pub(crate) fn epsilon(&self, value: f64) -> f64 {
        if self.has(Defect::EpsilonOff) {
            1.2 * value
        } else {
            value
        }
    }

    /// The decoder that is tied to an encoder.
    pub(crate) fn tied_decoder(&self, encoder: &DMatrix<f64>) -> DMatrix<f64> {
        let mut decoder = encoder.transpose();
        if self.has(Defect::UntiedDecoder) {
            decoder[(0, 0)] += 0.1;
        }
        decoder
    }

    /// Generators of a group.
    pub(crate) fn generators(&self, generators: &[Permutation]) -> Vec<Permutation> {
        let mut generators = generators.to_vec();
        if self.has(Defect::SwappedGenerator)
            && let Some(last) = generators.last_mut()
            && let Ok(swap) = Permutation::from_cycles(last.degree(), &[&[0, 1]])
        {
            *last = &*last * &swap;
        }
        generators
    }

    /// A polynomial.
    pub(crate) fn polynomial(&self, polynomial: Polynomial) -> Result<Polynomial, BridgeError> {
        if !self.has(Defect::TruncatedPolynomial) {
            return Ok(polynomial);
        }
        let terms: Vec<_> = polynomial
            .terms()
            .map(|(monomial, coefficient)| (monomial.exponents().to_vec(), coefficient.clone()))
            .collect();
        let kept = terms.into_iter().skip(1);
        Ok(Polynomial::from_terms(polynomial.variables(), kept)?)
    }

    /// An entry of a random rotation.
    pub(crate) fn haar(&self, entry: f64) -> f64 {
        if self.has(Defect::UnnormalisedHaar) {
            1.02 * entry
        } else {
            entry
        }
    }

    /// The random stream of one repetition of a trial.
    pub(crate) fn rng_of(&self, purpose: &str, repetition: u64) -> ChaCha8Rng {
        let repetition = if self.has(Defect::StaleSeed) {
            0
        } else {
            repetition
        };
        self.rng(&format!("{purpose} #{repetition}"))
    }
}
