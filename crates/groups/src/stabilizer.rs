//! Stabilizers of points of any action.
//!
//! By the orbit-stabilizer theorem the stabilizer of x has order |G| / |orbit of x|, and both are known exactly
//! once the orbit is enumerated. A uniform g ∈ G divided by the representative of `act(x, g)` is a uniform element
//! of the stabilizer, so a chain of such elements is built until its order is the known one, which proves it.
//! This replaces the |orbit| × |generators| Schreier generators by a few dozen elements.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::action::Action;
use crate::error::GroupError;
use crate::group::Group;
use crate::orbit::{Orbit, OrbitLimit};
use crate::perm_group::PermGroup;
use crate::schreier_sims;

/// The orbit of a point and its stabilizer, in one pass.
///
/// Calls the action once per orbit point and generator, then builds a chain of known order.
///
/// # Errors
/// What the action says of a bad point; [`GroupError::OrbitOverLimit`], [`GroupError::MemoryLimit`].
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnSets};
/// let group = parse_group("M24")?;
/// let five = OnSets::point([0, 1, 2, 3, 4])?;
/// let (orbit, stabilizer) = orbit_stabilizer(&group, &OnSets, &five, 100_000)?;
/// assert_eq!(stabilizer.order() * orbit.len(), group.order());
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn orbit_stabilizer<A: Action<PermGroup>>(
    group: &PermGroup,
    action: &A,
    point: &A::Point,
    limit: impl Into<OrbitLimit>,
) -> Result<(Orbit<A::Point>, PermGroup), GroupError> {
    let orbit = Orbit::new(group, action, point, limit)?;
    let stabilizer = stabilizer_in(group, action, &orbit);
    Ok((orbit, stabilizer))
}

fn stabilizer_in<A: Action<PermGroup>>(group: &PermGroup, action: &A, orbit: &Orbit<A::Point>) -> PermGroup {
    let order = group.order() / orbit.len();
    let first = &orbit.points()[0];
    let mut rng = ChaCha8Rng::seed_from_u64(0x57ab ^ group.degree() as u64);
    let chain = schreier_sims::chain_of_order(group.degree(), &[], &order, || {
        let g = group.random_element(&mut rng);
        let position = orbit.position(&action.act(first, &g)).unwrap_or(0);
        let u = orbit.representative(group, action, position);
        group.mul(&g, &group.inv(&u))
    });
    PermGroup::from_chain(chain.generators(), chain)
}
