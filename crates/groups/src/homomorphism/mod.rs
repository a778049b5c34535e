//! Homomorphisms between permutation groups, given by the images of generators.
//!
//! A map of generators g_i ↦ h_i extends to a homomorphism φ of G if and only if the subgroup Γ of G × H that the
//! pairs (g_i, h_i) generate contains no pair (1, h) with h ≠ 1, that is, if its projection to G is injective; then Γ is
//! the graph {(g, φ(g))}. Γ acts on the points of G followed by those of H, and one stabilizer chain of it answers
//! everything: with the base points of G first it finds φ(g) from the base images of g; with base points of the image
//! first it finds preimages, and the rest of that chain is the kernel. (Seress §5.1.2; Holt et al. §4.5.)
//!
//! ```
//! use groups::{catalog::parse_group, GroupError, Homomorphism};
//! let (s4, s3) = (parse_group("(1,2,3,4),(1,2)")?, parse_group("(1,2,3),(1,2)")?);
//! let images = parse_group("(1,3),(1,2)")?;
//! let map = Homomorphism::new(&s4, &s3, images.generators().to_vec())?;
//! assert_eq!(map.kernel().order().to_string(), "4");
//! let wrong = Homomorphism::new(&s4, &s3, s3.generators().to_vec()).unwrap_err();
//! assert_eq!(
//!     wrong.to_string(),
//!     "the images of the generators define no homomorphism: x1^4 is the identity, but its image is (1,2,3)"
//! );
//! # Ok::<(), GroupError>(())
//! ```

mod actions;
mod quotient;
mod relation;

use std::sync::OnceLock;

use num_bigint::BigUint;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::center::{second_half, side_by_side};
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::{Permutation, check_degree};
use crate::schreier_sims;
use crate::schreier_sims::random::ProductReplacement;
use crate::stabilizer_chain::StabilizerChain;
use crate::stabilizer_chain::images::{narrow, widen};

/// A homomorphism from one permutation group to another.
///
/// ```
/// use groups::{catalog::parse_group, PermGroup};
/// let group = parse_group("S3 wr S4")?;
/// let on_blocks = group.block_homomorphism(&[0, 1, 2])?;
/// assert!(on_blocks.image_group().equals(&PermGroup::symmetric(4)));
/// assert_eq!(on_blocks.kernel().order().to_string(), "1296");
/// let g = &group.generators()[0] * &group.generators()[2];
/// let back = on_blocks.preimage(&on_blocks.image(&g)?)?;
/// assert!(on_blocks.kernel().contains(&(&g * &back.inverse())));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone)]
pub struct Homomorphism {
    source: PermGroup,
    image_group: PermGroup,
    /// Γ, with a chain whose base is a base of the source.
    graph: PermGroup,
    /// Γ again, with the base points of the image first.
    backward: OnceLock<StabilizerChain>,
    kernel: OnceLock<PermGroup>,
}

impl Homomorphism {
    /// The homomorphism that sends the generators of `source`, in order, to `images` in `target`.
    ///
    /// Takes one proved chain of degree |source| + |target| points.
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`] if there are not as many images as generators; [`GroupError::DegreeMismatch`] and
    /// [`GroupError::NotAMember`] for an image outside the target; [`GroupError::NotAHomomorphism`] with a relation
    /// of the generators that the images break; [`GroupError::DegreeTooLarge`].
    pub fn new(source: &PermGroup, target: &PermGroup, images: Vec<Permutation>) -> Result<Self, GroupError> {
        if images.len() != source.generators().len() {
            return Err(GroupError::ShapeMismatch {
                what: "the list of images of the generators",
                got: images.len(),
                expected: source.generators().len(),
            });
        }
        check_degree(source.degree() + target.degree())?;
        for (k, image) in images.iter().enumerate() {
            let what = format!("the image of generator {}", k + 1);
            if image.degree() != target.degree() {
                return Err(GroupError::DegreeMismatch {
                    what,
                    got: image.degree(),
                    expected: target.degree(),
                });
            }
            if !target.contains(image) {
                let element = image.to_string();
                return Err(GroupError::NotAMember { what, element });
            }
        }
        let pairs = pairs(source, &images);
        let degree = source.degree() + target.degree();
        let chain = schreier_sims::chain_of(degree, &pairs, &source.chain().base());
        if chain.order() != source.order() {
            return Err(relation::broken(source, &images));
        }
        let graph = PermGroup::from_chain(pairs, chain);
        Ok(Self::from_graph(source, target.degree(), images, graph))
    }

    /// The same for images that are known to define a homomorphism.
    ///
    /// The order of Γ is then that of the source, which proves its chain.
    pub(crate) fn known(source: &PermGroup, degree: usize, images: Vec<Permutation>) -> Self {
        let pairs = pairs(source, &images);
        let total = source.degree() + degree;
        let draws = nearly_random(total, &pairs);
        let chain = schreier_sims::chain_of_order(total, &source.chain().base(), &source.order(), draws);
        let graph = PermGroup::from_chain(pairs, chain);
        Self::from_graph(source, degree, images, graph)
    }

    fn from_graph(source: &PermGroup, degree: usize, images: Vec<Permutation>, graph: PermGroup) -> Self {
        Self {
            source: source.clone(),
            image_group: PermGroup::from_generators(degree, images),
            graph,
            backward: OnceLock::new(),
            kernel: OnceLock::new(),
        }
    }

    /// The group that is mapped.
    pub fn source(&self) -> &PermGroup {
        &self.source
    }

    /// The group of all images.
    pub fn image_group(&self) -> &PermGroup {
        &self.image_group
    }

    /// Whether only the identity is sent to the identity.
    pub fn is_injective(&self) -> bool {
        self.image_group.order() == self.source.order()
    }

    /// The image of an element.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] if it is not in the source.
    pub fn image(&self, g: &Permutation) -> Result<Permutation, GroupError> {
        let chain = self.graph.chain();
        let images: Vec<usize> = chain.base().iter().map(|&b| g.image(b)).collect();
        let lifted = chain.element_with_base_images(&images);
        let degree = self.source.degree();
        match lifted.filter(|pair| g.degree() == degree && pair.images()[..degree] == *g.images()) {
            Some(pair) => Ok(second_half(&pair, degree)),
            None => Err(not_in("the element to be mapped", g)),
        }
    }

    /// Some element that is sent to `h`; the others are its products with elements of the kernel.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] if `h` is not in the image group.
    pub fn preimage(&self, h: &Permutation) -> Result<Permutation, GroupError> {
        let degree = self.source.degree();
        let images: Vec<usize> = self.image_base().iter().map(|&b| h.image(b) + degree).collect();
        let lifted = self.backward().element_with_base_images(&images);
        match lifted.filter(|pair| h.degree() == self.image_group.degree() && second_half(pair, degree) == *h)
        {
            Some(pair) => Ok(first_half(&pair, degree)),
            None => Err(not_in("the element whose preimage is asked", h)),
        }
    }

    /// The elements that are sent to the identity; its order is |source| / |image|.
    pub fn kernel(&self) -> PermGroup {
        let kernel = self.kernel.get_or_init(|| {
            let degree = self.source.degree();
            let order = self.source.order() / self.image_group.order();
            let (depth, backward) = (self.image_base().len(), self.backward());
            let mut rng = ChaCha8Rng::seed_from_u64(0x6e21 ^ degree as u64);
            of_order(degree, &order, || {
                first_half(&backward.random_element_from(depth, &mut rng), degree)
            })
        });
        kernel.clone()
    }

    /// The image of a subgroup of the source.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] names a generator outside the source.
    pub fn image_of_subgroup(&self, subgroup: &PermGroup) -> Result<PermGroup, GroupError> {
        let images: Result<Vec<_>, _> = subgroup.generators().iter().map(|g| self.image(g)).collect();
        Ok(PermGroup::from_generators(self.image_group.degree(), images?))
    }

    /// All elements of the source that are sent into a subgroup of the image group.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] names a generator outside the image group.
    ///
    /// ```
    /// use groups::{catalog::parse_group, PermGroup};
    /// let on_blocks = parse_group("S3 wr S4")?.block_homomorphism(&[0, 1, 2])?;
    /// let above = on_blocks.preimage_of_subgroup(&PermGroup::alternating(4))?;
    /// assert_eq!(above.order().to_string(), "15552");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn preimage_of_subgroup(&self, subgroup: &PermGroup) -> Result<PermGroup, GroupError> {
        let (degree, kernel) = (self.source.degree(), self.kernel());
        let above: Result<Vec<_>, _> = subgroup.generators().iter().map(|h| self.preimage(h)).collect();
        let mut generators = above?;
        generators.extend(kernel.generators().iter().cloned());
        let order = subgroup.order() * kernel.order();
        let mut draws = nearly_random(degree, &generators);
        let mut rng = ChaCha8Rng::seed_from_u64(0x93e ^ degree as u64);
        // Any element times a uniform one of the kernel: nearly random in the whole preimage.
        let chain = schreier_sims::chain_of_order(degree, &[], &order, || {
            &draws() * &kernel.random_element(&mut rng)
        });
        Ok(PermGroup::from_chain(generators, chain))
    }

    /// First this homomorphism, then `next`, whose source has to contain the image of this one.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] names an image outside the source of `next`.
    ///
    /// ```
    /// let group = groups::catalog::parse_group("S3 wr S4")?;
    /// let on_blocks = group.block_homomorphism(&[0, 1, 2])?;
    /// let s4 = on_blocks.image_group();
    /// let onto_s3 = s4.quotient(&s4.derived_subgroup().derived_subgroup())?;
    /// assert_eq!(on_blocks.then(&onto_s3)?.kernel().order().to_string(), "5184");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn then(&self, next: &Self) -> Result<Self, GroupError> {
        let generators = self.source.generators().iter();
        let images: Result<Vec<_>, _> = generators.map(|g| next.image(&self.image(g)?)).collect();
        Ok(Self::known(&self.source, next.image_group.degree(), images?))
    }

    fn image_base(&self) -> Vec<usize> {
        self.image_group.chain().base()
    }

    fn backward(&self) -> &StabilizerChain {
        self.backward.get_or_init(|| {
            let base: Vec<usize> = self
                .image_base()
                .iter()
                .map(|b| b + self.source.degree())
                .collect();
            schreier_sims::rebase(self.graph.chain(), &base)
        })
    }
}

impl std::fmt::Debug for Homomorphism {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Homomorphism")
            .field("source", &self.source)
            .field("image_group", &self.image_group)
            .finish()
    }
}

/// Generators of Γ.
fn pairs(source: &PermGroup, images: &[Permutation]) -> Vec<Permutation> {
    let generators = source.generators().iter();
    generators.zip(images).map(|(g, h)| side_by_side(g, h)).collect()
}

/// What a permutation that maps the first points among themselves does there.
fn first_half(pair: &Permutation, degree: usize) -> Permutation {
    Permutation::from_images_unchecked(&pair.images()[..degree])
}

fn not_in(what: &str, element: &Permutation) -> GroupError {
    GroupError::NotAMember {
        what: what.to_owned(),
        element: element.to_string(),
    }
}

/// Nearly random elements of the group with these generators.
fn nearly_random(degree: usize, generators: &[Permutation]) -> impl FnMut() -> Permutation + use<> {
    let images: Vec<Vec<u32>> = generators.iter().map(narrow).collect();
    let rng = ChaCha8Rng::seed_from_u64(0xd3a3 ^ degree as u64);
    let mut elements = ProductReplacement::new(degree, &images, rng);
    move || widen(&elements.draw())
}

/// The group of known order from which `draw` takes uniform elements.
pub(crate) fn of_order(degree: usize, order: &BigUint, draw: impl FnMut() -> Permutation) -> PermGroup {
    let chain = schreier_sims::chain_of_order(degree, &[], order, draw);
    PermGroup::from_chain(chain.generators(), chain)
}
