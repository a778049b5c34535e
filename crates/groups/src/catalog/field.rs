//! GF(q) by tables: the elements are 0, …, q − 1, read in base p as polynomials over GF(p); 0 and 1 are themselves.

/// A finite field with logarithms to a primitive element ω.
pub(super) struct FiniteField {
    p: usize,
    q: usize,
    /// ω^k for k < q − 1.
    powers: Vec<u32>,
    /// The k with ω^k = x, for x ≠ 0.
    logarithms: Vec<u32>,
}

impl FiniteField {
    /// GF(q), if q is a prime power.
    pub(super) fn new(q: usize) -> Option<Self> {
        let p = (2..)
            .take_while(|p| p * p <= q)
            .find(|&p| q.is_multiple_of(p))
            .unwrap_or(q);
        let mut k = 0;
        let mut rest = q;
        while p > 1 && rest.is_multiple_of(p) {
            rest /= p;
            k += 1;
        }
        if p < 2 || rest != 1 {
            return None;
        }
        // A polynomial t^k = c(t) for which t has order q − 1 is primitive (k = 1: a primitive root c).
        (1..q).find_map(|c| Self::with_reduction(p, k, q, c))
    }

    /// The field in which t^k is the polynomial `c`, if its powers of t are all nonzero elements.
    fn with_reduction(p: usize, k: usize, q: usize, c: usize) -> Option<Self> {
        let top = q / p;
        let mut powers = Vec::with_capacity(q - 1);
        let mut logarithms = vec![u32::MAX; q];
        // For k = 1 the generator is the constant c, otherwise the variable t.
        let mut x = 1;
        for exponent in 0..q - 1 {
            if x == 0 || logarithms[x] != u32::MAX {
                return None;
            }
            logarithms[x] = exponent as u32;
            powers.push(x as u32);
            x = if k == 1 {
                x * c % p
            } else {
                add(p, x % top * p, scale(p, c, x / top))
            };
        }
        (x == 1).then_some(Self {
            p,
            q,
            powers,
            logarithms,
        })
    }

    pub(super) fn order(&self) -> usize {
        self.q
    }

    pub(super) fn add(&self, x: usize, y: usize) -> usize {
        add(self.p, x, y)
    }

    pub(super) fn neg(&self, x: usize) -> usize {
        scale(self.p, x, self.p - 1)
    }

    pub(super) fn mul(&self, x: usize, y: usize) -> usize {
        if x == 0 || y == 0 {
            return 0;
        }
        self.power(self.logarithms[x] as usize + self.logarithms[y] as usize)
    }

    /// ω^k.
    pub(super) fn power(&self, k: usize) -> usize {
        self.powers[k % (self.q - 1)] as usize
    }

    pub(super) fn inverse(&self, x: usize) -> Option<usize> {
        (x != 0).then(|| self.power(self.q - 1 - self.logarithms[x] as usize))
    }
}

/// Digit by digit in base p.
fn add(p: usize, mut x: usize, mut y: usize) -> usize {
    let (mut sum, mut place) = (0, 1);
    while x > 0 || y > 0 {
        sum += (x % p + y % p) % p * place;
        (x, y, place) = (x / p, y / p, place * p);
    }
    sum
}

/// Every digit times c, for c < p.
fn scale(p: usize, mut x: usize, c: usize) -> usize {
    let (mut product, mut place) = (0, 1);
    while x > 0 {
        product += x % p * c % p * place;
        (x, place) = (x / p, place * p);
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_fields() {
        for q in [2, 3, 4, 5, 7, 8, 9, 16, 25, 27, 49, 64, 81] {
            let f = FiniteField::new(q).unwrap();
            for x in 0..q {
                assert_eq!(f.add(x, f.neg(x)), 0);
                assert_eq!(f.mul(x, 1), x);
                assert_eq!(f.inverse(x).map(|y| f.mul(x, y)), (x != 0).then_some(1));
                for y in 0..q {
                    for z in [1, q / 2, q - 1] {
                        assert_eq!(f.mul(z, f.add(x, y)), f.add(f.mul(z, x), f.mul(z, y)), "GF({q})");
                    }
                }
            }
        }
        assert!([0, 1, 6, 12, 100].iter().all(|&q| FiniteField::new(q).is_none()));
    }
}
