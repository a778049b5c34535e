//! Ctrl-C as a flag, for commands that save what was done before they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::CliError;

/// A flag that is set by Ctrl-C (or a request to terminate).
pub(crate) fn stop_on_signal() -> Result<Arc<AtomicBool>, CliError> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).map_err(CliError::Signal)?;
    Ok(stop)
}
