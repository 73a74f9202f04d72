//! `isogloss reproduce`.

mod plan;
mod steps;
mod table;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use device::Choice;
use evaluation::Report;

use crate::failure::Failure;
use plan::{Benchmark, Plan, Row};
use steps::Step;

/// Options of `reproduce`.
#[derive(Args)]
#[command(after_help = "Examples:
  isogloss reproduce paper --scale tiny
  isogloss reproduce paper --dry-run
  isogloss reproduce paper --rows 'LaBSE mono,LaBSE hybrid' --languages de,en,hi --seeds 1
  isogloss reproduce my-plan.toml --out runs/mine

Fetches what is not there, trains each row once a seed, scores every model on every benchmark, and
prints our numbers beside the published ones, also to OUT/table.md and OUT/table.html. What was done
before is not done again, so a run that was cut goes on where it was")]
pub struct Reproduce {
    /// `paper`, or a plan (TOML) of rows, benchmarks and published numbers
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// The paper's models and data, or the same path in minutes on the embedded corpus
    #[arg(long, value_enum, default_value_t = Scale::Full)]
    pub scale: Scale,
    /// Only these rows, by name, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub rows: Vec<String>,
    /// Only these languages of the benchmarks
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    pub languages: Vec<String>,
    /// Seeds, instead of the plan's
    #[arg(long, value_delimiter = ',', value_name = "N")]
    pub seeds: Vec<u64>,
    /// Where models, reports and tables are written [default: runs/reproduce/PLAN]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// auto, wgpu, vulkan, metal or cpu
    #[arg(long, default_value_t = Choice::Auto)]
    pub device: Choice,
    /// Only print the commands
    #[arg(long)]
    pub dry_run: bool,
}

/// How much is reproduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scale {
    /// The paper's models and data.
    Full,
    /// Minutes on two cores.
    Tiny,
}

/// Makes the table.
pub fn run(options: &Reproduce) -> Result<(), Failure> {
    let path = plan_file(&options.plan, options.scale)?;
    let mut plan = Plan::read(&path)?.only(&options.rows)?;
    if !options.seeds.is_empty() {
        plan.seeds.clone_from(&options.seeds);
    }
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    let out = options.out.clone().unwrap_or_else(|| Path::new("runs/reproduce").join(stem));
    let device = options.device.to_string();
    let maker = Maker { options, out: &out, device: &device };

    for benchmark in &plan.benchmark {
        maker.fetch(benchmark)?;
    }
    let mut results = Vec::new();
    for row in &plan.row {
        results.push(maker.row(&plan, row)?);
    }
    if options.dry_run {
        return Ok(());
    }
    let tables = table::tables(&plan, &results);
    for (title, table) in tables.iter().take(1) {
        println!("{title}: {}\n{}", table.caption, table.text());
    }
    let (markdown, page) = (out.join("table.md"), out.join("table.html"));
    artifact::replace_file(&markdown, table::markdown(&plan, &tables).as_bytes())?;
    artifact::replace_file(&page, table::page(&plan, &tables).as_bytes())?;
    eprintln!("tables: {} and {}", markdown.display(), page.display());
    Ok(())
}

/// The file of a plan that is named.
fn plan_file(named: &Path, scale: Scale) -> Result<PathBuf, Failure> {
    let is_paper = named == Path::new("paper");
    match (is_paper, scale) {
        (true, Scale::Full) => Ok("configs/reproduce/paper.toml".into()),
        (true, Scale::Tiny) => Ok("configs/reproduce/paper-tiny.toml".into()),
        (false, Scale::Full) => Ok(named.to_owned()),
        (false, Scale::Tiny) => Err(Failure::Input(
            "--scale belongs to `paper`: a plan of one's own has one".to_owned(),
        )),
    }
}

/// Takes the steps.
struct Maker<'a> {
    options: &'a Reproduce,
    out: &'a Path,
    device: &'a str,
}

impl Maker<'_> {
    fn take(&self, step: &Step) -> Result<(), Failure> {
        if self.options.dry_run {
            println!("{}", step.text());
            return Ok(());
        }
        if step.is_done() {
            return Ok(());
        }
        eprintln!("> {}", step.text());
        step.take()
    }

    fn fetch(&self, benchmark: &Benchmark) -> Result<(), Failure> {
        match &benchmark.fetch {
            Some(name) if !benchmark.data.exists() => {
                self.take(&Step::fetch(name, &benchmark.data))
            }
            _ => Ok(()),
        }
    }

    /// The reports of a row: by benchmark, one a seed.
    fn row(&self, plan: &Plan, row: &Row) -> Result<Vec<Vec<Report>>, Failure> {
        let folder = self.out.join(row.folder());
        let mut models: Vec<(PathBuf, PathBuf)> = Vec::new();
        if let Some(model) = &row.model {
            models.push((model.clone(), folder.clone()));
        }
        if let Some(config) = &row.config {
            for &seed in &plan.seeds {
                let folder = folder.join(format!("seed-{seed}"));
                let model = folder.join("model");
                self.take(&Step::train(row, config, seed, &model, self.device))?;
                models.push((model, folder));
            }
        }
        let mut reports = Vec::new();
        for benchmark in &plan.benchmark {
            let mut of_benchmark = Vec::new();
            for (model, folder) in &models {
                let json = folder.join(format!("{}.json", benchmark.name));
                let languages = &self.options.languages;
                let step = Step::evaluate(model, benchmark, languages, &json, self.device);
                self.take(&step)?;
                if !self.options.dry_run {
                    of_benchmark.push(read(&json)?);
                }
            }
            reports.push(of_benchmark);
        }
        Ok(reports)
    }
}

fn read(json: &Path) -> Result<Report, Failure> {
    let bytes = std::fs::read(json).map_err(Failure::path(json))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::Input(format!("{}: {error}", json.display())))
}
