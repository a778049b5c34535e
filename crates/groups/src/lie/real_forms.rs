//! Which real form: the classical and exceptional real simple algebras, told apart by the Killing form.
//!
//! Among real forms of one complex type the *character*, positive less negative squares of the Killing form, is almost
//! always enough (S. Helgason, *Differential Geometry, Lie Groups, and Symmetric Spaces*, chapter X, table V). Where it
//! is not, all forms that fit are listed: the names are hints by signature, not a proof of isomorphism.

use super::{DynkinType, Family, SimpleType};

/// The real semisimple algebras of this complex type whose Killing form has these numbers of positive and negative
/// squares, by name: sums of real forms of the parts, and complex algebras regarded as real.
pub fn real_forms(kind: &DynkinType, signature: [usize; 2]) -> Vec<String> {
    let character = signature[0] as i64 - signature[1] as i64;
    let mut found = Vec::new();
    assemble(kind.parts(), character, &mut Vec::new(), &mut found);
    found.sort();
    found.dedup();
    found
}

/// Takes off the first part, alone or as half of a complex algebra with an equal part.
fn assemble(parts: &[SimpleType], character: i64, names: &mut Vec<String>, found: &mut Vec<String>) {
    // Beyond a few parts there are too many sums for a hint.
    const SUMS: usize = 64;
    let Some((first, rest)) = parts.split_first() else {
        if character == 0 && found.len() < SUMS {
            let mut sorted = names.clone();
            sorted.sort();
            found.push(sorted.join("+"));
        }
        return;
    };
    for (name, value) in simple_real_forms(*first) {
        names.push(name);
        assemble(rest, character - value, names, found);
        names.pop();
    }
    if let Some(twin) = rest.iter().position(|part| part == first) {
        let mut others = rest.to_vec();
        others.remove(twin);
        names.push(complex_name(*first));
        assemble(&others, character, names, found);
        names.pop();
    }
}

/// The real forms of a simple type with their characters.
fn simple_real_forms(kind: SimpleType) -> Vec<(String, i64)> {
    let n = kind.rank() as i64;
    let mut forms: Vec<(String, i64)> = Vec::new();
    let mut add = |name: String, character: i64| forms.push((name, character));
    match kind.family() {
        Family::A => {
            let m = n + 1;
            add(format!("sl({m},R)"), n);
            if m % 2 == 0 && m > 2 {
                add(format!("su*({m})"), -m - 1);
            }
            for q in 0..=m / 2 {
                let p = m - q;
                match (m, q) {
                    (2, 0) => add("so(3)".to_owned(), -3),
                    (2, _) => {}
                    (_, 0) => add(format!("su({m})"), 1 - m * m),
                    _ => add(format!("su({p},{q})"), 1 - (p - q) * (p - q)),
                }
            }
        }
        Family::B | Family::D => {
            let m = 2 * n + i64::from(kind.family() == Family::B);
            for q in 0..=m / 2 {
                let p = m - q;
                let name = if q == 0 {
                    format!("so({m})")
                } else {
                    format!("so({p},{q})")
                };
                add(name, p * q - p * (p - 1) / 2 - q * (q - 1) / 2);
            }
            if kind.family() == Family::D {
                add(format!("so*({m})"), -n);
            }
        }
        Family::C => {
            add(format!("sp({},R)", 2 * n), n);
            for q in 0..=n / 2 {
                let p = n - q;
                let name = if q == 0 {
                    format!("sp({n})")
                } else {
                    format!("sp({p},{q})")
                };
                add(name, 4 * p * q - p * (2 * p + 1) - q * (2 * q + 1));
            }
        }
        Family::E => {
            let characters: &[i64] = match n {
                6 => &[6, 2, -14, -26, -78],
                7 => &[7, -5, -25, -133],
                _ => &[8, -24, -248],
            };
            characters.iter().for_each(|c| add(format!("e{n}({c})"), *c));
        }
        Family::F => [4, -20, -52].iter().for_each(|c| add(format!("f4({c})"), *c)),
        Family::G => [2, -14].iter().for_each(|c| add(format!("g2({c})"), *c)),
    }
    forms
}

fn complex_name(kind: SimpleType) -> String {
    let n = kind.rank();
    match kind.family() {
        Family::A => format!("sl({},C)", n + 1),
        Family::B => format!("so({},C)", 2 * n + 1),
        Family::C => format!("sp({},C)", 2 * n),
        Family::D => format!("so({},C)", 2 * n),
        Family::E | Family::F | Family::G => format!("{},C", kind.to_string().to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(kind: &str, signature: [usize; 2]) -> Vec<String> {
        real_forms(&kind.parse().unwrap(), signature)
    }

    #[test]
    fn signatures_tell_low_real_forms_apart() {
        assert_eq!(forms("A1", [2, 1]), ["sl(2,R)"]);
        assert_eq!(forms("A1", [0, 3]), ["so(3)"]);
        assert_eq!(forms("A1+A1", [3, 3]), ["sl(2,C)"]);
        assert_eq!(forms("A1+A1", [2, 4]), ["sl(2,R)+so(3)"]);
        assert_eq!(forms("A3", [8, 7]), ["su(2,2)"]);
        assert_eq!(forms("A3", [5, 10]), ["su*(4)"]);
        assert_eq!(forms("B2", [4, 6]), ["so(4,1)"]);
        assert_eq!(forms("G2", [8, 6]), ["g2(2)"]);
        assert_eq!(forms("D4", [16, 12]), ["so(4,4)"]);
    }

    /// The character of a real form has the parity of the dimension and lies between -dim and the rank.
    #[test]
    fn characters_are_possible() {
        for text in [
            "A1", "A4", "A5", "B3", "C4", "D4", "D5", "E6", "E7", "E8", "F4", "G2",
        ] {
            let part = text.parse::<DynkinType>().unwrap().parts()[0];
            let (dimension, rank) = (part.algebra_dimension() as i64, part.rank() as i64);
            let characters: Vec<i64> = simple_real_forms(part).into_iter().map(|(_, c)| c).collect();
            assert!(
                characters
                    .iter()
                    .all(|c| (c - dimension) % 2 == 0 && *c >= -dimension && *c <= rank),
                "{text}"
            );
            assert!(
                characters.contains(&-dimension) && characters.contains(&rank),
                "{text}: compact and split"
            );
        }
    }
}
