//! Printing, progress, and files that are never half-written.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::CliError;

/// Prints a text with a line end. A reader that has gone away (`shadow … | head`) is no error.
pub(crate) fn text(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    let text = text.strip_suffix('\n').unwrap_or(text);
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Print(error)),
        _ => Ok(()),
    }
}

/// Prints a value as indented JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), CliError> {
    text(&to_json(value))
}

/// A value as indented JSON.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("result types have string keys and serialise without failing")
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes sure that a file can be written where it is wanted, before any work is done for it.
pub(crate) fn writable(path: &Path) -> Result<(), CliError> {
    if path.is_dir() {
        let error = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(CliError::write(path)(error));
    }
    if is_special(path) {
        return Ok(());
    }
    tempfile::tempfile_in(folder_of(path))
        .map(drop)
        .map_err(CliError::write(path))
}

/// Whether a path leads to a device, a pipe or a socket. A rename would put a file in its place (of `/dev/null`, for
/// one who may), so these are written to directly.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}

/// Writes a file whole or not at all: to a temporary file beside it, which is then renamed.
pub(crate) fn file(path: &Path, contents: &[u8]) -> Result<(), CliError> {
    stream(path, |file| file.write_all(contents))
}

/// The same for contents that are written piece by piece.
pub(crate) fn stream(
    path: &Path,
    contents: impl FnOnce(&mut std::fs::File) -> io::Result<()>,
) -> Result<(), CliError> {
    let folder = folder_of(path);
    let write = || -> io::Result<()> {
        if is_special(path) {
            return contents(&mut std::fs::OpenOptions::new().write(true).open(path)?);
        }
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            // Temporary files are private by default; a result is as readable as any new file (less the umask).
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut temporary = builder.tempfile_in(folder)?;
        contents(temporary.as_file_mut())?;
        temporary.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(CliError::write(path))
}

/// Makes sure that a folder exists and can be written to, before any work is done for it.
pub(crate) fn folder(path: &Path) -> Result<(), CliError> {
    let probe = || -> io::Result<()> {
        std::fs::create_dir_all(path)?;
        tempfile::tempfile_in(path).map(drop)
    };
    probe().map_err(CliError::write(path))
}

/// A progress bar that is drawn on a terminal only, and only once the work has taken a second.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// When the work began, until the bar is drawn; none where it never will be.
    waiting_since: Option<Instant>,
}

impl Progress {
    /// A bar over so many steps.
    pub(crate) fn over(steps: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{elapsed_precise} {bar:32} {percent:>3}% {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Progress {
            bar,
            waiting_since: io::stderr().is_terminal().then(Instant::now),
        }
    }

    /// The same where the number of steps grows as more turn up.
    pub(crate) fn at_of(&mut self, step: u64, steps: u64, doing: &str) {
        self.bar.set_length(steps);
        self.at(step, doing);
    }

    /// Says what is going on and how many steps are done.
    pub(crate) fn at(&mut self, step: u64, doing: &str) {
        if self
            .waiting_since
            .is_some_and(|since| since.elapsed() > Duration::from_secs(1))
        {
            self.waiting_since = None;
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
            self.bar.enable_steady_tick(Duration::from_millis(250));
        }
        self.bar.set_message(doing.to_owned());
        self.bar.set_position(step);
    }
}

impl Drop for Progress {
    /// The line is cleared, also when the work ends in an error.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
