//! Running other programs: each command line is shown before it runs.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use crate::TaskError;
use crate::tally::Tally;

/// Cargo, without what `cargo run` told this program about its own package: a build script that
/// watches such a variable would run again for every task.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs the command with its output on the terminal.
pub fn run(command: &mut Command) -> Result<(), TaskError> {
    announce(command);
    let status = command.status().map_err(|source| start_error(command, source))?;
    check(command, status)
}

/// Runs the command and returns what it writes to standard output. Not shown: it only asks.
pub fn ask(command: &mut Command) -> Result<String, TaskError> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|source| start_error(command, source))?;
    check(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the command writes to standard output, or nothing where it is absent or fails.
pub fn try_ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a test command with its output on the terminal, and counts the tests.
///
/// A command that fails although no test did (it did not compile, or a test program died) counts
/// as one failure, and so does one that ran no test at all.
pub fn run_tests(command: &mut Command) -> Result<Tally, TaskError> {
    announce(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|source| start_error(command, source))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        // Read as bytes: a test may print what is not UTF-8, and that must not end the run.
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally.read(&line);
        }
    }
    let status = child.wait().map_err(|source| start_error(command, source))?;
    if !status.success() && tally.failed == 0 {
        println!("{}", TaskError::Failed { command: line_of(command), status });
        tally.failed = 1;
    } else if tally.passed + tally.failed == 0 {
        println!("`{}` ran no test", line_of(command));
        tally.failed = 1;
    }
    Ok(tally)
}

fn announce(command: &Command) {
    println!("$ {}", line_of(command));
}

fn check(command: &Command, status: ExitStatus) -> Result<(), TaskError> {
    if status.success() {
        return Ok(());
    }
    Err(TaskError::Failed { command: line_of(command), status })
}

fn start_error(command: &Command, source: std::io::Error) -> TaskError {
    TaskError::Start { command: line_of(command), source }
}

/// The command as a person would type it; the program by its name alone.
fn line_of(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let program = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    if word.contains([' ', '"', '$', '*']) { format!("'{word}'") } else { word.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn failing_programs_are_named_with_their_status() {
        let error = run(&mut shell("exit 3")).unwrap_err().to_string();
        assert!(error.contains("sh -c 'exit 3'") && error.contains('3'), "{error}");
        let error = run(&mut Command::new("/nowhere/isogloss")).unwrap_err().to_string();
        assert!(error.contains("could not be started"), "{error}");
    }

    #[test]
    fn tests_are_counted_from_the_output() {
        let script = "echo 'test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured'";
        assert_eq!(run_tests(&mut shell(script)).unwrap().to_string(), "2 passed, 0 failed");
    }

    #[test]
    fn a_run_that_dies_or_finds_nothing_is_a_failure() {
        for script in ["exit 101", "true"] {
            assert_eq!(run_tests(&mut shell(script)).unwrap().failed, 1, "{script}");
        }
    }
}
