//! Exact character tables of finite groups.
//!
//! A *character* of G is the trace of a complex representation, a function that is constant on conjugacy classes; the
//! *irreducible* ones are as many as the classes and an orthonormal basis of the class functions. The table is computed
//! by the method of Burnside and Dixon in Schneider's form (G. Schneider, *Dixon's character table algorithm revisited*,
//! J. Symb. Comp. 9, 1990; Holt, Eick and O'Brien, *Handbook of Computational Group Theory*, section 7.7):
//! * ω(C) = |C| χ(C) / χ(1) is a common eigenvector of the matrices of class multiplication constants, found modulo a
//!   prime p with p ≡ 1 modulo the exponent, where everything splits;
//! * the degree follows from the norm, and the values from the multiplicities of the eigenvalues of an element of order
//!   n, which are sums of residues over its powers and smaller than p: the lift to sums of n-th roots of unity is exact.
//!
//! [`CharacterTable::verify`] checks a table by its orthogonality relations and shares no code with the finder.
//!
//! ```
//! use groups::catalog::parse_group;
//! let table = parse_group("A5")?.character_table()?;
//! let degrees: Vec<u64> = (0..table.len()).map(|i| table.degree(i)).collect();
//! assert_eq!(degrees, [1, 3, 3, 4, 5]);
//! assert_eq!(table.indicators()?, [1, 1, 1, 1, 1]);
//! assert!(!table.is_rational(1), "the golden ratio is a value of the characters of degree 3");
//! table.verify()?;
//! // A_5 on 5 points: 1 + 4, so it has 2 orbits on pairs.
//! assert_eq!(table.decompose(&table.permutation_character())?, [1, 0, 0, 1, 0]);
//! # Ok::<(), groups::GroupError>(())
//! ```

mod class_functions;
mod dixon;
mod eigenvectors;
mod lift;
mod orthogonality;
mod symmetric;

use num_bigint::BigUint;

use crate::conjugacy::{ClassFinder, ConjugacyClasses};
use crate::cyclotomic::Cyclotomic;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::transversals::over;

pub use symmetric::symmetric_group_character;

/// How much work a character table may take.
///
/// ```
/// use groups::characters::CharacterLimits;
/// let limits = CharacterLimits { max_classes: 10, ..CharacterLimits::default() };
/// assert!(groups::PermGroup::symmetric(6).character_table_within(&limits).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CharacterLimits {
    /// The most conjugacy classes; the work grows with their third power.
    pub max_classes: usize,
    /// The most products of group elements whose classes are looked up.
    pub max_products: u64,
}

impl Default for CharacterLimits {
    fn default() -> Self {
        Self {
            max_classes: 2000,
            max_products: 2_000_000_000,
        }
    }
}

/// The irreducible characters of a group.
///
/// Characters are numbered by degree, the trivial one first; classes as in [`PermGroup::conjugacy_classes`].
pub struct CharacterTable {
    finder: ClassFinder,
    /// For each class the classes of the powers of an element, from the zeroth to the last before the order.
    powers: Vec<Vec<u32>>,
    degrees: Vec<u64>,
    /// The distinct values of the table, each in its least field.
    pool: Vec<Cyclotomic>,
    /// Row by row, the place of each value in the pool.
    values: Vec<u32>,
}

impl PermGroup {
    /// The character table, under the default [`CharacterLimits`].
    ///
    /// With r classes: the classes of at most |G| r products, O(r³) operations modulo a prime, and r transforms of
    /// length n for each maximal cyclic subgroup of order n up to conjugacy.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if a limit would be passed, or for an order above 2^60; those of
    /// [`PermGroup::conjugacy_classes`].
    pub fn character_table(&self) -> Result<CharacterTable, GroupError> {
        self.character_table_within(&CharacterLimits::default())
    }

    /// The character table, under the given limits.
    ///
    /// # Errors
    /// As [`PermGroup::character_table`].
    pub fn character_table_within(&self, limits: &CharacterLimits) -> Result<CharacterTable, GroupError> {
        let asked = usize::try_from(&self.n_conjugacy_classes()?).unwrap_or(usize::MAX);
        over("the number of characters", asked, limits.max_classes)?;
        let finder = ClassFinder::new(self)?;
        let powers = power_classes(&finder)?;
        let modular = dixon::characters(&finder, &powers, limits)?;
        let lifted = lift::lift(&modular, &powers);
        Ok(CharacterTable {
            finder,
            powers,
            degrees: modular.degrees,
            pool: lifted.pool,
            values: lifted.values,
        })
    }
}

/// The classes of the powers of each representative.
fn power_classes(finder: &ClassFinder) -> Result<Vec<Vec<u32>>, GroupError> {
    let mut powers: Vec<Option<Vec<u32>>> = vec![None; finder.classes().len()];
    let classes: Vec<_> = finder.classes().iter().collect();
    // From the largest order down, so that the powers of most elements are read off those of an element above.
    for (top, class) in classes.iter().enumerate().rev() {
        if powers[top].is_some() {
            continue;
        }
        let mut row = Vec::new();
        let mut power = finder.group().identity();
        loop {
            row.push(finder.class_of(&power)? as u32);
            power = &power * class.representative();
            if power.is_identity() {
                break;
            }
        }
        let n = row.len();
        for step in 2..n {
            let length = n / num_integer::gcd(n, step);
            powers[row[step] as usize]
                .get_or_insert_with(|| (0..length).map(|k| row[k * step % n]).collect());
        }
        powers[top] = Some(row);
    }
    Ok(powers.into_iter().flatten().collect())
}

impl CharacterTable {
    /// The number of irreducible characters, which is that of conjugacy classes.
    pub fn len(&self) -> usize {
        self.degrees.len()
    }

    /// Never true: there is the trivial character.
    pub fn is_empty(&self) -> bool {
        self.degrees.is_empty()
    }

    /// The conjugacy classes, in the order of the columns.
    pub fn classes(&self) -> &ConjugacyClasses {
        self.finder.classes()
    }

    /// The order of the group.
    pub fn group_order(&self) -> &BigUint {
        self.classes().group_order()
    }

    /// The value of a character on a class.
    ///
    /// # Panics
    /// When a number is not below [`CharacterTable::len`].
    pub fn value(&self, character: usize, class: usize) -> &Cyclotomic {
        assert!(class < self.len(), "class {class} of {}", self.len());
        &self.pool[self.values[character * self.len() + class] as usize]
    }

    /// The values of a character on all classes.
    ///
    /// # Panics
    /// When the number is not below [`CharacterTable::len`].
    pub fn character(&self, character: usize) -> Vec<Cyclotomic> {
        (0..self.len())
            .map(|k| self.value(character, k).clone())
            .collect()
    }

    /// The degree χ(1).
    ///
    /// # Panics
    /// When the number is not below [`CharacterTable::len`].
    pub fn degree(&self, character: usize) -> u64 {
        self.degrees[character]
    }

    /// The class of an element.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`]; [`GroupError::Limit`] if a search for a conjugating element is too long.
    pub fn class_of(&self, g: &Permutation) -> Result<usize, GroupError> {
        if !self.finder.group().contains(g) {
            return Err(GroupError::NotAMember {
                what: "the element whose class is asked for".to_owned(),
                element: g.to_string(),
            });
        }
        self.finder.class_of(g)
    }

    /// The class of the k-th powers of the elements of each class; k may be negative.
    ///
    /// ```
    /// let table = groups::catalog::parse_group("C4")?.character_table()?;
    /// let squares = table.power_map(2);
    /// assert_eq!((squares[0], squares[1], squares[2]), (0, 0, 1));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn power_map(&self, k: i64) -> Vec<usize> {
        self.powers
            .iter()
            .map(|row| row[k.rem_euclid(row.len() as i64) as usize] as usize)
            .collect()
    }

    /// Whether all values of a character are rational, and so integers.
    ///
    /// # Panics
    /// When the number is not below [`CharacterTable::len`].
    pub fn is_rational(&self, character: usize) -> bool {
        (0..self.len()).all(|k| self.value(character, k).to_rational().is_some())
    }

    /// Whether all values of a character are real: χ(g⁻¹) = χ(g).
    ///
    /// # Panics
    /// When the number is not below [`CharacterTable::len`].
    pub fn is_real(&self, character: usize) -> bool {
        self.conjugate(character) == character
    }

    /// The number of the complex conjugate character.
    ///
    /// # Panics
    /// When the number is not below [`CharacterTable::len`].
    pub fn conjugate(&self, character: usize) -> usize {
        let r = self.len();
        let inverse = self.power_map(-1);
        let row = &self.values[character * r..(character + 1) * r];
        let is_it = |i: &usize| (0..r).all(|k| self.values[i * r + k] == row[inverse[k]]);
        (0..r)
            .find(is_it)
            .expect("the conjugate of an irreducible character is in the table")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;
    use crate::conjugacy::partitions;
    use num_rational::BigRational;
    use num_traits::One;

    fn table(text: &str) -> CharacterTable {
        parse_group(text).unwrap().character_table().unwrap()
    }

    fn degrees(table: &CharacterTable) -> Vec<u64> {
        (0..table.len()).map(|i| table.degree(i)).collect()
    }

    /// Degrees from the ATLAS of Finite Groups and from theory.
    #[test]
    fn degrees_of_known_groups() {
        for (text, expected) in [
            ("()", &[1][..]),
            ("C6", &[1, 1, 1, 1, 1, 1]),
            ("D5", &[1, 1, 2, 2]),
            ("SL(2,3)", &[1, 1, 1, 2, 2, 2, 3]),
            ("PSL(2,7)", &[1, 3, 3, 6, 7, 8]),
            ("PSL(2,11)", &[1, 5, 5, 10, 10, 11, 12, 12]),
            ("M11", &[1, 10, 10, 10, 11, 16, 16, 44, 45, 55]),
            (
                "M12",
                &[1, 11, 11, 16, 16, 45, 54, 55, 55, 55, 66, 99, 120, 144, 176],
            ),
        ] {
            let table = table(text);
            assert_eq!(degrees(&table), expected, "{text}");
            table.verify().unwrap();
        }
    }

    /// For odd q, PSL(2,q) has r = (q + 5)/2 characters: 1, q, two of (q ± 1)/2, and the rest of q ± 1 (Fulton and
    /// Harris, *Representation Theory*, section 5.2).
    #[test]
    fn linear_groups_in_dimension_two() {
        for q in [13u64, 17, 19, 23, 25] {
            let table = table(&format!("PSL(2,{q})"));
            let half = if q % 4 == 1 { q.div_ceil(2) } else { (q - 1) / 2 };
            let degrees = degrees(&table);
            assert_eq!(degrees.len() as u64, (q + 5) / 2, "{q}");
            assert_eq!(degrees.iter().filter(|&&d| d == half).count(), 2, "{q}");
            assert!(
                degrees.iter().all(|d| [1, q - 1, q, q + 1, half].contains(d)),
                "{q}"
            );
            table.verify().unwrap();
        }
    }

    /// The whole table of S_n against the rule of Murnaghan and Nakayama; S_11 is found without a list of its elements.
    #[test]
    fn symmetric_groups_agree_with_murnaghan_and_nakayama() {
        for n in [1, 2, 4, 6, 8, 11] {
            let table = PermGroup::symmetric(n).character_table().unwrap();
            let mut found: Vec<Vec<Cyclotomic>> = (0..table.len()).map(|i| table.character(i)).collect();
            let types: Vec<Vec<usize>> = table
                .classes()
                .iter()
                .map(|c| c.representative().cycle_type())
                .collect();
            for partition in partitions(n) {
                let expected: Vec<Cyclotomic> = types
                    .iter()
                    .map(|cycles| {
                        let value = symmetric_group_character(&partition, cycles).unwrap();
                        BigRational::from_integer(value).into()
                    })
                    .collect();
                let at = found.iter().position(|row| *row == expected);
                found.remove(at.unwrap_or_else(|| panic!("{partition:?} is missing")));
            }
            assert!(found.is_empty());
        }
    }

    /// A dihedral group of twice n elements, n even, has n/2 + 3 classes; numbers of classes multiply in products.
    #[test]
    fn groups_of_order_a_thousand() {
        for (text, characters) in [
            ("D500", 253),
            ("D5 x D5 x D5", 64),
            ("D5 x D5 x D10", 128),
            ("C300", 300),
        ] {
            let group = parse_group(text).unwrap();
            let table = group.character_table().unwrap();
            assert_eq!(table.len(), characters, "{text}");
            let sum: u64 = degrees(&table).iter().map(|d| d * d).sum();
            assert_eq!(group.order(), sum.into(), "{text}");
        }
        table("D5 x D5 x D5").verify().unwrap();
    }

    /// χ_i χ_j is a character: the check of a table against itself that uses products and not orthogonality alone.
    #[test]
    fn products_of_characters_are_characters() {
        for text in ["A5", "SL(2,3)", "M11", "D9", "S3 wr C3"] {
            let table = table(text);
            for i in 0..table.len() {
                let product: Vec<Cyclotomic> = (0..table.len())
                    .map(|k| table.value(i, k).clone() * table.value(1, k).clone())
                    .collect();
                let multiplicities = table.decompose(&product).unwrap();
                let degree: u64 = multiplicities
                    .iter()
                    .zip(&table.degrees)
                    .map(|(m, d)| m * d)
                    .sum();
                assert_eq!(degree, table.degree(i) * table.degree(1), "{text}");
            }
        }
    }

    /// Indicators against the count of involutions: Σ ν(χ) χ(1) is the number of g with g² = 1.
    #[test]
    fn indicators_count_involutions() {
        for text in ["Q8", "D4", "SL(2,3)", "M11", "C7", "Q16", "S5"] {
            let table = table(text);
            let indicators = table.indicators().unwrap();
            let sum: i64 = indicators
                .iter()
                .zip(&table.degrees)
                .map(|(&v, &d)| i64::from(v) * d as i64)
                .sum();
            let squares = table.power_map(2);
            let involutions: BigUint = table
                .classes()
                .iter()
                .zip(squares)
                .filter(|(_, square)| *square == 0)
                .map(|(class, _)| class.size().clone())
                .sum();
            assert_eq!(BigUint::from(sum as u64), involutions, "{text}");
            for (i, &indicator) in indicators.iter().enumerate() {
                assert_eq!(indicator != 0, table.is_real(i), "{text}");
            }
        }
    }

    /// Ranks against the orbits of point stabilizers.
    #[test]
    fn ranks_are_numbers_of_suborbits() {
        for text in [
            "S6",
            "M11",
            "D9",
            "PSL(2,7)",
            "S3 wr C3",
            "transitive:8,23",
            "W(F4)",
        ] {
            let group = parse_group(text).unwrap();
            let table = group.character_table().unwrap();
            let suborbits: usize = group
                .orbits()
                .iter()
                .map(|orbit| group.stabilizer(orbit[0]).unwrap().orbits().len())
                .sum();
            assert_eq!(table.permutation_rank().unwrap(), suborbits as u64, "{text}");
            let stabilizer = group.stabilizer(0).unwrap();
            if group.is_transitive() {
                assert_eq!(
                    table.coset_character(&stabilizer).unwrap(),
                    table.permutation_character(),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn the_checker_says_no() {
        let swapped = |from: usize, to: usize| {
            let mut table = table("M11");
            table.values.swap(from, to);
            table.verify().unwrap_err().to_string()
        };
        let r = 10;
        assert!(swapped(r + 1, 2 * r + 7).contains("inner product"));
        assert!(swapped(0, r).contains("identity"));
        let mut table = table("A5");
        let golden = table.values[table.len() + 3] as usize;
        table.pool[golden] += &Cyclotomic::one();
        assert!(table.verify().is_err());
    }

    #[test]
    fn bad_input_is_refused() {
        let table = table("S4");
        assert!(matches!(
            table.decompose(&[Cyclotomic::one()]),
            Err(GroupError::ShapeMismatch { .. })
        ));
        let mut half = table.permutation_character();
        half[0] = BigRational::new(1.into(), 2.into()).into();
        assert!(table.decompose(&half).is_err());
        let odd = Permutation::from_cycles(4, &[&[0, 1]]).unwrap();
        let alternating = PermGroup::alternating(4).character_table().unwrap();
        assert!(matches!(
            alternating.class_of(&odd),
            Err(GroupError::NotAMember { .. })
        ));
        let limits = CharacterLimits {
            max_products: 100,
            ..CharacterLimits::default()
        };
        assert!(matches!(
            parse_group("M11").unwrap().character_table_within(&limits),
            Err(GroupError::Limit { .. })
        ));
    }
}
