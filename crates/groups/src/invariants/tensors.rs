//! Invariant tensors and equivariant maps, by exact linear algebra or by orbits.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::form::Form;
use super::linear_group::LinearGroup;
use super::signed_orbits::{self, monomials, sort};
use super::word::TensorWord;
use crate::error::GroupError;
use crate::lie::Sparse;
use crate::linear::{RationalMatrix, certified_kernel};
use crate::polynomial::Monomial;
use crate::scalar::Scalar;

/// The largest dimension of a space in which invariants are found by elimination.
pub const DEFAULT_DENSE_LIMIT: u64 = 4_096;
/// The largest dimension of a space in which invariants are found by orbits of basis vectors.
pub const DEFAULT_ORBIT_LIMIT: u64 = 1 << 22;

/// A basis of the vectors of a tensor word that a group fixes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvariantTensors {
    ambient: usize,
    basis: Vec<Sparse>,
}

impl InvariantTensors {
    /// The number of basis vectors.
    pub fn dimension(&self) -> usize {
        self.basis.len()
    }

    /// The dimension of the whole space.
    pub fn ambient(&self) -> usize {
        self.ambient
    }

    /// The basis, each vector by its nonzero coordinates in the order of [`TensorWord`].
    pub fn basis(&self) -> &[Vec<(usize, BigRational)>] {
        &self.basis
    }
}

/// A linear map by its nonzero entries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EquivariantMap {
    /// The dimension of the target.
    pub rows: usize,
    /// The dimension of the source.
    pub cols: usize,
    /// Row, column and entry, by rows and then columns.
    pub entries: Vec<(usize, usize, BigRational)>,
}

impl EquivariantMap {
    /// The map as a dense matrix.
    pub fn to_matrix(&self) -> RationalMatrix {
        let mut matrix = RationalMatrix::zeros(self.rows, self.cols);
        for (i, j, x) in &self.entries {
            matrix[(*i, *j)] = x.clone();
        }
        matrix
    }
}

impl LinearGroup {
    /// A basis of the invariant vectors of a word.
    ///
    /// Groups of signed permutations (all permutation groups are) need a number of steps linear in the dimension for each
    /// generator; others an elimination with one column for each dimension. Nothing is approximated.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past [`DEFAULT_ORBIT_LIMIT`] or [`DEFAULT_DENSE_LIMIT`] dimensions.
    ///
    /// ```
    /// use groups::invariants::LinearGroup;
    /// let lorentz = LinearGroup::parse("SO(1,3)")?;
    /// assert_eq!(lorentz.invariant_tensors(&"T(2)".parse()?)?.dimension(), 1, "the metric");
    /// assert_eq!(lorentz.invariant_tensors(&"T(4)".parse()?)?.dimension(), 4, "its products and the volume");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn invariant_tensors(&self, word: &TensorWord) -> Result<InvariantTensors, GroupError> {
        let asked = word.dimension(self.size());
        let signed = self.signed_permutations();
        let limit = if signed.is_some() {
            DEFAULT_ORBIT_LIMIT
        } else {
            DEFAULT_DENSE_LIMIT
        };
        if largest_part(word, self.size()) > limit {
            return Err(GroupError::Limit {
                what: "the dimension of the tensor space",
                asked: largest_part(word, self.size()),
                limit,
            });
        }
        let ambient = asked as usize;
        let basis = match signed {
            Some(generators) => by_orbits(word, &generators, ambient),
            None => self.by_elimination(word, ambient),
        };
        Ok(InvariantTensors { ambient, basis })
    }

    /// A basis of the linear maps that commute with the group.
    ///
    /// # Errors
    /// As [`LinearGroup::invariant_tensors`], for the space of all maps.
    ///
    /// ```
    /// use groups::invariants::LinearGroup;
    /// // Maps from pairs of vectors to vectors in space: the cross product alone.
    /// let so3 = LinearGroup::parse("SO(3)")?;
    /// let maps = so3.equivariant_maps(&"V^2".parse()?, &"V".parse()?)?;
    /// assert_eq!((maps.len(), maps[0].rows, maps[0].cols, maps[0].entries.len()), (1, 3, 9, 6));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn equivariant_maps(
        &self,
        source: &TensorWord,
        target: &TensorWord,
    ) -> Result<Vec<EquivariantMap>, GroupError> {
        let tensors = self.invariant_tensors(&TensorWord::maps(source.clone(), target.clone()))?;
        let cols = source.dimension(self.size()) as usize;
        let rows = target.dimension(self.size()) as usize;
        let map = |tensor: Sparse| EquivariantMap {
            rows,
            cols,
            entries: tensor
                .into_iter()
                .map(|(at, x)| (at / cols, at % cols, x))
                .collect(),
        };
        Ok(tensors.basis.into_iter().map(map).collect())
    }

    /// A basis of the invariant polynomials of a degree, f(g⁻¹ x) = f(x): those of Sym(d, Dual(V)).
    ///
    /// # Errors
    /// As [`LinearGroup::invariant_tensors`].
    ///
    /// ```
    /// use groups::invariants::LinearGroup;
    /// let forms = LinearGroup::parse("SO(1,1)")?.invariant_forms(2)?;
    /// assert_eq!(forms.len(), 1);
    /// assert_eq!(forms[0].to_string(), "x^2 - y^2");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn invariant_forms(&self, degree: u32) -> Result<Vec<Form<BigRational>>, GroupError> {
        let covectors = TensorWord::Dual(Box::new(TensorWord::Vector));
        let tensors = self.invariant_tensors(&TensorWord::Symmetric(degree as usize, Box::new(covectors)))?;
        let monomials = monomials(self.size(), degree as usize, false);
        let form = |tensor: &Sparse| {
            let scale = tensor
                .first()
                .and_then(|(_, x)| x.inverse())
                .unwrap_or_else(BigRational::one);
            let mut form = Form::zero(self.size(), degree);
            for (at, x) in tensor {
                let mut exponents = vec![0; self.size()];
                monomials[*at].iter().for_each(|&i| exponents[i as usize] += 1);
                form.add_term(Monomial::new(exponents), &x.times(&scale));
            }
            form
        };
        Ok(tensors.basis.iter().map(form).collect())
    }

    /// The kernel of all dρ(A) and ρ(g) - 1.
    fn by_elimination(&self, word: &TensorWord, dimension: usize) -> Vec<Sparse> {
        let mut rows: Vec<Sparse> = Vec::new();
        let mut add = |columns: Vec<Sparse>, minus_identity: bool| {
            let mut block: Vec<BTreeMap<usize, BigRational>> = vec![BTreeMap::new(); dimension];
            for (j, column) in columns.into_iter().enumerate() {
                for (i, x) in column {
                    block[i].insert(j, x);
                }
            }
            for (i, mut row) in block.into_iter().enumerate() {
                if minus_identity {
                    *row.entry(i).or_insert_with(BigRational::zero) -= BigRational::one();
                }
                let row: Sparse = row.into_iter().filter(|(_, x)| !x.is_zero()).collect();
                if !row.is_empty() {
                    rows.push(row);
                }
            }
        };
        for a in self.algebra() {
            add(columns(word, &Element::infinitesimal(a)), false);
        }
        for (g, dual) in self.discrete().iter().zip(self.contragredient()) {
            add(columns(word, &Element::discrete(g, dual)), true);
        }
        certified_kernel(&rows, dimension)
    }
}

/// The largest dimension that is met on the way to a word; a factor of dimension 0 does not excuse a huge one.
fn largest_part(word: &TensorWord, n: usize) -> u64 {
    let inside = match word {
        TensorWord::Trivial | TensorWord::Vector => 0,
        TensorWord::Dual(word) | TensorWord::Symmetric(_, word) | TensorWord::Alternating(_, word) => {
            largest_part(word, n)
        }
        TensorWord::Product(words) | TensorWord::Sum(words) => {
            words.iter().map(|word| largest_part(word, n)).max().unwrap_or(0)
        }
    };
    inside.max(word.dimension(n))
}

fn by_orbits(word: &TensorWord, generators: &[Vec<(u32, bool)>], dimension: usize) -> Vec<Sparse> {
    let actions: Vec<_> = generators
        .iter()
        .map(|g| signed_orbits::action(word, g))
        .collect();
    let (plus, minus) = (BigRational::one(), -BigRational::one());
    signed_orbits::invariants(&actions, dimension)
        .into_iter()
        .map(|orbit| {
            let signed = |(x, negative)| (x as usize, if negative { minus.clone() } else { plus.clone() });
            orbit.into_iter().map(signed).collect()
        })
        .collect()
}

/// How an element of a group or of its Lie algebra acts on V and on its dual, by columns.
struct Element {
    vectors: Vec<Sparse>,
    covectors: Vec<Sparse>,
    /// Products of slots for a group element, the rule of Leibniz for an infinitesimal one.
    is_infinitesimal: bool,
}

impl Element {
    fn infinitesimal(a: &RationalMatrix) -> Self {
        Element {
            vectors: sparse_columns(a),
            covectors: sparse_columns(&-&a.transpose()),
            is_infinitesimal: true,
        }
    }

    fn discrete(g: &RationalMatrix, contragredient: &RationalMatrix) -> Self {
        Element {
            vectors: sparse_columns(g),
            covectors: sparse_columns(contragredient),
            is_infinitesimal: false,
        }
    }

    /// The inverse, or the negative: on V it is the transpose of the action on the dual, and conversely.
    fn inverse(&self) -> Self {
        Element {
            vectors: transposed(&self.covectors),
            covectors: transposed(&self.vectors),
            is_infinitesimal: self.is_infinitesimal,
        }
    }
}

/// The columns of the transpose of a square matrix.
fn transposed(columns: &[Sparse]) -> Vec<Sparse> {
    let mut rows: Vec<Sparse> = vec![Vec::new(); columns.len()];
    for (j, column) in columns.iter().enumerate() {
        for (i, x) in column {
            rows[*i].push((j, x.clone()));
        }
    }
    rows
}

fn sparse_columns(matrix: &RationalMatrix) -> Vec<Sparse> {
    (0..matrix.cols())
        .map(|j| {
            let column = (0..matrix.rows()).map(|i| (i, matrix[(i, j)].clone()));
            column.filter(|(_, x)| !x.is_zero()).collect()
        })
        .collect()
}

/// The columns of ρ(g) or dρ(A).
fn columns(word: &TensorWord, element: &Element) -> Vec<Sparse> {
    match word {
        TensorWord::Trivial if element.is_infinitesimal => vec![Vec::new()],
        TensorWord::Trivial => vec![vec![(0, BigRational::one())]],
        TensorWord::Vector => element.vectors.clone(),
        // The dual of V is met most.
        TensorWord::Dual(word) if **word == TensorWord::Vector => element.covectors.clone(),
        TensorWord::Dual(word) => transposed(&columns(word, &element.inverse())),
        TensorWord::Product(words) => {
            let factors: Vec<Vec<Sparse>> = words.iter().map(|word| columns(word, element)).collect();
            let sizes: Vec<usize> = factors.iter().map(Vec::len).collect();
            let index = |slots: &[u32]| {
                slots
                    .iter()
                    .zip(&sizes)
                    .fold(0, |at, (&i, size)| at * size + i as usize)
            };
            let tuples = sizes
                .iter()
                .fold(vec![Vec::new()], |tuples: Vec<Vec<u32>>, &size| {
                    let longer = |t: Vec<u32>| (0..size as u32).map(move |i| [&t[..], &[i]].concat());
                    tuples.into_iter().flat_map(longer).collect()
                });
            let tables: Vec<&Vec<Sparse>> = factors.iter().collect();
            tuples
                .iter()
                .map(|tuple| {
                    image(&tables, tuple, element.is_infinitesimal, |slots| {
                        Some((index(slots), false))
                    })
                })
                .collect()
        }
        TensorWord::Sum(words) => {
            let mut all: Vec<Sparse> = Vec::new();
            for word in words {
                let offset = all.len();
                let shifted = |column: Sparse| column.into_iter().map(|(i, x)| (i + offset, x)).collect();
                all.extend(columns(word, element).into_iter().map(shifted));
            }
            all
        }
        TensorWord::Symmetric(k, word) => monomial_columns(&columns(word, element), *k, false, element),
        TensorWord::Alternating(k, word) => monomial_columns(&columns(word, element), *k, true, element),
    }
}

fn monomial_columns(table: &Vec<Sparse>, k: usize, alternating: bool, element: &Element) -> Vec<Sparse> {
    let monomials = monomials(table.len(), k, alternating);
    let tables = vec![table; k];
    let collect = |slots: &[u32]| {
        let mut sorted = slots.to_vec();
        let odd = sort(&mut sorted);
        // A wedge with a repeated factor is zero, and not listed.
        let at = monomials.binary_search(&sorted).ok()?;
        Some((at, alternating && odd))
    };
    monomials
        .iter()
        .map(|monomial| image(&tables, monomial, element.is_infinitesimal, collect))
        .collect()
}

/// The image of a tensor product of basis vectors, collected into coordinates; `place` says where a tensor product goes
/// and whether negated, or that it is zero.
fn image(
    tables: &[&Vec<Sparse>],
    slots: &[u32],
    is_infinitesimal: bool,
    place: impl Fn(&[u32]) -> Option<(usize, bool)>,
) -> Sparse {
    let mut sum: BTreeMap<usize, BigRational> = BTreeMap::new();
    let mut add = |slots: &[u32], x: &BigRational| {
        if let Some((at, negative)) = place(slots) {
            let entry = sum.entry(at).or_insert_with(BigRational::zero);
            if negative {
                *entry -= x;
            } else {
                *entry += x;
            }
        }
    };
    if is_infinitesimal {
        for (s, &i) in slots.iter().enumerate() {
            let mut moved = slots.to_vec();
            for (to, x) in &tables[s][i as usize] {
                moved[s] = *to as u32;
                add(&moved, x);
            }
        }
    } else {
        let mut products = vec![(Vec::new(), BigRational::one())];
        for (table, &i) in tables.iter().zip(slots) {
            let mut longer = Vec::with_capacity(products.len() * table[i as usize].len());
            for (prefix, x) in &products {
                for (to, y) in &table[i as usize] {
                    longer.push(([&prefix[..], &[*to as u32]].concat(), x.times(y)));
                }
            }
            products = longer;
        }
        for (slots, x) in &products {
            add(slots, x);
        }
    }
    sum.into_iter().filter(|(_, x)| !x.is_zero()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;
    use crate::scalar::rational;

    fn group(text: &str) -> LinearGroup {
        LinearGroup::parse(text).unwrap()
    }

    fn word(text: &str) -> TensorWord {
        text.parse().unwrap()
    }

    fn dimension(of: &str, text: &str) -> usize {
        group(of).invariant_tensors(&word(text)).unwrap().dimension()
    }

    /// Bell numbers for S_4, which has as many orbits on k-tuples as there are partitions of k points into at most 4
    /// parts; the known ranks for SO(3) and SO(1,3).
    #[test]
    fn invariant_tensors_have_the_known_dimensions() {
        assert_eq!(
            [1, 2, 3, 4].map(|k| dimension("S4", &format!("T({k})"))),
            [1, 2, 5, 15]
        );
        assert_eq!(
            [1, 2, 3, 4, 5].map(|k| dimension("SO(3)", &format!("T({k})"))),
            [0, 1, 1, 3, 6]
        );
        assert_eq!([2, 4].map(|k| dimension("SO(1,3)", &format!("T({k})"))), [1, 4]);
        // Brauer: O(n) has (k - 1)!! pairings in T_k while n is large enough; the odd ones vanish.
        assert_eq!(
            [2, 3, 4].map(|k| dimension("O(3)", &format!("T({k})"))),
            [1, 0, 3]
        );
        assert_eq!([2, 4].map(|k| dimension("O(1,3)", &format!("T({k})"))), [1, 3]);
        assert_eq!([2, 4].map(|k| dimension("Sp(4)", &format!("T({k})"))), [1, 3]);
        // Schur and Weyl: End of V^(x2) under GL(n) has the two permutations.
        assert_eq!(
            group("GL(3)")
                .equivariant_maps(&word("V^2"), &word("V^2"))
                .unwrap()
                .len(),
            2
        );
        assert_eq!(dimension("SL(3)", "Alt(3)"), 1, "the determinant");
        assert_eq!(dimension("GL(3)", "Alt(3)"), 0);
        assert_eq!(dimension("SO(3)", "Sym(4)"), 1, "the square of the metric");
        assert_eq!(dimension("SO(3)", "Hom(Sym(2), Alt(2) + Sym(2) + R)"), 3);
    }

    /// The number of equivariant maps of order 2 to order 2 under S_n: 15 for n >= 4, 14 for n = 3, 8 for n = 2; D_6 on
    /// hexagon values 4, C_6 6.
    #[test]
    fn layers_of_symmetric_groups() {
        let maps = |of: &str, from: &str, to: &str| {
            group(of).equivariant_maps(&word(from), &word(to)).unwrap().len()
        };
        assert_eq!(
            ["S2", "S3", "S4", "S5", "S6"].map(|g| maps(g, "V^2", "V^2")),
            [8, 14, 15, 15, 15]
        );
        assert_eq!((maps("D6", "V", "V"), maps("C6", "V", "V")), (4, 6));
        assert_eq!(maps("S5", "V^2", "V"), 5);
    }

    /// Burnside's lemma: the trace of the mean of g on a word is the dimension of its invariants, from the power sums of
    /// the number of fixed points; no orbit and no elimination.
    #[test]
    fn dimensions_are_means_of_characters() {
        for text in ["S4", "A4", "D5", "C6", "V4", "PSL(2,5)"] {
            let permutations = parse_group(text).unwrap();
            let elements: Vec<_> = permutations.elements().collect();
            let fixed = |g: &crate::Permutation| (0..g.degree()).filter(|&x| g.image(x) == x).count() as i64;
            let mean = |f: &dyn Fn(i64, i64) -> i64| {
                let sum: i64 = elements.iter().map(|g| f(fixed(g), fixed(&(g * g)))).sum();
                assert_eq!(sum % elements.len() as i64, 0, "{text}");
                (sum / elements.len() as i64) as usize
            };
            let one = LinearGroup::of_permutations(&permutations);
            let count = |w: &str| one.invariant_tensors(&word(w)).unwrap().dimension();
            assert_eq!(count("T(1,2)"), mean(&|f, _| f * f * f), "{text}");
            assert_eq!(count("Sym(2)"), mean(&|f, s| (f * f + s) / 2), "{text}");
            assert_eq!(count("Alt(2)"), mean(&|f, s| (f * f - s) / 2), "{text}");
            assert_eq!(
                count("Sym(2)*Alt(2)"),
                mean(&|f, s| (f * f + s) / 2 * ((f * f - s) / 2)),
                "{text}"
            );
            assert_eq!(
                count("V^2+Dual(Sym(2))+R"),
                mean(&|f, s| f * f + (f * f + s) / 2 + 1),
                "{text}"
            );
        }
    }

    /// The same spaces by orbits and by elimination, with a generator multiplied by a unit that changes nothing but hides
    /// that the matrices are signed permutations: the zero matrix as a Lie algebra.
    #[test]
    fn orbits_and_elimination_agree() {
        let turn = RationalMatrix::parse("0,-1,0; 1,0,0; 0,0,1").unwrap();
        let swap = RationalMatrix::parse("0,0,1; 0,1,0; 1,0,0").unwrap();
        let groups = [
            vec![turn.clone()],
            vec![swap.clone()],
            vec![turn, swap.scaled(&rational(-1, 1))],
        ];
        for generators in groups {
            let fast = LinearGroup::new(3, vec![], generators.clone()).unwrap();
            let slow = LinearGroup::new(3, vec![RationalMatrix::zeros(3, 3)], generators).unwrap();
            assert!(fast.signed_permutations().is_some() && slow.signed_permutations().is_none());
            for text in [
                "T(3)",
                "T(1,1)",
                "Sym(3)",
                "Alt(2)*V",
                "Dual(Sym(2))*Alt(2)",
                "Sym(2,Alt(2)+V)",
            ] {
                let (one, other) = (
                    fast.invariant_tensors(&word(text)).unwrap(),
                    slow.invariant_tensors(&word(text)).unwrap(),
                );
                let dense = |tensors: &InvariantTensors| {
                    let mut matrix = RationalMatrix::zeros(tensors.dimension(), tensors.ambient());
                    for (k, v) in tensors.basis().iter().enumerate() {
                        v.iter().for_each(|(i, x)| matrix[(k, *i)] = x.clone());
                    }
                    matrix.row_space()
                };
                assert_eq!(dense(&one).basis(), dense(&other).basis(), "{text}");
            }
        }
    }

    /// Every map commutes with dense Kronecker products of the generators, written down without the code under test.
    #[test]
    fn equivariant_maps_commute_with_the_group() {
        let square = |g: &RationalMatrix| g.kronecker(g);
        let leibniz = |a: &RationalMatrix| {
            let one = RationalMatrix::identity(a.rows());
            &a.kronecker(&one) + &one.kronecker(a)
        };
        for text in [
            "S4", "O(2)", "SO(1,2)", "Sp(4)", "SL(2)", "O(1,1)", "T(2)", "SE(2)",
        ] {
            let group = group(text);
            for (source, target) in [("V^2", "V^2"), ("V^2", "V"), ("V", "V^2")] {
                let maps = group.equivariant_maps(&word(source), &word(target)).unwrap();
                let act = |w: &str, m: &RationalMatrix, f: &dyn Fn(&RationalMatrix) -> RationalMatrix| {
                    if w == "V" { m.clone() } else { f(m) }
                };
                for map in &maps {
                    let map = map.to_matrix();
                    assert!(!map.is_zero());
                    for g in group.discrete() {
                        let (before, after) = (act(source, g, &square), act(target, g, &square));
                        assert_eq!(&map * &before, &after * &map, "{text}");
                    }
                    for a in group.algebra() {
                        let (before, after) = (act(source, a, &leibniz), act(target, a, &leibniz));
                        assert_eq!(&map * &before, &after * &map, "{text}");
                    }
                }
            }
        }
    }

    /// ρ(gh) = ρ(g) ρ(h) and dρ([A,B]) = [dρ(A), dρ(B)] on every kind of word.
    #[test]
    fn words_are_representations() {
        let g = RationalMatrix::parse("1,2,0; 0,1,-1; 3,0,1").unwrap();
        let h = RationalMatrix::parse("0,1,1; 2,0,0; 1,1,0").unwrap();
        let dense = |columns: Vec<Sparse>| {
            let mut m = RationalMatrix::zeros(columns.len(), columns.len());
            for (j, column) in columns.into_iter().enumerate() {
                column.into_iter().for_each(|(i, x)| m[(i, j)] = x);
            }
            m
        };
        for text in [
            "R",
            "V*V",
            "T(1,1)",
            "Sym(2)",
            "Alt(2)",
            "Dual(Sym(2))",
            "Sym(2,Alt(2))",
            "V+R+Dual(V)*V",
            "Alt(3)",
        ] {
            let word = word(text);
            let of = |g: &RationalMatrix| {
                dense(columns(
                    &word,
                    &Element::discrete(g, &g.inverse().unwrap().transpose()),
                ))
            };
            assert_eq!(of(&(&g * &h)), &of(&g) * &of(&h), "{text}");
            let of = |a: &RationalMatrix| dense(columns(&word, &Element::infinitesimal(a)));
            let bracket = of(&g).commutator(&of(&h)).unwrap();
            assert_eq!(of(&g.commutator(&h).unwrap()), bracket, "{text}");
        }
    }

    #[test]
    fn limits_hold_before_memory_is_taken() {
        for (of, text) in [
            ("S5", "T(60)"),
            ("SO(3)", "T(9)"),
            ("SO(3)", "Alt(4)*T(40)"),
            ("S5", "Sym(64,T(5))"),
        ] {
            let refused = group(of).invariant_tensors(&word(text));
            assert!(matches!(refused, Err(GroupError::Limit { .. })), "{of} on {text}");
        }
    }
}
