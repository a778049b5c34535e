//! Transversals written out: all representatives of a stabilizer chain and their inverses as image lists.
//!
//! A search that multiplies representatives millions of times on single points cannot afford to walk Schreier trees;
//! here every step is one look-up. Only groups whose transversals fit in memory have this form.

use crate::error::GroupError;
use crate::stabilizer_chain::StabilizerChain;

/// The most entries of the image lists: 2^27 of two bytes.
const MAX_ENTRIES: usize = 1 << 27;

/// One level of a chain, written out.
pub(crate) struct WrittenLevel {
    pub(crate) base: usize,
    /// The fundamental orbit, the base point first.
    pub(crate) orbit: Vec<u16>,
    /// The place of each point in the fundamental orbit, or [`ABSENT`].
    pub(crate) position: Vec<u16>,
    /// The representatives one after the other, and their inverses.
    representatives: Vec<u16>,
    inverses: Vec<u16>,
}

/// No place in the orbit.
pub(crate) const ABSENT: u16 = u16::MAX;

/// The transversals of a chain.
pub(crate) struct Transversals {
    pub(crate) degree: usize,
    pub(crate) levels: Vec<WrittenLevel>,
}

impl Transversals {
    /// Writes out the levels of a chain, redundant ones left out.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the degree is 65,536 or more or the lists take more than 2^27 entries.
    pub(crate) fn new(chain: &StabilizerChain) -> Result<Self, GroupError> {
        let degree = chain.degree();
        let points: usize = chain.levels().map(|l| l.orbit().len()).sum();
        over("the degree of a group to be searched", degree, ABSENT as usize)?;
        let entries = 2 * points.saturating_mul(degree);
        over(
            "the size of the transversals of a group to be searched",
            entries,
            MAX_ENTRIES,
        )?;
        let levels = chain
            .levels()
            .filter(|level| level.orbit().len() > 1)
            .map(|level| {
                let orbit: Vec<u16> = level.orbit().iter().map(|&x| x as u16).collect();
                let mut written = WrittenLevel {
                    base: level.base_point(),
                    position: vec![ABSENT; degree],
                    representatives: Vec::with_capacity(orbit.len() * degree),
                    inverses: Vec::with_capacity(orbit.len() * degree),
                    orbit,
                };
                for (k, &x) in written.orbit.iter().enumerate() {
                    written.position[x as usize] = k as u16;
                    let u = level
                        .representative(x as usize)
                        .expect("each point of a fundamental orbit has a representative");
                    written
                        .representatives
                        .extend(u.images().iter().map(|&y| y as u16));
                    let inverse = u.inverse();
                    written
                        .inverses
                        .extend(inverse.images().iter().map(|&y| y as u16));
                }
                written
            });
        Ok(Self {
            degree,
            levels: levels.collect(),
        })
    }
}

impl WrittenLevel {
    /// The representative of an orbit position.
    #[inline]
    pub(crate) fn representative(&self, at: usize) -> &[u16] {
        let degree = self.position.len();
        &self.representatives[at * degree..(at + 1) * degree]
    }

    /// The inverse of the representative of an orbit position.
    #[inline]
    pub(crate) fn inverse(&self, at: usize) -> &[u16] {
        let degree = self.position.len();
        &self.inverses[at * degree..(at + 1) * degree]
    }
}

/// A limit that is exceeded.
pub(crate) fn over(what: &'static str, asked: usize, limit: usize) -> Result<(), GroupError> {
    if asked <= limit {
        return Ok(());
    }
    Err(GroupError::Limit {
        what,
        asked: asked as u64,
        limit: limit as u64,
    })
}
