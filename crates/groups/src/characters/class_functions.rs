//! What a table tells of other class functions: decompositions, permutation characters, indicators.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

use super::CharacterTable;
use super::orthogonality::InnerProducts;
use crate::cyclotomic::Cyclotomic;
use crate::error::GroupError;
use crate::perm_group::PermGroup;

impl CharacterTable {
    /// The inner product (1/|G|) Σ_g a(g) b(g)* of two class functions, given by their values on the classes.
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`] unless there is one value for each class; [`GroupError::Domain`] when a value has
    /// coordinates that are no integers.
    pub fn inner_product(&self, a: &[Cyclotomic], b: &[Cyclotomic]) -> Result<Cyclotomic, GroupError> {
        for values in [a, b] {
            self.check_length(values)?;
        }
        let products = InnerProducts::new(self, a.iter().chain(b).map(Cyclotomic::order));
        let read = |values: &[Cyclotomic]| {
            let terms = values.iter().map(|value| {
                products.terms(value).ok_or_else(|| GroupError::Domain {
                    what: format!("{value} is the value of a class function"),
                    expected: "a sum of roots of unity".to_owned(),
                })
            });
            terms.collect::<Result<Vec<_>, _>>()
        };
        let (a, b) = (read(a)?, read(b)?);
        products.product(a.iter(), b.iter())
    }

    /// The multiplicities of the irreducible characters in a character.
    ///
    /// # Errors
    /// Those of [`CharacterTable::inner_product`]; [`GroupError::Domain`] when a multiplicity is no natural number, so
    /// that the class function is no character.
    ///
    /// ```
    /// let table = groups::catalog::parse_group("S4")?.character_table()?;
    /// let natural = table.permutation_character();
    /// let square: Vec<_> = natural.iter().map(|x| x.clone() * x.clone()).collect();
    /// // 15 = 2² + 3² + 1² + 1²: the dimension of the maps of R^4 ⊗ R^4 to itself that commute with S_4.
    /// let multiplicities = table.decompose(&square)?;
    /// assert_eq!(multiplicities.iter().map(|m| m * m).sum::<u64>(), 15);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn decompose(&self, character: &[Cyclotomic]) -> Result<Vec<u64>, GroupError> {
        (0..self.len())
            .map(|i| {
                let multiplicity = self.inner_product(character, &self.character(i))?;
                let natural = multiplicity
                    .to_rational()
                    .filter(BigRational::is_integer)
                    .and_then(|m| m.numer().to_u64());
                natural.ok_or_else(|| GroupError::Domain {
                    what: format!("the multiplicity of character {i} is {multiplicity}"),
                    expected: "a natural number, as for every character".to_owned(),
                })
            })
            .collect()
    }

    /// The permutation character of the points that the group was given on: the number of fixed points.
    pub fn permutation_character(&self) -> Vec<Cyclotomic> {
        self.classes()
            .iter()
            .map(|class| {
                let images = class.representative().images().iter().zip(0u32..);
                integer(images.filter(|(image, x)| **image == *x).count().into())
            })
            .collect()
    }

    /// The permutation character of the cosets of a subgroup: the trivial character of the subgroup, induced.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] for a group that is no subgroup; those of [`PermGroup::conjugacy_classes`].
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let s5 = parse_group("S5")?;
    /// let table = s5.character_table()?;
    /// let f20 = parse_group("(1,2,3,4,5),(2,3,5,4)")?;
    /// let sharply_transitive = table.decompose(&table.coset_character(&f20)?)?;
    /// assert_eq!(sharply_transitive.iter().sum::<u64>(), 2, "S_5 is doubly transitive on 6 points");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn coset_character(&self, subgroup: &PermGroup) -> Result<Vec<Cyclotomic>, GroupError> {
        for (k, g) in subgroup.generators().iter().enumerate() {
            if !self.finder.group().contains(g) {
                return Err(GroupError::NotAMember {
                    what: format!("generator {k} of the subgroup"),
                    element: g.to_string(),
                });
            }
        }
        // Σ over x of 1_H(x⁻¹ g x), over |H|: |C(g)| |C ∩ H| / |H|.
        let mut in_class = vec![BigUint::zero(); self.len()];
        for class in subgroup.conjugacy_classes()?.iter() {
            in_class[self.finder.class_of(class.representative())?] += class.size();
        }
        let order = subgroup.order();
        let values = self.classes().iter().zip(in_class);
        Ok(values
            .map(|(class, common)| integer(class.centralizer_order() * common / &order))
            .collect())
    }

    /// The number of orbits on pairs of points, from the decomposition of the permutation character: Σ m².
    ///
    /// # Errors
    /// Those of [`CharacterTable::decompose`].
    pub fn permutation_rank(&self) -> Result<u64, GroupError> {
        let multiplicities = self.decompose(&self.permutation_character())?;
        Ok(multiplicities.iter().map(|m| m * m).sum())
    }

    /// The indicators (1/|G|) Σ_g χ(g²) of Frobenius and Schur: 1 for a real representation, -1 for a quaternionic one
    /// (real character, no real matrices), 0 for a character that is not real.
    ///
    /// # Errors
    /// [`GroupError::Limit`] when a sum does not fit in 128 bits.
    ///
    /// ```
    /// let table = groups::catalog::parse_group("Q8")?.character_table()?;
    /// assert_eq!(table.indicators()?, [1, 1, 1, 1, -1]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn indicators(&self) -> Result<Vec<i8>, GroupError> {
        let squares = self.power_map(2);
        let trivial = vec![integer(1u32.into()); self.len()];
        (0..self.len())
            .map(|i| {
                let of_squares: Vec<Cyclotomic> = squares.iter().map(|&k| self.value(i, k).clone()).collect();
                let mean = self.inner_product(&of_squares, &trivial)?;
                mean.to_rational()
                    .and_then(|x| x.to_i8())
                    .filter(|x| x.abs() <= 1)
                    .ok_or_else(|| GroupError::Domain {
                        what: format!("the indicator of character {i} is {mean}"),
                        expected: "1, 0 or -1".to_owned(),
                    })
            })
            .collect()
    }

    fn check_length(&self, values: &[Cyclotomic]) -> Result<(), GroupError> {
        if values.len() == self.len() {
            return Ok(());
        }
        Err(GroupError::ShapeMismatch {
            what: "a class function",
            got: values.len(),
            expected: self.len(),
        })
    }
}

fn integer(n: BigUint) -> Cyclotomic {
    BigRational::from_integer(BigInt::from(n)).into()
}
