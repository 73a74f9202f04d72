//! Configs that differ in some fields.

use isogloss_training::RunConfig;
use serde_json::Value;

/// `config` with other fields, given as a tree like that of a run file.
pub fn with(config: &RunConfig, fields: &Value) -> RunConfig {
    let mut tree = serde_json::to_value(config).unwrap();
    merge(&mut tree, fields);
    serde_json::from_value(tree).unwrap()
}

fn merge(into: &mut Value, fields: &Value) {
    match (into, fields) {
        (Value::Object(into), Value::Object(fields)) if !fields.contains_key("kind") => {
            for (name, value) in fields {
                merge(into.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        (into, fields) => *into = fields.clone(),
    }
}
