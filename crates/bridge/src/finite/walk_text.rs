//! Graphs of walks in words: "C12", "Cayley(S4; 3 adjacent transpositions)", "Schreier D4 on 4 vertices".

use groups::{PermGroup, Permutation};
use num_rational::BigRational;

use super::action::{FiniteAction, Points};
use super::named::named_group;
use super::walk::{MAX_STATES, Walk};
use crate::BridgeError;
use crate::error::refuse;

/// See [`Walk::parse`].
pub(super) fn parse_walk(graph: &str, generators: &str, lazy: BigRational) -> Result<Walk, BridgeError> {
    let text = graph.trim();
    let lower = text.to_lowercase();
    if let Some(rest) = lower.strip_prefix("cayley") {
        let inside = &text[text.len() - rest.len()..];
        let inside = inside.trim().trim_start_matches('(');
        let inside = inside.strip_suffix(')').unwrap_or(inside);
        let name = inside.split(';').next().unwrap_or_default();
        let group = named_group(name)?;
        let elements = parse_generators(&group, generators)?;
        return Walk::new(&on_elements(&group, &elements)?, lazy);
    }
    if let Some(rest) = lower.strip_prefix("schreier") {
        let inside = text[text.len() - rest.len()..].trim();
        let Some((name, on)) = inside.split_once(" on ") else {
            return refuse(
                "graph",
                format!("`{text}`"),
                "Schreier GROUP on POINTS, such as Schreier D4 on 4 vertices",
            );
        };
        let action = FiniteAction::parse(name, on)?;
        let elements = parse_generators(action.group(), generators)?;
        return Walk::new(&on_set(&action, &elements)?, lazy);
    }
    let complete = lower
        .strip_prefix('k')
        .and_then(|digits| digits.trim().parse::<usize>().ok());
    if let Some(n) = complete.filter(|n| (2..=MAX_STATES).contains(n)) {
        let all: Vec<String> = (1..n).map(|step| step.to_string()).collect();
        return Walk::new(&shifts(n, &all.join(","))?, lazy);
    }
    let cycle = lower
        .strip_prefix(['c', 'z'])
        .and_then(|digits| digits.trim().parse::<usize>().ok());
    match cycle {
        Some(n) if (1..=MAX_STATES).contains(&n) => Walk::new(&shifts(n, generators)?, lazy),
        _ => refuse(
            "graph",
            format!("`{text}`"),
            format!("C n with n up to {MAX_STATES}, Cayley(GROUP; …), or Schreier GROUP on POINTS"),
        ),
    }
}

/// The text without remarks: parentheses with letters in them.
fn without_remarks(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        let Some(close) = rest[open..].find(')') else {
            break;
        };
        let inside = &rest[open..=open + close];
        kept.push_str(&rest[..open]);
        if !inside.contains(char::is_alphabetic) {
            kept.push_str(inside);
        }
        rest = &rest[open + close + 1..];
    }
    (kept + rest).trim().to_owned()
}

fn shifts(n: usize, generators: &str) -> Result<Vec<Permutation>, BridgeError> {
    let mut text = without_remarks(generators);
    if text.to_lowercase().starts_with("all") {
        text = (1..n).map(|step| step.to_string()).collect::<Vec<_>>().join(",");
    }
    // ±2 is +2,-2.
    let both = |token: &str| {
        token
            .trim()
            .strip_prefix('±')
            .map(|step| format!("+{step},-{step}"))
    };
    let text = text
        .split([',', ';'])
        .map(|token| both(token).unwrap_or_else(|| token.to_owned()));
    let text = text.collect::<Vec<_>>().join(",");
    let shift = |token: &str| {
        let token = token.trim();
        let step = token.strip_prefix('+').unwrap_or(token).parse::<i64>();
        match step {
            Ok(step) => {
                let by = step.rem_euclid(n as i64) as usize;
                Ok(Permutation::from_images(
                    (0..n).map(|x| ((x + by) % n) as u32).collect(),
                )?)
            }
            Err(_) => refuse("generators", format!("`{generators}`"), "shifts such as +1,-1"),
        }
    };
    text.split([',', ';']).map(shift).collect()
}

fn parse_generators(group: &PermGroup, text: &str) -> Result<Vec<Permutation>, BridgeError> {
    let n = group.degree();
    let kept = without_remarks(text);
    let lower = kept.to_lowercase();
    let swap = |i: usize, j: usize| Ok(Permutation::from_cycles(n, &[&[i, j]])?);
    let found: Vec<Permutation> = if lower.contains("adjacent") || lower.contains("coxeter") {
        (1..n)
            .map(|i| swap(i - 1, i))
            .collect::<Result<_, BridgeError>>()?
    } else if lower.contains("star") {
        (1..n).map(|i| swap(0, i)).collect::<Result<_, BridgeError>>()?
    } else if lower.contains("transposition") {
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        pairs
            .map(|(i, j)| swap(i, j))
            .collect::<Result<_, BridgeError>>()?
    } else if let Some(k) = lower
        .split_once("-cycle")
        .and_then(|(k, _)| k.split(' ').next_back()?.parse::<usize>().ok())
    {
        check_listed(group)?;
        let is_cycle = |g: &Permutation| g.cycles().len() == 1 && g.cycles()[0].len() == k;
        group.sorted_elements().filter(is_cycle).collect()
    } else if lower.contains("non-identity")
        || lower.contains("nonidentity")
        || lower.starts_with("all elements")
    {
        check_listed(group)?;
        group.sorted_elements().filter(|g| !g.is_identity()).collect()
    } else if ["generators", "unit vectors", "bit flips"]
        .iter()
        .any(|words| lower.contains(words))
    {
        let mut all = group.generators().to_vec();
        if lower.contains("inverse") {
            for g in group.generators() {
                let inverse = g.inverse();
                if !all.contains(&inverse) {
                    all.push(inverse);
                }
            }
        }
        all
    } else if kept.starts_with('(') {
        let parsed = groups::catalog::parse_group(&kept)?;
        parsed
            .generators()
            .iter()
            .map(|g| g.extended(n))
            .collect::<Result<_, _>>()?
    } else {
        let symbols = Symbols::of(group);
        kept.split([',', ';'])
            .map(|token| symbols.product(token, text))
            .collect::<Result<_, _>>()?
    };
    match found.iter().find(|g| !group.contains(g)) {
        Some(outside) => refuse(
            "generators",
            format!("`{text}` with {outside}"),
            "elements of the group",
        ),
        None if found.is_empty() => refuse(
            "generators",
            format!("`{text}`"),
            "at least one element of the group",
        ),
        None => Ok(found),
    }
}

/// Letters for elements: the turn r and the mirror s of a polygon, and i, j, k, −1 of the quaternion group.
struct Symbols {
    n: usize,
    letters: Vec<(char, Permutation)>,
    /// −1 of the quaternion group.
    minus: Option<Permutation>,
}

impl Symbols {
    fn of(group: &PermGroup) -> Self {
        let n = group.degree();
        let map =
            |f: &dyn Fn(usize) -> usize| Permutation::from_images((0..n).map(|x| f(x) as u32).collect()).ok();
        let polygon = [('r', map(&|x| (x + 1) % n)), ('s', map(&|x| (n - x) % n))];
        let mut letters: Vec<(char, Permutation)> = polygon
            .into_iter()
            .filter_map(|(letter, g)| Some((letter, g?)))
            .collect();
        let mut minus = None;
        // The catalog generates Q8 by i and j, on its 8 elements.
        if let [i, j] = group.generators()
            && n == 8
            && group.order() == 8u32.into()
            && i.pow(2) == j.pow(2)
            && !i.pow(2).is_identity()
            && !group.is_abelian()
        {
            minus = Some(i.pow(2));
            letters.extend([('i', i.clone()), ('j', j.clone()), ('k', i * j)]);
        }
        Symbols { n, letters, minus }
    }

    /// `e`, `r`, `r^-1`, `r^2 s`, `-i`, `-1`.
    fn product(&self, token: &str, text: &str) -> Result<Permutation, BridgeError> {
        let unknown = || {
            refuse(
                "generators",
                format!("`{text}`"),
                "adjacent, all or star transpositions, k-cycles, generators (and inverses), r and s, i and j of Q8, or cycles such as (1,2)",
            )
        };
        let token = token.trim().to_lowercase();
        let mut product = Permutation::identity(self.n);
        let mut rest = token.as_str();
        if let (Some(minus), Some(after)) = (&self.minus, rest.strip_prefix('-')) {
            product = minus.clone();
            rest = after.strip_prefix('1').unwrap_or(after);
        } else if rest.is_empty() {
            return unknown();
        }
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            if ['e', ' ', '*'].contains(&letter) {
                continue;
            }
            let Some((_, base)) = self.letters.iter().find(|(known, _)| *known == letter) else {
                return unknown();
            };
            let mut exponent = 1;
            if let Some(power) = rest.strip_prefix('^') {
                let sign = usize::from(power.starts_with('-'));
                let end = power[sign..]
                    .find(|c: char| !c.is_ascii_digit())
                    .map_or(power.len(), |at| at + sign);
                match power[..end].parse() {
                    Ok(value) => exponent = value,
                    Err(_) => return unknown(),
                }
                rest = &power[end..];
            }
            product = &product * &base.pow(exponent);
        }
        Ok(product)
    }
}

fn check_listed(group: &PermGroup) -> Result<(), BridgeError> {
    if group.order() > MAX_STATES.into() {
        return refuse("points", group.order(), format!("at most {MAX_STATES} points"));
    }
    Ok(())
}

/// Right multiplication on the elements of a group.
fn on_elements(group: &PermGroup, generators: &[Permutation]) -> Result<Vec<Permutation>, BridgeError> {
    check_listed(group)?;
    let elements: Vec<Permutation> = group.sorted_elements().collect();
    let place = |x: &Permutation| {
        elements
            .binary_search_by(|y| y.images().cmp(x.images()))
            .unwrap_or_default() as u32
    };
    let multiply =
        |g: &Permutation| Permutation::from_images(elements.iter().map(|x| place(&(x * g))).collect());
    Ok(generators.iter().map(multiply).collect::<Result<_, _>>()?)
}

fn on_set(action: &FiniteAction, generators: &[Permutation]) -> Result<Vec<Permutation>, BridgeError> {
    if action.points() == Points::Single {
        return Ok(generators.to_vec());
    }
    let mut all = action.elements(MAX_STATES)?;
    all.sort();
    let place = |x: &Vec<u32>| all.binary_search(x).unwrap_or_default() as u32;
    let moved =
        |g: &Permutation| Permutation::from_images(all.iter().map(|x| place(&action.act(x, g))).collect());
    Ok(generators.iter().map(moved).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_not_understood_are_named() {
        let lazy = || groups::scalar::rational(0, 1);
        for (graph, generators, says) in [
            ("torus", "+1", "`graph`"),
            ("C0", "+1", "`graph`"),
            ("C7", "up", "`generators`"),
            ("C8", "+2,-2", "does not connect"),
            ("Schreier D4", "r", "Schreier GROUP on"),
            (
                "Cayley(A4; adjacent)",
                "adjacent transpositions",
                "elements of the group",
            ),
            ("Cayley(S4; x)", "q", "r and s"),
            ("Cayley(S4; x)", "5-cycles", "at least one"),
            ("Cayley(S7; x)", "adjacent transpositions", "at most 1000"),
        ] {
            let message = parse_walk(graph, generators, lazy()).unwrap_err().to_string();
            assert!(message.contains(says), "{graph} {generators}: {message}");
        }
        assert!(parse_walk("C7", "+1", groups::scalar::rational(1, 1)).is_err());
    }

    #[test]
    fn generators_are_counted() {
        let count =
            |name: &str, text: &str| parse_generators(&named_group(name).unwrap(), text).unwrap().len();
        assert_eq!(count("S5", "adjacent transpositions"), 4);
        assert_eq!(count("S5", "all transpositions"), 10);
        assert_eq!(count("A5", "3-cycles"), 20);
        assert_eq!(count("D6", "r, r^-1, s, r^2 s"), 4);
        assert_eq!(count("S3", "(1,2),(1,2,3)"), 2);
        assert_eq!(count("Q8", "i, -i, j, -j"), 4);
        assert_eq!(count("C2^3", "unit vectors"), 3);
        assert_eq!(count("S3", "all non-identity elements"), 5);
        assert_eq!(shifts(7, "±1,±2").unwrap().len(), 4);
        let complete = parse_walk("K5", "all", groups::scalar::rational(0, 1)).unwrap();
        assert_eq!(
            complete.hitting_times(0).unwrap()[3],
            groups::scalar::rational(4, 1)
        );
        assert_eq!(count("S3", "(1,2) (a remark)"), 1);
    }
}
