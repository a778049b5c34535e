//! Rubik's cubes, on their facelets.

use super::sporadic::from_cycles;
use crate::error::GroupError;
use crate::perm_group::PermGroup;

/// The quarter turns of the top, left, front, right, rear and bottom face of the 3x3x3 cube (GAP manual).
const TURNS_3: &[&str] = &[
    "(1,3,8,6)(2,5,7,4)(9,33,25,17)(10,34,26,18)(11,35,27,19)",
    "(9,11,16,14)(10,13,15,12)(1,17,41,40)(4,20,44,37)(6,22,46,35)",
    "(17,19,24,22)(18,21,23,20)(6,25,43,16)(7,28,42,13)(8,30,41,11)",
    "(25,27,32,30)(26,29,31,28)(3,38,43,19)(5,36,45,21)(8,33,48,24)",
    "(33,35,40,38)(34,37,39,36)(3,9,46,32)(2,12,47,29)(1,14,48,27)",
    "(41,43,48,46)(42,45,47,44)(14,22,30,38)(15,23,31,39)(16,24,32,40)",
];

/// The quarter turns of the six faces of the 2x2x2 cube.
const TURNS_2: &[&str] = &[
    "(1,2,4,3)(5,17,13,9)(6,18,14,10)",
    "(1,9,21,20)(3,11,23,18)(5,6,8,7)",
    "(3,13,22,8)(4,15,21,6)(9,10,12,11)",
    "(2,19,22,10)(4,17,24,12)(13,14,16,15)",
    "(1,7,24,14)(2,5,23,16)(17,18,20,19)",
    "(7,11,15,19)(8,12,16,20)(21,22,24,23)",
];

pub(super) fn rubik_3x3x3() -> Result<PermGroup, GroupError> {
    from_cycles(48, TURNS_3)
}

pub(super) fn rubik_2x2x2() -> Result<PermGroup, GroupError> {
    from_cycles(24, TURNS_2)
}
