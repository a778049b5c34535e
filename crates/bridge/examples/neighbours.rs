//! Runs the systems of neighbouring papers, prints what they found and writes their pictures:
//!
//! ```sh
//! cargo run --release -p shadow-bridge --example neighbours -- pictures winter vicente
//! ```
//!
//! The first argument is the folder for the pictures; the others name systems, all of them if there are none. `--full`
//! takes the sizes of the full study.

use std::path::Path;
use std::time::Instant;

use bridge::neighbours::{self, NeighbourOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "pictures".to_owned());
    let (flags, chosen): (Vec<String>, Vec<String>) = arguments.partition(|word| word == "--full");
    let options = NeighbourOptions {
        quick: flags.is_empty(),
        ..NeighbourOptions::default()
    };
    std::fs::create_dir_all(&folder)?;
    for system in neighbours::all() {
        if !chosen.is_empty() && !chosen.iter().any(|name| name == system.id) {
            continue;
        }
        let start = Instant::now();
        let report = (system.run)(&options)?;
        println!(
            "{} ({:.1} s): {}",
            report.id,
            start.elapsed().as_secs_f64(),
            report.title
        );
        for finding in &report.findings {
            println!("  {}: {}", finding.outcome, finding.statement);
            for figure in &finding.figures {
                println!("      {figure}");
            }
        }
        if let Some(picture) = &report.picture {
            std::fs::write(Path::new(&folder).join(format!("{}.svg", report.id)), picture)?;
        }
    }
    Ok(())
}
