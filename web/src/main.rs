//! The page.

fn main() {
    console_error_panic_hook::set_once();
    isogloss_web::page::open();
}
