//! Counting orbits.
//!
//! By the Cauchy–Frobenius lemma (Burnside's), the number of orbits of G on a set is the mean number of points that an
//! element fixes. A permutation with c cycles fixes k^c of the colourings of its points by k colours; with s_l for each
//! cycle of length l it gives a monomial, whose mean over G is the [`CycleIndex`], from which G. Pólya (1937) counts
//! colourings by what they are made of (Harary and Palmer, *Graphical Enumeration*, 1973, chapter 2). The moments of
//! the number of fixed points count orbits on tuples.
//!
//! Natural symmetric and alternating groups, direct products and wreath products are counted through their structure,
//! so that neither the order nor the number of classes matters; other groups by their classes.
//!
//! ```
//! use groups::catalog::parse_group;
//! let square = parse_group("D4")?;
//! assert_eq!(square.number_of_colourings(&2u32.into())?, 6u32.into());
//! assert_eq!(square.cycle_index()?.to_string(), "1/8 s1^4 + 1/4 s1^2 s2 + 3/8 s2^2 + 1/4 s4");
//! // Necklaces of four beads with reflections, by the numbers of beads of both colours.
//! assert_eq!(square.pattern_inventory(2)?.to_string(), "x^4 + x^3*y + 2*x^2*y^2 + x*y^3 + y^4");
//! assert_eq!(parse_group("M24")?.number_of_orbits_on_sets(8)?, 3u32.into());
//! assert_eq!(parse_group("M24")?.number_of_orbits_on_tuples(5)?, 52u32.into()); // partitions of five places
//! # Ok::<(), groups::GroupError>(())
//! ```

mod cycle_index;
mod inventory;
mod tuples;

use num_bigint::BigUint;
use num_traits::Zero;

pub use cycle_index::{CycleIndex, CycleType};
pub use tuples::MAX_TUPLE;

use crate::error::GroupError;
use crate::factorization::binomial;
use crate::perm_group::PermGroup;
use crate::shape::Shape;

impl PermGroup {
    /// The number of orbits on colourings of the points by `colours` colours.
    ///
    /// Natural symmetric and alternating groups, direct products and wreath products are counted through their
    /// structure; other groups by their conjugacy classes.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if a list of classes is needed and would pass a limit of the default
    /// [`ClassLimits`](crate::conjugacy::ClassLimits).
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("D6")?.number_of_colourings(&2u32.into())?.to_string(), "13");
    /// assert_eq!(parse_group("S20 wr S5")?.number_of_colourings(&2u32.into())?.to_string(), "53130");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn number_of_colourings(&self, colours: &BigUint) -> Result<BigUint, GroupError> {
        let degree = self.degree();
        // Multisets of `degree` colours.
        let multisets = || match colours.is_zero() {
            true => BigUint::from(u32::from(degree == 0)),
            false => binomial(&(colours + degree - 1u32), degree),
        };
        Ok(match self.shape() {
            Shape::Symmetric => multisets(),
            // A set of colours, one for each point, has no odd permutation to itself, and so makes two orbits.
            Shape::Alternating => multisets() + binomial(colours, degree),
            Shape::Product(factors) => {
                let moved: usize = factors.iter().map(|factor| factor.points.len()).sum();
                let mut number = colours.pow((degree - moved) as u32);
                for factor in factors {
                    number *= factor.group.number_of_colourings(colours)?;
                }
                number
            }
            // The colourings of a block up to H are the colours of the block.
            Shape::Wreath(wreath) => {
                let of_a_block = wreath.inner.number_of_colourings(colours)?;
                wreath.outer.number_of_colourings(&of_a_block)?
            }
            Shape::Other => {
                let classes = self.conjugacy_classes()?;
                let fixed = classes.iter().map(|class| {
                    let cycles = class.representative().cycle_type().len();
                    class.size() * colours.pow(cycles as u32)
                });
                fixed.sum::<BigUint>() / self.order()
            }
        })
    }
}
