//! The `shadow` command. Only this file prints errors and decides the exit status: 0 when all went
//! well, 1 when a claim that should hold does not, 2 on bad input,
//! 130 when the user stopped it with Ctrl-C (after saving what was done).

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Ok(cli::Outcome::Good) => ExitCode::SUCCESS,
        Ok(cli::Outcome::ClaimsNotConfirmed) => ExitCode::from(1),
        Ok(cli::Outcome::Interrupted) => ExitCode::from(130),
        Err(error) => {
            eprintln!("shadow: {error}");
            ExitCode::from(2)
        }
    }
}
