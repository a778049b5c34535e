//! Single-linkage clusters of the entries of a block.

use crate::weight_space::Block;

/// The distinct values of a block, ascending, and which of them each entry has.
pub(super) struct Levels {
    /// Whether a value and its negative are told apart by their signs alone: then the values are absolute.
    signed: bool,
    values: Vec<f64>,
    /// Slot by slot, column by column.
    ranks: Vec<u32>,
    negative: Vec<bool>,
}

/// A clustering.
pub(super) struct Classes {
    /// By entry: the number of its cluster; with signs ±1, ±2, …, and 0 for the cluster that is its own negative.
    pub(super) of: Vec<i32>,
    /// The largest distance between two entries of one cluster.
    pub(super) diameter: f64,
    /// Number of clusters.
    pub(super) count: usize,
}

impl Levels {
    pub(super) fn new(block: &Block, signed: bool) -> Self {
        let entries: Vec<f64> = block.entries().collect();
        let value = |i: usize| if signed { entries[i].abs() } else { entries[i] };
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
        let mut values: Vec<f64> = Vec::new();
        let mut ranks = vec![0; entries.len()];
        for i in order {
            // Equality of floats makes −0 and 0 one value.
            if values.last() != Some(&value(i)) {
                values.push(value(i));
            }
            ranks[i] = values.len() as u32 - 1;
        }
        let negative = entries.iter().map(|w| *w < 0.0).collect();
        Levels {
            signed,
            values,
            ranks,
            negative,
        }
    }

    /// The tolerances at which clusters merge.
    pub(super) fn gaps(&self) -> impl Iterator<Item = f64> {
        let across_zero = self.signed.then(|| 2.0 * self.values[0]).filter(|&gap| gap > 0.0);
        self.values
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .chain(across_zero)
    }

    /// The clusters at tolerance `tau`.
    pub(super) fn classes(&self, tau: f64) -> Classes {
        let own_negative = self.signed && 2.0 * self.values[0] <= tau;
        let mut class = i32::from(self.signed && !own_negative);
        let mut diameter = 0.0f64;
        let (mut start, mut count) = (self.values[0], usize::from(!own_negative && self.signed) + 1);
        let mut table = Vec::with_capacity(self.values.len());
        for (k, &value) in self.values.iter().enumerate() {
            if k > 0 && value - self.values[k - 1] > tau {
                class += 1;
                count += 1 + usize::from(self.signed);
                start = value;
            }
            let around_zero = own_negative && class == 0;
            diameter = diameter.max(if around_zero { 2.0 * value } else { value - start });
            table.push(class);
        }
        let of = self.ranks.iter().zip(&self.negative).map(|(&rank, &negative)| {
            let class = table[rank as usize];
            if self.signed && negative { -class } else { class }
        });
        Classes {
            of: of.collect(),
            diameter,
            count,
        }
    }
}
