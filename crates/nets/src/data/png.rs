//! A folder of PNG images, all of one size, as grey rows.

use crate::{Dataset, NetError};
use image::{ImageDecoder, ImageReader, Limits};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Largest factor by which PNG's compression (deflate) expands.
const DEFLATE_LARGEST_RATIO: u64 = 1032;

impl Dataset {
    /// Reads all `.png` files of a folder, in the order of their names, as grey images (ITU-R 601 luma for colour)
    /// scaled to \[0, 1\].
    ///
    /// # Errors
    /// [`NetError::Io`] if the folder or a file cannot be read; [`NetError::Unreadable`] if there is no PNG file in
    /// it, a file is broken, declares more pixels than its length can hold, or is of another size than the first.
    pub fn read_png_folder(folder: &Path) -> Result<Self, NetError> {
        let files = png_files(folder)?;
        let (mut values, mut first) = (Vec::new(), None);
        let mut hasher = Sha256::new();
        for path in &files {
            let bytes = std::fs::read(path).map_err(|source| NetError::Io {
                path: path.clone(),
                source,
            })?;
            hasher.update(&bytes);
            let (width, height, grey) = decode_png(path, &bytes)?;
            let (want, first_path) = *first.get_or_insert(((width, height), path));
            if want != (width, height) {
                return Err(NetError::Unreadable {
                    path: path.clone(),
                    problem: format!(
                        "the image is {width} x {height}, expected {} x {} as in {}",
                        want.0,
                        want.1,
                        first_path.display()
                    ),
                });
            }
            values.extend(grey);
        }
        let ((width, height), _) = first.expect("the list of files is not empty, as it was checked");
        let data = Dataset::new(folder.display().to_string(), values, width * height)?;
        data.with_digest(&hasher.finalize())
            .with_image_shape(height, width)
    }

    /// Reads all `.png` files of a folder, each as a data set of one grey image of its own size, in the order of their
    /// names.
    ///
    /// # Errors
    /// As [`Dataset::read_png_folder`], but for the sizes.
    pub fn read_png_images(folder: &Path) -> Result<Vec<Self>, NetError> {
        png_files(folder)?
            .iter()
            .map(|path| Dataset::read_png(path))
            .collect()
    }

    /// Reads one PNG file as a data set of one grey image, scaled to \[0, 1\].
    ///
    /// # Errors
    /// [`NetError::Io`] if the file cannot be read, [`NetError::Unreadable`] if it is broken or declares more pixels
    /// than its length can hold.
    pub fn read_png(path: &Path) -> Result<Self, NetError> {
        let bytes = std::fs::read(path).map_err(|source| NetError::Io {
            path: path.into(),
            source,
        })?;
        let (width, height, grey) = decode_png(path, &bytes)?;
        let data = Dataset::new(path.display().to_string(), grey, width * height)?;
        data.with_checksum(&bytes).with_image_shape(height, width)
    }
}

/// The `.png` files of a folder, at least one, in the order of their names.
fn png_files(folder: &Path) -> Result<Vec<PathBuf>, NetError> {
    let io = |source| NetError::Io {
        path: folder.into(),
        source,
    };
    let entries: Result<Vec<_>, _> = std::fs::read_dir(folder).map_err(io)?.collect();
    let paths = entries.map_err(io)?.into_iter().map(|entry| entry.path());
    let is_png = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
    let mut files: Vec<PathBuf> = paths.filter(is_png).filter(|path| path.is_file()).collect();
    if files.is_empty() {
        return Err(NetError::Unreadable {
            path: folder.into(),
            problem: "no .png file in this folder, expected at least one".into(),
        });
    }
    files.sort();
    Ok(files)
}

/// Width, height and grey values in \[0, 1\] of a PNG file.
fn decode_png(path: &Path, bytes: &[u8]) -> Result<(usize, usize, Vec<f32>), NetError> {
    let broken = |problem: String| NetError::Unreadable {
        path: path.into(),
        problem,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Png);
    let most = (bytes.len() as u64)
        .saturating_mul(DEFLATE_LARGEST_RATIO)
        .saturating_add(1 << 16);
    let mut limits = Limits::default();
    limits.max_alloc = Some(most);
    reader.limits(limits);
    let decoder = reader
        .into_decoder()
        .map_err(|e| broken(format!("not a readable PNG image ({e})")))?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > most {
        return Err(broken(format!(
            "declares {width} x {height} pixels, more than {} bytes of PNG can hold",
            bytes.len()
        )));
    }
    let image = image::DynamicImage::from_decoder(decoder)
        .map_err(|e| broken(format!("not a readable PNG image ({e})")))?;
    let grey = image
        .to_luma16()
        .into_raw()
        .into_iter()
        .map(|v| f32::from(v) / 65535.0)
        .collect();
    Ok((width as usize, height as usize, grey))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn save(folder: &Path, name: &str, width: u32, height: u32, value: u8) {
        image::GrayImage::from_pixel(width, height, image::Luma([value]))
            .save(folder.join(name))
            .unwrap();
    }

    #[test]
    fn a_folder_is_read_in_the_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), "b.png", 3, 2, 255);
        save(folder.path(), "a.PNG", 3, 2, 51);
        std::fs::write(folder.path().join("notes.txt"), "no image").unwrap();
        let data = Dataset::read_png_folder(folder.path()).unwrap();
        assert_eq!((data.len(), data.image_shape()), (2, Some((2, 3))));
        assert!((data.row(0)[0] - 0.2).abs() < 1e-6 && data.row(1)[5] == 1.0);
    }

    #[test]
    fn sizes_that_differ_name_both_files() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), "a.png", 3, 2, 0);
        save(folder.path(), "b.png", 3, 3, 0);
        let message = Dataset::read_png_folder(folder.path()).unwrap_err().to_string();
        assert!(
            message.contains("b.png: the image is 3 x 3, expected 3 x 2 as in"),
            "{message}"
        );
        assert!(message.ends_with("a.png"));
    }

    #[test]
    fn empty_missing_and_broken_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let message = Dataset::read_png_folder(folder.path()).unwrap_err().to_string();
        assert!(message.contains("no .png file in this folder"), "{message}");
        assert!(matches!(
            Dataset::read_png_folder(&folder.path().join("none")),
            Err(NetError::Io { .. })
        ));
        std::fs::write(folder.path().join("x.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        assert!(matches!(
            Dataset::read_png_folder(folder.path()),
            Err(NetError::Unreadable { .. })
        ));
    }

    #[test]
    fn huge_declared_sizes_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), "x.png", 2, 2, 9);
        let path = folder.path().join("x.png");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[16..20].copy_from_slice(&60_000u32.to_be_bytes()); // IHDR width
        bytes[20..24].copy_from_slice(&60_000u32.to_be_bytes()); // IHDR height
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let message = Dataset::read_png(&path).unwrap_err().to_string();
        assert!(
            message.contains("60000 x 60000") || message.contains("imit"),
            "{message}"
        );
    }

    /// CRC-32 as in the PNG specification, annex D.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |c, _| {
                if c & 1 == 1 {
                    0xedb8_8320 ^ (c >> 1)
                } else {
                    c >> 1
                }
            })
        })
    }
}
