//! What can be asked of a group in a table.

/// A question about a permutation group, by its key in a table.
///
/// Points are 0-based and permutations image arrays; numbers that can be large are decimal strings.
///
/// ```
/// use groups::analysis::Field;
/// assert_eq!(Field::parse("class_sizes"), Some(Field::ClassSizes));
/// assert!(Field::ALL.iter().all(|f| Field::parse(f.name()) == Some(*f)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// The orbits on points.
    Orbits,
    /// Their sizes.
    OrbitSizes,
    /// Whether the group is transitive and preserves no nontrivial partition of more than one point.
    Primitive,
    /// All nontrivial blocks that contain point 0, of a transitive group.
    Blocks,
    /// The inclusion-minimal ones.
    MinimalBlocks,
    /// The distinct sizes of the minimal ones.
    MinimalBlockSizes,
    /// The number of elements.
    Order,
    /// Whether the group is commutative.
    IsAbelian,
    /// For each permutation of a list, whether it is in the group.
    Members,
    /// The same.
    Nonmembers,
    /// The largest k with the group k-transitive; 0 if intransitive.
    Transitivity,
    /// The order of the stabilizer of point 0.
    PointStabilizerOrder,
    /// The prime powers that make up the order: [p, exponent].
    SylowOrders,
    /// The order of the stabilizer of every entry of a `tuple`.
    TupleStabilizer,
    /// The order of the derived subgroup.
    DerivedOrder,
    /// The orders of the derived series, until it is stable.
    DerivedSeriesOrders,
    /// The prime powers of the cyclic factors of the largest abelian quotient.
    AbelianInvariants,
    /// Whether the group is its own derived subgroup.
    IsPerfect,
    /// Whether the derived series reaches the trivial group.
    IsSolvable,
    /// Whether the lower central series does.
    IsNilpotent,
    /// The order of the centre.
    CenterOrder,
    /// The number of orbits on ordered pairs, those with equal entries included.
    OrbitsOnPairs,
    /// The order of the stabilizer of a `set`.
    SetStabilizer,
    /// The same for a second set.
    SetStabilizer2,
    /// The order of the stabilizer of every class of a `coloring`, one colour for each point.
    ColoringStabilizer,
    /// The order of the stabilizer of the set whose elements are the disjoint sets `parts`.
    PartitionStabilizer,
    /// The order of the centralizer of an `element`.
    Centralizer,
    /// The order of the normalizer of the group that `subgroup_generators` generate.
    Normalizer,
    /// Whether there are exactly two normal subgroups.
    IsSimple,
    /// The orders of the composition factors, from the top.
    CompositionFactors,
    /// The number of orbits on colourings of the points by two colours.
    BurnsideColorings2,
    /// The same by three colours.
    BurnsideColorings3,
    /// The least common multiple of the orders of elements.
    Exponent,
    /// The number of conjugacy classes of elements.
    NConjugacyClasses,
    /// For each class the order of its elements and its size, sorted.
    ClassSizes,
    /// For each prime divisor of the order, the number of Sylow subgroups.
    NSylowSubgroups,
    /// The number of normal subgroups.
    NNormalSubgroups,
    /// The number in the catalog of groups of small order: [order, number].
    IdSmallGroup,
    /// The number of conjugacy classes of subgroups.
    NSubgroupClasses,
    /// The number of subgroups.
    NSubgroups,
}

impl Field {
    /// All fields, those that are answered quickly first.
    pub const ALL: &[Field] = &[
        Field::Orbits,
        Field::OrbitSizes,
        Field::Primitive,
        Field::Blocks,
        Field::MinimalBlocks,
        Field::MinimalBlockSizes,
        Field::Order,
        Field::IsAbelian,
        Field::Members,
        Field::Nonmembers,
        Field::Transitivity,
        Field::PointStabilizerOrder,
        Field::SylowOrders,
        Field::TupleStabilizer,
        Field::DerivedOrder,
        Field::DerivedSeriesOrders,
        Field::AbelianInvariants,
        Field::IsPerfect,
        Field::IsSolvable,
        Field::IsNilpotent,
        Field::CenterOrder,
        Field::OrbitsOnPairs,
        Field::SetStabilizer,
        Field::SetStabilizer2,
        Field::ColoringStabilizer,
        Field::PartitionStabilizer,
        Field::Centralizer,
        Field::Normalizer,
        Field::IsSimple,
        Field::CompositionFactors,
        Field::BurnsideColorings2,
        Field::BurnsideColorings3,
        Field::Exponent,
        Field::NConjugacyClasses,
        Field::ClassSizes,
        Field::NSylowSubgroups,
        Field::NNormalSubgroups,
        Field::IdSmallGroup,
        Field::NSubgroupClasses,
        Field::NSubgroups,
    ];

    /// The key in a table.
    pub fn name(self) -> &'static str {
        match self {
            Field::Orbits => "orbits",
            Field::OrbitSizes => "orbit_sizes",
            Field::Primitive => "primitive",
            Field::Blocks => "blocks",
            Field::MinimalBlocks => "minimal_blocks",
            Field::MinimalBlockSizes => "minimal_block_sizes",
            Field::Order => "order",
            Field::IsAbelian => "is_abelian",
            Field::Members => "members",
            Field::Nonmembers => "nonmembers",
            Field::Transitivity => "transitivity",
            Field::PointStabilizerOrder => "point_stabilizer_order",
            Field::SylowOrders => "sylow_orders",
            Field::TupleStabilizer => "tuple_stabilizer",
            Field::DerivedOrder => "derived_order",
            Field::DerivedSeriesOrders => "derived_series_orders",
            Field::AbelianInvariants => "abelian_invariants",
            Field::IsPerfect => "is_perfect",
            Field::IsSolvable => "is_solvable",
            Field::IsNilpotent => "is_nilpotent",
            Field::CenterOrder => "center_order",
            Field::OrbitsOnPairs => "orbits_on_pairs",
            Field::SetStabilizer => "set_stabilizer",
            Field::SetStabilizer2 => "set_stabilizer_2",
            Field::ColoringStabilizer => "coloring_stabilizer",
            Field::PartitionStabilizer => "partition_stabilizer",
            Field::Centralizer => "centralizer",
            Field::Normalizer => "normalizer",
            Field::IsSimple => "is_simple",
            Field::CompositionFactors => "composition_factors",
            Field::BurnsideColorings2 => "burnside_colorings_2",
            Field::BurnsideColorings3 => "burnside_colorings_3",
            Field::Exponent => "exponent",
            Field::NConjugacyClasses => "n_conjugacy_classes",
            Field::ClassSizes => "class_sizes",
            Field::NSylowSubgroups => "n_sylow_subgroups",
            Field::NNormalSubgroups => "n_normal_subgroups",
            Field::IdSmallGroup => "id_small_group",
            Field::NSubgroupClasses => "n_subgroup_classes",
            Field::NSubgroups => "n_subgroups",
        }
    }

    /// The field of a key.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// Whether the answer is found without a base and strong generating set.
    pub fn is_combinatorial(self) -> bool {
        self <= Field::MinimalBlockSizes
    }
}
