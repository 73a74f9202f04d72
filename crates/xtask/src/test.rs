//! `cargo xtask test`: everything that must hold, in one command.
//!
//! A step that fails does not keep later ones from running, where they can: one run shows all that
//! is wrong. Tests are counted one by one; formatting and each run of Clippy count as one. What
//! only prepares (installing, building the page) counts when it fails.

use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::TaskError;
use crate::demo;
use crate::machine::Machine;
use crate::program::{cargo, run as run_program, run_tests};
use crate::tally::Tally;
use crate::tools::{Tools, add_components};
use crate::workspace::Workspace;

const DENY: [&str; 3] = ["--", "-D", "warnings"];
const WEB: [&str; 6] =
    ["--profile", "web", "--target", "wasm32-unknown-unknown", "--package", "isogloss-web"];

/// Runs all of it; the last line is `N passed, N failed`.
pub fn run() -> Result<ExitCode, TaskError> {
    let workspace = Workspace::find()?;
    let mut report = Report::default();
    let ready = report.prepare("Set up the test machine", || {
        add_components()?;
        Ok((Machine::set_up()?, Tools::set_up(&workspace)?))
    });
    if let Some((machine, tools)) = ready {
        let checkout = Checkout { workspace: &workspace, machine: &machine, tools: &tools };
        checkout.run(&mut report);
    }
    Ok(report.end())
}

struct Checkout<'a> {
    workspace: &'a Workspace,
    machine: &'a Machine,
    tools: &'a Tools,
}

impl Checkout<'_> {
    fn run(&self, report: &mut Report) {
        report.check("Formatting", || run_program(self.cargo("fmt").args(["--all", "--check"])));
        report.check("Clippy", || {
            run_program(self.cargo("clippy").args(["--release", "--all-targets"]).args(DENY))
        });
        // `--all-targets` leaves out what `cargo test` leaves out.
        report.check("Clippy on the end-to-end test", || {
            run_program(self.cargo("clippy").args(["--release", "--test", "page"]).args(DENY))
        });
        report.check("Clippy on the page", || {
            let mut clippy = self.cargo("clippy");
            clippy.args(WEB).args(["--package", "isogloss-engine", "--package"]);
            run_program(clippy.args(["isogloss-protocol", "--all-targets"]).args(DENY))
        });
        report.tests("Native tests, on the CPU and on Vulkan in software", || {
            run_tests(self.native(self.cargo("test").args(["--release", "--no-fail-fast"])))
        });
        report.tests("Tests in headless Chromium", || {
            run_tests(self.browser(self.cargo("test").args(WEB).arg("--no-fail-fast")))
        });
        let built = report.prepare("Train the demo's models and build the page", || {
            demo::build(self.workspace, self.tools).map(|table| println!("\n{table}"))
        });
        if built.is_some() {
            report.tests("End-to-end test of the page", || {
                let mut test = self.cargo("test");
                run_tests(self.browser(test.args(["--release", "--test", "page"])))
            });
        }
    }

    fn cargo(&self, subcommand: &str) -> Command {
        let mut command = cargo();
        command.arg(subcommand).current_dir(&self.workspace.root);
        command
    }

    fn native<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("ISOGLOSS_TEST_DEVICES", "cpu,wgpu")
            // The software driver alone, also on a machine with a GPU: the same run everywhere.
            // Older Vulkan loaders know the second name only.
            .env("VK_DRIVER_FILES", &self.machine.vulkan_driver)
            .env("VK_ICD_FILENAMES", &self.machine.vulkan_driver)
    }

    fn browser<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        self.tools
            .on_path(command)
            .env("CHROMEDRIVER", &self.machine.chromedriver)
            // Seconds, for all tests of a program: shaders are compiled and run in software.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "900")
    }
}

#[derive(Default)]
struct Report {
    tally: Tally,
    failed_steps: Vec<String>,
}

impl Report {
    fn check(&mut self, name: &str, body: impl FnOnce() -> Result<(), TaskError>) {
        self.tests(name, || body().map(|()| Tally::PASSED));
    }

    fn prepare<T>(&mut self, name: &str, body: impl FnOnce() -> Result<T, TaskError>) -> Option<T> {
        let mut made = None;
        self.tests(name, || {
            made = Some(body()?);
            Ok(Tally::default())
        });
        made
    }

    fn tests(&mut self, name: &str, body: impl FnOnce() -> Result<Tally, TaskError>) {
        println!("\n=== {name}");
        let started = Instant::now();
        let tally = body().unwrap_or_else(|error| {
            println!("error: {error}");
            Tally::FAILED
        });
        let verdict = if tally.failed == 0 { "done" } else { "FAILED" };
        println!("--- {name}: {verdict} after {:.1} s", started.elapsed().as_secs_f64());
        if tally.failed > 0 {
            self.failed_steps.push(name.to_owned());
        }
        self.tally += tally;
    }

    fn end(self) -> ExitCode {
        println!();
        for step in &self.failed_steps {
            println!("failed: {step}");
        }
        if self.tally.ignored > 0 {
            println!("ignored: {}", self.tally.ignored);
        }
        println!("{}", self.tally);
        if self.tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken<T>() -> Result<T, TaskError> {
        Err(TaskError::Missing { what: "Chromium".to_owned(), remedy: "install it".to_owned() })
    }

    #[test]
    fn every_failing_step_is_counted_and_named() {
        let mut report = Report::default();
        report.check("formatting", || Ok(()));
        report.tests("native", || Ok(Tally { passed: 5, failed: 2, ignored: 0 }));
        report.check("lint", broken);
        assert_eq!(report.prepare("set-up", broken::<()>), None);
        assert_eq!(report.prepare("page", || Ok(7)), Some(7));
        assert_eq!(report.tally.to_string(), "6 passed, 4 failed");
        assert_eq!(report.failed_steps, ["native", "lint", "set-up"]);
        assert_eq!(report.end(), ExitCode::FAILURE);
    }
}
