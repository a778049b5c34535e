//! Points packed into machine words.

use std::fmt::Debug;
use std::ops::{BitAnd, BitOr, BitXor, Shl, Shr};

/// An unsigned integer that holds a packed point.
pub(super) trait PackedKey:
    Copy
    + Eq
    + Ord
    + Send
    + Sync
    + Debug
    + 'static
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
    const ZERO: Self;

    /// The low bits of a number; the caller sees to it that nothing is lost.
    fn from_wide(x: u128) -> Self;

    fn wide(self) -> u128;

    /// The lowest bits, as many as a machine word has.
    fn low(self) -> usize;

    /// Wrapping sum, difference and product: what the packed arithmetic of vectors is made of.
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;

    /// A hash all of whose bits depend on all bits of the key.
    fn hash(self) -> u64;
}

/// Both halves of a full product, folded: the mixing step of wyhash.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND: u64 = 0xd1b5_4a32_d192_ed03;

/// Hashes 64 bits: a bijection that spreads neighbours, then the fold, so that no short key meets a zero factor.
#[inline(always)]
fn hash_word(x: u64) -> u64 {
    fold(x ^ FIRST, SECOND).wrapping_mul(FIRST)
}

macro_rules! impl_key {
    ($($t:ty, $hash:expr);*) => {$(
        impl PackedKey for $t {
            const ZERO: Self = 0;
            #[inline(always)]
            fn from_wide(x: u128) -> Self { x as $t }
            #[inline(always)]
            fn wide(self) -> u128 { self.into() }
            #[inline(always)]
            fn low(self) -> usize { self as usize }
            #[inline(always)]
            fn plus(self, other: Self) -> Self { self.wrapping_add(other) }
            #[inline(always)]
            fn minus(self, other: Self) -> Self { self.wrapping_sub(other) }
            #[inline(always)]
            fn times(self, other: Self) -> Self { self.wrapping_mul(other) }
            #[inline(always)]
            fn hash(self) -> u64 {
                let hash: fn($t) -> u64 = $hash;
                hash(self)
            }
        }
    )*};
}
impl_key!(
    u32, |x| hash_word(u64::from(x));
    u64, hash_word;
    u128, |x| hash_word(fold(x as u64 ^ SECOND, FIRST) ^ (x >> 64) as u64)
);
