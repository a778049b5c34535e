//! The part of the page on claims that is about kinds, written from the kinds.

use std::fmt::Write;

use super::kinds;

const HEAD: &str = "# Tables of claims

`shadow verify --batch FILE.json [--json OUT.json] [--time-limit SECONDS]` answers a table: a list of entries
`{\"claim\": …, \"params\": {…}}`, or an object with such a list under `entries`. Each entry comes back with our `value`; a `value`
in the input is ignored. An entry that is not understood gets an `error` that names the key, the rest are answered, and the
command exits with status 2.

Every value is computed from the parameters. Integers are numbers up to 2^53 and texts of digits beyond; rational numbers are
texts such as `5/7`; the rest are floats with the accuracy stated. Numbers among the parameters may be texts such as `1/2`.
Parameters that state what follows from the others (`order`, `stab`, `points`, …) are checked.
";

/// The second part of `docs/claims.md`: statement, vocabulary of parameters, keys of the value, source and control of every kind.
pub fn documentation() -> String {
    let mut page = HEAD.to_owned();
    let mut area = None;
    for kind in kinds() {
        if area != Some(kind.area) {
            area = Some(kind.area);
            let name = kind.area.to_string();
            let _ = write!(page, "\n## {}{}\n", name[..1].to_uppercase(), &name[1..]);
        }
        let _ = write!(
            page,
            "\n### `{}` ({})\n\n{}\n\n",
            kind.id, kind.code, kind.statement
        );
        if kind.params.is_empty() {
            page.push_str("No parameters.\n\n");
        } else {
            page.push_str("| parameter | meaning and range |\n|---|---|\n");
            for field in kind.params {
                let _ = writeln!(page, "| `{}` | {} |", field.key, field.about.replace('|', "\\|"));
            }
            page.push('\n');
        }
        page.push_str("| value | meaning |\n|---|---|\n");
        for field in kind.value {
            let _ = writeln!(page, "| `{}` | {} |", field.key, field.about.replace('|', "\\|"));
        }
        let _ = write!(
            page,
            "\n- Accuracy: {}.\n- Source: {}.\n- False, and found so: {}\n",
            kind.accuracy, kind.source, kind.control
        );
    }
    page
}
