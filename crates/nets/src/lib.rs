//! Networks, data and layer-wise pretraining. Knows nothing of groups.
//!
//! ```
//! use nets::{ignore_progress, Dataset, Stack, StackOptions, TrainOptions};
//! let train = TrainOptions { epochs: 3, ..TrainOptions::default() };
//! let options = StackOptions { widths: vec![16], train, ..StackOptions::default() };
//! let stack = Stack::pretrain(&Dataset::digits(), &options, &mut ignore_progress)?;
//! let errors = &stack.histories()[0];
//! assert!(errors[3].held_out < errors[0].held_out);
//! # Ok::<(), nets::NetError>(())
//! ```

mod activation;
mod autoencoder;
mod checkpoint;
mod data;
pub mod deformation;
mod elementwise;
mod error;
mod evaluate;
mod ica;
mod import;
pub mod invariance;
mod layers;
mod loss;
pub mod matrix;
pub mod models;
mod network;
mod optimizer;
mod probe;
mod random;
mod rbm;
mod rounding;
mod stack;
mod stiefel;
pub mod structure;
pub mod theory;
mod train;
mod tune;
mod variational;
mod whitening;

pub use activation::Activation;
pub use autoencoder::{Autoencoder, AutoencoderOptions, AutoencoderTrainer};
pub use checkpoint::Checkpoint;
pub use data::{Array, DataSource, Dataset, Figure, PatchSource, Pose, read_idx_labels, read_npy, write_npy};
pub use error::NetError;
pub use evaluate::Reconstruction;
pub use ica::{Ica, IcaOptions};
pub use layers::{
    Arithmetic, BatchNorm, Conv2d, Dense, Elementwise, Layer, LayerNorm, MatMul, MaxPool2d, Padding, Softmax,
    SparseMap, Window,
};
pub use loss::Loss;
pub use network::{DerivativeBounds, Network, NetworkBuilder, Node};
pub use optimizer::Optimizer;
pub use probe::{Probe, ProbeOptions};
pub use rbm::{
    LogPartition, NegativePhase, Rbm, RbmLearner, RbmOptions, RbmTrainer, Sparsity, VisibleUnits, WarmUp,
};
pub use stack::{LayerOptions, Stack, StackOptions};
pub use stiefel::Stiefel;
pub use train::rows::{BatchAddress, Corruption, Rows};
pub use train::{
    Batch, ChainLearner, ChainOptions, CodePenalty, Decay, EarlyStopping, EpochError, Learner, OnProgress,
    Progress, Schedule, StopReason, TrainOptions, Trainer, VisitState, history_csv, ignore_progress,
};
pub use tune::{ClassifierOptions, ClassifierTrainer, UnrolledOptions, UnrolledTrainer};
pub use variational::{Variational, VariationalLearner, VariationalOptions, VariationalTrainer};
pub use whitening::{Whitening, WhiteningKind};
