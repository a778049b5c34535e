//! Inner products of class functions in exact integer arithmetic, and the check of a table by its orthogonality.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive};

use super::CharacterTable;
use crate::cyclotomic::Cyclotomic;
use crate::error::GroupError;
use crate::scalar::Scalar;

/// Σ_k c_k ζ^k by the nonzero integers c_k, ζ a root of unity that all numbers in question share.
type Terms = Vec<(usize, i128)>;

/// Sums over a group of products of class functions with values in Z[ζ].
pub(super) struct InnerProducts {
    /// The order of ζ.
    order: usize,
    class_sizes: Vec<i128>,
    group_order: BigRational,
}

impl InnerProducts {
    /// For values in the fields of these orders.
    pub(super) fn new(table: &CharacterTable, orders: impl Iterator<Item = usize>) -> Self {
        let classes = table.classes();
        let size = |size: &num_bigint::BigUint| size.to_i128().expect("orders of tables are below 2^60");
        InnerProducts {
            order: orders.fold(1, |common, order| common.lcm(&order)),
            class_sizes: classes.iter().map(|c| size(c.size())).collect(),
            group_order: BigRational::from_integer(BigInt::from(classes.group_order().clone())),
        }
    }

    /// The integer coordinates of a value, `None` when they are no integers of 128 bits.
    pub(super) fn terms(&self, value: &Cyclotomic) -> Option<Terms> {
        let step = self.order / value.order();
        let coordinates = value.coordinates().iter().enumerate();
        coordinates
            .filter(|(_, c)| !num_traits::Zero::is_zero(*c))
            .map(|(k, c)| Some((k * step, c.is_integer().then(|| c.numer().to_i128())??)))
            .collect()
    }

    /// (1/|G|) Σ_C |C| a(C) b(C)*, the star being complex conjugation.
    ///
    /// # Errors
    /// [`GroupError::Limit`] when a sum does not fit in 128 bits.
    pub(super) fn product<'a>(
        &self,
        a: impl Iterator<Item = &'a Terms>,
        b: impl Iterator<Item = &'a Terms>,
    ) -> Result<Cyclotomic, GroupError> {
        let mut sums = vec![0i128; self.order];
        for ((a, b), &size) in a.zip(b).zip(&self.class_sizes) {
            for &(i, x) in a {
                for &(j, y) in b {
                    let sum = &mut sums[(i + self.order - j) % self.order];
                    let term = x.checked_mul(y).and_then(|xy| xy.checked_mul(size));
                    *sum = term.and_then(|t| t.checked_add(*sum)).ok_or(GroupError::Limit {
                        what: "the bits of a sum over the group",
                        asked: 128,
                        limit: 127,
                    })?;
                }
            }
        }
        let sums = sums.into_iter().map(|x| BigRational::from_integer(x.into()));
        let total = Cyclotomic::from_powers(self.order, sums.collect());
        Ok(total.times(&self.group_order.recip().into()))
    }
}

impl CharacterTable {
    /// Checks that the characters are orthonormal, that the class of the identity holds the degrees, and that the
    /// squares of the degrees sum to the order of the group.
    ///
    /// Exact, O(r³) products of values. Orthonormal class functions that are as many as the classes are a basis; the
    /// check does not see a row multiplied by a root of unity, which the degrees exclude.
    ///
    /// # Errors
    /// [`GroupError::Domain`] that says which relation fails.
    pub fn verify(&self) -> Result<(), GroupError> {
        let fault = |what: String, expected: &str| {
            Err(GroupError::Domain {
                what,
                expected: expected.to_owned(),
            })
        };
        let products = InnerProducts::new(self, self.pool.iter().map(Cyclotomic::order));
        let terms: Option<Vec<Terms>> = self.pool.iter().map(|value| products.terms(value)).collect();
        let Some(terms) = terms else {
            return fault(
                "a value of the table is no algebraic integer".to_owned(),
                "sums of roots of unity",
            );
        };
        let r = self.len();
        let row = |i: usize| {
            self.values[i * r..(i + 1) * r]
                .iter()
                .map(|&v| &terms[v as usize])
        };
        for i in 0..r {
            let degree = BigRational::from_integer(self.degree(i).into());
            if self.value(i, 0).to_rational() != Some(degree) {
                return fault(
                    format!("character {i} at the identity is {}", self.value(i, 0)),
                    "its degree",
                );
            }
            for j in 0..=i {
                let product = products.product(row(i), row(j))?;
                let expected = if i == j {
                    Cyclotomic::one()
                } else {
                    num_traits::Zero::zero()
                };
                if product != expected {
                    let what = format!("the inner product of characters {i} and {j} is {product}");
                    return fault(what, if i == j { "1" } else { "0" });
                }
            }
        }
        let squares = (0..r).map(|i| num_bigint::BigUint::from(self.degree(i)).pow(2));
        let sum: num_bigint::BigUint = squares.sum();
        if sum != *self.group_order() {
            return fault(
                format!("the squares of the degrees sum to {sum}"),
                "the order of the group",
            );
        }
        Ok(())
    }
}
