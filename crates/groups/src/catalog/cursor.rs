//! Reading text character by character, with columns for the error messages.

/// A cursor over characters that knows its 1-based column.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    column: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars().peekable(),
            column: 1,
        }
    }

    pub(crate) fn skip_space(&mut self) {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {
            self.column += 1;
        }
    }

    /// The next character that is not white space.
    pub(crate) fn peek(&mut self) -> Option<char> {
        self.skip_space();
        self.rest.peek().copied()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let c = self.rest.next();
        self.column += usize::from(c.is_some());
        c
    }

    pub(crate) fn column(&self) -> usize {
        self.column
    }

    pub(crate) fn take_if(&mut self, wanted: char) -> bool {
        self.skip_space();
        let taken = self.rest.next_if_eq(&wanted).is_some();
        self.column += usize::from(taken);
        taken
    }

    pub(crate) fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.rest.next_if(|&c| keep(c)) {
            taken.push(c);
            self.column += 1;
        }
        taken
    }

    /// Whether the parenthesis here opens a cycle rather than a group.
    pub(crate) fn opens_cycle(&mut self) -> bool {
        self.skip_space();
        let mut ahead = self.rest.clone().skip(1).skip_while(|c| c.is_whitespace());
        matches!(ahead.next(), Some(c) if c.is_ascii_digit() || c == ')')
    }

    /// What is here, for an error message.
    pub(crate) fn found(&mut self) -> String {
        self.peek()
            .map_or_else(|| "the end of the text".to_owned(), |c| format!("`{c}`"))
    }

    /// A position to come back to with [`rewind`](Self::rewind).
    pub(crate) fn mark(&self) -> Self {
        self.clone()
    }

    /// Goes back to a position marked before.
    pub(crate) fn rewind(&mut self, mark: Self) {
        *self = mark;
    }

    /// Takes a keyword, in either case, if it is here.
    pub(crate) fn take_keyword(&mut self, word: &str) -> bool {
        self.skip_space();
        let mark = self.mark();
        let found = word
            .chars()
            .all(|c| self.next().is_some_and(|d| d.eq_ignore_ascii_case(&c)));
        if !found {
            self.rewind(mark);
        }
        found
    }

    /// Digits as a number; none if there is no digit here. A number too long for `usize` is the largest one, which
    /// is over every limit.
    pub(crate) fn take_integer(&mut self) -> Option<usize> {
        self.skip_space();
        let digits = self.take_while(|c| c.is_ascii_digit());
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
    }
}
