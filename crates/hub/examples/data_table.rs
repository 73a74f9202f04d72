//! Prints `docs/data.md`.

fn main() {
    print!("{}", isogloss_hub::markdown());
}
