//! The help texts as a person sees them.

mod common;

use std::path::Path;

fn help(arguments: &[&str]) -> String {
    common::done(Path::new("."), &[arguments, &["--help"]].concat()).stdout
}

#[test]
fn help_of_every_command() {
    insta::assert_snapshot!("isogloss", help(&[]));
    insta::assert_snapshot!("train", help(&["train"]));
    insta::assert_snapshot!("evaluate", help(&["evaluate"]));
    insta::assert_snapshot!("export", help(&["export"]));
    insta::assert_snapshot!("tokenizer", help(&["tokenizer"]));
    insta::assert_snapshot!("tokenizer_train", help(&["tokenizer", "train"]));
}
