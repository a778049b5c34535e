//! Refinement to the coarsest equitable partition, with a trace that tells inequivalent partitions apart.
//!
//! Each cell in the queue is used as a splitter W: every vertex next to W gets a weight, the sum over its neighbours
//! in W of a number that depends on the type of the pair, and cells are split by weight. (The sum is a hash of the
//! multiset of types: two multisets that happen to agree leave a partition coarser than it could be, which costs
//! time and nothing else.) Of the parts of a cell that was not in the queue the largest need not be used, for its
//! sums are determined by the others (Hopcroft). Everything is done in the order of cells, never of vertices, so the
//! splits and the trace are the same for isomorphic graphs with corresponding partitions.

use std::collections::VecDeque;

use super::adjacency::Adjacency;
use super::partition::Partition;

/// The buffers of the refinement.
pub(crate) struct Refiner {
    units: VecDeque<u32>,
    others: VecDeque<u32>,
    queued: Vec<bool>,
    splitter: Vec<u32>,
    weight: Vec<u64>,
    is_touched: Vec<bool>,
    touched: Vec<u32>,
    /// By start of a cell: how many of its vertices are touched; they stand at its end.
    tail: Vec<u32>,
    cells: Vec<u32>,
}

/// A bijection of 64 bits that spreads every bit over all (the finaliser of SplitMix64).
pub(crate) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Refiner {
    pub(crate) fn new(degree: usize) -> Self {
        Self {
            units: VecDeque::new(),
            others: VecDeque::new(),
            queued: vec![false; degree],
            splitter: Vec::new(),
            weight: vec![0; degree],
            is_touched: vec![false; degree],
            touched: Vec::new(),
            tail: vec![0; degree],
            cells: Vec::new(),
        }
    }

    /// Puts a cell into the queue.
    pub(crate) fn enqueue(&mut self, partition: &Partition, start: usize) {
        if !std::mem::replace(&mut self.queued[start], true) {
            let queue = if partition.len_at(start) == 1 {
                &mut self.units
            } else {
                &mut self.others
            };
            queue.push_back(start as u32);
        }
    }

    /// Refines until the queue is empty or the partition discrete; false if `emit` wanted no more of the trace.
    pub(crate) fn refine(
        &mut self,
        graph: &Adjacency,
        partition: &mut Partition,
        emit: &mut impl FnMut(u64) -> bool,
    ) -> bool {
        let mut going = true;
        while let Some(start) = self.units.pop_front().or_else(|| self.others.pop_front()) {
            self.queued[start as usize] = false;
            if going && !partition.is_discrete() {
                going = self.split_by(graph, partition, start as usize, emit);
            }
        }
        going
    }

    fn split_by(
        &mut self,
        graph: &Adjacency,
        partition: &mut Partition,
        splitter: usize,
        emit: &mut impl FnMut(u64) -> bool,
    ) -> bool {
        self.splitter.clear();
        self.splitter.extend_from_slice(partition.cell(splitter));
        let mut fixed = 0u64;
        for &w in &self.splitter {
            for neighbor in graph.of(w as usize) {
                let v = neighbor.vertex as usize;
                let start = partition.start_of(v);
                let amount = mix(u64::from(neighbor.kind));
                if partition.len_at(start) == 1 {
                    fixed = fixed.wrapping_add(mix(amount ^ start as u64));
                    continue;
                }
                self.weight[v] = self.weight[v].wrapping_add(amount);
                if !std::mem::replace(&mut self.is_touched[v], true) {
                    self.touched.push(v as u32);
                    if self.tail[start] == 0 {
                        self.cells.push(start as u32);
                    }
                    self.tail[start] += 1;
                    partition.swap_to(v, start + partition.len_at(start) - self.tail[start] as usize);
                }
            }
        }
        let mut going = emit(mix(fixed ^ splitter as u64));
        let mut cells = std::mem::take(&mut self.cells);
        cells.sort_unstable();
        for &start in &cells {
            let tail = std::mem::replace(&mut self.tail[start as usize], 0) as usize;
            going = going && emit(self.split_cell(partition, start as usize, tail));
        }
        cells.clear();
        self.cells = cells;
        for v in self.touched.drain(..) {
            self.weight[v as usize] = 0;
            self.is_touched[v as usize] = false;
        }
        going
    }

    /// Splits a cell by weight, given how many vertices at its end are touched; a digest of what happened.
    fn split_cell(&mut self, partition: &mut Partition, start: usize, tail: usize) -> u64 {
        let end = start + partition.len_at(start);
        let weight = &self.weight;
        let first = weight[partition.point_at(end - tail)];
        let uniform = partition.points()[end - tail..end]
            .iter()
            .all(|&x| weight[x as usize] == first);
        if !uniform {
            partition.sort_tail_by_key(start, end - tail, |x| weight[x as usize]);
        }
        let mut digest = mix(start as u64 ^ mix((end - tail) as u64));
        // The parts from the second on; the first stays at the start of the cell.
        let mut parts = Vec::new();
        let mut at = end - tail;
        while at < end {
            let value = weight[partition.point_at(at)];
            digest = mix(digest ^ value).wrapping_add(at as u64);
            if at > start {
                parts.push(at);
            }
            at = if uniform {
                end
            } else {
                at + partition.points()[at..end].partition_point(|&x| weight[x as usize] == value)
            };
        }
        // From the last to the first, so that each split cuts off the end of what is left.
        for &at in parts.iter().rev() {
            partition.split_at(start, at);
        }
        if !parts.is_empty() {
            self.enqueue_parts(partition, start, &parts);
        }
        digest
    }

    fn enqueue_parts(&mut self, partition: &Partition, start: usize, parts: &[usize]) {
        if self.queued[start] {
            for &part in parts {
                self.enqueue(partition, part);
            }
            return;
        }
        let mut largest = start;
        for &part in parts {
            if partition.len_at(part) > partition.len_at(largest) {
                largest = part;
            }
        }
        for part in std::iter::once(start).chain(parts.iter().copied()) {
            if part != largest {
                self.enqueue(partition, part);
            }
        }
    }
}
