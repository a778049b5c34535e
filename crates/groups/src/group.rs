//! What every group here can do, whatever its elements are.
//!
//! A group is a parent object: elements are plain data that mean nothing without it. Products are written and
//! read from left to right.

/// A group given by generators.
///
/// ```
/// use groups::{Group, PermGroup};
/// let s3 = PermGroup::symmetric(3);
/// let g = &s3.generators()[0];
/// assert_eq!(s3.mul(g, &s3.inv(g)), s3.identity());
/// # Ok::<(), groups::GroupError>(())
/// ```
pub trait Group {
    /// The elements.
    type Element: Clone;

    /// The neutral element.
    fn identity(&self) -> Self::Element;

    /// First `g`, then `h`.
    fn mul(&self, g: &Self::Element, h: &Self::Element) -> Self::Element;

    /// The inverse.
    fn inv(&self, g: &Self::Element) -> Self::Element;

    /// Elements that generate the group; none for a trivial group is allowed.
    fn generators(&self) -> &[Self::Element];
}
