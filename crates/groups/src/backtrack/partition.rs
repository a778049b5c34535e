//! Ordered partitions that can be split and restored.
//!
//! The points stand in one list, a cell is a run of it and is named by its start. Splitting a cell leaves one part
//! at the old start and moves nothing between cells, so the cell at a given start and length of one partition
//! *corresponds* to the cell at the same start of another that was split in the same way: this is what lets a
//! search compare two partitions without renaming anything. Splits are recorded and undone in reverse order. The
//! order of the points within a cell means nothing and is not restored.
//!
//! D. Leon, "Permutation group algorithms based on partitions, I" (1991), §4; B. McKay, "Practical graph
//! isomorphism" (1981), §2.

/// An ordered partition of `0, …, n − 1`.
#[derive(Clone, Debug)]
pub(crate) struct Partition {
    points: Vec<u32>,
    position: Vec<u32>,
    /// By point: the start of its cell.
    start: Vec<u32>,
    /// By start of a cell: its length.
    length: Vec<u32>,
    splits: Vec<Split>,
    /// The starts of the cells of length one, in the order in which they came to be.
    singletons: Vec<u32>,
    /// The cells that there were at construction.
    initial_cells: usize,
}

/// The cell `child` was split off the end of `parent`.
#[derive(Clone, Copy, Debug)]
struct Split {
    parent: u32,
    child: u32,
}

/// A state to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    splits: usize,
    singletons: usize,
}

impl Partition {
    /// The partition by keys: equal keys share a cell, cells ascend by key.
    pub(crate) fn by_key<K: Ord + Copy>(keys: &[K]) -> Self {
        let degree = keys.len();
        let mut points: Vec<u32> = (0..degree as u32).collect();
        points.sort_by_key(|&x| keys[x as usize]);
        let mut this = Self {
            position: vec![0; degree],
            start: vec![0; degree],
            length: vec![0; degree],
            points,
            splits: Vec::new(),
            singletons: Vec::new(),
            initial_cells: 0,
        };
        let mut at = 0;
        while at < degree {
            let key = keys[this.points[at] as usize];
            let len = this.points[at..].partition_point(|&x| keys[x as usize] == key);
            for k in at..at + len {
                let x = this.points[k] as usize;
                this.position[x] = k as u32;
                this.start[x] = at as u32;
            }
            this.length[at] = len as u32;
            if len == 1 {
                this.singletons.push(at as u32);
            }
            this.initial_cells += 1;
            at += len;
        }
        this
    }

    fn degree(&self) -> usize {
        self.points.len()
    }

    pub(crate) fn cell_count(&self) -> usize {
        self.initial_cells + self.splits.len()
    }

    pub(crate) fn is_discrete(&self) -> bool {
        self.cell_count() == self.degree()
    }

    /// The points in the order of the cells.
    pub(crate) fn points(&self) -> &[u32] {
        &self.points
    }

    /// The points of the cell that starts at `start`.
    #[inline]
    pub(crate) fn cell(&self, start: usize) -> &[u32] {
        &self.points[start..start + self.length[start] as usize]
    }

    /// The start of the cell of a point.
    #[inline]
    pub(crate) fn start_of(&self, point: usize) -> usize {
        self.start[point] as usize
    }

    #[inline]
    pub(crate) fn len_at(&self, start: usize) -> usize {
        self.length[start] as usize
    }

    /// The starts of the one-point cells in the order in which they came to be.
    pub(crate) fn singletons(&self) -> &[u32] {
        &self.singletons
    }

    /// The point of a one-point cell, or the first of a larger one.
    #[inline]
    pub(crate) fn point_at(&self, start: usize) -> usize {
        self.points[start] as usize
    }

    /// The starts of all cells, ascending, from a start on.
    pub(crate) fn starts_from(&self, start: usize) -> impl Iterator<Item = usize> + '_ {
        let next = move |&at: &usize| Some(at + self.len_at(at)).filter(|&next| next < self.degree());
        std::iter::successors(Some(start).filter(|&s| s < self.degree()), next)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            splits: self.splits.len(),
            singletons: self.singletons.len(),
        }
    }

    /// Undoes all splits since the mark was taken.
    pub(crate) fn undo_to(&mut self, mark: Mark) {
        while self.splits.len() > mark.splits {
            let Some(Split { parent, child }) = self.splits.pop() else {
                return;
            };
            let len = self.length[child as usize];
            for k in child..child + len {
                self.start[self.points[k as usize] as usize] = parent;
            }
            self.length[parent as usize] += len;
        }
        self.singletons.truncate(mark.singletons);
    }

    /// Makes a point the last cell-mate of its cell and splits it off; its new cell's start.
    pub(crate) fn individualize(&mut self, point: usize) -> usize {
        let start = self.start_of(point);
        let last = start + self.len_at(start) - 1;
        if last > start {
            self.swap_to(point, last);
            self.split_at(start, last);
        }
        last
    }

    /// Moves a point to a place within its cell.
    #[inline]
    pub(crate) fn swap_to(&mut self, point: usize, place: usize) {
        let from = self.position[point] as usize;
        debug_assert_eq!(
            self.start[point], self.start[self.points[place] as usize],
            "a move within a cell"
        );
        let other = self.points[place];
        self.points[place] = point as u32;
        self.points[from] = other;
        self.position[point] = place as u32;
        self.position[other as usize] = from as u32;
    }

    /// Sorts the places `from..` of a cell by a key.
    pub(crate) fn sort_tail_by_key<K: Ord>(&mut self, start: usize, from: usize, key: impl Fn(u32) -> K) {
        let end = start + self.len_at(start);
        self.points[from..end].sort_unstable_by_key(|&x| key(x));
        for k in from..end {
            self.position[self.points[k] as usize] = k as u32;
        }
    }

    /// Splits a cell in two: the places from `at` on become the cell `at`.
    pub(crate) fn split_at(&mut self, start: usize, at: usize) {
        let end = start + self.len_at(start);
        debug_assert!(start < at && at < end, "both parts of a split have points");
        for k in at..end {
            self.start[self.points[k] as usize] = at as u32;
        }
        self.length[at] = (end - at) as u32;
        self.length[start] = (at - start) as u32;
        self.splits.push(Split {
            parent: start as u32,
            child: at as u32,
        });
        if end - at == 1 {
            self.singletons.push(at as u32);
        }
        if at - start == 1 {
            self.singletons.push(start as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(p: &Partition) -> Vec<Vec<u32>> {
        let sorted = |s| {
            let mut cell = p.cell(s).to_vec();
            cell.sort_unstable();
            cell
        };
        p.starts_from(0).map(sorted).collect()
    }

    fn check(p: &Partition) {
        for start in p.starts_from(0) {
            for (k, &x) in p.cell(start).iter().enumerate() {
                assert_eq!(p.start_of(x as usize), start);
                assert_eq!(p.position[x as usize] as usize, start + k);
            }
        }
        assert_eq!(p.starts_from(0).count(), p.cell_count());
    }

    #[test]
    fn splits_are_undone_in_reverse() {
        let mut p = Partition::by_key(&[2, 0, 2, 2, 0, 1, 2]);
        assert_eq!(cells(&p), [vec![1, 4], vec![5], vec![0, 2, 3, 6]]);
        assert_eq!(p.singletons(), [2]);
        let before = p.mark();
        assert_eq!(p.individualize(2), 6);
        p.sort_tail_by_key(3, 3, std::cmp::Reverse);
        p.split_at(3, 4);
        check(&p);
        assert_eq!(cells(&p), [vec![1, 4], vec![5], vec![6], vec![0, 3], vec![2]]);
        assert_eq!(p.singletons(), [2, 6, 3]);
        p.undo_to(before);
        check(&p);
        assert_eq!(cells(&p), [vec![1, 4], vec![5], vec![0, 2, 3, 6]]);
        assert_eq!(p.singletons(), [2]);
    }

    #[test]
    fn no_points_at_all() {
        let p = Partition::by_key::<u32>(&[]);
        assert!(p.is_discrete());
        assert_eq!(p.starts_from(0).count(), 0);
    }
}
