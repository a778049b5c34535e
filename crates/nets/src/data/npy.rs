//! The NPY format of NumPy: arrays of numbers, of either order of bytes and of axes.

use crate::{Dataset, NetError};
use std::path::Path;

/// An array from an NPY file, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Sizes of the axes.
    pub shape: Vec<usize>,
    /// The numbers.
    pub values: Vec<f64>,
}

/// Reads an NPY file of numbers: floats of 4 or 8 bytes or integers of 1 to 8, little- or big-endian, or booleans; in C or
/// Fortran order.
///
/// # Errors
/// [`NetError::Io`] if the file cannot be read, [`NetError::Format`], with the byte, if it is not such an array.
pub fn read_npy(path: &Path) -> Result<Array, NetError> {
    let bytes = std::fs::read(path).map_err(|source| NetError::Io {
        path: path.into(),
        source,
    })?;
    parse(path, &bytes)
}

/// Writes an array of f32 as an NPY file (version 1.0), beside its place and then renamed into it.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("x.npy");
/// nets::write_npy(&path, &[2, 2], &[1.0, 2.0, 3.0, 4.5])?;
/// assert_eq!(nets::read_npy(&path)?.values, [1.0, 2.0, 3.0, 4.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`NetError::Shape`] if the numbers do not fill the shape, [`NetError::Io`] if the file cannot be written.
pub fn write_npy(path: &Path, shape: &[usize], values: &[f32]) -> Result<(), NetError> {
    let expected = shape.iter().product();
    if values.len() != expected {
        return Err(NetError::Shape {
            what: "numbers of an array".into(),
            expected,
            got: values.len(),
        });
    }
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}), }}");
    header.push_str(&" ".repeat(63 - (10 + header.len()) % 64));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    crate::checkpoint::write_whole(path, &bytes)
}

impl Dataset {
    /// Reads an NPY file as rows: the first axis counts them, the others make a row; the numbers are taken as they
    /// are.
    ///
    /// # Errors
    /// As [`read_npy`]; [`NetError::NotFinite`] for NaN or infinities, [`NetError::Shape`] for an empty array.
    pub fn read_npy(path: &Path) -> Result<Self, NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        let Array { shape, values } = parse(path, &bytes)?;
        let width = shape.iter().skip(1).product::<usize>();
        let values = values.iter().map(|&v| v as f32).collect();
        let data = Dataset::new(path.display().to_string(), values, width)?.with_checksum(&bytes);
        match shape[..] {
            [_, height, width] | [_, 1, height, width] => data.with_image_shape(height, width),
            _ => Ok(data),
        }
    }
}

/// An array from the bytes of a file; `path` is for messages.
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Array, NetError> {
    let wrong = |offset: usize, problem: String, expected: &str| NetError::Format {
        path: path.into(),
        offset: offset as u64,
        problem,
        expected: expected.into(),
    };
    let Some(rest) = bytes.strip_prefix(b"\x93NUMPY") else {
        return Err(wrong(
            0,
            "another magic string".into(),
            "\\x93NUMPY of an NPY file",
        ));
    };
    let (start, length): (usize, usize) = match rest {
        [1, _, a, b, ..] => (10, usize::from(u16::from_le_bytes([*a, *b]))),
        [2 | 3, _, a, b, c, d, ..] => (12, u32::from_le_bytes([*a, *b, *c, *d]) as usize),
        _ => {
            return Err(wrong(
                6,
                "unknown version or cut short".into(),
                "version 1, 2 or 3",
            ));
        }
    };
    let header = start.checked_add(length).and_then(|end| bytes.get(start..end));
    let Some(header) = header.and_then(|header| std::str::from_utf8(header).ok()) else {
        return Err(wrong(
            start,
            "header cut short or not text".into(),
            "a header as long as declared",
        ));
    };
    let field = |key: &str| {
        let at = header.find(&format!("'{key}':"))? + key.len() + 3;
        Some(header[at..].trim_start())
    };
    let quoted = |text: &str| {
        text.strip_prefix('\'')
            .and_then(|t| t.split('\'').next())
            .map(str::to_string)
    };
    let kind = field("descr").and_then(quoted);
    let order = field("fortran_order").map(|text| text.starts_with("True"));
    let sizes = field("shape")
        .and_then(|t| t.strip_prefix('('))
        .and_then(|t| t.split(')').next());
    let (Some(kind), Some(fortran), Some(sizes)) = (kind, order, sizes) else {
        return Err(wrong(
            start,
            "header without descr, fortran_order or shape".into(),
            "all three",
        ));
    };
    let shape: Result<Vec<usize>, _> = sizes
        .split(',')
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .map(str::parse)
        .collect();
    let Ok(shape) = shape else {
        return Err(wrong(start, format!("shape ({sizes})"), "sizes"));
    };
    let data = &bytes[start + length..];
    let big_endian = kind.starts_with('>');
    let number = kind.strip_prefix(['<', '>', '|']).unwrap_or("");
    let size = match number {
        "b1" | "u1" | "i1" => 1,
        "u2" | "i2" => 2,
        "u4" | "i4" | "f4" => 4,
        "u8" | "i8" | "f8" => 8,
        _ => {
            let problem = format!("numbers of type '{kind}'");
            return Err(wrong(
                start,
                problem,
                "floats of 4 or 8 bytes or integers of 1 to 8",
            ));
        }
    };
    let expected = shape.iter().try_fold(size, |p: usize, &d| p.checked_mul(d));
    if expected != Some(data.len()) {
        let want = expected.map_or_else(
            || "more bytes than can be counted".into(),
            |e| format!("{e} bytes"),
        );
        let problem = format!("{} bytes of numbers of type '{kind}'", data.len());
        return Err(wrong(
            bytes
                .len()
                .min(start + length + expected.unwrap_or(usize::MAX / 2)),
            problem,
            &want,
        ));
    }
    let values = data
        .chunks_exact(size)
        .map(|chunk| decode(number, big_endian, chunk))
        .collect();
    let values = if fortran {
        from_fortran_order(&shape, values)
    } else {
        values
    };
    Ok(Array { shape, values })
}

/// The numbers of an array whose first axis runs fastest, reordered so that its last does.
fn from_fortran_order(shape: &[usize], values: Vec<f64>) -> Vec<f64> {
    let mut index = vec![0; shape.len()];
    let mut reordered = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let from = index
            .iter()
            .zip(shape)
            .rev()
            .fold(0, |at, (i, size)| at * size + i);
        reordered.push(values[from]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    reordered
}

/// One number; the chunk is as long as its type, by the caller's `chunks_exact`.
fn decode(number: &str, big_endian: bool, chunk: &[u8]) -> f64 {
    let push = |word: u64, &byte: &u8| word << 8 | u64::from(byte);
    let word = if big_endian {
        chunk.iter().fold(0, push)
    } else {
        chunk.iter().rev().fold(0, push)
    };
    match number {
        "i1" => f64::from(word as u8 as i8),
        "i2" => f64::from(word as u16 as i16),
        "i4" => f64::from(word as u32 as i32),
        "i8" => word as i64 as f64,
        "f4" => f64::from(f32::from_bits(word as u32)),
        "f8" => f64::from_bits(word),
        _ => word as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn parsed(bytes: &[u8]) -> Result<Array, NetError> {
        parse(Path::new("x.npy"), bytes)
    }

    #[test]
    fn types_and_shapes_are_read() {
        assert_eq!(
            parsed(&file("<f8", "(1, 1)", &2.5f64.to_le_bytes()))
                .unwrap()
                .shape,
            [1, 1]
        );
        assert_eq!(
            parsed(&file("<i2", "(2,)", &[0xff, 0xff, 1, 0])).unwrap().values,
            [-1.0, 1.0]
        );
        assert_eq!(
            parsed(&file("|u1", "(3,)", &[0, 7, 255])).unwrap().values,
            [0.0, 7.0, 255.0]
        );
        assert_eq!(
            parsed(&file("<f4", "()", &1.5f32.to_le_bytes())).unwrap().values,
            [1.5]
        );
    }

    #[test]
    fn bytes_and_axes_may_run_the_other_way() {
        assert_eq!(
            parsed(&file(">i2", "(2,)", &[0xff, 0xfe, 1, 0])).unwrap().values,
            [-2.0, 256.0]
        );
        assert_eq!(
            parsed(&file(">f8", "()", &2.5f64.to_be_bytes())).unwrap().values,
            [2.5]
        );
        // numpy.arange(6).reshape(1, 2, 3) is [[[0, 1, 2], [3, 4, 5]]], stored in Fortran order as 0 3 1 4 2 5.
        let mut bytes = file("|u1", "(1, 2, 3)", &[0, 3, 1, 4, 2, 5]);
        let at = bytes.windows(5).position(|w| w == b"False").unwrap();
        bytes[at..at + 5].copy_from_slice(b"True ");
        assert_eq!(parsed(&bytes).unwrap().values, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn broken_files_are_errors() {
        let good = file("<f4", "(2,)", &[0; 8]);
        for cut in 0..good.len() {
            assert!(parsed(&good[..cut]).is_err(), "cut at {cut}");
        }
        assert!(
            parsed(&file("<f2", "(4,)", &[0; 8]))
                .unwrap_err()
                .to_string()
                .contains("'<f2'")
        );
        assert!(parsed(&file("<f4", "(99999999999, 99999999999)", &[0; 8])).is_err());
        assert!(parsed(&file("<f4", "(x,)", &[0; 8])).is_err());
        assert!(parsed(&file("|O", "(1,)", &[0; 8])).is_err());
    }
}
