//! The worker that the page talks to.

fn main() {
    engine::serve();
}
