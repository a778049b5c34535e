//! The journal of a sweep: a header, then one line of JSON for each finished item, on disk before the next is begun.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Line, Plan, Shard, Summary};
use crate::BridgeError;

/// Name of the journal in its folder.
pub const JOURNAL: &str = "journal.jsonl";

/// Name of the summary that is written when a sweep is complete, or merged.
pub const SUMMARY: &str = "summary.json";

/// The first line of a journal: what must agree when a run goes on, or when journals are merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    schema: String,
    version: String,
    plan: Plan,
    shard: Option<Shard>,
}

impl Header {
    pub(super) fn new(plan: Plan, shard: Option<Shard>) -> Self {
        Header {
            schema: "shadow.sweep-journal/1".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            plan,
            shard,
        }
    }
}

/// An open journal with everything that it holds.
pub(super) struct Journal {
    folder: PathBuf,
    header: Header,
    lines: BTreeMap<String, Line>,
    file: File,
}

fn problem(path: &Path, problem: impl ToString) -> BridgeError {
    BridgeError::Journal {
        path: path.to_owned(),
        problem: problem.to_string(),
    }
}

/// A value as one line of JSON.
fn to_line(value: &impl Serialize) -> String {
    let mut text =
        serde_json::to_string(value).expect("lines have string keys and serialise without failing");
    text.push('\n');
    text
}

/// The header and the lines of a journal, and the length of its part that is whole: a last line that was cut off is left out.
fn read(path: &Path) -> Result<(Header, Vec<Line>, u64), BridgeError> {
    let text = std::fs::read(path).map_err(|error| problem(path, error))?;
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let text = std::str::from_utf8(&text[..whole]).map_err(|error| problem(path, error))?;
    let mut rows = text.lines().enumerate();
    let Some((_, header)) = rows.next() else {
        return Err(problem(path, "it has no header"));
    };
    let header = serde_json::from_str(header).map_err(|error| problem(path, format!("header: {error}")))?;
    let line = |(number, row): (usize, &str)| {
        serde_json::from_str(row).map_err(|error| problem(path, format!("line {}: {error}", number + 1)))
    };
    let lines = rows.map(line).collect::<Result<_, _>>()?;
    Ok((header, lines, whole as u64))
}

impl Journal {
    /// Goes on with the journal in a folder, or begins one.
    pub(super) fn open(folder: &Path, header: Header, items: &[String]) -> Result<Self, BridgeError> {
        let path = folder.join(JOURNAL);
        std::fs::create_dir_all(folder).map_err(|error| problem(&path, error))?;
        let mut lines = BTreeMap::new();
        // A header that was cut off is as good as none.
        let begun = std::fs::read(&path).is_ok_and(|text| text.contains(&b'\n'));
        let file = if begun {
            let (found, read, whole) = read(&path)?;
            if found != header {
                return Err(problem(
                    &path,
                    format!(
                        "it belongs to another run ({}): expected {}; take another folder",
                        to_line(&found).trim_end(),
                        to_line(&header).trim_end()
                    ),
                ));
            }
            for line in read {
                add(&mut lines, line, &path)?;
            }
            let file = OpenOptions::new().append(true).open(&path);
            let file = file.map_err(|error| problem(&path, error))?;
            file.set_len(whole).map_err(|error| problem(&path, error))?;
            file
        } else {
            let mut file = File::create(&path).map_err(|error| problem(&path, error))?;
            let write = file
                .write_all(to_line(&header).as_bytes())
                .and_then(|()| file.sync_data());
            write.map_err(|error| problem(&path, error))?;
            file
        };
        known(&lines, items, &path)?;
        Ok(Journal {
            folder: folder.to_owned(),
            header,
            lines,
            file,
        })
    }

    pub(super) fn holds(&self, item: &str) -> bool {
        self.lines.contains_key(item)
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Writes a line through to the disk.
    pub(super) fn append(&mut self, line: Line) -> Result<(), BridgeError> {
        let write = self.file.write_all(to_line(&line).as_bytes());
        write
            .and_then(|()| self.file.sync_data())
            .map_err(|error| problem(&self.folder.join(JOURNAL), error))?;
        self.lines.insert(line.item.clone(), line);
        Ok(())
    }

    /// Puts the lines in the order of the items and writes the summary.
    pub(super) fn finish(self, items: &[String]) -> Result<Summary, BridgeError> {
        write_all(&self.folder, &self.header, &self.lines, items)
    }
}

/// Adds a line; the same line twice is no harm, another one on the same item is.
fn add(lines: &mut BTreeMap<String, Line>, line: Line, path: &Path) -> Result<(), BridgeError> {
    match lines.get(&line.item) {
        Some(known) if *known != line => Err(problem(
            path,
            format!("what it says of {} is not what another line says", line.item),
        )),
        Some(_) => Ok(()),
        None => {
            lines.insert(line.item.clone(), line);
            Ok(())
        }
    }
}

/// Refuses lines on items that the plan does not have.
fn known(lines: &BTreeMap<String, Line>, items: &[String], path: &Path) -> Result<(), BridgeError> {
    let items: std::collections::BTreeSet<&String> = items.iter().collect();
    match lines.keys().find(|item| !items.contains(item)) {
        Some(item) => Err(problem(path, format!("{item} is no item of its plan"))),
        None => Ok(()),
    }
}

/// Writes the journal in order, and the summary, each whole or not at all.
fn write_all(
    folder: &Path,
    header: &Header,
    lines: &BTreeMap<String, Line>,
    items: &[String],
) -> Result<Summary, BridgeError> {
    let ordered: Vec<&Line> = items.iter().filter_map(|item| lines.get(item)).collect();
    let summary = Summary::of(&header.plan, header.shard, items.len(), &ordered);
    let mut journal = to_line(header);
    for line in &ordered {
        journal.push_str(&to_line(line));
    }
    let text = serde_json::to_string_pretty(&summary)
        .expect("summaries have string keys and serialise without failing");
    for (name, contents) in [(JOURNAL, journal), (SUMMARY, text + "\n")] {
        let path = folder.join(name);
        let write = || -> std::io::Result<()> {
            let mut builder = tempfile::Builder::new();
            #[cfg(unix)]
            {
                // Temporary files are private by default; a result is as readable as any new file (less the umask).
                use std::os::unix::fs::PermissionsExt;
                builder.permissions(std::fs::Permissions::from_mode(0o666));
            }
            let mut temporary = builder.tempfile_in(folder)?;
            temporary.write_all(contents.as_bytes())?;
            temporary.as_file().sync_all()?;
            temporary.persist(&path).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| problem(&path, error))?;
    }
    Ok(summary)
}

/// Merges the journals of shards, or of the same run, into `out`: the journal of the whole plan in its order, and the summary.
/// Merging the result again, alone or with its parts, changes nothing.
///
/// # Errors
/// [`BridgeError::Journal`] for journals of different plans, seeds, levels or versions, for two lines on one item that differ, for a
/// journal of another plan in `out`, and for files that cannot be read or written.
pub fn merge(folders: &[PathBuf], out: &Path) -> Result<Summary, BridgeError> {
    let mut merged: Option<Header> = None;
    let mut lines = BTreeMap::new();
    let at_out = out.join(JOURNAL);
    let before = at_out.exists().then(|| out.to_owned());
    for folder in folders.iter().chain(&before) {
        let path = folder.join(JOURNAL);
        let (header, read, _) = read(&path)?;
        let header = Header {
            shard: None,
            ..header
        };
        match &merged {
            Some(first) if *first != header => {
                return Err(problem(
                    &path,
                    format!(
                        "it belongs to another run ({}): expected {}",
                        to_line(&header).trim_end(),
                        to_line(first).trim_end()
                    ),
                ));
            }
            Some(_) => {}
            None => merged = Some(header),
        }
        for line in read {
            add(&mut lines, line, &path)?;
        }
    }
    let Some(header) = merged else {
        return Err(problem(out, "there is nothing to merge"));
    };
    let items = header.plan.items()?;
    known(&lines, &items, &at_out)?;
    std::fs::create_dir_all(out).map_err(|error| problem(out, error))?;
    write_all(out, &header, &lines, &items)
}
