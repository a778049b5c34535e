//! An ordered partition under refinement, and the trace by which two refinements are compared.
//!
//! A search refines the partition of one object once and writes down what happened: which cells were looked at, into
//! what parts they fell and by which keys. The refinement of another partition follows that trace, and the first
//! difference proves that no permutation of the searched kind takes the one to the other. Keys are numbers that such a
//! permutation preserves, never names of points.

use std::collections::VecDeque;

use super::partition::{Mark, Partition};

/// What a refinement does is written down, or held against what was written.
pub(crate) enum Trace<'a> {
    /// Writes down.
    Record(&'a mut Vec<u32>),
    /// Compares with the events from `at` on.
    Follow {
        /// The whole record.
        events: &'a [u32],
        /// The next event.
        at: usize,
    },
}

/// A refinement that did not go as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch;

impl Trace<'_> {
    #[inline]
    pub(crate) fn note(&mut self, event: usize) -> Result<(), Mismatch> {
        let event = event as u32;
        match self {
            Self::Record(events) => {
                events.push(event);
                Ok(())
            }
            Self::Follow { events, at } => {
                *at += 1;
                match events.get(*at - 1) {
                    Some(&recorded) if recorded == event => Ok(()),
                    _ => Err(Mismatch),
                }
            }
        }
    }
}

/// A partition with the cells that have changed and not been looked at yet.
#[derive(Clone, Debug)]
pub(crate) struct Cells {
    pub(crate) partition: Partition,
    queue: VecDeque<u32>,
    /// By start: whether the cell is in the queue.
    queued: Vec<bool>,
    /// Whether anything looks at changed cells.
    watched: bool,
    keys: Vec<u32>,
    parts: Vec<u32>,
}

impl Cells {
    /// The cells by colour, all of them new. If `watched` is false, changed cells are not kept track of.
    pub(crate) fn new(colours: &[u32], watched: bool) -> Self {
        let partition = Partition::by_key(colours);
        let mut this = Self {
            queue: VecDeque::new(),
            queued: vec![false; colours.len()],
            watched,
            keys: vec![0; colours.len()],
            parts: Vec::new(),
            partition,
        };
        let starts: Vec<usize> = this.partition.starts_from(0).collect();
        for start in starts {
            this.push(start);
        }
        this
    }

    fn push(&mut self, start: usize) {
        if self.watched && !std::mem::replace(&mut self.queued[start], true) {
            self.queue.push_back(start as u32);
        }
    }

    /// The next changed cell.
    pub(crate) fn pop(&mut self) -> Option<usize> {
        let start = self.queue.pop_front()? as usize;
        self.queued[start] = false;
        Some(start)
    }

    /// Goes back to a mark, with nothing left to look at.
    pub(crate) fn undo_to(&mut self, mark: Mark) {
        while self.pop().is_some() {}
        self.partition.undo_to(mark);
    }

    /// Gives a point a cell of its own.
    pub(crate) fn individualize(&mut self, point: usize) {
        let start = self.partition.individualize(point);
        self.push(start);
    }

    /// Splits a cell by a key, in ascending order.
    ///
    /// # Errors
    /// [`Mismatch`] if the parts or their keys are not those of the trace.
    pub(crate) fn split(
        &mut self,
        start: usize,
        key: impl Fn(usize) -> u32,
        trace: &mut Trace<'_>,
    ) -> Result<(), Mismatch> {
        let cell = self.partition.cell(start);
        let end = start + cell.len();
        let first = key(cell[0] as usize);
        let mut uniform = true;
        for &x in cell {
            let k = key(x as usize);
            self.keys[x as usize] = k;
            uniform &= k == first;
        }
        if uniform {
            trace.note(start)?;
            return trace.note(first as usize);
        }
        let keys = &self.keys;
        self.partition
            .sort_tail_by_key(start, start, |x| keys[x as usize]);
        self.parts.clear();
        for at in (start + 1..end).rev() {
            let key_at = |at: usize| self.keys[self.partition.points()[at] as usize];
            if key_at(at - 1) != key_at(at) {
                trace.note(at)?;
                trace.note(key_at(at) as usize)?;
                self.partition.split_at(start, at);
                self.parts.push(at as u32);
            }
        }
        trace.note(start)?;
        trace.note(self.keys[self.partition.point_at(start)] as usize)?;
        if self.watched {
            self.push_parts(start);
        }
        Ok(())
    }

    /// Puts the parts of a cell in the queue, without the largest if the cell itself was not there: what has been
    /// counted for the whole and for the other parts is known for it too (J. Hopcroft 1971).
    fn push_parts(&mut self, start: usize) {
        let parts = std::mem::take(&mut self.parts);
        let mut all: Vec<usize> = parts.iter().map(|&part| part as usize).collect();
        if !self.queued[start] {
            all.push(start);
            let largest = (0..all.len())
                .max_by_key(|&k| (self.partition.len_at(all[k]), k))
                .unwrap_or(0);
            all.remove(largest);
        }
        for part in all {
            self.push(part);
        }
        self.parts = parts;
    }

    /// Splits every cell of more than one point by a key.
    ///
    /// # Errors
    /// [`Mismatch`] as for [`split`](Self::split).
    pub(crate) fn split_all(
        &mut self,
        key: impl Fn(usize) -> u32,
        trace: &mut Trace<'_>,
    ) -> Result<(), Mismatch> {
        let degree = self.keys.len();
        let mut start = 0;
        while start < degree {
            let end = start + self.partition.len_at(start);
            if end - start > 1 {
                self.split(start, &key, trace)?;
            }
            start = end;
        }
        Ok(())
    }
}
