//! `isogloss fetch`.
//!
//! What was fetched is a path on the standard output, for scripts; all else is on the other one.

use std::path::Path;

use comfy_table::{Table, presets};
use hub::{Hub, ModelName};

use crate::failure::Failure;
use crate::options::{FetchData, FetchModel};
use crate::show::fetching::Fetching;

/// Has a model in the hub's cache, as the hub has it now.
pub fn model(options: &FetchModel) -> Result<(), Failure> {
    let name: ModelName = options.name.parse()?;
    let hub = Hub::from_env()?;
    let mut show = Fetching::default();
    let found = hub.fetch_model(&name, options.allow_pickle, &mut |event| show.hear(event));
    show.finish();
    tell(&name.to_string(), &found?)
}

/// Lays data sets under a folder, or lists those that there are.
pub fn data(options: &FetchData) -> Result<(), Failure> {
    if options.names.is_empty() {
        list();
        return Ok(());
    }
    if options.out.exists() && !options.out.is_dir() {
        let out = options.out.display();
        return Err(Failure::Input(format!("{out}: is a file, not a folder")));
    }
    // A wrong name among many is found before the first of them is fetched.
    let sets = options.names.iter().map(|name| hub::find(name)).collect::<Result<Vec<_>, _>>()?;
    let hub = Hub::from_env()?;
    for set in sets {
        let mut show = Fetching::default();
        let found = hub.fetch_data(&set, &options.out, &mut |event| show.hear(event));
        show.finish();
        tell(&set.name, &found?)?;
        eprintln!("{}: licence {}; {}", set.name, set.licence, set.source);
    }
    Ok(())
}

/// The table of data sets, one a line.
fn list() {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(["name", "size", "licence", "what"]);
    for set in hub::table() {
        table.add_row([set.name.clone(), set.size(), set.licence, set.what]);
    }
    for line in table.lines() {
        println!("{}", line.trim());
    }
}

fn tell(name: &str, dir: &Path) -> Result<(), Failure> {
    let (files, bytes) = size(dir).map_err(Failure::path(dir))?;
    eprintln!("{name}: {files} files, {:.1} MB", bytes as f64 / 1e6);
    println!("{}", dir.display());
    Ok(())
}

/// Number and bytes of the files below `dir`, which may be links into the cache.
fn size(dir: &Path) -> std::io::Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let found = path.metadata()?;
        let (more, length) = if found.is_dir() { size(&path)? } else { (1, found.len()) };
        files += more;
        bytes += length;
    }
    Ok((files, bytes))
}
