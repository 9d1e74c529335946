//! See `tracewire_fuzz::decoders::media`.
#![no_main]

tracewire_fuzz::count_steps!();
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tracewire_fuzz::decoders::media::check(bytes));
