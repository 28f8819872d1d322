use std::fs;

use super::repository;

/// Fails unless a file of the repository has exactly this text. `SAFEPACT_BLESS=1` writes it instead.
#[track_caller]
pub fn golden(path: &str, text: &str) {
    let file = repository().join(path);
    if std::env::var_os("SAFEPACT_BLESS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        return;
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    if known != text {
        let differs = known.lines().zip(text.lines()).enumerate().find(|(_, (a, b))| a != b);
        panic!("{path} is not what the program says (SAFEPACT_BLESS=1 writes it); first difference: {differs:?}");
    }
}
