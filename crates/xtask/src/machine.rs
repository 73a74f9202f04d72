//! What a machine needs before the tests in the browser can run: Chromium, its driver, and a
//! Vulkan driver in software.
//!
//! Installed through apt where that may be done without asking; else the person is told the exact
//! command. A machine without them fails the run: a test that is skipped looks like one that passed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::TaskError;
use crate::program::{run, try_ask};

const ICD_FOLDERS: [&str; 2] = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const BROWSERS: [&str; 4] =
    ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];

/// A machine that has what the tests need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The `chromedriver` program.
    pub chromedriver: PathBuf,
    /// Description of the software Vulkan driver, for the Vulkan loader.
    pub vulkan_driver: PathBuf,
}

impl Machine {
    /// Finds everything, installing what is missing where that is possible.
    pub fn set_up() -> Result<Self, TaskError> {
        let packages = missing_packages();
        if !packages.is_empty() {
            println!("missing on this machine: {}", packages.join(" "));
            install(&packages)?;
        }
        let remedy = || manual(&missing_packages());
        let missing = |what: &str| TaskError::Missing { what: what.to_owned(), remedy: remedy() };
        if !has_browser() {
            return Err(missing("Chromium"));
        }
        if !has_vulkan_loader() {
            return Err(missing("the Vulkan loader"));
        }
        let chromedriver = chromedriver().ok_or_else(|| missing("ChromeDriver"))?;
        let vulkan_driver =
            vulkan_driver().ok_or_else(|| missing("a Vulkan driver in software"))?;
        println!("ChromeDriver: {}", chromedriver.display());
        println!("Vulkan driver: {}", vulkan_driver.display());
        Ok(Self { chromedriver, vulkan_driver })
    }
}

fn missing_packages() -> Vec<&'static str> {
    let ubuntu = std::fs::read_to_string("/etc/os-release")
        .is_ok_and(|text| text.lines().any(|line| line == "ID=ubuntu"));
    let (browser, driver) = if ubuntu {
        ("chromium-browser", "chromium-chromedriver")
    } else {
        ("chromium", "chromium-driver")
    };
    let mut packages = Vec::new();
    let mut need = |missing: bool, package| {
        if missing {
            packages.push(package);
        }
    };
    need(!has_browser(), browser);
    need(chromedriver().is_none(), driver);
    need(vulkan_driver().is_none(), "mesa-vulkan-drivers");
    need(!has_vulkan_loader(), "libvulkan1");
    packages
}

fn has_browser() -> bool {
    BROWSERS.iter().any(|name| on_path(name).is_some())
}

fn chromedriver() -> Option<PathBuf> {
    let set = std::env::var_os("CHROMEDRIVER").map(PathBuf::from).filter(|file| file.is_file());
    set.or_else(|| on_path("chromedriver"))
}

fn vulkan_driver() -> Option<PathBuf> {
    ICD_FOLDERS.iter().find_map(|folder| {
        let entries = std::fs::read_dir(folder).ok()?;
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|file| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("lvp_icd") && name.ends_with(".json")
            })
            .collect();
        files.sort();
        files.into_iter().next()
    })
}

fn has_vulkan_loader() -> bool {
    // Not on every person's PATH.
    let ldconfig = if Path::new("/sbin/ldconfig").exists() { "/sbin/ldconfig" } else { "ldconfig" };
    try_ask(Command::new(ldconfig).arg("-p")).is_some_and(|list| list.contains("libvulkan.so.1"))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn manual(packages: &[&str]) -> String {
    format!(
        "on Debian or Ubuntu install it with `sudo apt-get install {}`; elsewhere put Chromium or \
         Chrome and the chromedriver of the same version on the PATH, and install Mesa's lavapipe \
         with the Vulkan loader",
        packages.join(" ")
    )
}

fn install(packages: &[&str]) -> Result<(), TaskError> {
    let is_root = try_ask(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let may_sudo = || try_ask(Command::new("sudo").args(["-n", "true"])).is_some();
    if on_path("apt-get").is_none() || !(is_root || may_sudo()) {
        return Err(TaskError::Missing { what: packages.join(", "), remedy: manual(packages) });
    }
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(if is_root { "env" } else { "sudo" });
        if !is_root {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
        run(&mut command)
    };
    apt(&["update", "--quiet"])?;
    apt(&[&["install", "--quiet", "--yes", "--no-install-recommends"], packages].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_is_told_the_exact_command() {
        let text = manual(&["chromium", "libvulkan1"]);
        assert!(text.contains("sudo apt-get install chromium libvulkan1"), "{text}");
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(on_path("sh").is_some_and(|file| file.is_absolute()));
        assert_eq!(on_path("isogloss-of-nowhere"), None);
    }
}
