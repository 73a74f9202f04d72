//! The tools that turn the page's crate into a page.
//!
//! A tool on the PATH is used where its version is right; else the right one is built into the
//! project's own cache folder, so nothing that the person installed is replaced. The version of
//! wasm-bindgen's program must equal that of the library, so it comes from the lock file.
//!
//! `wasm-opt` alone may stay away: without it the page is larger and somewhat slower, and works.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::TaskError;
use crate::program::{ask, cargo, run, try_ask};
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
const TRUNK: &str = "0.21.14";
const BINARYEN: &str = "132.0.0";
/// Older ones do not know all features that rustc names in a module.
const OLDEST_WASM_OPT: u32 = 123;

/// The tools, ready to use.
#[derive(Clone, Debug)]
pub struct Tools {
    path: OsString,
    has_wasm_opt: bool,
}

impl Tools {
    /// Sets up what is missing, and says what it does.
    pub fn set_up(workspace: &Workspace) -> Result<Self, TaskError> {
        let own = workspace.cache.join("bin");
        let node = workspace.cache.join("node/node_modules/.bin");
        let mut tools = Self { path: path_with([own, node])?, has_wasm_opt: false };
        add_target()?;
        let wasm_bindgen = workspace.locked_version("wasm-bindgen")?;
        // Without its lock file, which names a package that has been withdrawn.
        tools.install(workspace, "wasm-bindgen-cli", "wasm-bindgen", &wasm_bindgen, &[])?;
        let lean = ["--locked", "--no-default-features", "--features", "rustls"];
        tools.install(workspace, "trunk", "trunk", TRUNK, &lean)?;
        tools.has_wasm_opt = tools.find_wasm_opt(workspace);
        Ok(tools)
    }

    /// The command with the tools on its PATH.
    pub fn on_path<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("PATH", &self.path)
    }

    /// Builds the page into `dist`.
    pub fn build_page(&self, workspace: &Workspace) -> Result<(), TaskError> {
        let mut trunk = self.program("trunk");
        trunk.arg("build").current_dir(&workspace.root);
        // Trunk reads this one as an option of its own and refuses the usual value, 1.
        trunk.env_remove("NO_COLOR");
        if !self.has_wasm_opt {
            // The page's crate names its profile itself: this only leaves wasm-opt out.
            trunk.arg("--release=false");
        }
        run(&mut trunk)
    }

    /// A command for the tool.
    ///
    /// Looked up here: of two PATHs, the standard library leaves open which one counts.
    fn program(&self, name: &str) -> Command {
        let found = std::env::split_paths(&self.path)
            .map(|folder| folder.join(name))
            .find(|file| file.is_file());
        let mut command = Command::new(found.unwrap_or_else(|| name.into()));
        self.on_path(&mut command);
        command
    }

    fn version(&self, name: &str) -> Option<String> {
        let text = try_ask(self.program(name).arg("--version"))?;
        text.split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            .map(str::to_owned)
    }

    fn install(
        &self,
        workspace: &Workspace,
        package: &str,
        program: &str,
        version: &str,
        options: &[&str],
    ) -> Result<(), TaskError> {
        let found = self.version(program);
        if found.as_deref() == Some(version) {
            println!("{program} {version}: found");
            return Ok(());
        }
        let found = found.map_or("none".to_owned(), |found| format!("only {found}"));
        println!("{program} {version}: {found} found; it is built now, which takes some minutes");
        let mut install = cargo();
        install.args(["install", package, "--version", version, "--force"]).args(options);
        install.arg("--root").arg(&workspace.cache);
        install.arg("--target-dir").arg(workspace.cache.join("tools"));
        // Tools run for seconds: time spent on optimising them would be lost.
        install.env("CARGO_PROFILE_RELEASE_LTO", "off");
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        run(&mut install)?;
        match self.version(program) {
            Some(now) if now == version => Ok(()),
            now => Err(TaskError::Missing {
                what: format!("{program} {version}"),
                remedy: format!("it was built, yet what runs is {}", now.unwrap_or_default()),
            }),
        }
    }

    /// Whether there is a `wasm-opt` that can be used.
    fn find_wasm_opt(&self, workspace: &Workspace) -> bool {
        let adequate = || self.version("wasm-opt").filter(|text| is_adequate(text));
        if let Some(version) = adequate() {
            println!("wasm-opt {version}: found");
            return true;
        }
        if try_ask(Command::new("npm").arg("--version")).is_some() {
            println!("wasm-opt: fetched now, in npm's package binaryen {BINARYEN}");
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--prefix"]);
            npm.arg(workspace.cache.join("node")).arg(format!("binaryen@{BINARYEN}"));
            if let Err(error) = run(&mut npm) {
                println!("{error}");
            } else if adequate().is_some() {
                return true;
            }
        }
        println!(
            "wasm-opt: none of version {OLDEST_WASM_OPT} or newer; the page is built without it \
             and will be larger. To have it, install npm (apt-get install npm) or put Binaryen's \
             wasm-opt on the PATH"
        );
        false
    }
}

fn is_adequate(version: &str) -> bool {
    version.parse::<u32>().is_ok_and(|version| version >= OLDEST_WASM_OPT)
}

fn path_with(first: [PathBuf; 2]) -> Result<OsString, TaskError> {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let folders = first.into_iter().chain(std::env::split_paths(&rest));
    std::env::join_paths(folders).map_err(|error| TaskError::Missing {
        what: "a usable PATH".to_owned(),
        remedy: error.to_string(),
    })
}

/// Adds the compilation target of the browser.
fn add_target() -> Result<(), TaskError> {
    let sysroot = ask(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        println!("{TARGET}: found");
        return Ok(());
    }
    println!("{TARGET}: rustup adds it now");
    rustup(&["target", "add", TARGET])
}

/// Adds what the checks need and a minimal toolchain lacks.
pub fn add_components() -> Result<(), TaskError> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if try_ask(cargo().args([subcommand, "--version"])).is_none() {
            println!("{component}: rustup adds it now");
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(arguments: &[&str]) -> Result<(), TaskError> {
    if try_ask(Command::new("rustup").arg("--version")).is_none() {
        return Err(TaskError::Missing {
            what: arguments.last().copied().unwrap_or_default().to_owned(),
            remedy: "rustup, which would add it, is not there: add it as you added Rust".to_owned(),
        });
    }
    run(Command::new("rustup").args(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_recent_versions_of_wasm_opt_will_do() {
        assert!(is_adequate("132"));
        assert!(!is_adequate("108"));
        assert!(!is_adequate("unknown"));
    }

    #[test]
    fn the_versions_of_programs_are_read_from_what_they_say() {
        let folder = tempfile::tempdir().unwrap();
        for (name, says) in
            [("trunk", "trunk 0.21.14"), ("wasm-opt", "wasm-opt version 132 (version_132)")]
        {
            write_script(&folder.path().join(name), &format!("echo {says:?}"));
        }
        let tools = Tools { path: folder.path().into(), has_wasm_opt: false };
        assert_eq!(tools.version("trunk").as_deref(), Some("0.21.14"));
        assert_eq!(tools.version("wasm-opt").as_deref(), Some("132"));
        assert_eq!(tools.version("wasm-bindgen-of-nowhere"), None);
    }

    fn write_script(file: &Path, body: &str) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(file, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}
