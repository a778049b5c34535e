//! Semidirect products, from automorphisms and inside a symmetric group.

use num_bigint::BigUint;
use rustc_hash::FxHashMap;

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::{Permutation, check_degree};

/// The most image entries that are kept while the elements of the normal factor are listed: 256 MB.
const MAX_ENTRIES: usize = 1 << 26;

/// The semidirect product N ⋊ H on the elements of N followed by the points of H.
///
/// `automorphisms[j]` holds the images of the generators of N under the automorphism that the generator j of H
/// induces by conjugation. N acts on its elements by right multiplication and fixes the points of H; the generator j
/// of H moves the elements of N by its automorphism and its points as before, so the product is faithful. Element 0
/// is the identity, and the others follow breadth first in the generators of N.
///
/// Both conditions are checked: that each list of images extends to an automorphism (on the whole Cayley graph of N,
/// O(|N| × generators × degree)), and that the automorphisms satisfy the relations of H, which is so exactly when the
/// product has order |N| |H|: a word in H that is trivial there but induces a nontrivial automorphism would fix the
/// points of H and the identity of N and so be an element outside the regular group N.
///
/// # Errors
/// [`GroupError::InvalidParameter`] if a condition fails, or if N has too many elements to list;
/// [`GroupError::DegreeTooLarge`].
///
/// ```
/// use groups::{Permutation, catalog::cyclic, semidirect_product};
/// let (c7, c3) = (cyclic(7)?, cyclic(3)?);
/// let square = c7.generators()[0].pow(2);
/// let frobenius = semidirect_product(&c7, &c3, &[vec![square]])?;
/// assert_eq!((frobenius.order().to_string(), frobenius.is_abelian()), ("21".to_owned(), false));
/// let cube = c7.generators()[0].pow(3); // of order 6, not 3
/// assert!(semidirect_product(&c7, &c3, &[vec![cube]]).is_err());
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn semidirect_product(
    normal: &PermGroup,
    acting: &PermGroup,
    automorphisms: &[Vec<Permutation>],
) -> Result<PermGroup, GroupError> {
    let refuse = |reason: String| {
        Err(GroupError::InvalidParameter {
            group: "semidirect product".to_owned(),
            reason,
        })
    };
    if automorphisms.len() != acting.generators().len() {
        return refuse(format!(
            "{} automorphisms are given; expected one for each of the {} generators of the group that acts",
            automorphisms.len(),
            acting.generators().len()
        ));
    }
    for (j, images) in automorphisms.iter().enumerate() {
        if images.len() != normal.generators().len() {
            return refuse(format!(
                "automorphism {} has {} images; expected one for each of the {} generators of the normal factor",
                j + 1,
                images.len(),
                normal.generators().len()
            ));
        }
        if let Some(i) = images.iter().position(|image| !normal.contains(image)) {
            return refuse(format!(
                "automorphism {} sends generator {} to {}, which is not in the normal factor",
                j + 1,
                i + 1,
                images[i]
            ));
        }
    }
    let order = usize::try_from(normal.order()).unwrap_or(usize::MAX);
    check_degree(order)?;
    let degree = order + acting.degree();
    check_degree(degree)?;
    if order.saturating_mul(normal.degree()) > MAX_ENTRIES {
        return refuse(format!(
            "the normal factor has {order} elements on {} points; at most {MAX_ENTRIES} entries can be listed",
            normal.degree()
        ));
    }
    let regular = Regular::new(normal);
    let mut generators = Vec::new();
    for column in 0..normal.generators().len() {
        let images = regular
            .cayley
            .iter()
            .map(|row| row[column])
            .chain(order as u32..degree as u32);
        generators.push(Permutation::from_images(images.collect())?);
    }
    for (j, (h, images)) in acting.generators().iter().zip(automorphisms).enumerate() {
        let Some(mut map) = regular.automorphism(images) else {
            return refuse(format!(
                "automorphism {} does not extend from the generators: it breaks a relation of the normal factor",
                j + 1
            ));
        };
        map.extend(h.images().iter().map(|&y| y + order as u32));
        let Ok(g) = Permutation::from_images(map) else {
            return refuse(format!("automorphism {} is not injective", j + 1));
        };
        generators.push(g);
    }
    let product = PermGroup::new(degree, generators)?;
    check_order(
        &product,
        normal,
        acting,
        "the automorphisms do not satisfy the relations of the group that acts",
    )?;
    Ok(product)
}

/// The product N H of two groups of permutations of the same points, N normalised by H and meeting it trivially.
///
/// The smaller degree is extended to the larger one by fixed points.
///
/// # Errors
/// [`GroupError::NotAMember`] names a conjugate of a generator of N that is outside N;
/// [`GroupError::InvalidParameter`] if the intersection is not trivial.
///
/// ```
/// use groups::{catalog::parse_group, internal_semidirect_product};
/// let group = internal_semidirect_product(&parse_group("V4")?, &parse_group("S3")?)?;
/// assert_eq!(group.order().to_string(), "24"); // S4
/// assert!(internal_semidirect_product(&parse_group("S3")?, &parse_group("V4")?).is_err());
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn internal_semidirect_product(normal: &PermGroup, acting: &PermGroup) -> Result<PermGroup, GroupError> {
    let degree = normal.degree().max(acting.degree());
    let extended = |group: &PermGroup| -> Result<PermGroup, GroupError> {
        let generators = group.generators().iter().map(|g| g.extended(degree));
        PermGroup::new(degree, generators.collect::<Result<_, _>>()?)
    };
    let (normal, acting) = (extended(normal)?, extended(acting)?);
    for (j, h) in acting.generators().iter().enumerate() {
        for (i, n) in normal.generators().iter().enumerate() {
            let conjugate = n.conjugate_by(h);
            if !normal.contains(&conjugate) {
                let what = format!(
                    "the conjugate of generator {} of the left factor by generator {} of the right one, which has to \
                     normalise the left one,",
                    i + 1,
                    j + 1
                );
                return Err(GroupError::NotAMember {
                    what,
                    element: conjugate.to_string(),
                });
            }
        }
    }
    let generators = normal
        .generators()
        .iter()
        .chain(acting.generators())
        .cloned()
        .collect();
    let product = PermGroup::new(degree, generators)?;
    check_order(
        &product,
        &normal,
        &acting,
        "the factors have more than the identity in common",
    )?;
    Ok(product)
}

fn check_order(
    product: &PermGroup,
    normal: &PermGroup,
    acting: &PermGroup,
    fault: &str,
) -> Result<(), GroupError> {
    let (found, expected): (BigUint, BigUint) = (product.order(), normal.order() * acting.order());
    if found == expected {
        return Ok(());
    }
    let reason = format!("{fault}: the product has order {found}, expected {expected}");
    Err(GroupError::InvalidParameter {
        group: "semidirect product".to_owned(),
        reason,
    })
}

/// The elements of a group in breadth-first order, with its Cayley graph.
struct Regular<'a> {
    group: &'a PermGroup,
    index: FxHashMap<Permutation, u32>,
    /// `cayley[x][i]` is the number of the product of element x and generator i.
    cayley: Vec<Vec<u32>>,
}

impl<'a> Regular<'a> {
    fn new(group: &'a PermGroup) -> Self {
        let mut elements = vec![group.identity()];
        let mut index = FxHashMap::from_iter([(group.identity(), 0)]);
        let mut cayley = Vec::new();
        while cayley.len() < elements.len() {
            let x = elements[cayley.len()].clone();
            let row = group.generators().iter().map(|g| {
                let product = &x * g;
                *index.entry(product.clone()).or_insert_with(|| {
                    elements.push(product);
                    elements.len() as u32 - 1
                })
            });
            let row = row.collect();
            cayley.push(row);
        }
        Self { group, index, cayley }
    }

    /// The endomorphism with these images of the generators, as a map of element numbers; none if there is none.
    fn automorphism(&self, images: &[Permutation]) -> Option<Vec<u32>> {
        let mut found: Vec<Option<Permutation>> = vec![None; self.cayley.len()];
        found[0] = Some(self.group.identity());
        for (x, row) in self.cayley.iter().enumerate() {
            // Breadth-first numbers: an element is reached from a smaller one, so its image is known here.
            let at_x = found[x].clone()?;
            for (&y, image) in row.iter().zip(images) {
                let product = &at_x * image;
                match &found[y as usize] {
                    None => found[y as usize] = Some(product),
                    Some(known) if *known == product => {}
                    Some(_) => return None,
                }
            }
        }
        found
            .into_iter()
            .map(|image| self.index.get(&image?).copied())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{cyclic, parse_group};

    #[test]
    fn inversion_makes_dihedral_groups() {
        for n in [3, 4, 5, 12] {
            let c = cyclic(n).unwrap();
            let inverse = c.generators()[0].inverse();
            let product = semidirect_product(&c, &cyclic(2).unwrap(), &[vec![inverse]]).unwrap();
            assert_eq!(product.order(), (2 * n).into());
            assert!(!product.is_abelian());
        }
    }

    #[test]
    fn a_trivial_action_gives_the_direct_product() {
        let (s3, c4) = (PermGroup::symmetric(3), cyclic(4).unwrap());
        let product = semidirect_product(&s3, &c4, &[s3.generators().to_vec()]).unwrap();
        assert_eq!((product.degree(), product.order()), (10, 24u32.into()));
        let centre = &product.generators()[2];
        assert!(product.generators().iter().all(|g| g * centre == centre * g));
        // Trivial factors on either side.
        let trivial = PermGroup::trivial(1);
        assert_eq!(
            semidirect_product(&trivial, &s3, &[vec![], vec![]])
                .unwrap()
                .order(),
            6u32.into()
        );
        assert_eq!(
            semidirect_product(&s3, &trivial, &[]).unwrap().order(),
            6u32.into()
        );
    }

    #[test]
    fn faults_are_named() {
        let message = |result: Result<PermGroup, GroupError>| result.unwrap_err().to_string();
        let (c4, c2, s3) = (cyclic(4).unwrap(), cyclic(2).unwrap(), PermGroup::symmetric(3));
        let g = &c4.generators()[0];
        assert!(message(semidirect_product(&c4, &c2, &[])).contains("0 automorphisms"));
        assert!(message(semidirect_product(&c4, &c2, &[vec![]])).contains("has 0 images"));
        assert!(message(semidirect_product(&c4, &c2, &[vec![g.pow(2)]])).contains("not injective"));
        let outside = Permutation::parse_cycles("(1,2)", Some(4)).unwrap();
        assert!(message(semidirect_product(&c4, &c2, &[vec![outside]])).contains("not in the normal factor"));
        let swapped = vec![s3.generators()[1].clone(), s3.generators()[0].clone()];
        assert!(message(semidirect_product(&s3, &c2, &[swapped])).contains("does not extend"));
        let c5 = cyclic(5).unwrap();
        let square = c5.generators()[0].pow(2);
        assert!(message(semidirect_product(&c5, &c2, &[vec![square]])).contains("relations of the group"));
        let (s4, v4) = (PermGroup::symmetric(4), parse_group("V4").unwrap());
        assert!(message(internal_semidirect_product(&v4, &s4)).contains("in common"));
        assert!(matches!(
            internal_semidirect_product(&c4, &s4),
            Err(GroupError::NotAMember { .. })
        ));
    }
}
