//! What a search looks for, and the path along which it looks: the R-base.
//!
//! The left partition is refined until nothing more follows, then a point of it is given a cell of its own, and so on
//! until the stabilizer of the fixed points is trivial. That is done once. The points chosen are the *R-base*; a
//! permutation of the searched kind is determined by their images, and a search tries for each of them the points
//! of the cell of the right partition that corresponds to its cell. (D. Leon 1991, §4.)

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::stabilizer_chain::images::Point;
use crate::stabilizer_chain::levels::Chain;
use crate::stabilizer_chain::{Repr, StabilizerChain};
use crate::transversals::over;

use super::cells::{Cells, Mismatch, Trace};
use super::orbit_refiner::OrbitRefiner;
use super::relation::{Counts, Relation, Side};

/// The most entries (levels times degree) of the tables of orbits.
const MAX_ENTRIES: usize = 1 << 28;

/// The permutations in some cosets that take one colouring to another, and some relations to others.
pub(crate) struct Problem {
    /// Groups with representatives of right cosets.
    cosets: Vec<(PermGroup, Option<Permutation>)>,
    /// By side: the colour of each point.
    colours: [Vec<u32>; 2],
    relations: Vec<Box<dyn Relation>>,
}

impl Problem {
    /// All elements of a group.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the degree times the length of the base exceeds 2^28.
    pub(crate) fn new(group: &PermGroup) -> Result<Self, GroupError> {
        let mut this = Self {
            cosets: Vec::new(),
            colours: [vec![0; group.degree()], vec![0; group.degree()]],
            relations: Vec::new(),
        };
        this.add_coset(group, None)?;
        Ok(this)
    }

    fn add_coset(&mut self, group: &PermGroup, x: Option<&Permutation>) -> Result<(), GroupError> {
        let entries = group.chain().len().saturating_mul(group.degree());
        over(
            "the degree times the base length of a group to be searched",
            entries,
            MAX_ENTRIES,
        )?;
        self.cosets.push((group.clone(), x.cloned()));
        Ok(())
    }

    /// Those that are in the coset G x as well.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub(crate) fn within(mut self, group: &PermGroup, x: Option<&Permutation>) -> Result<Self, GroupError> {
        self.add_coset(group, x)?;
        Ok(self)
    }

    /// Those that take the colours of the left to those of the right.
    pub(crate) fn colours(mut self, left: Vec<u32>, right: Vec<u32>) -> Self {
        self.colours = [left, right];
        self
    }

    /// Those that take the relation of the left to that of the right.
    pub(crate) fn relation(mut self, relation: impl Relation + 'static) -> Self {
        self.relations.push(Box::new(relation));
        self
    }

    pub(crate) fn degree(&self) -> usize {
        self.colours[0].len()
    }

    /// The colour of each point.
    pub(crate) fn colours_of(&self, side: Side) -> &[u32] {
        &self.colours[side as usize]
    }

    pub(crate) fn relations(&self) -> &[Box<dyn Relation>] {
        &self.relations
    }

    /// The smallest group with its coset first: the search goes along its base.
    fn cosets_by_order(&self) -> Vec<&(PermGroup, Option<Permutation>)> {
        let mut cosets: Vec<_> = self.cosets.iter().collect();
        cosets.sort_by_cached_key(|(group, _)| group.order());
        cosets
    }

    /// Runs a question at the width of the groups' chains.
    pub(crate) fn ask<Q: Question>(&self, question: Q) -> Q::Answer {
        match self.cosets[0].0.chain().repr {
            Repr::U8(_) => question.answer(&RBase::<u8>::new(self)),
            Repr::U16(_) => question.answer(&RBase::<u16>::new(self)),
            Repr::U32(_) => question.answer(&RBase::<u32>::new(self)),
        }
    }
}

/// Something asked of an R-base, whatever its width.
pub(crate) trait Question {
    type Answer;
    fn answer<P: Width>(self, rbase: &RBase<'_, P>) -> Self::Answer;
}

/// The widths of chains.
pub(crate) trait Width: Point {
    fn chain_of(chain: &StabilizerChain) -> &Chain<Self>;
}

macro_rules! impl_width {
    ($($t:ty, $variant:ident);*) => {$(
        impl Width for $t {
            fn chain_of(chain: &StabilizerChain) -> &Chain<Self> {
                match &chain.repr {
                    Repr::$variant(chain) => chain,
                    _ => unreachable!("chains of one degree have one width"),
                }
            }
        }
    )*};
}
impl_width!(u8, U8; u16, U16; u32, U32);

/// One point of the R-base.
pub(crate) struct RLevel {
    pub(crate) point: usize,
    /// The start of its cell before it got one of its own.
    pub(crate) cell: usize,
    /// How many points are fixed before.
    pub(crate) fixed_before: usize,
    /// Where the trace of the refinement after it begins.
    pub(crate) trace: usize,
}

/// The R-base of a problem, with the trace of the refinements along it.
pub(crate) struct RBase<'p, P> {
    pub(crate) problem: &'p Problem,
    pub(crate) levels: Vec<RLevel>,
    pub(crate) trace: Vec<u32>,
    /// The points of the left partition in the order in which they came to be fixed.
    pub(crate) fixed: Vec<usize>,
    pub(crate) refiners: Vec<OrbitRefiner<P>>,
}

impl<'p, P: Width> RBase<'p, P> {
    fn new(problem: &'p Problem) -> Self {
        let mut cells = Cells::new(&problem.colours[0], !problem.relations.is_empty());
        let mut preference: Vec<usize> = (0..problem.degree()).collect();
        preference.sort_by_key(|&x| {
            let start = cells.partition.start_of(x);
            (cells.partition.len_at(start), start, x)
        });
        let refiner = |(group, x): &(PermGroup, Option<Permutation>)| {
            OrbitRefiner::new(P::chain_of(group.chain()), x.as_ref(), &preference)
        };
        let mut this = Self {
            problem,
            levels: Vec::new(),
            trace: Vec::new(),
            fixed: Vec::new(),
            refiners: problem.cosets_by_order().into_iter().map(refiner).collect(),
        };
        let mut counts = Counts::new(problem.degree());
        let mut trace = Vec::new();
        let record = &mut Trace::Record(&mut trace);
        for refiner in &this.refiners {
            never(refiner.split_left(&mut cells, record));
        }
        this.refine(&mut cells, &mut counts, &mut trace);
        while let Some(point) = this.refiners[0].next_base_point() {
            this.levels.push(RLevel {
                point,
                cell: cells.partition.start_of(point),
                fixed_before: this.fixed.len(),
                trace: trace.len(),
            });
            cells.individualize(point);
            this.refine(&mut cells, &mut counts, &mut trace);
        }
        this.trace = trace;
        this.refiners.iter_mut().for_each(OrbitRefiner::finish);
        this
    }

    /// Refines the left partition until nothing more follows from the changed cells and the fixed points.
    fn refine(&mut self, cells: &mut Cells, counts: &mut Counts, trace: &mut Vec<u32>) {
        let record = &mut Trace::Record(trace);
        loop {
            while let Some(start) = cells.pop() {
                for relation in &self.problem.relations {
                    never(split_by_relation(
                        &**relation,
                        Side::Left,
                        start,
                        cells,
                        counts,
                        record,
                    ));
                }
            }
            let known = self.fixed.len();
            let starts = &cells.partition.singletons()[known..];
            let new: Vec<usize> = starts
                .iter()
                .map(|&s| cells.partition.point_at(s as usize))
                .collect();
            if new.is_empty() {
                return;
            }
            for refiner in &mut self.refiners {
                if refiner.follow(&new) {
                    never(refiner.split_left(cells, record));
                }
            }
            self.fixed.extend(new);
        }
    }
}

/// Recording a trace cannot differ from it.
fn never(result: Result<(), Mismatch>) {
    debug_assert_eq!(result, Ok(()), "a recorded trace has nothing to differ from");
}

/// Splits all cells by the number of neighbours in one cell.
pub(crate) fn split_by_relation(
    relation: &dyn Relation,
    side: Side,
    start: usize,
    cells: &mut Cells,
    counts: &mut Counts,
    trace: &mut Trace<'_>,
) -> Result<(), Mismatch> {
    relation.count(side, cells.partition.cell(start), counts);
    let touched = counts.touched().iter();
    let mut starts: Vec<usize> = touched.map(|&x| cells.partition.start_of(x as usize)).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut result = trace.note(starts.len());
    for start in starts {
        result = result.and_then(|()| cells.split(start, |x| counts.of(x), trace));
    }
    counts.clear();
    result
}
