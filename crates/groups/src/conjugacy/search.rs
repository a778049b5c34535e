//! The classes of a group too large to enumerate: random elements, with a proof that none is missing.
//!
//! Elements are told apart by their cycle lengths on each orbit, and where these agree by a complete search for a
//! conjugating element; so the classes in the list are different, and once their sizes |G : C(x)| sum to |G| there are no
//! others. A class is met by uniform elements as often as its size says, and small classes as powers of elements of
//! large ones; what is left when these two grow rare is looked for in the centralizers of the elements known, where
//! elements that commute with many others are frequent.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::Zero;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use super::base_images::BaseImageSearch;
use super::{ClassLimits, check_count};
use crate::error::GroupError;
use crate::factorization::factor;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::transversals::over;

/// Elements of larger order are rare in groups that can be searched, and their powers are left to chance.
const MAX_ORDER: u64 = 1 << 20;

struct Known {
    representative: Permutation,
    search: BaseImageSearch,
    centralizer: PermGroup,
}

struct Search<'a> {
    group: &'a PermGroup,
    limits: &'a ClassLimits,
    order: BigUint,
    /// The number of elements in the classes known.
    covered: BigUint,
    classes: Vec<Known>,
    /// The classes with the same cycle lengths.
    alike: FxHashMap<Vec<u32>, Vec<usize>>,
}

pub(super) fn classes(
    group: &PermGroup,
    limits: &ClassLimits,
    max_draws: usize,
) -> Result<Vec<(Permutation, BigUint)>, GroupError> {
    let mut search = Search {
        group,
        limits,
        order: group.order(),
        covered: BigUint::zero(),
        classes: Vec::new(),
        alike: FxHashMap::default(),
    };
    search.run(max_draws)?;
    let size = |known: &Known| &search.order / known.centralizer.order();
    Ok(search
        .classes
        .iter()
        .map(|known| (known.representative.clone(), size(known)))
        .collect())
}

impl Search<'_> {
    fn run(&mut self, max_draws: usize) -> Result<(), GroupError> {
        let mut rng = ChaCha8Rng::seed_from_u64(0xc1a55 ^ self.group.degree() as u64);
        self.add(&self.group.identity())?;
        let mut idle = 0;
        let mut turn = 0;
        let mut draws = 0;
        while self.covered != self.order {
            let before = self.classes.len();
            // At first only elements with cycle lengths that are new are looked at, which costs next to nothing.
            let thorough = idle >= 8;
            let g = if idle % 2 == 0 {
                self.group.random_element(&mut rng)
            } else {
                turn += 1;
                let known = &self.classes[turn % before];
                &known.centralizer.random_element(&mut rng) * &known.representative
            };
            draws += 1;
            over(
                "the random elements drawn to find all conjugacy classes",
                draws,
                max_draws,
            )?;
            self.add_powers(&g, thorough)?;
            idle = if self.classes.len() > before { 0 } else { idle + 1 };
            over(
                "the random elements drawn since the last new conjugacy class",
                idle,
                self.limits.max_draws * self.classes.len(),
            )?;
        }
        Ok(())
    }

    /// Adds the classes of the powers of an element, one for each divisor of its order.
    fn add_powers(&mut self, g: &Permutation, thorough: bool) -> Result<(), GroupError> {
        let Ok(order) = u64::try_from(&g.order()) else {
            return self.add(g);
        };
        for exponent in divisors(order) {
            if self.covered == self.order {
                break;
            }
            let power = g.pow(exponent as i64);
            if thorough || !self.alike.contains_key(&cycle_lengths(self.group, &power)) {
                self.add(&power)?;
            }
        }
        Ok(())
    }

    /// Adds the class of an element unless it is known, and the classes of the other generators of its cyclic group.
    fn add(&mut self, g: &Permutation) -> Result<(), GroupError> {
        let units = match u64::try_from(&g.order()) {
            Ok(order) if order <= MAX_ORDER => units_generating(order),
            _ => Vec::new(),
        };
        let mut queue = vec![g.clone()];
        while let Some(g) = queue.pop() {
            if self.add_class(&g)? {
                queue.extend(units.iter().map(|&unit| g.pow(unit as i64)));
            }
        }
        Ok(())
    }

    /// Whether the class of an element was new.
    fn add_class(&mut self, g: &Permutation) -> Result<bool, GroupError> {
        if self.covered == self.order {
            return Ok(false);
        }
        let key = cycle_lengths(self.group, g);
        for &k in self.alike.get(&key).into_iter().flatten() {
            let known = &self.classes[k];
            if known
                .search
                .conjugator(std::slice::from_ref(g), None, self.limits.max_steps)?
                .is_some()
            {
                return Ok(false);
            }
        }
        check_count(self.classes.len() + 1, self.limits)?;
        let search = BaseImageSearch::for_tuple(self.group, vec![g.clone()], None)?;
        let centralizer = search.stabilizer(self.limits.max_steps)?;
        self.covered += &self.order / centralizer.order();
        self.alike.entry(key).or_default().push(self.classes.len());
        self.classes.push(Known {
            representative: g.clone(),
            search,
            centralizer,
        });
        Ok(true)
    }
}

/// The cycle lengths on each orbit of the group, ascending, orbit after orbit.
pub(super) fn cycle_lengths(group: &PermGroup, g: &Permutation) -> Vec<u32> {
    let mut lengths = Vec::new();
    let mut seen = vec![false; g.degree()];
    for orbit in group.orbits() {
        let first = lengths.len();
        for &start in orbit {
            let mut length = 0;
            let mut x = start;
            while !std::mem::replace(&mut seen[x], true) {
                x = g.image(x);
                length += 1;
            }
            if length > 0 {
                lengths.push(length);
            }
        }
        lengths[first..].sort_unstable();
    }
    lengths
}

fn divisors(n: u64) -> Vec<u64> {
    let mut all = vec![1];
    for (p, exponent) in factor(n) {
        let known = all.clone();
        let mut power = 1;
        for _ in 0..exponent {
            power *= p;
            all.extend(known.iter().map(|d| d * power));
        }
    }
    all.sort_unstable();
    all.pop();
    all
}

/// Generators of the group of units modulo n.
fn units_generating(n: u64) -> Vec<u64> {
    let mut found = vec![false; n as usize];
    if n > 1 {
        found[1] = true;
    }
    let mut generators: Vec<u64> = Vec::new();
    for unit in 2..n {
        if unit.gcd(&n) != 1 || found[unit as usize] {
            continue;
        }
        generators.push(unit);
        let mut queue: Vec<u64> = (1..n).filter(|&k| found[k as usize]).collect();
        while let Some(k) = queue.pop() {
            for g in &generators {
                let product = k * g % n;
                if !std::mem::replace(&mut found[product as usize], true) {
                    queue.push(product);
                }
            }
        }
    }
    generators
}
