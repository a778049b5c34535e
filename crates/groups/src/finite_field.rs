//! Finite fields GF(q), exact and by tables.
//!
//! An element of GF(pᵏ) = GF(p)\[x\]/(f) is the `u32` whose base-p digits are the coefficients of its residue, lowest
//! first: 0 and 1 are themselves, the prime field is 0, …, p − 1, and p is the class of x. The modulus f is the first
//! monic *primitive* polynomial in the order of its low coefficients, so x generates the multiplicative group and the
//! same q always gives the same tables. For k = 1 the generator is the least primitive root modulo p.
//!
//! Products go through logarithms to that generator ω. Sums are taken modulo p for k = 1, by exclusive or for p = 2,
//! and otherwise by Zech logarithms: ωᵃ + ωᵇ = ωᵃ⁺ᶻ⁽ᵇ⁻ᵃ⁾ where 1 + ωⁿ = ωᶻ⁽ⁿ⁾. All tables have O(q) entries.
//! Reference: Lidl and Niederreiter, *Finite Fields* (1997), §§ 1.4, 3.1, 10.1.

use std::sync::Arc;

use crate::error::GroupError;

/// The largest field whose tables this crate builds.
pub const MAX_FIELD_ORDER: usize = 1 << 20;

/// The finite field with a given number of elements; cheap to clone.
///
/// Elements are codes below [`order`](Self::order); see the module for what they stand for. Methods on elements
/// index the tables, so a code that is no element panics, as an index out of range does.
///
/// ```
/// use groups::FiniteField;
/// let field = FiniteField::new(9)?;
/// let w = field.primitive_element();
/// assert_eq!(field.pow(w, 4), field.neg(1)); // −1 is the only element of order 2
/// assert_eq!(field.mul(w, field.inv(w).unwrap()), 1);
/// assert_eq!(field.frobenius(field.frobenius(w)), w);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone)]
pub struct FiniteField {
    tables: Arc<Tables>,
}

struct Tables {
    characteristic: u32,
    degree: u32,
    order: u32,
    /// Low coefficients of the monic modulus; for degree 1 that of x − ω.
    modulus: Vec<u32>,
    /// ωⁿ for n below 2(q − 1), so the sum of two logarithms needs no reduction.
    exp: Box<[u32]>,
    /// The logarithm of each code; meaningless at 0.
    log: Box<[u32]>,
    /// Z(n) with 1 + ωⁿ = ωᶻ⁽ⁿ⁾, and `NO_LOG` where the sum is 0; empty if sums need no table.
    zech: Box<[u32]>,
}

const NO_LOG: u32 = u32::MAX;

impl FiniteField {
    /// The field with `order` elements, in time O(order) for each primitive polynomial tried.
    ///
    /// # Errors
    /// [`GroupError::InvalidParameter`] if `order` is no prime power or over [`MAX_FIELD_ORDER`].
    ///
    /// ```
    /// use groups::FiniteField;
    /// assert_eq!(FiniteField::new(8)?.modulus(), [1, 1, 0, 1]); // 1 + x + x³
    /// assert!(FiniteField::new(6).is_err());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn new(order: usize) -> Result<Self, GroupError> {
        let refuse = |reason: String| {
            Err(GroupError::InvalidParameter {
                group: format!("GF({order})"),
                reason,
            })
        };
        if order > MAX_FIELD_ORDER {
            return refuse(format!("a field has at most {MAX_FIELD_ORDER} elements here"));
        }
        let Some((p, k)) = prime_power(order) else {
            return refuse(format!("{order} is not a prime power"));
        };
        let (p, k, q) = (p as u32, k as u32, order as u32);
        let (modulus, exp) = primitive_modulus(p, k, q);
        Ok(Self {
            tables: Arc::new(Tables::new(p, k, q, modulus, &exp)),
        })
    }

    /// The number q of elements.
    pub fn order(&self) -> usize {
        self.tables.order as usize
    }

    /// The prime p.
    pub fn characteristic(&self) -> u32 {
        self.tables.characteristic
    }

    /// The degree k over the prime field.
    pub fn degree(&self) -> usize {
        self.tables.degree as usize
    }

    /// The coefficients of the monic modulus, constant term first; x − ω for a prime field.
    pub fn modulus(&self) -> Vec<u32> {
        self.tables.modulus.iter().copied().chain([1]).collect()
    }

    /// The generator ω of the multiplicative group that the logarithms refer to.
    pub fn primitive_element(&self) -> u32 {
        self.tables.exp[1]
    }

    /// The element that an integer is mapped to.
    ///
    /// ```
    /// assert_eq!(groups::FiniteField::new(11)?.from_integer(-3), 8);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn from_integer(&self, n: i64) -> u32 {
        n.rem_euclid(i64::from(self.tables.characteristic)) as u32
    }

    /// a + b.
    #[inline]
    pub fn add(&self, a: u32, b: u32) -> u32 {
        let t = &*self.tables;
        if t.degree == 1 {
            let sum = a + b;
            return if sum >= t.order { sum - t.order } else { sum };
        }
        if t.characteristic == 2 {
            return a ^ b;
        }
        if a == 0 || b == 0 {
            return a | b;
        }
        let (a, b) = (t.log[a as usize], t.log[b as usize]);
        let z = t.zech[(if b < a { b + t.order - 1 } else { b } - a) as usize];
        if z == NO_LOG { 0 } else { t.exp[(a + z) as usize] }
    }

    /// −a.
    #[inline]
    pub fn neg(&self, a: u32) -> u32 {
        let t = &*self.tables;
        if a == 0 || t.characteristic == 2 {
            return a;
        }
        // −1 = ω^((q−1)/2) in odd characteristic.
        t.exp[(t.log[a as usize] + (t.order - 1) / 2) as usize]
    }

    /// a − b.
    #[inline]
    pub fn sub(&self, a: u32, b: u32) -> u32 {
        self.add(a, self.neg(b))
    }

    /// a b.
    #[inline]
    pub fn mul(&self, a: u32, b: u32) -> u32 {
        if a == 0 || b == 0 {
            return 0;
        }
        let t = &*self.tables;
        t.exp[(t.log[a as usize] + t.log[b as usize]) as usize]
    }

    /// 1/a; none for 0.
    #[inline]
    pub fn inv(&self, a: u32) -> Option<u32> {
        let t = &*self.tables;
        (a != 0).then(|| t.exp[(t.order - 1 - t.log[a as usize]) as usize])
    }

    /// aⁿ, with a⁰ = 1; a negative power of 0 is 0.
    pub fn pow(&self, a: u32, n: i64) -> u32 {
        if a == 0 {
            return u32::from(n == 0);
        }
        let t = &*self.tables;
        let cycle = i128::from(t.order - 1);
        let exponent = (i128::from(t.log[a as usize]) * i128::from(n)).rem_euclid(cycle.max(1));
        t.exp[exponent as usize]
    }

    /// The logarithm of a to the base ω, from 0 to q − 2; none for 0.
    pub fn log(&self, a: u32) -> Option<usize> {
        (a != 0).then(|| self.tables.log[a as usize] as usize)
    }

    /// aᵖ: the generator of the Galois group over the prime field.
    pub fn frobenius(&self, a: u32) -> u32 {
        self.pow(a, i64::from(self.tables.characteristic))
    }

    /// A basis 1, x, …, xᵏ⁻¹ over the prime field.
    pub fn prime_field_basis(&self) -> Vec<u32> {
        (0..self.tables.degree)
            .map(|k| self.tables.characteristic.pow(k))
            .collect()
    }
}

impl PartialEq for FiniteField {
    /// Fields of one order have the same tables.
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for FiniteField {}

impl std::fmt::Debug for FiniteField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GF({})", self.order())
    }
}

impl Tables {
    fn new(p: u32, k: u32, q: u32, modulus: Vec<u32>, powers: &[u32]) -> Self {
        let units = q as usize - 1;
        let mut log = vec![0; q as usize].into_boxed_slice();
        for (n, &a) in powers.iter().enumerate() {
            log[a as usize] = n as u32;
        }
        // One entry more than two rounds keeps exp[1] in range for q = 2, and log a + (q − 1)/2 for every q.
        let exp: Box<[u32]> = powers.iter().copied().cycle().take(2 * units + 1).collect();
        let mut zech = Box::default();
        if k > 1 && p > 2 {
            zech = powers
                .iter()
                .map(|&a| if a % p == p - 1 { a + 1 - p } else { a + 1 })
                .collect::<Box<[u32]>>();
            for z in &mut zech {
                *z = if *z == 0 { NO_LOG } else { log[*z as usize] };
            }
        }
        Self {
            characteristic: p,
            degree: k,
            order: q,
            modulus,
            exp,
            log,
            zech,
        }
    }
}

/// The first monic primitive polynomial (its low coefficients) and the powers ω⁰, …, ω^(q−2) of its root.
fn primitive_modulus(p: u32, k: u32, q: u32) -> (Vec<u32>, Vec<u32>) {
    // For k = 1 the candidates x − ω are tried by ω, else xᵏ + … by the code of the low part.
    for candidate in 1..q {
        if k == 1 {
            if let Some(powers) =
                full_cycle(q, |a| (u64::from(a) * u64::from(candidate) % u64::from(p)) as u32)
            {
                return (vec![(p - candidate) % p], powers);
            }
            continue;
        }
        let modulus = digits(candidate, p, k);
        let top = p.pow(k - 1);
        // x · a: shift the digits up, and replace the overflowing c xᵏ by −c times the low part.
        let times_x = |a: u32| {
            let (overflow, shifted) = (a / top, a % top * p);
            if overflow == 0 {
                return shifted;
            }
            let mut sum = 0;
            for (place, &m) in modulus.iter().enumerate() {
                let unit = p.pow(place as u32);
                sum += (shifted / unit % p + (p - overflow) * m) % p * unit;
            }
            sum
        };
        if let Some(powers) = full_cycle(q, times_x) {
            return (modulus, powers);
        }
    }
    unreachable!("every finite field has a primitive element, hence a primitive polynomial")
}

/// 1, s(1), s(s(1)), … if these are q − 1 different elements, none of them 0, before 1 comes back.
fn full_cycle(q: u32, step: impl Fn(u32) -> u32) -> Option<Vec<u32>> {
    let mut powers = Vec::with_capacity(q as usize - 1);
    let mut a = 1;
    for _ in 1..q {
        powers.push(a);
        a = step(a);
        if a == 1 || a == 0 {
            break;
        }
    }
    (powers.len() == q as usize - 1 && a == 1).then_some(powers)
}

/// The `count` base-p digits of a code, lowest first.
fn digits(mut code: u32, p: u32, count: u32) -> Vec<u32> {
    (0..count)
        .map(|_| {
            let digit = code % p;
            code /= p;
            digit
        })
        .collect()
}

/// (p, k) with n = pᵏ, p prime and k ≥ 1.
///
/// ```
/// assert_eq!(groups::prime_power(27), Some((3, 3)));
/// assert_eq!(groups::prime_power(12), None);
/// ```
pub fn prime_power(n: usize) -> Option<(usize, usize)> {
    let p = (2..)
        .take_while(|d| *d <= n / d)
        .find(|d| n.is_multiple_of(*d))
        .unwrap_or(n);
    let (mut rest, mut k) = (n, 0);
    while rest > 1 && rest.is_multiple_of(p) {
        rest /= p;
        k += 1;
    }
    (rest == 1 && k > 0).then_some((p, k))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum and product of residues by schoolbook polynomial arithmetic, with no table.
    fn schoolbook(field: &FiniteField, a: u32, b: u32) -> (u32, u32) {
        let (p, k) = (field.characteristic(), field.degree());
        let (a, b) = (digits(a, p, k as u32), digits(b, p, k as u32));
        let code = |v: &[u32]| v.iter().rev().fold(0, |code, d| code * p + d);
        let sum: Vec<u32> = a.iter().zip(&b).map(|(x, y)| (x + y) % p).collect();
        let mut product = vec![0; 2 * k];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                product[i + j] = (product[i + j] + x * y) % p;
            }
        }
        if k > 1 {
            let modulus = field.modulus();
            for top in (k..2 * k).rev() {
                let c = product[top];
                for (place, m) in modulus.iter().enumerate() {
                    let at = top - k + place;
                    product[at] = (product[at] + (p - c) * m) % p;
                }
            }
        } else {
            product.truncate(1);
        }
        (code(&sum), code(&product[..k]))
    }

    #[test]
    fn tables_agree_with_schoolbook_arithmetic() {
        for q in [2, 3, 4, 5, 7, 8, 9, 11, 16, 25, 27, 32, 49, 64, 81, 125, 243] {
            let field = FiniteField::new(q).unwrap();
            for a in 0..q as u32 {
                for b in 0..q as u32 {
                    assert_eq!(
                        (field.add(a, b), field.mul(a, b)),
                        schoolbook(&field, a, b),
                        "{a}, {b} in GF({q})"
                    );
                }
                assert_eq!(field.add(a, field.neg(a)), 0);
                assert_eq!(field.inv(a).map(|i| field.mul(a, i)), (a != 0).then_some(1));
                let power = (0..field.characteristic()).fold(1, |power, _| field.mul(power, a));
                assert_eq!(field.frobenius(a), power);
                assert_eq!(field.pow(a, q as i64), a);
            }
        }
    }

    #[test]
    fn the_generator_has_full_order() {
        for q in [2usize, 3, 4, 101, 256, 343, 1024, 6561, 65_537, 1 << 20] {
            let field = FiniteField::new(q).unwrap();
            let w = field.primitive_element();
            assert_eq!(field.pow(w, q as i64 - 1), 1);
            for r in (2..q).filter(|r| (q - 1).is_multiple_of(*r) && prime_power(*r) == Some((*r, 1))) {
                assert_ne!(field.pow(w, ((q - 1) / r) as i64), 1, "GF({q})");
            }
        }
    }

    #[test]
    fn orders_that_are_no_prime_powers_are_refused() {
        for q in [0, 1, 6, 12, 100, MAX_FIELD_ORDER + 1, usize::MAX] {
            assert!(
                matches!(FiniteField::new(q), Err(GroupError::InvalidParameter { .. })),
                "{q}"
            );
        }
    }
}
