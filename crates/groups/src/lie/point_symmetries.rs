//! Symmetries of finite sets of points, as permutations, exactly over any field of real numbers.
//!
//! Let C be the matrix whose columns are the points in coordinates of their span, r x N. A permutation of the points
//! comes from a linear map exactly when it preserves the entries of the projection `W = C^t (C C^t)^-1 C` onto the row
//! space, and from an orthogonal one exactly when it preserves the Gram matrix too (D. Bremner, M. Dutour Sikirić,
//! D. Pasechnik, T. Rehn and A. Schürmann, *Computing symmetry groups of polyhedra*, 2014, section 3). Affine maps and
//! isometries fix the centroid, where the origin is then put. The images of a basis among the points determine
//! everything, so the search runs over images of a basis with equal entries, one orbit representative at a time.

use std::collections::BTreeMap;

use crate::linear::Matrix;
use crate::scalar::Scalar;
use crate::{GroupError, PermGroup, Permutation};

/// What kind of maps move the points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PointMaps {
    /// Linear maps: GL(n).
    Linear,
    /// Orthogonal maps: O(n).
    Orthogonal,
    /// Affine maps: Aff(n).
    Affine,
    /// Isometries: E(n).
    Isometries,
}

/// The largest number of points that [`point_symmetries`] takes: it compares all pairs.
pub const DEFAULT_POINT_LIMIT: u64 = 2_000;

/// The group of permutations of the points that maps of this kind induce.
///
/// The cost is that of N² inner products, and of a search over images of a basis.
///
/// # Errors
/// [`GroupError::Shape`] for points of different lengths, [`GroupError::Domain`] for a repeated point or for coordinates
/// that are not real, [`GroupError::Limit`] beyond [`DEFAULT_POINT_LIMIT`].
///
/// ```
/// use groups::cyclotomic::Cyclotomic;
/// use groups::lie::{PointMaps, point_symmetries, regular_polygon};
/// let symmetries = point_symmetries(&regular_polygon(7), PointMaps::Orthogonal)?;
/// assert_eq!(symmetries.order().to_string(), "14");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn point_symmetries<S: Scalar>(points: &[Vec<S>], maps: PointMaps) -> Result<PermGroup, GroupError> {
    let (asked, limit) = (points.len() as u64, DEFAULT_POINT_LIMIT);
    if asked > limit {
        return Err(GroupError::Limit {
            what: "the number of points",
            asked,
            limit,
        });
    }
    let mut matrix = Matrix::from_rows(points.to_vec())?;
    if let Some((first, second)) = repeated(points) {
        return Err(GroupError::Domain {
            what: format!("points {first} and {second} (counted from 0) are equal"),
            expected: "distinct points".to_owned(),
        });
    }
    if matches!(maps, PointMaps::Affine | PointMaps::Isometries) {
        matrix = about_the_centroid(&matrix);
    }
    let metric = matches!(maps, PointMaps::Orthogonal | PointMaps::Isometries);
    let search = Search::new(&matrix, metric)?;
    PermGroup::new(points.len(), search.generators()?)
}

/// The corners of the regular n-gon on the unit circle, as real cyclotomic numbers.
///
/// # Panics
/// When n is 0.
pub fn regular_polygon(n: usize) -> Vec<Vec<crate::cyclotomic::Cyclotomic>> {
    use crate::cyclotomic::Cyclotomic;
    assert!(n > 0, "a polygon has corners");
    let half = Cyclotomic::from(crate::scalar::rational(1, 2));
    let i = Cyclotomic::root_of_unity(4, 1);
    (0..n)
        .map(|k| {
            let z = Cyclotomic::root_of_unity(n, k);
            let conjugate = z.conjugate();
            let mut difference = z.clone();
            difference -= &conjugate;
            let mut sum = z;
            sum += &conjugate;
            // (z - 1/z) / 2i = (1/z - z) i / 2.
            vec![sum.times(&half), -difference.times(&half).times(&i)]
        })
        .collect()
}

fn repeated<S: Scalar>(points: &[Vec<S>]) -> Option<(usize, usize)> {
    (0..points.len()).find_map(|j| (0..j).find(|&i| points[i] == points[j]).map(|i| (i, j)))
}

/// N p - (the sum of all points): the centroid is moved to the origin and everything scaled by N.
fn about_the_centroid<S: Scalar>(points: &Matrix<S>) -> Matrix<S> {
    let mut count = S::zero();
    let mut sum = vec![S::zero(); points.cols()];
    for i in 0..points.rows() {
        count += &S::one();
        for (total, x) in sum.iter_mut().zip(points.row(i)) {
            *total += x;
        }
    }
    Matrix::from_fn(points.rows(), points.cols(), |i, j| {
        let mut moved = points.row(i)[j].times(&count);
        moved -= &sum[j];
        moved
    })
}

/// The points as a complete graph whose edges are coloured by the entries of W (and of the Gram matrix).
struct Search {
    count: usize,
    /// Colours, row by row.
    colours: Vec<usize>,
    /// Points that form a basis of the span.
    basis: Vec<usize>,
}

impl Search {
    fn new<S: Scalar>(points: &Matrix<S>, metric: bool) -> Result<Self, GroupError> {
        let count = points.rows();
        // The pivots of the transpose are a basis among the points; its reduced form has their coordinates.
        let echelon = points.transpose().echelon();
        let basis = echelon.pivots().to_vec();
        let rank = basis.len();
        let coordinates = Matrix::from_fn(rank, count, |i, j| echelon.matrix().row(i)[j].clone());
        let moments = coordinates.try_mul(&coordinates.transpose())?;
        let inverse = moments.inverse().map_err(|_| GroupError::Domain {
            what: "the moment matrix of the points is singular".to_owned(),
            expected: "points with real coordinates".to_owned(),
        })?;
        let projection = coordinates.transpose().try_mul(&inverse.try_mul(&coordinates)?)?;
        let gram = metric.then(|| points.try_mul(&points.transpose())).transpose()?;
        let mut values: Vec<(S, S)> = Vec::new();
        let mut colours = vec![0; count * count];
        for i in 0..count {
            for j in 0..count {
                let second = gram.as_ref().map_or_else(S::zero, |gram| gram.row(i)[j].clone());
                let value = (projection.row(i)[j].clone(), second);
                let known = values.iter().position(|v| *v == value);
                colours[i * count + j] = known.unwrap_or_else(|| {
                    values.push(value);
                    values.len() - 1
                });
            }
        }
        Ok(Search {
            count,
            colours,
            basis,
        })
    }

    fn colour(&self, i: usize, j: usize) -> usize {
        self.colours[i * self.count + j]
    }

    /// A strong generating set: from the last base point to the first, one element for each new image.
    fn generators(&self) -> Result<Vec<Permutation>, GroupError> {
        let mut generators: Vec<Permutation> = Vec::new();
        for level in (0..self.basis.len()).rev() {
            let mut orbit = self.orbit(self.basis[level], &generators);
            for image in 0..self.count {
                if orbit[image] {
                    continue;
                }
                let mut images = self.basis[..level].to_vec();
                if !self.fits(&images, image) {
                    continue;
                }
                images.push(image);
                if let Some(found) = self.extend(&mut images) {
                    generators.push(Permutation::from_images(found)?);
                    orbit = self.orbit(self.basis[level], &generators);
                }
            }
        }
        Ok(generators)
    }

    /// The orbit of a point, as flags. All generators so far fix the base points before the present level.
    fn orbit(&self, point: usize, generators: &[Permutation]) -> Vec<bool> {
        let mut reached = vec![false; self.count];
        reached[point] = true;
        let mut queue = vec![point];
        while let Some(x) = queue.pop() {
            for g in generators {
                let y = g.images()[x] as usize;
                if !std::mem::replace(&mut reached[y], true) {
                    queue.push(y);
                }
            }
        }
        reached
    }

    /// Whether the next base point can go to `image` when the ones before go to `images`.
    fn fits(&self, images: &[usize], image: usize) -> bool {
        let next = self.basis[images.len()];
        self.colour(next, next) == self.colour(image, image)
            && images
                .iter()
                .zip(&self.basis)
                .all(|(&c, &b)| self.colour(next, b) == self.colour(image, c))
    }

    fn extend(&self, images: &mut Vec<usize>) -> Option<Vec<u32>> {
        if images.len() == self.basis.len() {
            return self.whole(images);
        }
        for image in 0..self.count {
            if self.fits(images, image) {
                images.push(image);
                if let Some(found) = self.extend(images) {
                    return Some(found);
                }
                images.pop();
            }
        }
        None
    }

    /// The permutation with these images of the basis, when all entries agree.
    fn whole(&self, images: &[usize]) -> Option<Vec<u32>> {
        let profile =
            |point: usize, to: &[usize]| to.iter().map(|&b| self.colour(point, b)).collect::<Vec<_>>();
        let by_profile: BTreeMap<Vec<usize>, usize> =
            (0..self.count).map(|j| (profile(j, images), j)).collect();
        let whole: Vec<usize> = (0..self.count)
            .map(|i| by_profile.get(&profile(i, &self.basis)).copied())
            .collect::<Option<_>>()?;
        let agrees =
            (0..self.count).all(|i| (0..=i).all(|j| self.colour(i, j) == self.colour(whole[i], whole[j])));
        agrees.then(|| whole.iter().map(|&j| j as u32).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cyclotomic::Cyclotomic;
    use crate::scalar::rational;
    use num_rational::BigRational;

    fn order<S: Scalar>(points: &[Vec<S>], maps: PointMaps) -> String {
        point_symmetries(points, maps).unwrap().order().to_string()
    }

    fn integers(points: &[&[i64]]) -> Vec<Vec<BigRational>> {
        points
            .iter()
            .map(|p| p.iter().map(|&x| rational(x, 1)).collect())
            .collect()
    }

    #[test]
    fn regular_polygons_have_dihedral_groups() {
        for n in [3, 4, 5, 6, 8, 9, 12] {
            let polygon = regular_polygon(n);
            for maps in [
                PointMaps::Linear,
                PointMaps::Orthogonal,
                PointMaps::Affine,
                PointMaps::Isometries,
            ] {
                let group = point_symmetries(&polygon, maps).unwrap();
                assert_eq!(group.order().to_string(), (2 * n).to_string(), "{n} {maps:?}");
                assert!(group.is_transitive());
            }
        }
    }

    #[test]
    fn polyhedra_have_their_groups() {
        let signs: Vec<Vec<i64>> = (0..8)
            .map(|k| (0..3).map(|i| 1 - 2 * (k >> i & 1)).collect())
            .collect();
        let cube: Vec<&[i64]> = signs.iter().map(Vec::as_slice).collect();
        assert_eq!(order(&integers(&cube), PointMaps::Orthogonal), "48");
        let even: Vec<&[i64]> = cube
            .iter()
            .copied()
            .filter(|p| p.iter().product::<i64>() == 1)
            .collect();
        assert_eq!(
            order(&integers(&even), PointMaps::Isometries),
            "24",
            "a tetrahedron"
        );
        // The icosahedron, (0, ±1, ±φ) and its rotations, φ = -ζ² - ζ³ for a fifth root of unity ζ.
        let mut phi = -Cyclotomic::root_of_unity(5, 2);
        phi -= &Cyclotomic::root_of_unity(5, 3);
        let mut icosahedron = Vec::new();
        for turn in 0..3 {
            for (a, b) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
                let number = |x: i64| Cyclotomic::from(rational(x, 1));
                let mut corner = vec![number(0), number(a), phi.times(&number(b))];
                corner.rotate_right(turn);
                icosahedron.push(corner);
            }
        }
        assert_eq!(order(&icosahedron, PointMaps::Orthogonal), "120");
    }

    /// A parallelogram is an affine square; its isometries are the half turn; a rectangle and a rhombus have four.
    #[test]
    fn the_kind_of_maps_matters() {
        let parallelogram = integers(&[&[0, 0], &[3, 0], &[4, 1], &[1, 1]]);
        assert_eq!(order(&parallelogram, PointMaps::Affine), "8");
        assert_eq!(order(&parallelogram, PointMaps::Isometries), "2");
        assert_eq!(
            order(&parallelogram, PointMaps::Linear),
            "2",
            "0 is a corner and stays"
        );
        let rectangle = integers(&[&[0, 0], &[3, 0], &[3, 1], &[0, 1]]);
        assert_eq!(order(&rectangle, PointMaps::Isometries), "4");
        let kite = integers(&[&[0, 2], &[1, 0], &[-1, 0], &[0, -1]]);
        assert_eq!(order(&kite, PointMaps::Affine), "2");
        let scalene = integers(&[&[0, 0], &[5, 1], &[2, 7]]);
        assert_eq!(order(&scalene, PointMaps::Affine), "6");
        assert_eq!(order(&scalene, PointMaps::Isometries), "1");
    }

    /// The 24 roots of D4 are the corners of a 24-cell: the Weyl group of F4, of order 1152.
    #[test]
    fn the_24_cell() {
        let mut roots = Vec::new();
        for i in 0..4 {
            for j in 0..i {
                for (a, b) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
                    let mut root = vec![rational(0, 1); 4];
                    root[i] = rational(a, 1);
                    root[j] = rational(b, 1);
                    roots.push(root);
                }
            }
        }
        assert_eq!(order(&roots, PointMaps::Orthogonal), "1152");
        assert_eq!(order(&roots, PointMaps::Linear), "1152");
    }

    #[test]
    fn bad_points_are_refused() {
        let ask = |points: &[&[i64]]| {
            point_symmetries(&integers(points), PointMaps::Linear)
                .unwrap_err()
                .to_string()
        };
        assert!(ask(&[&[1, 0], &[0, 1], &[1, 0]]).contains("points 0 and 2"));
        assert!(ask(&[&[1, 0], &[0, 1, 2]]).contains("expected"));
        let isotropic = vec![vec![
            Cyclotomic::from(rational(1, 1)),
            Cyclotomic::root_of_unity(4, 1),
        ]];
        assert!(
            point_symmetries(&isotropic, PointMaps::Linear).is_ok(),
            "one point is a basis of its span"
        );
    }
}
