//! `shadow group analyze`: a table of groups in, the same table with our answers out.
//!
//! Every entry is handed to a worker, a process of its own. A question that runs into the time limit, or out of memory
//! or stack, ends its worker and nothing else: what that worker had answered is kept, and a new one goes on.

mod worker;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use groups::analysis::{Entry, Field};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::cli::{CliError, Outcome, output};
pub(super) use worker::serve;
use worker::{Reply, Worker};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A list of objects with `name`, `degree`, `generators` (0-based image arrays) and the fields that are asked.
    #[arg(long, value_name = "FILE.json")]
    batch: PathBuf,
    /// Where the answers go.
    #[arg(long, value_name = "OUT.json")]
    json: PathBuf,
    /// Answer only these fields, of those that an entry has.
    #[arg(long, value_name = "F1,F2,…", value_delimiter = ',')]
    fields: Vec<String>,
    /// The longest that one field of one group may take.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time_limit: Option<Duration>,
    /// Groups that are worked on at the same time; as many as there are cores unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds: &f64| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected a positive number of seconds".to_owned())
}

/// The answers to one entry.
struct Answers {
    name: Option<String>,
    degree: Option<usize>,
    /// In the order of the fields.
    fields: Vec<(String, Value)>,
    /// Why the entry could not be read.
    error: Option<String>,
}

impl Serialize for Answers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(name) = &self.name {
            map.serialize_entry("name", name)?;
        }
        if let Some(degree) = &self.degree {
            map.serialize_entry("degree", degree)?;
        }
        for (key, value) in &self.fields {
            map.serialize_entry(key, value)?;
        }
        if let Some(error) = &self.error {
            map.serialize_entry("error", error)?;
        }
        map.end()
    }
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let fields = args
        .fields
        .iter()
        .map(|name| field(name))
        .collect::<Result<Vec<_>, _>>()?;
    let table = read(&args.batch)?;
    output::writable(&args.json)?;
    let answers = answer_all(&table, &fields, args)?;
    output::file(&args.json, output::to_json(&answers).as_bytes())?;
    let bad: Vec<String> = answers
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| {
            let name = entry.name.as_deref().unwrap_or("without a name");
            let error = entry.error.as_ref()?;
            Some(format!("entry {index} ({name}): {error}"))
        })
        .collect();
    output::text(&format!(
        "{} of {} entries answered in {}",
        answers.len() - bad.len(),
        answers.len(),
        args.json.display()
    ))?;
    if bad.is_empty() {
        Ok(Outcome::Good)
    } else {
        Err(CliError::Rows {
            bad: bad.len(),
            all: answers.len(),
            errors: bad.join("; "),
        })
    }
}

fn field(name: &str) -> Result<Field, CliError> {
    Field::parse(name.trim()).ok_or_else(|| {
        let known: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
        CliError::Usage(format!(
            "--fields '{name}' is no field: expected some of {}",
            known.join(", ")
        ))
    })
}

fn read(path: &Path) -> Result<Vec<Value>, CliError> {
    let text = std::fs::read_to_string(path).map_err(CliError::read(path))?;
    serde_json::from_str(&text).map_err(|error| CliError::Format {
        path: path.to_owned(),
        error: error.to_string(),
        expected: "a list of objects with `degree`, `generators` and fields",
    })
}

/// All answers, in the order of the table whatever the number of jobs.
fn answer_all(table: &[Value], fields: &[Field], args: &Args) -> Result<Vec<Answers>, CliError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or(cores, usize::from).clamp(1, table.len().max(1));
    let threads = (cores / jobs).max(1);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let bar = Mutex::new(output::Progress::over(table.len() as u64));
    let work = || -> Result<Vec<(usize, Answers)>, CliError> {
        let mut worker = Worker::new(threads, args.time_limit);
        let mut answers = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(row) = table.get(index) else {
                return Ok(answers);
            };
            answers.push((index, answer_entry(row, fields, &mut worker)?));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            let name = row["name"].as_str().unwrap_or_default();
            bar.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .at(done as u64, name);
        }
    };
    let mut answers = std::thread::scope(|scope| -> Result<Vec<(usize, Answers)>, CliError> {
        let handles: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::with_capacity(table.len());
        for handle in handles {
            match handle.join() {
                Ok(part) => all.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(all)
    })?;
    answers.sort_by_key(|(index, _)| *index);
    Ok(answers.into_iter().map(|(_, entry)| entry).collect())
}

fn answer_entry(row: &Value, fields: &[Field], worker: &mut Worker) -> Result<Answers, CliError> {
    let mut answers = Answers {
        name: row["name"].as_str().map(str::to_owned),
        degree: None,
        fields: Vec::new(),
        error: None,
    };
    // The group is read here to refuse a bad entry at once, and again by each worker that is asked about it.
    let entry = match Entry::read(row).and_then(|entry| entry.group().map(|_| entry)) {
        Ok(entry) => entry,
        Err(error) => {
            answers.error = Some(error.to_string());
            return Ok(answers);
        }
    };
    answers.degree = Some(entry.degree);
    worker.take_group(json!({"degree": entry.degree, "generators": entry.generators}).to_string());
    let mut out_of_time = false;
    for question in &entry.questions {
        if !fields.is_empty() && !fields.contains(&question.field) {
            continue;
        }
        // Without a base and strong generating set within the limit, what needs one is not within it either.
        let value = if out_of_time && !question.field.is_combinatorial() {
            json!({"error": worker::TIME_LIMIT})
        } else {
            let line = json!({"field": question.field.name(), "input": question.input}).to_string();
            match worker.ask(&line)? {
                Reply::Answer(value) => value,
                Reply::TimeLimit => {
                    out_of_time |= question.field == Field::Order;
                    json!({"error": worker::TIME_LIMIT})
                }
                Reply::Died(how) => json!({"error": format!("the computation ended abnormally ({how})")}),
            }
        };
        answers.fields.push((question.field.name().to_owned(), value));
    }
    if fields.is_empty() {
        answers.fields.extend(
            entry
                .unknown
                .into_iter()
                .map(|key| (key, json!({"error": "no such field"}))),
        );
    }
    Ok(answers)
}
