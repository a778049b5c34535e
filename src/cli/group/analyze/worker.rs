//! The processes that answer: one line of JSON in, one line out.
//!
//! A line is a group (`{"degree", "generators"}`), which is not answered, or a question about the last group
//! (`{"field", "input"}`), which is answered by `{"answer": …}` or `{"error": …}`.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use groups::analysis::{Entry, Field, answer};
use groups::{GroupError, PermGroup};
use serde_json::{Value, json};

use crate::cli::{CliError, Outcome};

/// What stands for an answer that took too long.
pub(super) const TIME_LIMIT: &str = "time limit";

/// The name under which the command starts itself.
pub(super) const NAME: &str = "analyze-worker";

pub(super) enum Reply {
    Answer(Value),
    TimeLimit,
    Died(String),
}

/// A process that is started when it is first asked something, and again after it was lost.
pub(super) struct Worker {
    threads: usize,
    limit: Option<Duration>,
    group: String,
    running: Option<Running>,
}

struct Running {
    child: Child,
    questions: ChildStdin,
    answers: Receiver<String>,
}

impl Worker {
    pub(super) fn new(threads: usize, limit: Option<Duration>) -> Self {
        Self {
            threads,
            limit,
            group: String::new(),
            running: None,
        }
    }

    /// Turns to another group.
    pub(super) fn take_group(&mut self, line: String) {
        if let Some(running) = &mut self.running {
            // A process that is gone by now is missed by the next question.
            let _ = writeln!(running.questions, "{line}");
        }
        self.group = line;
    }

    /// Asks about the group.
    pub(super) fn ask(&mut self, line: &str) -> Result<Reply, CliError> {
        let running = match &mut self.running {
            Some(running) => running,
            none => {
                let started = Running::start(self.threads, &self.group).map_err(CliError::Worker)?;
                none.insert(started)
            }
        };
        let sent = writeln!(running.questions, "{line}").and_then(|()| running.questions.flush());
        let answer = match (sent, self.limit) {
            (Err(_), _) => Err(RecvTimeoutError::Disconnected),
            (Ok(()), Some(limit)) => running.answers.recv_timeout(limit),
            (Ok(()), None) => running.answers.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match answer {
            Ok(line) => match serde_json::from_str::<Value>(&line) {
                Ok(Value::Object(mut reply)) if reply.contains_key("answer") => {
                    Ok(Reply::Answer(reply.remove("answer").unwrap_or_default()))
                }
                Ok(error) => Ok(Reply::Answer(error)),
                Err(error) => Ok(Reply::Died(error.to_string())),
            },
            Err(RecvTimeoutError::Timeout) => {
                self.running = None;
                Ok(Reply::TimeLimit)
            }
            Err(RecvTimeoutError::Disconnected) => {
                let how = running.child.wait().map_err(CliError::Worker)?.to_string();
                self.running = None;
                Ok(Reply::Died(how))
            }
        }
    }
}

impl Running {
    fn start(threads: usize, group: &str) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["group", NAME])
            .env("RAYON_NUM_THREADS", threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        let mut questions = child.stdin.take().ok_or_else(closed)?;
        let lines = BufReader::new(child.stdout.take().ok_or_else(closed)?).lines();
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        writeln!(questions, "{group}")?;
        Ok(Self {
            child,
            questions,
            answers,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other end: answers until its input ends.
pub(in crate::cli::group) fn serve() -> Result<Outcome, CliError> {
    let (sender, lines) = mpsc::channel();
    // Read apart from the work, so that a worker whose owner is gone does not work on.
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
        std::process::exit(0);
    });
    let mut group: Option<PermGroup> = None;
    for line in lines {
        let message: Value = serde_json::from_str(&line).unwrap_or_default();
        if message.get("field").is_none() {
            group = Entry::read(&message).and_then(|entry| entry.group()).ok();
            continue;
        }
        let reply = match reply(group.as_ref(), &message) {
            Ok(answer) => json!({"answer": answer}),
            Err(error) => json!({"error": error.to_string()}),
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{reply}")
            .and_then(|()| out.flush())
            .map_err(CliError::Print)?;
    }
    Ok(Outcome::Good)
}

fn reply(group: Option<&PermGroup>, message: &Value) -> Result<Value, GroupError> {
    let field = message["field"].as_str().and_then(Field::parse);
    match (group, field) {
        (Some(group), Some(field)) => answer(group, field, &message["input"]),
        _ => Err(GroupError::Domain {
            what: "the question names no group or no field".to_owned(),
            expected: "a group, then a field".to_owned(),
        }),
    }
}
