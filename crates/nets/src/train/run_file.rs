//! The state of a run as a file: safetensors, with settings, position and history in the metadata.
//!
//! A file is complete or absent (written beside its place, then renamed). It holds all that the next step depends on,
//! so a run resumed from it gives the same bytes as one that was not interrupted.

use super::rows::Rows;
use super::trainer::{Best, Learner, Position, Snapshot, StopReason, Trainer};
use super::{EpochError, OnProgress};
use crate::NetError;
use crate::checkpoint::{Tensor, TensorFile, to_bytes, write_whole};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::Path;

const FORMAT: &str = "training run";
const VERSION: u32 = 1;

/// What the metadata hold of a run.
#[derive(Serialize, Deserialize)]
struct RunHeader {
    format: String,
    version: u32,
    settings: Value,
    /// SHA-256 of the rows trained on.
    data: String,
    layer: usize,
    position: Position,
    /// Error and position of the best state, if it is kept.
    best: Option<(f64, Position)>,
    history: Vec<EpochError>,
}

fn checksum(rows: Rows<'_>) -> String {
    let mut hasher = Sha256::new();
    hasher.update((rows.width() as u64).to_le_bytes());
    let mut bytes = [0u8; 4 * 1024];
    for values in rows.values().chunks(1024) {
        for (bytes, value) in bytes.chunks_exact_mut(4).zip(values) {
            bytes.copy_from_slice(&value.to_le_bytes());
        }
        hasher.update(&bytes[..4 * values.len()]);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The first place at which two settings differ, with both values.
fn first_difference(path: &str, file: &Value, asked: &Value) -> Option<(String, String, String)> {
    match (file, asked) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
                first_difference(&path, &of(a), &of(b))
            })
        }
        _ if file == asked => None,
        _ => Some((path.into(), file.to_string(), asked.to_string())),
    }
}

impl<L: Learner> Trainer<'_, L> {
    fn all_settings(&self) -> Value {
        serde_json::json!({ "model": self.learner.settings(), "training": self.options })
    }

    /// Writes the state of the run.
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be written; then what was there before is still there.
    pub fn save(&mut self, path: &Path) -> Result<(), NetError> {
        let data = checksum(self.rows);
        self.save_with(path, data)
    }

    fn save_with(&mut self, path: &Path, data: String) -> Result<(), NetError> {
        let mut tensors = Vec::new();
        let tensor = |name: String, values: &[f32]| Tensor {
            name,
            shape: vec![values.len()],
            values: values.iter().map(|&v| f64::from(v)).collect(),
        };
        let best = self.best.as_ref().map(|best| &best.snapshot.values);
        let mut index = 0;
        self.learner.visit_state(&mut |name, values| {
            tensors.push(tensor(format!("state.{name}"), values));
            if let Some(best) = best {
                tensors.push(tensor(format!("best.{name}"), &best[index]));
            }
            index += 1;
        });
        let header = RunHeader {
            format: FORMAT.into(),
            version: VERSION,
            settings: self.all_settings(),
            data,
            layer: self.layer,
            position: self.position,
            best: self
                .best
                .as_ref()
                .map(|best| (best.error, best.snapshot.position)),
            history: self.history.clone(),
        };
        write_whole(path, &to_bytes(&tensors, &header)?)
    }

    /// Goes on from a file that [`Trainer::save`] wrote, of a run with the same settings on the same rows.
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be read; [`NetError::Unreadable`] if it is not such a file, or of a run with
    /// other settings (the first that differs is named) or other rows; [`NetError::TensorNotFinite`] for NaN or an
    /// infinity. The trainer is unchanged then.
    pub fn resume(&mut self, path: &Path) -> Result<(), NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        let file = TensorFile::new(path, &bytes)?;
        let header: RunHeader = file.header()?;
        if header.format != FORMAT || header.version != VERSION {
            let (format, version) = (header.format, header.version);
            return Err(file.broken(format!(
                "holds a {format} of version {version}, expected a {FORMAT} of version {VERSION}"
            )));
        }
        if let Some((setting, got, expected)) = first_difference("", &header.settings, &self.all_settings()) {
            return Err(file.broken(format!(
                "is of a run with {setting} = {got}, expected {expected} as asked for now"
            )));
        }
        if header.data != checksum(self.rows) || header.layer != self.layer {
            return Err(file.broken("is of a run on other rows, expected those given now".into()));
        }
        let batches = self.rows.count().div_ceil(self.options.batch);
        let position = header.position;
        if position.epoch > self.options.epochs || position.batch > batches || !position.loss.is_finite() {
            return Err(file.broken("its position lies outside the run".into()));
        }
        let mut parts: Vec<(String, usize)> = Vec::new();
        self.learner
            .visit_state(&mut |name, values| parts.push((name.to_string(), values.len())));
        let read = |kind: &str| -> Result<Vec<Vec<f32>>, NetError> {
            let part = |(name, length): &(String, usize)| {
                let numbers = file.numbers(&format!("{kind}.{name}"), &[*length])?;
                Ok(numbers.into_iter().map(|v| v as f32).collect())
            };
            parts.iter().map(part).collect()
        };
        let state = Snapshot {
            position,
            values: read("state")?,
        };
        let best = match header.best {
            None => None,
            Some((error, position)) => {
                let values = read("best")?;
                Some(Best {
                    error,
                    snapshot: Snapshot { position, values },
                })
            }
        };
        state.restore(&mut self.learner);
        (self.position, self.good, self.best, self.history) = (position, state, best, header.history);
        Ok(())
    }

    /// Trains to the end as [`Trainer::run`] does, with the state of the run in a file: goes on from it if it exists,
    /// writes it at the end of every epoch, and before it returns when the callback breaks.
    ///
    /// # Errors
    /// As [`Trainer::run`] and [`Trainer::resume`]; after [`NetError::Diverged`] the file holds the last good state.
    pub fn run_with_file(
        &mut self,
        path: &Path,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<StopReason, NetError> {
        if path.exists() {
            self.resume(path)?;
        }
        let data = checksum(self.rows);
        self.run_saving(on_progress, &mut |trainer| trainer.save_with(path, data.clone()))
    }
}
