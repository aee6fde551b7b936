//! The master key's file.

use countersign::keys::MasterKey;

pub fn run(input: &[u8]) {
    match MasterKey::parse(input) {
        Ok(key) => {
            let text = key.to_text();
            let again = MasterKey::parse(text.as_bytes()).expect("its own text");
            assert_eq!(*again.to_text(), *text);
            assert!(input.to_ascii_lowercase().starts_with(text.trim_end().as_bytes()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
