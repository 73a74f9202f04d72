//! The worker that the page talks to.

fn main() {
    isogloss_web::engine::serve();
}
