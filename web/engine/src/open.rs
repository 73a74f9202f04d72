//! The device, tried before it is trusted.

use burn::tensor::{Tensor, TensorData};
use device::browser::{Kind, Opened, Preference, open};

/// Opens WebGPU, or the CPU where `cpu` asks for it or WebGPU is missing, fails or computes wrong
/// numbers.
///
/// wgpu can be set up once only in a worker, so the result is to be kept.
pub async fn open_device(cpu: bool) -> Opened {
    let preference = if cpu { Preference::Cpu } else { Preference::Auto };
    let opened = open(preference).await;
    if opened.kind == Kind::Cpu {
        return opened;
    }
    match try_out(&opened).await {
        Ok(()) => opened,
        Err(reason) => {
            let note = Some(format!("WebGPU failed its first product of matrices: {reason}"));
            Opened { note, ..open(Preference::Cpu).await }
        }
    }
}

/// One product of matrices whose result is known. Drivers exist that accept a shader and compute
/// something else.
async fn try_out(opened: &Opened) -> Result<(), String> {
    const SIZE: usize = 48;
    // Whole numbers small enough for every sum to be exact.
    let value = |row: usize, column: usize| ((row * 7 + column * 3) % 11) as f32 - 5.0;
    let entries = (0..SIZE * SIZE).map(|at| value(at / SIZE, at % SIZE)).collect::<Vec<_>>();
    let data = TensorData::new(entries, [SIZE, SIZE]);
    let matrix = Tensor::<2>::from_data(data, &opened.device);
    let product = matrix.clone().matmul(matrix).into_data_async().await;
    let product = product.map_err(|error| format!("{error:?}"))?;
    let product = product.try_to_vec::<f32>().map_err(|error| format!("{error:?}"))?;
    for (at, found) in product.iter().enumerate() {
        let (row, column) = (at / SIZE, at % SIZE);
        let expected: f32 = (0..SIZE).map(|k| value(row, k) * value(k, column)).sum();
        if (found - expected).abs() > 0.5 {
            return Err(format!("it found {found} where {expected} is right"));
        }
    }
    Ok(())
}
