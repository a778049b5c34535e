//! Groups by the names that tables of claims use, on top of the grammar of [`groups::catalog`].

use groups::{PermGroup, Permutation, catalog};

use crate::BridgeError;

/// The group that a name means.
///
/// Besides everything that [`catalog::parse_group`] reads: `D4grid3` (or `C4grid3`, `C2grid3`) for the symmetries (the
/// rotations, the half turn) of a 3 × 3 grid of pixels, row by row, and `D2grid2x3` (or `C2grid2x3`) for those of a
/// rectangle; `7:3`, `5:4` or `F21`, `F20` for the maps x → ax + b modulo a prime p with a of order k; and `CubeFaces`,
/// `CubeVertices`, `CubeEdges` (and the same of `Tetrahedron`, `Octahedron`, `Dodecahedron`, `Icosahedron`) for rotation
/// groups of solids.
///
/// # Errors
/// [`BridgeError::Group`] with the column where the text is at fault; [`BridgeError::Parameter`] for a grid without
/// pixels or a Frobenius group that does not exist.
///
/// ```
/// use bridge::finite::named_group;
/// assert_eq!(named_group("7:3")?.order(), 21u32.into());
/// assert_eq!((named_group("D4grid3")?.degree(), named_group("DodecahedronEdges")?.degree()), (9, 30));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn named_group(text: &str) -> Result<PermGroup, BridgeError> {
    let text = text.trim();
    let lower = text.to_lowercase();
    if let Some((base, grid)) = lower.split_once("grid") {
        return grid_group(text, base.trim(), grid.trim());
    }
    if let Some(group) = solid(&lower)? {
        return Ok(group);
    }
    if let Some((p, k)) = lower.split_once(':')
        && let (Ok(p), Ok(k)) = (p.trim().parse(), k.trim().parse())
    {
        return frobenius(text, p, k);
    }
    if let Some(order) = lower
        .strip_prefix('f')
        .and_then(|digits| digits.parse::<usize>().ok())
    {
        // p:k with the largest p: F21 is 7:3, F20 is 5:4.
        let split = (2..=order)
            .rev()
            .find(|&p| order.is_multiple_of(p) && is_prime(p) && (p - 1).is_multiple_of(order / p));
        return match split {
            Some(p) => frobenius(text, p, order / p),
            None => crate::error::refuse(
                "group",
                text,
                "F m with m = p·k, p a prime and k a divisor of p - 1",
            ),
        };
    }
    Ok(catalog::parse_group(text)?)
}

fn is_prime(n: usize) -> bool {
    n > 1 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

/// x → ax + b modulo p, a of order k.
fn frobenius(text: &str, p: usize, k: usize) -> Result<PermGroup, BridgeError> {
    if p > 1_000_000 || !is_prime(p) || k == 0 || !(p - 1).is_multiple_of(k) {
        return crate::error::refuse(
            "group",
            text,
            "p:k with p a prime up to 1000000 and k a divisor of p - 1",
        );
    }
    let order = |a: usize| {
        let powers = std::iter::successors(Some(a % p), |x| Some(x * a % p));
        1 + powers.take_while(|&x| x != 1 % p).count()
    };
    let a = (1..p)
        .find(|&a| order(a) == k)
        .expect("the units of a prime field are cyclic, and k divides their number");
    let map = |f: &dyn Fn(usize) -> usize| Permutation::from_images((0..p).map(|x| f(x) as u32).collect());
    let generators = vec![map(&|x| (x + 1) % p)?, map(&|x| x * a % p)?];
    Ok(PermGroup::new(p, generators)?)
}

/// Symmetries of a grid of pixels, without wrapping around.
pub(super) fn pixel_symmetries(
    base: &str,
    height: usize,
    width: usize,
) -> Result<Option<PermGroup>, BridgeError> {
    let count = height
        .checked_mul(width)
        .filter(|&n| n > 0 && n <= groups::MAX_DEGREE);
    let Some(count) = count else {
        return crate::error::refuse(
            "group",
            format!("a grid of {height} x {width}"),
            "1 to 1000000 pixels",
        );
    };
    let map = |f: &dyn Fn(usize, usize) -> (usize, usize)| {
        let images = (0..count).map(|p| {
            let (i, j) = f(p / width, p % width);
            (i * width + j) as u32
        });
        Permutation::from_images(images.collect())
    };
    let mirror = |i: usize, j: usize| (i, width - 1 - j);
    let half_turn = |i: usize, j: usize| (height - 1 - i, width - 1 - j);
    let quarter_turn = |i: usize, j: usize| (j, height - 1 - i);
    let square = height == width;
    let generators = match base {
        "d4" if square => vec![map(&quarter_turn)?, map(&mirror)?],
        "c4" if square => vec![map(&quarter_turn)?],
        "d2" | "v4" => vec![map(&half_turn)?, map(&mirror)?],
        "c2" => vec![map(&half_turn)?],
        "d1" => vec![map(&mirror)?],
        _ => return Ok(None),
    };
    Ok(Some(PermGroup::new(count, generators)?))
}

fn grid_group(text: &str, base: &str, grid: &str) -> Result<PermGroup, BridgeError> {
    let sides = match grid.split_once('x') {
        Some((height, width)) => height.trim().parse().ok().zip(width.trim().parse().ok()),
        None => grid.parse().ok().map(|side| (side, side)),
    };
    let group = match sides {
        Some((height, width)) => pixel_symmetries(base, height, width)?,
        None => None,
    };
    match group {
        Some(group) => Ok(group),
        None => crate::error::refuse(
            "group",
            text,
            "D4gridN or C4gridN for an N x N grid, D2gridHxW or C2gridHxW for an H x W grid",
        ),
    }
}

/// Rotation groups of the regular solids on their faces, vertices and edges.
///
/// The group of the cube is S4 on the four diagonals; its faces, vertices and edges are the cosets of the stabilizers, which
/// are cyclic of order 4, 3 and 2 (generated by a transposition: a half turn about an edge swaps two diagonals). The group
/// of the dodecahedron is A5, with stabilizers of order 5, 3 and 2; that of the tetrahedron is A4 with orders 3, 3 and 2.
fn solid(name: &str) -> Result<Option<PermGroup>, BridgeError> {
    let words = name.replace([' ', '-', '_'], "");
    let solids = ["cube", "octahedron", "tetrahedron", "dodecahedron", "icosahedron"];
    let Some(solid) = solids.into_iter().find(|solid| words.starts_with(solid)) else {
        return Ok(None);
    };
    let part = match &words[solid.len()..] {
        "faces" | "face" => "faces",
        "vertices" | "vertex" | "corners" | "corner" => "vertices",
        "edges" | "edge" => "edges",
        _ => {
            return crate::error::refuse(
                "group",
                name,
                format!("{solid} followed by Faces, Vertices or Edges"),
            );
        }
    };
    let (group, stabilizer) = match (solid, part) {
        ("cube", "faces") | ("octahedron", "vertices") => ("S4", "(1,2,3,4)"),
        ("cube", "vertices") | ("octahedron", "faces") => ("S4", "(1,2,3)(4)"),
        ("cube" | "octahedron", _) => ("S4", "(1,2)(4)"),
        ("tetrahedron", "edges") => ("A4", "(1,2)(3,4)"),
        ("tetrahedron", _) => return Ok(Some(catalog::parse_group("A4")?)),
        ("dodecahedron", "faces") | ("icosahedron", "vertices") => ("A5", "(1,2,3,4,5)"),
        ("dodecahedron", "vertices") | ("icosahedron", "faces") => ("A5", "(1,2,3)(5)"),
        _ => ("A5", "(1,2)(3,4)(5)"),
    };
    let group = catalog::parse_group(group)?;
    let stabilizer = catalog::parse_group(stabilizer)?;
    Ok(Some(
        group.coset_homomorphism(&stabilizer, 60)?.image_group().clone(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_and_degrees() {
        for (text, degree, order) in [
            ("D4grid2", 4, 8u32),
            ("D4grid4", 16, 8),
            ("C4grid3", 9, 4),
            ("D2grid2x3", 6, 4),
            ("CubeFaces", 6, 24),
            ("cube vertices", 8, 24),
            ("CubeEdges", 12, 24),
            ("OctahedronFaces", 8, 24),
            ("TetrahedronEdges", 6, 12),
            ("TetrahedronFaces", 4, 12),
            ("DodecahedronFaces", 12, 60),
            ("IcosahedronFaces", 20, 60),
            ("IcosahedronEdges", 30, 60),
            ("F21", 7, 21),
            ("F20", 5, 20),
            ("F42", 7, 42),
            ("13:4", 13, 52),
            ("5:1", 5, 5),
            ("Q8", 8, 8),
            ("C5 x S3", 8, 30),
        ] {
            let group = named_group(text).unwrap();
            assert_eq!((group.degree(), group.order()), (degree, order.into()), "{text}");
        }
    }

    /// Colourings of solids: numbers that are in the literature (Pólya).
    #[test]
    fn the_solids_are_the_solids() {
        for (text, colours, orbits) in [
            ("CubeFaces", 2u32, 10u32),
            ("CubeVertices", 2, 23),
            ("CubeEdges", 2, 218),
            ("OctahedronFaces", 2, 23),
            ("DodecahedronFaces", 2, 96),
            ("DodecahedronVertices", 2, 17_824),
            ("TetrahedronEdges", 2, 12),
        ] {
            let found = named_group(text)
                .unwrap()
                .number_of_colourings(&colours.into())
                .unwrap();
            assert_eq!(found, orbits.into(), "{text}");
        }
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for (text, says) in [
            ("7:4", "divisor of p - 1"),
            ("8:7", "p a prime"),
            ("F8", "m = p·k"),
            ("D5grid3", "D4gridN"),
            ("D4grid2x3", "D2gridHxW"),
            ("D4grid0", "1 to 1000000 pixels"),
            ("CubeCorridors", "Faces, Vertices or Edges"),
            ("Foo7", "unknown group"),
        ] {
            let message = named_group(text).unwrap_err().to_string();
            assert!(message.contains(says), "{text}: {message}");
        }
    }
}
