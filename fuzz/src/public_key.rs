//! Public keys that somebody brings, as DER or PEM.

use countersign::keys::PublicKey;

pub fn run(input: &[u8]) {
    for read in [PublicKey::from_der("key-1", input), PublicKey::from_pem("key-1", input)] {
        let Ok(key) = read else { continue };
        let stored = key.to_spki().expect("it can be stored");
        let again = PublicKey::from_der("key-1", &stored).expect("what was stored can be read");
        assert_eq!(again.jwk(), key.jwk());
        assert_eq!(again.to_spki().expect("as before"), stored);
        assert!(!key.verify(b"a message", input), "a signature was guessed");
    }
}
