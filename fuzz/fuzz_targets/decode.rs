//! Decodes arbitrary bytes as every kind of document. The tests share the code.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    odm_integration::hostile::read_as_everything(bytes);
});
