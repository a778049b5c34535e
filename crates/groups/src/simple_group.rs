//! The finite simple groups by name and order.
//!
//! By the classification a finite simple group is determined by its order, except that A8 and PSL(3,4) have the same
//! order, and PSp(2m,q) and Ω(2m+1,q) have for m ≥ 3 and odd q (W. Kimmerle, R. Lyons, R. Sandling, D. Teague,
//! *Composition factors from the group ring and Artin's theorem on orders of simple groups*, 1990). Orders: Conway et
//! al., *Atlas of Finite Groups* (1985), p. xvi and table 1.
//!
//! A group with several names goes by the first of: alternating, linear of smaller dimension, symplectic, unitary,
//! orthogonal, exceptional. So PSL(2,4), PSL(2,5) are A5, PSL(2,9) is A6, PSL(4,2) is A8, PSL(3,2) is PSL(2,7) and
//! PSU(4,2) is PSp(4,3).

use std::fmt;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, ToPrimitive};

use crate::factorization::factorial;
use crate::finite_field::prime_power;
use crate::linear::is_prime;

/// A finite simple group.
///
/// ```
/// use groups::SimpleGroup;
/// assert_eq!(SimpleGroup::Alternating(5).order().to_string(), "60");
/// assert_eq!(SimpleGroup::Linear(3, 4).to_string(), "PSL(3,4)");
/// let names: Vec<String> = SimpleGroup::of_order(&20160u32.into()).iter().map(|s| s.to_string()).collect();
/// assert_eq!(names, ["A8", "PSL(3,4)"]);
/// assert!(SimpleGroup::of_order(&120u32.into()).is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SimpleGroup {
    /// The cyclic group of prime order p.
    Cyclic(u64),
    /// A_n, n ≥ 5.
    Alternating(usize),
    /// PSL(n, q).
    Linear(usize, usize),
    /// PSp(n, q), n ≥ 4 even.
    Symplectic(usize, usize),
    /// PSU(n, q), n ≥ 3, over the field of q² elements.
    Unitary(usize, usize),
    /// Ω(n, q), n ≥ 7 and q odd.
    Orthogonal(usize, usize),
    /// PΩ⁺(n, q), n ≥ 8 even.
    OrthogonalPlus(usize, usize),
    /// PΩ⁻(n, q), n ≥ 8 even.
    OrthogonalMinus(usize, usize),
    /// One of the exceptional families over the field of q elements.
    Exceptional(Exceptional, usize),
    /// The derived subgroup of ²F₄(2), of Tits.
    Tits,
    /// One of the 26 sporadic groups, by its name in the *Atlas*.
    Sporadic(&'static str),
}

/// The families of exceptional groups of Lie type.
#[allow(missing_docs, reason = "the names are those of the Lie types")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exceptional {
    Suzuki,
    G2,
    Ree,
    D4Triality,
    F4,
    ReeF4,
    E6,
    E6Twisted,
    E7,
    E8,
}

use Exceptional::{D4Triality, E6, E6Twisted, E7, E8, F4, G2, Ree, ReeF4, Suzuki};

const EXCEPTIONAL: [Exceptional; 10] = [Suzuki, G2, Ree, D4Triality, F4, ReeF4, E6, E6Twisted, E7, E8];

const SPORADIC: [(&str, &str); 26] = [
    ("M11", "7920"),
    ("M12", "95040"),
    ("J1", "175560"),
    ("M22", "443520"),
    ("J2", "604800"),
    ("M23", "10200960"),
    ("HS", "44352000"),
    ("J3", "50232960"),
    ("M24", "244823040"),
    ("McL", "898128000"),
    ("He", "4030387200"),
    ("Ru", "145926144000"),
    ("Suz", "448345497600"),
    ("O'N", "460815505920"),
    ("Co3", "495766656000"),
    ("Co2", "42305421312000"),
    ("Fi22", "64561751654400"),
    ("HN", "273030912000000"),
    ("Ly", "51765179004000000"),
    ("Th", "90745943887872000"),
    ("Fi23", "4089470473293004800"),
    ("Co1", "4157776806543360000"),
    ("J4", "86775571046077562880"),
    ("Fi24'", "1255205709190661721292800"),
    ("B", "4154781481226426191177580544000000"),
    ("M", "808017424794512875886459904961710757005754368000000000"),
];

const TITS: u32 = 17_971_200;

impl SimpleGroup {
    /// The number of elements.
    pub fn order(&self) -> BigUint {
        match *self {
            Self::Cyclic(p) => p.into(),
            Self::Alternating(n) => factorial(n) >> 1,
            Self::Tits => TITS.into(),
            Self::Sporadic(name) => {
                let found = SPORADIC.iter().find(|(known, _)| *known == name);
                let (_, digits) = found.expect("the names come from the table");
                digits.parse().expect("the table holds decimal numbers")
            }
            Self::Linear(_, q)
            | Self::Symplectic(_, q)
            | Self::Unitary(_, q)
            | Self::Orthogonal(_, q)
            | Self::OrthogonalPlus(_, q)
            | Self::OrthogonalMinus(_, q)
            | Self::Exceptional(_, q) => self.universal_order() / self.multiplier(q),
        }
    }

    /// Whether the group is commutative, that is, of prime order.
    pub fn is_abelian(&self) -> bool {
        matches!(self, Self::Cyclic(_))
    }

    /// The simple groups of a given order, at most two; of the groups of Lie type those over fields of less than 2^24
    /// elements.
    ///
    /// A larger field has no permutation representation within [`MAX_DEGREE`](crate::MAX_DEGREE).
    pub fn of_order(order: &BigUint) -> Vec<Self> {
        if let Some(p) = order.to_u64().filter(|&p| is_prime(p)) {
            return vec![Self::Cyclic(p)];
        }
        let mut found: Vec<Self> = Vec::new();
        let alternating = (5..).map(Self::Alternating).take_while(|a| a.order() <= *order);
        found.extend(alternating.filter(|a| a.order() == *order));
        for family in families(order) {
            found.extend(family.over_fields(order));
        }
        if *order == TITS.into() {
            found.push(Self::Tits);
        }
        let sporadic = SPORADIC.iter().map(|&(name, _)| Self::Sporadic(name));
        found.extend(sporadic.filter(|s| s.order() == *order));
        found
    }

    /// The same family over the field with `q` elements.
    fn over(self, q: usize) -> Self {
        match self {
            Self::Linear(n, _) => Self::Linear(n, q),
            Self::Symplectic(n, _) => Self::Symplectic(n, q),
            Self::Unitary(n, _) => Self::Unitary(n, q),
            Self::Orthogonal(n, _) => Self::Orthogonal(n, q),
            Self::OrthogonalPlus(n, _) => Self::OrthogonalPlus(n, q),
            Self::OrthogonalMinus(n, _) => Self::OrthogonalMinus(n, q),
            Self::Exceptional(kind, _) => Self::Exceptional(kind, q),
            other => other,
        }
    }

    /// The members of this family that have the order and are not listed under another name.
    ///
    /// The order before division by the multiplier grows with q, so for each multiplier one q is left.
    fn over_fields(self, order: &BigUint) -> Vec<Self> {
        let mut found = Vec::new();
        for multiplier in 1..=self.largest_multiplier() {
            let wanted = order * multiplier;
            // q^N is less than the order.
            let bits = wanted.bits().div_ceil(self.unipotent_exponent() as u64).min(24);
            let (mut low, mut high) = (2, 1 << bits);
            while low < high {
                let middle = (low + high) / 2;
                if self.over(middle).universal_order() < wanted {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            let group = self.over(low);
            if group.multiplier(low) == multiplier
                && group.universal_order() == wanted
                && group.is_listed(low)
            {
                found.push(group);
            }
        }
        found
    }

    /// Whether there is such a group, and it goes by this name.
    fn is_listed(&self, q: usize) -> bool {
        let Some((p, k)) = prime_power(q) else {
            return false;
        };
        match *self {
            Self::Linear(2, q) => !matches!(q, 2 | 3 | 4 | 5 | 9),
            Self::Linear(3, 2) | Self::Linear(4, 2) | Self::Symplectic(4, 2) => false,
            Self::Unitary(3, 2) | Self::Unitary(4, 2) => false,
            Self::Orthogonal(..) => p != 2,
            Self::Exceptional(G2, q) => q > 2,
            Self::Exceptional(Suzuki | ReeF4, q) => p == 2 && k % 2 == 1 && q > 2,
            Self::Exceptional(Ree, q) => p == 3 && k % 2 == 1 && q > 3,
            _ => true,
        }
    }

    fn largest_multiplier(&self) -> usize {
        match *self {
            Self::Linear(n, _) | Self::Unitary(n, _) => n,
            Self::Exceptional(E6 | E6Twisted, _) => 3,
            Self::OrthogonalPlus(..) | Self::OrthogonalMinus(..) => 4,
            _ => 2,
        }
    }

    /// The order of the centre of the universal group of Lie type.
    fn multiplier(&self, q: usize) -> usize {
        // q^m mod 4 tells gcd(4, q^m ± 1).
        let power = |m: usize| (0..m).fold(1, |r, _| r * (q % 4) % 4);
        match *self {
            Self::Linear(n, _) => n.gcd(&(q - 1)),
            Self::Unitary(n, _) => n.gcd(&(q + 1)),
            Self::Symplectic(..) | Self::Orthogonal(..) | Self::Exceptional(E7, _) => 2.gcd(&(q - 1)),
            Self::OrthogonalPlus(n, _) => 4.gcd(&(power(n / 2) + 3)),
            Self::OrthogonalMinus(n, _) => 4.gcd(&(power(n / 2) + 1)),
            Self::Exceptional(E6, _) => 3.gcd(&(q - 1)),
            Self::Exceptional(E6Twisted, _) => 3.gcd(&(q + 1)),
            _ => 1,
        }
    }

    /// For a group of Lie type q and N, the exponents d of the factors q^d − 1, and those of the factors q^e + 1.
    fn degrees(&self) -> Option<(usize, usize, Vec<usize>, Vec<usize>)> {
        let evens = |m: usize| (1..=m).map(|i| 2 * i);
        Some(match *self {
            Self::Linear(n, q) => (q, n * (n - 1) / 2, (2..=n).collect(), vec![]),
            Self::Unitary(n, q) => {
                let (even, odd) = (2..=n).partition(|d| d % 2 == 0);
                (q, n * (n - 1) / 2, even, odd)
            }
            Self::Symplectic(n, q) => (q, n * n / 4, evens(n / 2).collect(), vec![]),
            Self::Orthogonal(n, q) => (q, (n / 2) * (n / 2), evens(n / 2).collect(), vec![]),
            Self::OrthogonalPlus(n, q) => {
                let m = n / 2;
                (q, m * (m - 1), evens(m - 1).chain([m]).collect(), vec![])
            }
            Self::OrthogonalMinus(n, q) => {
                let m = n / 2;
                (q, m * (m - 1), evens(m - 1).collect(), vec![m])
            }
            Self::Exceptional(kind, q) => match kind {
                Suzuki => (q, 2, vec![1], vec![2]),
                G2 => (q, 6, vec![6, 2], vec![]),
                Ree => (q, 3, vec![1], vec![3]),
                // And q^8 + q^4 + 1.
                D4Triality => (q, 12, vec![6, 2], vec![]),
                F4 => (q, 24, vec![12, 8, 6, 2], vec![]),
                ReeF4 => (q, 12, vec![4, 1], vec![6, 3]),
                E6 => (q, 36, vec![12, 9, 8, 6, 5, 2], vec![]),
                E6Twisted => (q, 36, vec![12, 8, 6, 2], vec![9, 5]),
                E7 => (q, 63, vec![2, 6, 8, 10, 12, 14, 18], vec![]),
                E8 => (q, 120, vec![2, 8, 12, 14, 18, 20, 24, 30], vec![]),
            },
            _ => return None,
        })
    }

    /// The exponent N of q in the order.
    fn unipotent_exponent(&self) -> usize {
        self.degrees().map_or(1, |(_, exponent, ..)| exponent)
    }

    /// The order of the universal group of Lie type: q^N ∏ (q^d − 1) ∏ (q^e + 1), and one factor more for ³D₄.
    fn universal_order(&self) -> BigUint {
        let Some((q, exponent, minus, plus)) = self.degrees() else {
            return self.order();
        };
        let q = BigUint::from(q);
        let one = BigUint::one();
        let mut order = q.pow(exponent as u32);
        for d in minus {
            order *= q.pow(d as u32) - &one;
        }
        for d in plus {
            order *= q.pow(d as u32) + &one;
        }
        if matches!(self, Self::Exceptional(D4Triality, _)) {
            order *= q.pow(8) + q.pow(4) + one;
        }
        order
    }
}

/// One member of each family of Lie type whose smallest order is at most this, in order of preference.
fn families(order: &BigUint) -> Vec<SimpleGroup> {
    use SimpleGroup::{
        Exceptional, Linear, Orthogonal, OrthogonalMinus, OrthogonalPlus, Symplectic, Unitary,
    };
    let mut all = Vec::new();
    let mut series = |first: usize, step: usize, family: fn(usize, usize) -> SimpleGroup, q: usize| {
        let dimensions = (0..).map(|k| first + k * step);
        all.extend(
            dimensions
                .map(|n| family(n, q))
                .take_while(|group| group.order() <= *order),
        );
    };
    series(2, 1, Linear, 2);
    series(4, 2, Symplectic, 2);
    series(3, 1, Unitary, 2);
    series(7, 2, Orthogonal, 2);
    series(8, 2, OrthogonalPlus, 2);
    series(8, 2, OrthogonalMinus, 2);
    let exceptional = EXCEPTIONAL.iter().map(|&kind| Exceptional(kind, 2));
    all.extend(exceptional.filter(|group| group.order() <= *order));
    all
}

impl fmt::Display for SimpleGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cyclic(p) => write!(f, "C{p}"),
            Self::Alternating(n) => write!(f, "A{n}"),
            Self::Linear(n, q) => write!(f, "PSL({n},{q})"),
            Self::Symplectic(n, q) => write!(f, "PSp({n},{q})"),
            Self::Unitary(n, q) => write!(f, "PSU({n},{q})"),
            Self::Orthogonal(n, q) => write!(f, "Omega({n},{q})"),
            Self::OrthogonalPlus(n, q) => write!(f, "POmega+({n},{q})"),
            Self::OrthogonalMinus(n, q) => write!(f, "POmega-({n},{q})"),
            Self::Exceptional(kind, q) => {
                let name = match kind {
                    Suzuki => "Sz",
                    G2 => "G2",
                    Ree => "2G2",
                    D4Triality => "3D4",
                    F4 => "F4",
                    ReeF4 => "2F4",
                    E6 => "E6",
                    E6Twisted => "2E6",
                    E7 => "E7",
                    E8 => "E8",
                };
                write!(f, "{name}({q})")
            }
            Self::Tits => f.write_str("2F4(2)'"),
            Self::Sporadic(name) => f.write_str(name),
        }
    }
}
