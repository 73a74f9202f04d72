//! `cargo xtask`: the project's own commands.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{TaskError, demo, test};

/// The project's own commands
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Fine-tune three models on the embedded corpus, score them, and serve the page
    Demo {
        /// Stop once the page is built
        #[arg(long)]
        no_serve: bool,
        /// Port of 127.0.0.1 that the page is served on
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Check formatting, lint, and run every test, those in the browser included
    Test,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Demo { no_serve, port } => {
            demo::run((!no_serve).then_some(port)).map(|()| ExitCode::SUCCESS)
        }
        Task::Test => test::run(),
    };
    outcome.unwrap_or_else(|error: TaskError| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
