//! Names of data sets, as a user writes them.

use crate::{Dataset, NetError, Whitening, WhiteningKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// How a data set is named.
const FORMS: &str = "digits, idx:FILE, png:DIR, npy:FILE, csv:FILE, safetensors:FILE#TENSOR, \
     patches:DIR[,size=12,count=20000,deviation=0.02,seed=1,whiten=none|zca|EPSILON], \
     or a path that ends in .npy, .csv, .png, ubyte, ubyte.gz, .idx or .safetensors#TENSOR, or a folder";

/// Where rows come from: `digits` (embedded), `idx:FILE` (plain or gzipped), `png:DIR` or one PNG file, `npy:FILE`,
/// `csv:FILE`, `safetensors:FILE#TENSOR`, `patches:DIR,size=12,count=20000` (cut from the PNG images of a folder, of
/// whatever sizes), or a path whose ending says which of these it is.
///
/// ```
/// use nets::DataSource;
/// let source: DataSource = "digits".parse()?;
/// assert_eq!(source.read()?.len(), 1797);
/// assert_eq!("rows/train.npy".parse::<DataSource>()?, DataSource::Npy("rows/train.npy".into()));
/// assert!("rows/train.doc".parse::<DataSource>().is_err());
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DataSource {
    /// The digits that come with the crate.
    Digits,
    /// An IDX file.
    Idx(PathBuf),
    /// A folder of PNG images of one size, or one PNG image.
    Png(PathBuf),
    /// An NPY file.
    Npy(PathBuf),
    /// A CSV file.
    Csv(PathBuf),
    /// A tensor of a safetensors file.
    Safetensors {
        /// The file.
        path: PathBuf,
        /// Name of the tensor.
        tensor: String,
    },
    /// Patches of images.
    Patches(PatchSource),
}

/// Patches cut at random from the PNG images of a folder, each minus its mean.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchSource {
    /// The folder.
    pub folder: PathBuf,
    /// Side of a patch, in pixels.
    pub size: usize,
    /// How many.
    pub count: usize,
    /// Patches that deviate less than this from their mean (in root mean square) are drawn again.
    pub least_deviation: f64,
    /// Seed of the places.
    pub seed: u64,
    /// For ZCA-whitened patches, the number added to the eigenvalues of their covariance.
    pub whitening: Option<f64>,
}

fn not_understood(value: &str, expected: &str) -> NetError {
    NetError::Option {
        option: "data".into(),
        got: format!("'{value}'"),
        expected: expected.into(),
    }
}

impl FromStr for DataSource {
    type Err = NetError;

    fn from_str(text: &str) -> Result<Self, NetError> {
        if text == "digits" {
            return Ok(DataSource::Digits);
        }
        let Some((kind, rest)) = text.split_once(':') else {
            return by_ending(text);
        };
        let path = || PathBuf::from(rest);
        match kind {
            "idx" => Ok(DataSource::Idx(path())),
            "png" => Ok(DataSource::Png(path())),
            "npy" => Ok(DataSource::Npy(path())),
            "csv" => Ok(DataSource::Csv(path())),
            "safetensors" => tensor(rest).ok_or_else(|| not_understood(text, "safetensors:FILE#TENSOR")),
            "patches" => patches(rest).map(DataSource::Patches),
            _ => by_ending(text),
        }
    }
}

/// `FILE#TENSOR`.
fn tensor(text: &str) -> Option<DataSource> {
    let (path, tensor) = text.rsplit_once('#')?;
    Some(DataSource::Safetensors {
        path: path.into(),
        tensor: tensor.into(),
    })
}

fn by_ending(text: &str) -> Result<DataSource, NetError> {
    let path = Path::new(text);
    let lower = text.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if ends(&[".npy"]) {
        Ok(DataSource::Npy(path.into()))
    } else if ends(&[".csv"]) {
        Ok(DataSource::Csv(path.into()))
    } else if ends(&["ubyte", "ubyte.gz", ".idx", ".idx.gz"]) {
        Ok(DataSource::Idx(path.into()))
    } else if ends(&[".png"]) || path.is_dir() {
        Ok(DataSource::Png(path.into()))
    } else {
        let source = tensor(text).filter(|_| lower.contains(".safetensors#"));
        source.ok_or_else(|| not_understood(text, FORMS))
    }
}

/// `DIR[,key=value]*`.
fn patches(text: &str) -> Result<PatchSource, NetError> {
    let mut parts = text.split(',');
    let mut source = PatchSource {
        folder: parts.next().unwrap_or_default().into(),
        size: 12,
        count: 20_000,
        least_deviation: 0.02,
        seed: 1,
        whitening: None,
    };
    for part in parts {
        let wrong = |expected: &str| not_understood(part, expected);
        let Some((key, value)) = part.split_once('=') else {
            return Err(wrong("key=value"));
        };
        match key {
            "size" => source.size = value.parse().map_err(|_| wrong("size=PIXELS"))?,
            "count" => source.count = value.parse().map_err(|_| wrong("count=PATCHES"))?,
            "deviation" => source.least_deviation = value.parse().map_err(|_| wrong("deviation=NUMBER"))?,
            "seed" => source.seed = value.parse().map_err(|_| wrong("seed=NUMBER"))?,
            "whiten" => {
                source.whitening = match value {
                    "none" => None,
                    "zca" => Some(PatchSource::WHITENING_EPSILON),
                    _ => Some(value.parse().map_err(|_| wrong("whiten=none, zca or EPSILON"))?),
                }
            }
            _ => return Err(wrong("one of size, count, deviation, seed, whiten")),
        }
    }
    Ok(source)
}

impl DataSource {
    /// Reads the rows.
    ///
    /// # Errors
    /// As the reader of the format.
    pub fn read(&self) -> Result<Dataset, NetError> {
        match self {
            DataSource::Digits => Ok(Dataset::digits()),
            DataSource::Idx(path) => Dataset::read_idx(path),
            DataSource::Png(path) if path.is_file() => Dataset::read_png(path),
            DataSource::Png(path) => Dataset::read_png_folder(path),
            DataSource::Npy(path) => Dataset::read_npy(path),
            DataSource::Csv(path) => Dataset::read_csv(path),
            DataSource::Safetensors { path, tensor } => Dataset::read_safetensors(path, tensor),
            DataSource::Patches(source) => source.read(),
        }
    }
}

impl PatchSource {
    /// What is added to the eigenvalues of the covariance by `whiten=zca`.
    pub const WHITENING_EPSILON: f64 = 1e-3;

    /// Cuts the patches. Their checksum is that of the checksums of the images, in the order of their names, so it
    /// names the images and not the choice of patches.
    ///
    /// # Errors
    /// As [`Dataset::read_png_images`], [`Dataset::patches`] and [`Whitening::fit`].
    pub fn read(&self) -> Result<Dataset, NetError> {
        let images = Dataset::read_png_images(&self.folder)?;
        let sums: String = images.iter().map(Dataset::checksum).collect();
        let patches = Dataset::patches(&images, self.size, self.count, self.least_deviation, self.seed)?;
        let patches = patches.centred_rows().with_checksum(sums.as_bytes());
        let Some(epsilon) = self.whitening else {
            return Ok(patches);
        };
        let whitening = Whitening::fit(&patches, WhiteningKind::Zca, epsilon)?;
        let white = whitening.apply(&patches)?.with_checksum(sums.as_bytes());
        white.with_image_shape(self.size, self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> DataSource {
        text.parse().unwrap()
    }

    #[test]
    fn sources_are_named_by_kind_or_by_ending() {
        assert_eq!(parsed("idx:a/b"), DataSource::Idx("a/b".into()));
        assert_eq!(
            parsed("t10k-images-idx3-ubyte.gz"),
            DataSource::Idx("t10k-images-idx3-ubyte.gz".into())
        );
        assert_eq!(parsed("a.PNG"), DataSource::Png("a.PNG".into()));
        assert_eq!(parsed("C:a.csv"), DataSource::Csv("C:a.csv".into()));
        let tensor = DataSource::Safetensors {
            path: "a#b.safetensors".into(),
            tensor: "x".into(),
        };
        assert_eq!(parsed("a#b.safetensors#x"), tensor);
        assert_eq!(parsed("safetensors:a#b.safetensors#x"), tensor);
        let DataSource::Patches(source) = parsed("patches:im,size=8,whiten=0.5") else {
            panic!("patches are patches")
        };
        assert_eq!((source.size, source.count), (8, 20_000));
        assert_eq!(source.whitening, Some(0.5));
    }

    #[test]
    fn other_names_are_refused_with_what_is_known() {
        let message = |text: &str| text.parse::<DataSource>().unwrap_err().to_string();
        assert!(message("mnist").starts_with("data is 'mnist': expected digits, idx:FILE, png:DIR"));
        assert!(message("").contains("data is ''"));
        assert!(message("safetensors:x").contains("safetensors:FILE#TENSOR"));
        assert!(message("patches:d,size=x").contains("'size=x': expected size=PIXELS"));
        assert!(message("patches:d,sides=3").contains("one of size, count"));
    }

    #[test]
    fn patches_come_from_images_of_different_sizes() {
        let folder = tempfile::tempdir().unwrap();
        for (name, side) in [("a.png", 9), ("b.png", 12)] {
            let image = image::GrayImage::from_fn(side, side, |x, y| image::Luma([(37 * x * y % 251) as u8]));
            image.save(folder.path().join(name)).unwrap();
        }
        let read = |options: &str| {
            let text = format!("patches:{}{options}", folder.path().display());
            parsed(&text).read().unwrap()
        };
        let plain = read(",size=4,count=500");
        assert_eq!((plain.len(), plain.image_shape()), (500, Some((4, 4))));
        assert_eq!(plain, read(",size=4,count=500"));
        assert_ne!(plain.values(), read(",size=4,count=500,seed=2").values());
        let white = read(",size=4,count=500,whiten=1e-9");
        assert_eq!(
            (white.checksum(), white.image_shape()),
            (plain.checksum(), Some((4, 4)))
        );
        // The covariance of white rows is the identity, but in the direction of the mean that centring took.
        let variance: f64 = white.values().iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / 500.0;
        assert!((variance - 15.0).abs() < 1e-2, "{variance}");
    }
}
