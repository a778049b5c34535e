//! Permutations of the points `0, …, n − 1`, acting on the right.
//!
//! A [`Permutation`] is its list of images, and the list is checked once, at construction: every constructor
//! returns a bijection or an error, so no later operation needs to check again. Products are read from left to
//! right, `x^(gh) = (x^g)^h`, as in GAP and in Holt, Eick and O'Brien, *Handbook of Computational Group Theory*
//! (2005), §2.1. Points are 0-based; cycle text ([`Display`](std::fmt::Display), [`Permutation::parse_cycles`])
//! is 1-based.

use std::fmt;
use std::ops::Mul;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;
use serde::{Deserialize, Serialize};

use crate::error::GroupError;

/// The largest degree that this crate accepts.
pub const MAX_DEGREE: usize = 1_000_000;

/// A permutation of `0, …, degree − 1`.
///
/// Ordered lexicographically by image lists (of equal degree).
///
/// ```
/// use groups::Permutation;
/// let g = Permutation::parse_cycles("(1,2,3)", Some(4))?;
/// let h = Permutation::parse_cycles("(3,4)", Some(4))?;
/// assert_eq!((&g * &h).to_string(), "(1,2,4,3)"); // first g, then h
/// assert_eq!(g.image(0), 1);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Vec<u32>", into = "Vec<u32>")]
pub struct Permutation {
    images: Box<[u32]>,
}

impl Permutation {
    /// The permutation that sends point `x` to `images[x]`.
    ///
    /// # Errors
    /// [`GroupError::ImageOutOfRange`] or [`GroupError::RepeatedImage`] if `images` is no bijection,
    /// [`GroupError::DegreeTooLarge`] past [`MAX_DEGREE`] points.
    ///
    /// ```
    /// use groups::Permutation;
    /// assert_eq!(Permutation::from_images(vec![1, 2, 0])?.to_string(), "(1,2,3)");
    /// assert!(Permutation::from_images(vec![1, 1, 0]).is_err());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn from_images(images: Vec<u32>) -> Result<Self, GroupError> {
        let degree = images.len();
        check_degree(degree)?;
        const UNSEEN: u32 = u32::MAX;
        let mut preimage = vec![UNSEEN; degree];
        for (point, &image) in images.iter().enumerate() {
            let image = image as usize;
            if image >= degree {
                return Err(GroupError::ImageOutOfRange { point, image, degree });
            }
            if preimage[image] != UNSEEN {
                let first = preimage[image] as usize;
                return Err(GroupError::RepeatedImage {
                    image,
                    first,
                    second: point,
                });
            }
            preimage[image] = point as u32;
        }
        Ok(Self {
            images: images.into_boxed_slice(),
        })
    }

    /// A permutation from images that an invariant of the caller makes a bijection.
    pub(crate) fn from_images_unchecked(images: impl Into<Box<[u32]>>) -> Self {
        let images = images.into();
        debug_assert!(Self::from_images(images.to_vec()).is_ok(), "not a bijection");
        Self { images }
    }

    /// The identity on `degree` points.
    pub fn identity(degree: usize) -> Self {
        Self {
            images: (0..degree as u32).collect(),
        }
    }

    /// The permutation with the given disjoint cycles of 0-based points.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`], [`GroupError::NotDistinct`], [`GroupError::DegreeTooLarge`].
    ///
    /// ```
    /// use groups::Permutation;
    /// assert_eq!(Permutation::from_cycles(5, &[&[0, 1], &[2, 3, 4]])?.to_string(), "(1,2)(3,4,5)");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn from_cycles(degree: usize, cycles: &[&[usize]]) -> Result<Self, GroupError> {
        check_degree(degree)?;
        let mut images: Vec<u32> = (0..degree as u32).collect();
        let mut seen = vec![false; degree];
        for cycle in cycles {
            for (k, &point) in cycle.iter().enumerate() {
                if point >= degree {
                    return Err(GroupError::PointOutOfRange { point, degree });
                }
                if std::mem::replace(&mut seen[point], true) {
                    return Err(GroupError::NotDistinct {
                        point,
                        what: "the cycles of a permutation",
                    });
                }
                images[point] = cycle[(k + 1) % cycle.len()] as u32;
            }
        }
        // A point that is out of range later in a cycle is met before its use as an image matters.
        Ok(Self {
            images: images.into_boxed_slice(),
        })
    }

    /// The number of points.
    pub fn degree(&self) -> usize {
        self.images.len()
    }

    /// The image of `x`; the identity outside the degree, as in GAP.
    #[inline]
    pub fn image(&self, x: usize) -> usize {
        self.images.get(x).map_or(x, |&y| y as usize)
    }

    /// The images of `0, 1, …` in order.
    #[inline]
    pub fn images(&self) -> &[u32] {
        &self.images
    }

    /// The inverse.
    pub fn inverse(&self) -> Self {
        let mut images = vec![0; self.images.len()].into_boxed_slice();
        for (x, &y) in self.images.iter().enumerate() {
            images[y as usize] = x as u32;
        }
        Self { images }
    }

    /// The power with a positive, zero or negative exponent, in time O(degree).
    ///
    /// ```
    /// use groups::Permutation;
    /// let g = Permutation::parse_cycles("(1,2,3,4,5)", None)?;
    /// assert_eq!(g.pow(-2).to_string(), "(1,4,2,5,3)");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn pow(&self, exponent: i64) -> Self {
        let mut images = vec![0u32; self.degree()].into_boxed_slice();
        for cycle in self.all_cycles() {
            let length = cycle.len();
            let shift = exponent.rem_euclid(length as i64) as usize;
            for (k, &x) in cycle.iter().enumerate() {
                images[x as usize] = cycle[(k + shift) % length];
            }
        }
        Self { images }
    }

    /// The order: the least common multiple of the cycle lengths.
    pub fn order(&self) -> BigUint {
        let mut lengths: Vec<usize> = self.all_cycles().iter().map(Vec::len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        lengths
            .iter()
            .fold(BigUint::one(), |order, &length| order.lcm(&BigUint::from(length)))
    }

    /// The nontrivial cycles, each from its smallest point, in order of that point.
    ///
    /// ```
    /// use groups::Permutation;
    /// let g = Permutation::from_images(vec![1, 0, 2, 4, 3])?;
    /// assert_eq!(g.cycles(), vec![vec![0, 1], vec![3, 4]]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn cycles(&self) -> Vec<Vec<usize>> {
        let cycles = self.all_cycles().into_iter().filter(|c| c.len() > 1);
        cycles
            .map(|c| c.into_iter().map(|x| x as usize).collect())
            .collect()
    }

    /// The lengths of all cycles, fixed points included, in descending order.
    ///
    /// ```
    /// use groups::Permutation;
    /// assert_eq!(Permutation::parse_cycles("(2,3)", Some(4))?.cycle_type(), vec![2, 1, 1]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn cycle_type(&self) -> Vec<usize> {
        let mut lengths: Vec<usize> = self.all_cycles().iter().map(Vec::len).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths
    }

    fn all_cycles(&self) -> Vec<Vec<u32>> {
        let mut seen = vec![false; self.degree()];
        let mut cycles = Vec::new();
        for start in 0..self.degree() {
            if seen[start] {
                continue;
            }
            let mut cycle = Vec::new();
            let mut x = start;
            while !seen[x] {
                seen[x] = true;
                cycle.push(x as u32);
                x = self.images[x] as usize;
            }
            cycles.push(cycle);
        }
        cycles
    }

    /// Whether every point is fixed.
    pub fn is_identity(&self) -> bool {
        self.images.iter().enumerate().all(|(x, &y)| x as u32 == y)
    }

    /// Whether the permutation is a product of an even number of transpositions.
    ///
    /// ```
    /// use groups::Permutation;
    /// assert!(!Permutation::parse_cycles("(1,2,3,4)", None)?.is_even());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn is_even(&self) -> bool {
        is_even(&self.images, |&y| y as usize)
    }

    /// The points that are not fixed, ascending.
    pub fn moved_points(&self) -> Vec<usize> {
        (0..self.degree()).filter(|&x| self.image(x) != x).collect()
    }

    /// `h⁻¹ g h`, where `self` is g: the permutation with the points of g renamed by h.
    ///
    /// ```
    /// use groups::Permutation;
    /// let g = Permutation::parse_cycles("(1,2)", Some(3))?;
    /// let h = Permutation::parse_cycles("(1,2,3)", Some(3))?;
    /// assert_eq!(g.conjugate_by(&h).to_string(), "(2,3)");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    ///
    /// # Panics
    /// If the degrees differ.
    pub fn conjugate_by(&self, h: &Self) -> Self {
        assert_eq!(
            self.degree(),
            h.degree(),
            "permutations of one group have one degree"
        );
        let mut images = vec![0; self.degree()].into_boxed_slice();
        for (x, &y) in self.images.iter().enumerate() {
            images[h.image(x)] = h.images[y as usize];
        }
        Self { images }
    }

    /// The commutator `g⁻¹ h⁻¹ g h`, where `self` is g.
    ///
    /// # Panics
    /// If the degrees differ.
    pub fn commutator(&self, h: &Self) -> Self {
        &self.inverse() * &self.conjugate_by(h)
    }

    /// The same permutation on `degree` points: further points are fixed.
    ///
    /// # Errors
    /// [`GroupError::DegreeMismatch`] if `degree` is smaller than the present one.
    pub fn extended(&self, degree: usize) -> Result<Self, GroupError> {
        check_degree(degree)?;
        if degree < self.degree() {
            let what = "a permutation to be extended".to_owned();
            return Err(GroupError::DegreeMismatch {
                what,
                got: self.degree(),
                expected: degree,
            });
        }
        let more = self.degree() as u32..degree as u32;
        Ok(Self {
            images: self.images.iter().copied().chain(more).collect(),
        })
    }

    /// Reads one permutation in 1-based cycle notation, `(1,2,3)(4,5)` or `()`.
    ///
    /// `degree` is the number of points; without it, the largest point named.
    ///
    /// # Errors
    /// [`GroupError::CycleSyntax`], [`GroupError::RepeatedPoint`], [`GroupError::PointOutOfRange`],
    /// [`GroupError::DegreeTooLarge`]; all but the last two with the column.
    ///
    /// ```
    /// use groups::{GroupError, Permutation};
    /// assert_eq!(Permutation::parse_cycles("(1,3)(2,4)", None)?.images(), [2, 3, 0, 1]);
    /// let repeated = Permutation::parse_cycles("(1,2)(2,3)", None);
    /// assert_eq!(repeated, Err(GroupError::RepeatedPoint { point: 1, column: 7, first_column: 4 }));
    /// # Ok::<(), GroupError>(())
    /// ```
    pub fn parse_cycles(text: &str, degree: Option<usize>) -> Result<Self, GroupError> {
        crate::catalog::cycles::parse_one(text, degree)
    }

    /// The product, written into `out`: the loop that everything else is made of.
    fn product(&self, other: &Self) -> Self {
        assert_eq!(
            self.degree(),
            other.degree(),
            "permutations of one group have one degree"
        );
        Self {
            images: self.images.iter().map(|&y| other.images[y as usize]).collect(),
        }
    }
}

/// The parity of a list of images (true for even), by counting cycles.
pub(crate) fn is_even<T>(images: &[T], index: impl Fn(&T) -> usize) -> bool {
    let mut seen = vec![false; images.len()];
    let mut even = true;
    for start in 0..images.len() {
        let mut x = start;
        let mut length = 0usize;
        while !seen[x] {
            seen[x] = true;
            x = index(&images[x]);
            length += 1;
        }
        even ^= length > 1 && length.is_multiple_of(2);
    }
    even
}

pub(crate) fn check_degree(degree: usize) -> Result<(), GroupError> {
    if degree > MAX_DEGREE {
        return Err(GroupError::DegreeTooLarge {
            degree,
            limit: MAX_DEGREE,
        });
    }
    Ok(())
}

/// First `self`, then `other`.
///
/// # Panics
/// If the degrees differ.
impl Mul for &Permutation {
    type Output = Permutation;

    fn mul(self, other: Self) -> Permutation {
        self.product(other)
    }
}

impl Mul for Permutation {
    type Output = Permutation;

    fn mul(self, other: Self) -> Permutation {
        self.product(&other)
    }
}

/// 1-based cycles, `()` for the identity.
impl fmt::Display for Permutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cycles = self.cycles();
        if cycles.is_empty() {
            return f.write_str("()");
        }
        for cycle in cycles {
            for (k, x) in cycle.iter().enumerate() {
                write!(f, "{}{}", if k == 0 { '(' } else { ',' }, x + 1)?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Permutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} on {} points", self.degree())
    }
}

impl TryFrom<Vec<u32>> for Permutation {
    type Error = GroupError;

    fn try_from(images: Vec<u32>) -> Result<Self, GroupError> {
        Self::from_images(images)
    }
}

impl From<Permutation> for Vec<u32> {
    fn from(g: Permutation) -> Self {
        g.images.into_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str, degree: usize) -> Permutation {
        Permutation::parse_cycles(text, Some(degree)).unwrap()
    }

    #[test]
    fn products_act_on_the_right() {
        let (g, h) = (p("(1,2,3)", 5), p("(2,5)", 5));
        let gh = &g * &h;
        for x in 0..5 {
            assert_eq!(gh.image(x), h.image(g.image(x)));
        }
        assert_eq!(gh.inverse(), &h.inverse() * &g.inverse());
        assert_eq!(g.commutator(&h), &(&g.inverse() * &h.inverse()) * &(&g * &h));
        assert_eq!(g.conjugate_by(&h), &(&h.inverse() * &g) * &h);
    }

    #[test]
    fn powers_agree_with_repeated_products() {
        let g = p("(1,2,3,4)(5,6,7)(8,9)", 10);
        let mut power = Permutation::identity(10);
        for k in 0..30 {
            assert_eq!(g.pow(k), power);
            assert_eq!(g.pow(-k), power.inverse());
            power = &power * &g;
        }
        assert_eq!(g.order(), BigUint::from(12u32));
        assert_eq!(g.cycle_type(), vec![4, 3, 2, 1]);
    }

    #[test]
    fn degenerate_degrees() {
        for n in 0..3 {
            let e = Permutation::identity(n);
            assert!(e.is_identity() && e.is_even());
            assert_eq!(e.order(), BigUint::one());
            assert_eq!(e.to_string(), "()");
            assert_eq!(&e * &e, e);
            assert_eq!(e.pow(i64::MIN), e);
        }
        assert!(!p("(1,2)", 2).is_even());
    }

    #[test]
    fn bad_images_are_named() {
        let out = Permutation::from_images(vec![0, 5]);
        assert_eq!(
            out,
            Err(GroupError::ImageOutOfRange {
                point: 1,
                image: 5,
                degree: 2
            })
        );
        let twice = Permutation::from_images(vec![0, 1, 0]);
        assert_eq!(
            twice,
            Err(GroupError::RepeatedImage {
                image: 0,
                first: 0,
                second: 2
            })
        );
        let large = Permutation::from_images(vec![0; MAX_DEGREE + 1]);
        assert_eq!(
            large,
            Err(GroupError::DegreeTooLarge {
                degree: MAX_DEGREE + 1,
                limit: MAX_DEGREE
            })
        );
    }
}
