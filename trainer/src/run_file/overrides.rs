//! Options over the run file.

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use toml::{Table, Value};

use super::fields::{self, Field, Kind, SECTIONS};

/// What options say of the run, in their order in the list of fields.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Places in the run file with what stands there.
    values: Vec<(String, Value)>,
}

/// Sets a field that has no option of its own.
const SET: &str = "set";

impl Overrides {
    /// Puts the values into `run`.
    pub fn put_into(&self, run: &mut Table) {
        for (path, value) in &self.values {
            // A model has one beginning: an option for one takes the place of the file's other.
            match path.as_str() {
                "model.base" => drop(remove(run, "model", "fresh")),
                path if path.starts_with("model.fresh") => drop(remove(run, "model", "base")),
                _ => {}
            }
            put(run, path, value.clone());
            // Options of the contrastive loss make one where the file has no objective.
            if let Some(Value::Table(objective)) = run.get_mut("objective")
                && !objective.contains_key("kind")
            {
                objective.insert("kind".to_owned(), "contrastive".into());
            }
        }
    }
}

fn remove(run: &mut Table, table: &str, key: &str) -> Option<Value> {
    run.get_mut(table)?.as_table_mut()?.remove(key)
}

/// Puts `value` at `path`, whose tables are made where they are not.
fn put(run: &mut Table, path: &str, value: Value) {
    let Some((first, rest)) = path.split_once('.') else {
        run.insert(path.to_owned(), value);
        return;
    };
    let table = run.entry(first.to_owned()).or_insert_with(|| Table::new().into());
    if !table.is_table() {
        *table = Table::new().into();
    }
    if let Value::Table(table) = table {
        put(table, rest, value);
    }
}

/// `text` as a run file reads it behind a `=`; None where it does not.
fn parsed(text: &str) -> Option<Value> {
    if let Ok(table) = toml::from_str::<Table>(&format!("x = {text}")) {
        return table.get("x").cloned();
    }
    // Numbers as people write them: `.5`, `NaN`.
    text.parse().ok().map(Value::Float)
}

fn argument(field: &Field) -> Arg {
    let arg = Arg::new(field.option).long(field.option).help(field.help);
    if field.kind == Kind::Switch {
        return arg.action(ArgAction::SetTrue);
    }
    let arg = arg.value_name(field.value).allow_hyphen_values(true);
    match field.kind {
        Kind::List => arg.action(ArgAction::Append).value_delimiter(','),
        _ => arg.action(ArgAction::Set),
    }
}

fn value(field: &Field, matches: &ArgMatches) -> Option<Result<Value, clap::Error>> {
    if field.kind == Kind::Switch {
        return matches.get_flag(field.option).then(|| Ok(true.into()));
    }
    let given: Vec<&String> = matches.get_many(field.option)?.collect();
    if field.kind == Kind::List {
        return Some(Ok(Value::Array(given.into_iter().map(|x| x.clone().into()).collect())));
    }
    let text = given.first()?.as_str();
    Some(Ok(match field.kind {
        Kind::Text => text.into(),
        Kind::Value => parsed(text).unwrap_or_else(|| text.into()),
        _ => match parsed(text) {
            Some(value) => value,
            // The kind of an objective whose other fields have their defaults.
            None if field.path == "objective" => {
                Value::Table(Table::from_iter([("kind".to_owned(), text.into())]))
            }
            None => return Some(Err(not_a_value(field.option, text))),
        },
    }))
}

fn not_a_value(option: &str, text: &str) -> clap::Error {
    let text = format!("--{option}: `{text}` is not a value as a run file has it\n");
    clap::Error::raw(ErrorKind::ValueValidation, text)
}

impl FromArgMatches for Overrides {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut values = Vec::new();
        for field in fields::all() {
            if let Some(value) = value(field, matches) {
                values.push((field.path.to_owned(), value?));
            }
        }
        for given in matches.get_many::<String>(SET).into_iter().flatten() {
            let (path, text) = given.split_once('=').ok_or_else(|| not_a_value(SET, given))?;
            let value = parsed(text).unwrap_or_else(|| text.into());
            values.push((path.trim().to_owned(), value));
        }
        Ok(Self { values })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Overrides {
    fn augment_args(mut command: Command) -> Command {
        for (heading, fields) in SECTIONS {
            let arguments = fields.iter().map(argument);
            command = command.next_help_heading(*heading).args(arguments);
        }
        let set = Arg::new(SET).long(SET).value_name("FIELD=VALUE").action(ArgAction::Append);
        let help = "Set any field, as objective.of.kind=contrastive";
        command.next_help_heading("Run").arg(set.help(help))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
