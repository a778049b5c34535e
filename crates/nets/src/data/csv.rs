//! Tables of numbers as comma-separated values (RFC 4180).

use crate::{Dataset, NetError};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::path::Path;

/// Name of the column that holds labels.
const LABEL: &str = "label";

impl Dataset {
    /// Reads a CSV file, one row a line. A first line with a field that is not a number is a header; a column that it
    /// calls `label` (in letters of either case) holds labels, whole numbers in 0..=255. The other numbers are taken as
    /// they are.
    ///
    /// ```
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("points.csv");
    /// std::fs::write(&path, "x,label,y\n0.5,3,1\n0.25,7,-2e-1\n")?;
    /// let data = nets::Dataset::read_csv(&path)?;
    /// assert_eq!(data.values(), [0.5, 1.0, 0.25, -0.2]);
    /// assert_eq!(data.labels(), Some(&[3, 7][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be read; [`NetError::Unreadable`], with line and field, if a field is not a
    /// finite number or no label, if a line has another number of fields than the first, or if there are no rows.
    pub fn read_csv(path: &Path) -> Result<Self, NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        parse(path, &bytes)
    }
}

/// What is wrong in one field.
fn field_error(path: &Path, line: u64, field: usize, text: &str, expected: &str) -> NetError {
    NetError::Unreadable {
        path: path.into(),
        problem: format!("line {line}, field {}: {text:?}, expected {expected}", field + 1),
    }
}

fn number(text: &str) -> Option<f32> {
    text.parse().ok().filter(|value: &f32| value.is_finite())
}

/// The rows of a file; `path` is for messages.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Dataset, NetError> {
    let broken = |problem: String| NetError::Unreadable {
        path: path.into(),
        problem,
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .trim(Trim::All)
        .from_reader(bytes);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    let (mut width, mut label_column) = (0, None);
    let mut record = StringRecord::new();
    let mut first = true;
    // The crate's own message names line and counts.
    while reader
        .read_record(&mut record)
        .map_err(|e| broken(e.to_string()))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        if std::mem::take(&mut first) {
            let is_header = record.iter().any(|field| field.parse::<f64>().is_err());
            if is_header {
                label_column = record.iter().position(|name| name.eq_ignore_ascii_case(LABEL));
            }
            width = record.len() - usize::from(label_column.is_some());
            if is_header {
                continue;
            }
        }
        for (column, field) in record.iter().enumerate() {
            if Some(column) == label_column {
                let label = field.parse();
                labels.push(label.map_err(|_| {
                    field_error(path, line, column, field, "a label, a whole number in 0..=255")
                })?);
            } else {
                let value = number(field);
                values.push(value.ok_or_else(|| field_error(path, line, column, field, "a finite number"))?);
            }
        }
    }
    if values.is_empty() {
        return Err(broken("no rows of numbers, expected at least one".into()));
    }
    let data = Dataset::new(path.display().to_string(), values, width)?.with_checksum(bytes);
    if label_column.is_some() {
        data.with_labels(labels)
    } else {
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Dataset, NetError> {
        parse(Path::new("x.csv"), text.as_bytes())
    }

    #[test]
    fn header_and_labels_are_optional() {
        let bare = parsed("1,2\n3,4\n").unwrap();
        assert_eq!((bare.values(), bare.labels()), (&[1.0, 2.0, 3.0, 4.0][..], None));
        let named = parsed("a, b\r\n1, 2\r\n\"3\",4").unwrap();
        assert_eq!(named.values(), bare.values());
        let labelled = parsed("Label,a\n9,0.5\n").unwrap();
        assert_eq!(
            (labelled.values(), labelled.labels()),
            (&[0.5][..], Some(&[9][..]))
        );
    }

    #[test]
    fn what_is_wrong_is_named_by_line_and_field() {
        let message = |text: &str| parsed(text).unwrap_err().to_string();
        assert_eq!(
            message("a,b\n1,2\n3,x\n"),
            "x.csv: line 3, field 2: \"x\", expected a finite number"
        );
        assert!(message("1,NaN\n").contains("line 1, field 2: \"NaN\""));
        assert!(message("1,1e99\n").contains("line 1, field 2: \"1e99\""));
        assert!(message("a,label\n1,256\n").contains("line 2, field 2: \"256\", expected a label"));
        assert!(message("a,label\n1,1.5\n").contains("expected a label"));
        let ragged = message("1,2\n3\n");
        assert!(
            ragged.contains("line: 2") && ragged.contains("1 field"),
            "{ragged}"
        );
        assert!(message("").contains("no rows") && message("a,b\n").contains("no rows"));
        assert!(message("label\n1\n").contains("no rows"));
    }
}
