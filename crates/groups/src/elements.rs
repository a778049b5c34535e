//! Iteration over the elements of a group without storing it.

use crate::permutation::Permutation;
use crate::stabilizer_chain::StabilizerChain;

/// All elements of a group, each once; see [`PermGroup::elements`](crate::PermGroup::elements) and
/// [`PermGroup::sorted_elements`](crate::PermGroup::sorted_elements).
///
/// An element is a product u_k … u_1 u_0 of representatives, and the iterator counts through them like an odometer,
/// the last level fastest. Memory: one permutation per level. A step costs one product per level that turns, less
/// than two on average.
pub struct Elements<'a> {
    chain: Chain<'a>,
    /// Whether the choices at each level are ordered by the image of the base point.
    sorted: bool,
    levels: Vec<Wheel>,
    next: Option<Permutation>,
}

enum Chain<'a> {
    Borrowed(&'a StabilizerChain),
    Owned(Box<StabilizerChain>),
}

/// The state of one level.
struct Wheel {
    /// The fundamental orbit in the order in which it is gone through.
    points: Vec<u32>,
    at: usize,
    /// u_i … u_1 u_0.
    product: Permutation,
}

impl<'a> Elements<'a> {
    /// In the order of the chain.
    pub(crate) fn new(chain: &'a StabilizerChain) -> Self {
        Self::start(Chain::Borrowed(chain), false)
    }

    /// In lexicographic order of images, for a chain whose base is ascending: g and h that agree on the first
    /// base points agree on all points before the next one, as each point before a base point b_i that is not in
    /// the base is fixed by the stabilizer of the base points before it.
    pub(crate) fn sorted(chain: StabilizerChain) -> Self {
        Self::start(Chain::Owned(Box::new(chain)), true)
    }

    fn start(chain: Chain<'a>, sorted: bool) -> Self {
        let identity = Permutation::identity(chain.get().degree());
        let mut this = Self {
            chain,
            sorted,
            levels: Vec::new(),
            next: Some(identity),
        };
        this.wind();
        this
    }

    /// Puts all levels below the last one that is set to their first choice.
    fn wind(&mut self) {
        let chain = self.chain.get();
        let identity = Permutation::identity(chain.degree());
        for depth in self.levels.len()..chain.len() {
            let above = self.levels.last().map_or(&identity, |wheel| &wheel.product);
            let mut points = chain.level(depth).orbit().to_vec();
            if self.sorted {
                points.sort_unstable_by_key(|&x| above.image(x as usize));
            }
            let product = product(chain, depth, points[0], above);
            self.levels.push(Wheel {
                points,
                at: 0,
                product,
            });
        }
        self.next = Some(self.levels.last().map_or(identity, |wheel| wheel.product.clone()));
    }
}

impl Chain<'_> {
    fn get(&self) -> &StabilizerChain {
        match self {
            Self::Borrowed(chain) => chain,
            Self::Owned(chain) => chain,
        }
    }
}

/// The representative of a point, times what the levels above chose.
fn product(chain: &StabilizerChain, depth: usize, point: u32, above: &Permutation) -> Permutation {
    match chain.level(depth).representative(point as usize) {
        Some(u) => &u * above,
        None => above.clone(),
    }
}

impl Iterator for Elements<'_> {
    type Item = Permutation;

    fn next(&mut self) -> Option<Permutation> {
        let current = self.next.take()?;
        // The deepest level with a choice left turns, and everything below it starts afresh.
        while self
            .levels
            .last()
            .is_some_and(|wheel| wheel.at + 1 == wheel.points.len())
        {
            self.levels.pop();
        }
        let depth = self.levels.len().checked_sub(1);
        let Some(depth) = depth else { return Some(current) };
        let identity = Permutation::identity(current.degree());
        let above = if depth == 0 {
            &identity
        } else {
            &self.levels[depth - 1].product
        };
        let (at, point) = (
            self.levels[depth].at + 1,
            self.levels[depth].points[self.levels[depth].at + 1],
        );
        let turned = product(self.chain.get(), depth, point, above);
        self.levels[depth].at = at;
        self.levels[depth].product = turned;
        self.wind();
        Some(current)
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::parse_group;

    #[test]
    fn every_element_once_and_in_order() {
        for text in [
            "()",
            "S1",
            "C5",
            "V4",
            "S5",
            "A4 x S3",
            "PSL(2,7)",
            "S3 wr C3",
            "(2,3)(5,6),(5,7)",
        ] {
            let group = parse_group(text).unwrap();
            let mut all: Vec<_> = group.elements().collect();
            assert_eq!(group.order(), all.len().into(), "{text}");
            assert!(all[0].is_identity());
            all.sort();
            all.dedup();
            assert_eq!(group.order(), all.len().into(), "{text}");
            assert_eq!(group.sorted_elements().collect::<Vec<_>>(), all, "{text}");
        }
    }
}
