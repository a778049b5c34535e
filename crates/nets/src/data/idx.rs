//! The IDX format of the MNIST files, plain or compressed by gzip.
//!
//! A file is the bytes 0 0 t r, then r big-endian 32-bit sizes, then the numbers, big-endian of type t (8 unsigned byte,
//! 9 signed byte, 0xB 16-bit, 0xC 32-bit integer, 0xD float, 0xE double). Nothing is allocated before the file has
//! shown that it is long enough: gzip cannot expand more than about 1032-fold, so a size that exceeds that is refused
//! at once, and what is decompressed grows only with the bytes that are there.

use crate::{Dataset, NetError};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest factor by which gzip expands.
const GZIP_LARGEST_RATIO: u64 = 1032;

/// The contents of an IDX file.
struct Idx {
    sizes: Vec<usize>,
    values: Vec<f64>,
    is_bytes: bool,
}

impl Dataset {
    /// Reads images (or rows of numbers) from an IDX file, plain or gzipped, with the labels of the file next to it if
    /// there is one (`…-images-idx3-ubyte` and `…-labels-idx1-ubyte`, with or without `.gz`).
    ///
    /// Bytes are scaled to \[0, 1\] by the grey depth they use: divided by 1, 16 (as in the UCI digits) or 255,
    /// whichever is the first not below the largest byte of the file. Other types of numbers are taken as they are.
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be read; [`NetError::Format`], with the byte, if it is not an IDX file, is
    /// cut short or goes on after its end; [`NetError::NotFinite`] for NaN among floats; [`NetError::Shape`] if the
    /// labels are not one per image.
    pub fn read_idx(path: &Path) -> Result<Self, NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |n| n.to_string_lossy().into_owned(),
        );
        let mut data = parse_images(path, &bytes, name)?;
        if let Some(labels) = sibling_labels(path) {
            data = data.with_labels(read_idx_labels(&labels)?)?;
        }
        Ok(data)
    }
}

/// Reads labels (unsigned bytes, one dimension) from an IDX file, plain or gzipped.
///
/// # Errors
/// As [`Dataset::read_idx`].
pub fn read_idx_labels(path: &Path) -> Result<Vec<u8>, NetError> {
    let bytes = std::fs::read(path).map_err(|source| NetError::Io {
        path: path.into(),
        source,
    })?;
    parse_labels(path, &bytes)
}

/// Images from the bytes of a file; `path` is for messages.
pub(crate) fn parse_images(path: &Path, bytes: &[u8], name: String) -> Result<Dataset, NetError> {
    let idx = parse(path, bytes)?;
    let width: usize = idx.sizes[1..].iter().product();
    let scale = if idx.is_bytes {
        let largest = idx.values.iter().copied().fold(0.0, f64::max);
        [1.0, 16.0, 255.0]
            .into_iter()
            .find(|&depth| largest <= depth)
            .unwrap_or(255.0)
    } else {
        1.0
    };
    let values = idx.values.iter().map(|v| (v / scale) as f32).collect();
    let data = Dataset::new(name, values, width.max(1))?.with_checksum(bytes);
    match idx.sizes[..] {
        [_, height, width] => data.with_image_shape(height, width),
        _ => Ok(data),
    }
}

/// Labels from the bytes of a file; `path` is for messages.
pub(crate) fn parse_labels(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, NetError> {
    let idx = parse(path, bytes)?;
    if !idx.is_bytes || idx.sizes.len() != 1 {
        return Err(NetError::Format {
            path: path.into(),
            offset: 2,
            problem: format!("numbers in {} dimensions", idx.sizes.len()),
            expected: "labels: unsigned bytes (type 8) in 1 dimension".into(),
        });
    }
    Ok(idx.values.iter().map(|&v| v as u8).collect())
}

/// The labels that belong to an images file by its name, if they exist.
fn sibling_labels(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    if !name.contains("images-idx3") {
        return None;
    }
    let name = name.replace("images-idx3", "labels-idx1");
    let plain = name.strip_suffix(".gz").unwrap_or(&name).to_string();
    let compressed = format!("{plain}.gz");
    [name, plain, compressed]
        .iter()
        .map(|name| images.with_file_name(name))
        .find(|path| path.is_file())
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Idx, NetError> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        // The header is at most 4 + 4·255 bytes: read it first, to know how much may follow.
        let limit = (bytes.len() as u64).saturating_mul(GZIP_LARGEST_RATIO);
        let mut plain = Vec::new();
        let decoder = flate2::read::MultiGzDecoder::new(bytes);
        decoder
            .take(limit)
            .read_to_end(&mut plain)
            .map_err(|source| NetError::Format {
                path: path.into(),
                offset: plain.len() as u64,
                problem: format!("gzip data broken ({source})"),
                expected: "a complete gzip stream".into(),
            })?;
        parse_plain(path, &plain)
    } else {
        parse_plain(path, bytes)
    }
}

fn parse_plain(path: &Path, bytes: &[u8]) -> Result<Idx, NetError> {
    let wrong = |offset: usize, problem: String, expected: String| NetError::Format {
        path: path.into(),
        offset: offset as u64,
        problem,
        expected,
    };
    let Some((magic, rest)) = bytes.split_first_chunk::<4>() else {
        return Err(wrong(
            0,
            format!("only {} bytes", bytes.len()),
            "an IDX file, of at least 4".into(),
        ));
    };
    let [0, 0, kind, dimensions] = *magic else {
        let magic = u32::from_be_bytes(*magic);
        return Err(wrong(
            0,
            format!("magic number 0x{magic:08x}"),
            "0x0000ttdd of an IDX file".into(),
        ));
    };
    let size = match kind {
        8 | 9 => 1,
        0xb => 2,
        0xc | 0xd => 4,
        0xe => 8,
        _ => {
            let expected = "type 8, 9, 0xb, 0xc, 0xd or 0xe of an IDX file".into();
            return Err(wrong(2, format!("type 0x{kind:x}"), expected));
        }
    };
    if dimensions == 0 {
        return Err(wrong(3, "no dimensions".into(), "at least 1".into()));
    }
    let header = 4 * usize::from(dimensions);
    if rest.len() < header {
        return Err(wrong(
            bytes.len(),
            "the file ends".into(),
            format!("{dimensions} sizes of 4 bytes each"),
        ));
    }
    let (sizes, values) = rest.split_at(header);
    let (sizes, _) = sizes.as_chunks::<4>();
    let sizes: Vec<usize> = sizes
        .iter()
        .map(|&size| u32::from_be_bytes(size) as usize)
        .collect();
    let expected = sizes
        .iter()
        .try_fold(size, |product: usize, &n| product.checked_mul(n));
    if sizes.contains(&0) {
        return Err(wrong(
            4,
            format!("a size of 0 among {sizes:?}"),
            "at least 1 in each dimension".into(),
        ));
    }
    if expected != Some(values.len()) {
        let want = expected.map_or_else(|| "more than can be counted".into(), |n| n.to_string());
        return Err(wrong(
            4 + header + expected.unwrap_or(usize::MAX).min(values.len()),
            format!("{} bytes of numbers", values.len()),
            format!("{want} bytes for sizes {sizes:?}"),
        ));
    }
    let values = values.chunks_exact(size).map(|b| decode(kind, b)).collect();
    Ok(Idx {
        sizes,
        values,
        is_bytes: kind == 8,
    })
}

/// One big-endian number; the chunk is as long as its type, by the caller's `chunks_exact`.
fn decode(kind: u8, bytes: &[u8]) -> f64 {
    let word = bytes.iter().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
    match kind {
        8 => word as f64,
        9 => f64::from(word as u8 as i8),
        0xb => f64::from(word as u16 as i16),
        0xc => f64::from(word as u32 as i32),
        0xd => f64::from(f32::from_bits(word as u32)),
        _ => f64::from_bits(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(kind: u8, sizes: &[u32], values: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, kind, sizes.len() as u8];
        sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
        bytes.extend(values);
        bytes
    }

    fn parsed(bytes: &[u8]) -> Result<Dataset, NetError> {
        parse_images(Path::new("test"), bytes, "test".into())
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn images_are_read_and_scaled_by_their_depth() {
        let deep = parsed(&file(8, &[2, 1, 2], &[0, 51, 255, 102])).unwrap();
        assert_eq!(deep.values(), [0.0, 0.2, 1.0, 0.4]);
        assert_eq!(deep.image_shape(), Some((1, 2)));
        assert_eq!(
            parsed(&file(8, &[1, 1, 2], &[4, 16])).unwrap().values(),
            [0.25, 1.0]
        );
        assert_eq!(
            parsed(&file(8, &[1, 1, 2], &[0, 1])).unwrap().values(),
            [0.0, 1.0]
        );
        assert_eq!(
            parsed(&file(0xd, &[1, 1], &1.5f32.to_be_bytes()))
                .unwrap()
                .values(),
            [1.5]
        );
        assert_eq!(
            parsed(&file(0xb, &[1, 1], &(-3i16).to_be_bytes()))
                .unwrap()
                .values(),
            [-3.0]
        );
    }

    #[test]
    fn gzip_is_seen_by_its_magic() {
        let plain = file(8, &[2, 1, 2], &[0, 51, 255, 102]);
        assert_eq!(
            parsed(&gzipped(&plain)).unwrap().values(),
            parsed(&plain).unwrap().values()
        );
        let cut = gzipped(&plain);
        assert!(matches!(
            parsed(&cut[..cut.len() - 9]),
            Err(NetError::Format { .. })
        ));
    }

    #[test]
    fn broken_files_are_named_with_the_byte() {
        let message = |bytes: &[u8]| parsed(bytes).unwrap_err().to_string();
        assert_eq!(
            message(&[0, 0]),
            "test: at byte 0: only 2 bytes, expected an IDX file, of at least 4"
        );
        let png = message(&[0x89, 0x50, 0x4e, 0x47]);
        assert_eq!(
            png,
            "test: at byte 0: magic number 0x89504e47, expected 0x0000ttdd of an IDX file"
        );
        let short = message(&file(8, &[2, 1, 2], &[0, 51, 255]));
        assert_eq!(
            short,
            "test: at byte 19: 3 bytes of numbers, expected 4 bytes for sizes [2, 1, 2]"
        );
        assert!(message(&file(8, &[1, 1, 2], &[0, 51, 255])).contains("at byte 18"));
        assert!(message(&file(8, &[u32::MAX; 8], &[0])).contains("more than can be counted"));
        assert!(message(&file(7, &[1], &[0])).contains("at byte 2: type 0x7"));
        assert!(message(&file(8, &[0, 1, 1], &[])).contains("size of 0"));
        assert!(message(&file(8, &[2, 2], &[])[..9]).contains("2 sizes of 4 bytes each"));
        assert!(message(&file(0xd, &[1, 1], &f32::NAN.to_be_bytes())).contains("index 0 is NaN"));
    }

    #[test]
    fn labels_must_be_bytes_in_one_dimension() {
        let labels = |bytes: &[u8]| parse_labels(Path::new("test"), bytes);
        assert_eq!(labels(&file(8, &[3], &[7, 0, 9])).unwrap(), [7, 0, 9]);
        assert!(labels(&file(8, &[3, 1], &[7, 0, 9])).is_err());
    }
}
