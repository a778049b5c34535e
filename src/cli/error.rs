//! What the command can complain about, each in one line.

use std::path::{Path, PathBuf};

use bridge::BridgeError;
use groups::GroupError;
use nets::NetError;

/// A reason to exit with status 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("{0} (see 'shadow --help')")]
    Usage(String),
    #[error(transparent)]
    Group(#[from] GroupError),
    #[error(transparent)]
    Net(#[from] NetError),
    #[error(transparent)]
    Bridge(#[from] BridgeError),
    #[error("cannot write {path}: {source}", path = path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot read {path}: {source}", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot read {path}: {error}: expected {expected}", path = path.display())]
    Format {
        path: PathBuf,
        error: String,
        expected: &'static str,
    },
    #[error("{bad} of {all} rows were not answered in full: {errors}")]
    Rows { bad: usize, all: usize, errors: String },
    #[error("cannot start a worker: {0}")]
    Worker(std::io::Error),
    #[error("cannot listen for Ctrl-C: {0}")]
    Signal(ctrlc::Error),
    #[error("the program found for {0} gives another element, which is a mistake in shadow")]
    WrongProgram(String),
    #[error("cannot print: {0}")]
    Print(std::io::Error),
    #[error("{option} '{value}' is not understood: expected {expected}")]
    Option {
        option: &'static str,
        value: String,
        expected: &'static str,
    },
}

impl CliError {
    /// clap's complaint, folded into one line.
    pub(crate) fn usage(error: &clap::Error) -> Self {
        let text = error.to_string();
        let first_block: Vec<&str> = text
            .lines()
            .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .collect();
        let line = first_block.join(" ");
        CliError::Usage(line.strip_prefix("error: ").unwrap_or(&line).to_owned())
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(std::io::Error) -> CliError + use<> {
        let path = path.to_owned();
        move |source| CliError::Read { path, source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(std::io::Error) -> CliError + use<> {
        let path = path.to_owned();
        move |source| CliError::Write { path, source }
    }
}
