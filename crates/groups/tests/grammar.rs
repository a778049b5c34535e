//! Every example of `docs/group-grammar.md` parses, with the degree and the order that its row states.

#![allow(clippy::unwrap_used)]

use groups::catalog::parse_group;
use num_bigint::BigUint;

/// `sum = term { (+|-) term }`, `term = power { (*|/) power }`, `power = value [ ! ] [ ^ value [ ! ] ]`,
/// over the natural numbers; division must come out even.
struct Formula<'a> {
    text: &'a str,
    rest: std::iter::Peekable<std::str::Chars<'a>>,
}

impl<'a> Formula<'a> {
    fn evaluate(text: &'a str) -> BigUint {
        let mut formula = Self {
            text,
            rest: text.chars().peekable(),
        };
        let value = formula.sum();
        assert_eq!(formula.rest.next(), None, "{text}");
        value
    }

    fn sum(&mut self) -> BigUint {
        let mut value = self.term();
        while let Some(sign) = self.rest.next_if(|c| "+-".contains(*c)) {
            let term = self.term();
            value = if sign == '+' { value + term } else { value - term };
        }
        value
    }

    fn term(&mut self) -> BigUint {
        let mut value = self.power();
        while let Some(sign) = self.rest.next_if(|c| "*/".contains(*c)) {
            let factor = self.power();
            if sign == '*' {
                value *= factor;
            } else {
                assert_eq!(&value % &factor, BigUint::ZERO, "{}", self.text);
                value /= factor;
            }
        }
        value
    }

    fn power(&mut self) -> BigUint {
        let base = self.factorial();
        match self.rest.next_if_eq(&'^') {
            Some(_) => base.pow(u32::try_from(self.factorial()).unwrap()),
            None => base,
        }
    }

    fn factorial(&mut self) -> BigUint {
        let value = if self.rest.next_if_eq(&'(').is_some() {
            let value = self.sum();
            assert_eq!(self.rest.next(), Some(')'), "{}", self.text);
            value
        } else {
            let mut digits = String::new();
            while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            digits
                .parse()
                .unwrap_or_else(|_| panic!("a number in {}", self.text))
        };
        match self.rest.next_if_eq(&'!') {
            Some(_) => (1..=u32::try_from(value).unwrap()).map(BigUint::from).product(),
            None => value,
        }
    }
}

#[test]
fn formulas_are_read_as_written() {
    for (text, value) in [
        ("2+3*4", 14u32),
        ("(2^3-1)*2", 14),
        ("3!^2*2!", 72),
        ("24/2/3", 4),
        ("10-3-2", 5),
    ] {
        assert_eq!(Formula::evaluate(text), value.into());
    }
}

#[test]
fn documented_examples_have_the_orders_of_their_formulas() {
    let examples = include_str!("../../../docs/group-grammar.md")
        .split("# Examples")
        .nth(1)
        .unwrap();
    let mut count = 0;
    for row in examples.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, text, degree, order, _] = cells[..] else {
            panic!("four bars in {row}")
        };
        let text = text.trim_matches('`');
        let group = parse_group(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            group.degree(),
            degree.parse::<usize>().unwrap(),
            "degree of {text}"
        );
        assert_eq!(
            group.order(),
            Formula::evaluate(order.trim_matches('`')),
            "order of {text}"
        );
        count += 1;
    }
    assert!(count > 70, "only {count} examples were found");
}
