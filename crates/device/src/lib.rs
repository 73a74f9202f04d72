//! Where tensors live.
//!
//! Natively, `auto` takes a hardware GPU through wgpu and else Burn's CPU backend (Flex): a
//! software Vulkan driver also presents itself as an adapter, but trains several times slower
//! than Flex on the same cores, so it is used only when asked for by name. In the browser WebGPU
//! is tried first and the same CPU backend, compiled to WASM, is what remains.
//!
//! Every choice comes with the reason for it, so that programs can say on what they run and why.

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(not(target_arch = "wasm32"))]
pub use native::{Choice, DeviceError, Opened, for_tests, open};
