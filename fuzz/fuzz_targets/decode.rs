//! Reads any bytes as everything there is; the body is shared with the tests.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    odm_integration::hostile::read_as_everything(bytes);
});
