//! Devices of a page or worker.

use burn::tensor::Device;

/// What the page asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preference {
    /// WebGPU, and the CPU where it is missing or fails.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
}

/// Which backend runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Burn's wgpu backend on the browser's WebGPU.
    WebGpu,
    /// Burn's CPU backend in WASM.
    Cpu,
}

/// An opened device.
#[derive(Clone, Debug)]
pub struct Opened {
    /// For tensors.
    pub device: Device,
    /// Which backend it is.
    pub kind: Kind,
    /// Why it is not WebGPU, as a sentence for the page.
    pub note: Option<String>,
}

/// Opens the device for this thread of the browser.
///
/// wgpu can be set up once only per page or worker: call this once and keep the result.
pub async fn open(preference: Preference) -> Opened {
    let cpu = |note: &str| Opened {
        device: Device::flex(),
        kind: Kind::Cpu,
        note: Some(note.to_owned()),
    };
    if preference == Preference::Cpu {
        return cpu("The CPU was asked for");
    }
    // Asked first by hand: Burn's set-up panics where there is no adapter to be had.
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let options = wgpu::RequestAdapterOptions::default();
    if instance.request_adapter(&options).await.is_err() {
        return cpu("This browser offers no WebGPU adapter");
    }
    match Device::wgpu_options().init_async().await {
        Ok(device) => Opened { device, kind: Kind::WebGpu, note: None },
        Err(error) => cpu(&format!("WebGPU could not be set up ({error})")),
    }
}
