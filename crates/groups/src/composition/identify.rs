//! Which simple group a simple group is.

use num_bigint::BigUint;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::simple_group::SimpleGroup;

/// The name of a group that is known to be simple.
pub(super) fn identify(group: &PermGroup) -> Result<SimpleGroup, GroupError> {
    let candidates = SimpleGroup::of_order(&group.order());
    match candidates[..] {
        [one] => Ok(one),
        [alternating @ SimpleGroup::Alternating(8), linear] => {
            // Among the elements of PSL(3,4) none has order 6.
            let classes = group.conjugacy_classes()?;
            let is_alternating = classes.iter().any(|class| *class.element_order() == 6u32.into());
            Ok(if is_alternating { alternating } else { linear })
        }
        [symplectic @ SimpleGroup::Symplectic(n, q), orthogonal] => {
            let is_symplectic = is_symplectic(group, n / 2, q)?;
            Ok(if is_symplectic { symplectic } else { orthogonal })
        }
        _ => unreachable!("at most two simple groups have one order, and a simple group has one in the list"),
    }
}

/// Whether a group that is PSp(2m, q) or Ω(2m+1, q), q odd and m ≥ 3, is the former, by the orders of centralizers of
/// involutions.
fn is_symplectic(group: &PermGroup, m: usize, q: usize) -> Result<bool, GroupError> {
    let (symplectic, orthogonal) = (symplectic_centralizers(m, q), orthogonal_centralizers(m, q));
    let mut rng = ChaCha8Rng::seed_from_u64(0x1b0 ^ group.degree() as u64);
    loop {
        let g = group.random_element(&mut rng);
        let Some(order) = i64::try_from(g.order()).ok().filter(|order| order % 2 == 0) else {
            continue;
        };
        let centralizer = group.element_centralizer(&g.pow(order / 2))?.order();
        // Each of the groups has an involution whose centralizer is of an order that the other does not have.
        match (
            symplectic.contains(&centralizer),
            orthogonal.contains(&centralizer),
        ) {
            (true, false) => return Ok(true),
            (false, true) => return Ok(false),
            _ => {}
        }
    }
}

fn sp(m: usize, q: &BigUint) -> BigUint {
    let factors = (1..=m as u32).map(|i| q.pow(2 * i) - 1u32);
    q.pow((m * m) as u32) * factors.product::<BigUint>()
}

/// In PSp(2m, q): an involution of Sp with a (−1)-space of dimension 2k ≤ m has the centralizer Sp(2k) × Sp(2m−2k), and
/// an element with square −1 has GL(m, q) or GU(m, q); modulo the centre the order is halved, and doubled again where
/// the element is conjugate to its negative.
fn symplectic_centralizers(m: usize, q: usize) -> Vec<BigUint> {
    let big = BigUint::from(q);
    let mut orders: Vec<BigUint> = (1..=m / 2)
        .map(|k| {
            let both = sp(k, &big) * sp(m - k, &big);
            if 2 * k == m { both } else { both >> 1 }
        })
        .collect();
    // q ≡ 1 mod 4: √−1 is in the field.
    let factors = (1..=m as u32).map(|i| {
        let power = big.pow(i);
        if q % 4 == 1 || i % 2 == 0 {
            power - 1u32
        } else {
            power + 1u32
        }
    });
    orders.push(big.pow((m * (m - 1) / 2) as u32) * factors.product::<BigUint>());
    orders
}

/// In Ω(2m+1, q): the (−1)-space has dimension 2k and a sign ε, and the centralizer in SO is S(O^ε(2k) × O(2m+1−2k)), of
/// which half is in Ω.
fn orthogonal_centralizers(m: usize, q: usize) -> Vec<BigUint> {
    let q = BigUint::from(q);
    let mut orders = Vec::new();
    for k in 1..=m {
        // |SO(2j+1, q)| = |Sp(2j, q)|, and |SO^ε(2k, q)| = q^(k(k−1)) (q^k − ε) ∏ (q^2i − 1), i < k.
        let odd = sp(m - k, &q);
        let factors = (1..k as u32).map(|i| q.pow(2 * i) - 1u32);
        let even = q.pow((k * (k - 1)) as u32) * factors.product::<BigUint>();
        let power = q.pow(k as u32);
        orders.push(&even * (&power - 1u32) * &odd);
        orders.push(even * (power + 1u32) * odd);
    }
    orders
}
