// SPDX-License-Identifier: Apache-2.0
//! A library without a runtime: names of Rust in both manglings.
#![no_std]
#![crate_type = "cdylib"]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

pub trait Weigh {
    fn weigh(&self) -> u32;
}

pub struct Crate<T> {
    pub inside: T,
    pub load: u32,
}

impl Weigh for Crate<u8> {
    #[inline(never)]
    fn weigh(&self) -> u32 {
        mix(self.load) ^ self.inside as u32
    }
}

#[inline(always)]
fn mix(x: u32) -> u32 {
    (x ^ (x >> 15)).wrapping_mul(0x2c1b3c6d)
}

#[inline(never)]
pub fn fold<T: Weigh>(items: &[T]) -> u32 {
    items.iter().map(|c| c.weigh()).fold(7, |a, b| mix(a ^ b))
}

#[no_mangle]
pub extern "C" fn crate_run(n: u8) -> u32 {
    fold(&[Crate { inside: n, load: 3 }, Crate { inside: 1, load: n as u32 }])
}
