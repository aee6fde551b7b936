use super::*;
use proptest::prelude::*;

const SECRET: &str = "Zx8kQ2vB7nM4pL0sT6wY3cR9";

/// What other programs made, and of what: OpenBSD's bcrypt and glibc's crypt(3) as libxcrypt has them, RFC 7914 section
/// 12 and Python's hashlib for scrypt, passlib's manual and hashlib for PBKDF2, the reference implementation for argon2.
const KNOWN: [(&str, &str); 14] = [
    ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
    (SECRET, "$2b$04$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG."),
    (SECRET, "$2y$04$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG."),
    ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
    ("password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
    (
        "pleaseletmein",
        "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$\
         cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
    ),
    (SECRET, "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Zai/+UE8quevWyeaRv9ZEw/Cs/248sx79z4izqerlyY"),
    ("password", "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M"),
    (SECRET, "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$XhMoxIME5+pb66Hew7woyt/31QpmldIxCqVJHGXk+W8"),
    (SECRET, "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$XhMoxIME5.pb66Hew7woyt/31QpmldIxCqVJHGXk.W8"),
    (
        SECRET,
        "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$\
         Z8uii/pDb8IWwzA6NCCoX1ab6RMCS3pIhj7Zd+swyh31+PMY6panON4SguUyt1odh1wRXZgkGQCFR/Jo6jOwHg",
    ),
    ("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
    ("Hello world!", "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"),
    (
        SECRET,
        "$6$rounds=1000$0123456789abcdef$\
         BSk.ph5H5K2OGOhiZkwJoDPhMtCxZdI0m4A3xL2rJcceQ/SK3HV4MvbU2iNdg/O5bXQkPzWx.50HBXnL1V7eq0",
    ),
];

fn parse(text: &str) -> Result<(), Refused> {
    ForeignHash::parse(text).map(|_| ())
}

#[test]
fn what_others_hashed_is_verified() {
    for (secret, text) in KNOWN {
        let hash = ForeignHash::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert!(hash.verify(secret), "{text}");
        for wrong in ["", &format!("{secret} "), &secret[1..], "wrong"] {
            assert!(!hash.verify(wrong), "{text} of {wrong}");
        }
    }
}

/// Made by the libraries themselves, with every kind of parameter in use.
#[test]
fn what_the_libraries_hash_is_verified() {
    let salt = b"0123456789abcdef";
    let bcrypt = bcrypt::hash_with_salt(SECRET, 5, *salt).expect("a hash").format_for_version(bcrypt::Version::TwoB);
    let mut output = [0; 24];
    let (kind, version) = (argon2::Algorithm::Argon2id, argon2::Version::V0x13);
    let params = argon2::Params::new(64, 3, 4, Some(24)).expect("parameters");
    argon2::Argon2::new(kind, version, params).hash_password_into(SECRET.as_bytes(), salt, &mut output).expect("made");
    let encode = |bytes: &[u8]| BASE64_STANDARD_NO_PAD.encode(bytes);
    let argon2id = format!("$argon2id$v=19$m=64,t=3,p=4${}${}", encode(salt), encode(&output));
    let params = scrypt::Params::new(5, 4, 2).expect("parameters");
    scrypt::scrypt(SECRET.as_bytes(), salt, &params, &mut output).expect("made");
    let scrypt = format!("$scrypt$ln=5,r=4,p=2${}${}", encode(salt), encode(&output));
    for text in [bcrypt, argon2id, scrypt] {
        let hash = ForeignHash::parse(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert!(hash.verify(SECRET) && !hash.verify("wrong"), "{text}");
    }
}

#[test]
fn nobody_goes_on_where_bcrypt_stops_reading() {
    let long = "x".repeat(MAX_BCRYPT_SECRET);
    let text = bcrypt::hash_with_salt(&long, 4, [7; 16]).expect("a hash").format_for_version(bcrypt::Version::TwoB);
    let hash = ForeignHash::parse(&text).unwrap_or_else(|e| panic!("{e}"));
    assert!(hash.verify(&long));
    assert!(!hash.verify(&format!("{long}x")));
    let text = "$2b$04$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG.";
    let hash = ForeignHash::parse(text).unwrap_or_else(|e| panic!("{e}"));
    assert!(!hash.verify(&format!("{SECRET}\0{SECRET}")), "the same key, once more");
}

#[test]
fn what_is_not_served_is_refused_with_what_is() {
    for text in [
        "",
        "$",
        "$$",
        "plain",
        "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
        "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$pbkdf2$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M",
        "{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3",
        "{SSHA256}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3",
        "$sha256$5f4dcc3b5aa765d61d8327deb882cf99",
        "pbkdf2_sha256$600000$salt$5B8vYYiY",
        "$pbkdf2-sha1$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$XhMoxIME5",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        &format!("$5$saltstring${}", "a".repeat(MAX_HASH_CHARS)),
    ] {
        assert_eq!(parse(text), Err(Refused::Unknown), "{text}");
    }
    let said = Refused::Unknown.to_string();
    assert!(["argon2id", "plain sum of SHA", "on purpose", "Django"].iter().all(|part| said.contains(part)), "{said}");
}

#[test]
fn what_is_malformed_is_refused() {
    let (salt, hash) = ("MDEyMzQ1Njc4OWFiY2RlZg", "Zai/+UE8quevWyeaRv9ZEw/Cs/248sx79z4izqerlyY");
    let malformed = [
        "$2b$04$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG".to_owned(),
        "$2b$03$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG.".into(),
        "$2b$+4$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG.".into(),
        "$2b$04$0123456789abcdefghi kOGlLOygkbjcClJgYQQ9Sq0ycsF551gG.".into(),
        "$2b$04$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551g\u{e4}".into(),
        format!("$argon2id$v=16$m=256,t=2,p=1${salt}${hash}"),
        format!("$argon2id$m=256,t=2,p=1${salt}${hash}"),
        format!("$argon2id$v=19$t=2,m=256,p=1${salt}${hash}"),
        format!("$argon2id$v=19$m=256,t=2,p=1,data=AAAA${salt}${hash}"),
        format!("$argon2id$v=19$m=256,t=0,p=1${salt}${hash}"),
        format!("$argon2id$v=19$m=256,t=2,p=0${salt}${hash}"),
        format!("$argon2id$v=19$m=31,t=2,p=4${salt}${hash}"),
        format!("$argon2id$v=19$m=0256,t=2,p=1${salt}${hash}"),
        format!("$argon2id$v=19$m=256,t=2,p=1$c2FsdA${hash}"),
        format!("$argon2id$v=19$m=256,t=2,p=1${salt}$"),
        format!("$argon2id$v=19$m=256,t=2,p=1${salt}$AAAAAAAAAAAAAAAAAAAA"),
        format!("$argon2id$v=19$m=256,t=2,p=1${salt}${hash}="),
        format!("$argon2id$v=19$m=256,t=2,p=1${salt}${hash}$"),
        format!("$scrypt$ln=0,r=8,p=1${salt}${hash}"),
        format!("$scrypt$ln=4,r=0,p=1${salt}${hash}"),
        format!("$scrypt$ln=4,r=8,p=0${salt}${hash}"),
        format!("$scrypt$N=16,r=8,p=1${salt}${hash}"),
        format!("$scrypt$ln=4,r=8,p=1${}${hash}", "A".repeat(88)),
        format!("$pbkdf2-sha256$i=0,l=32${salt}${hash}"),
        format!("$pbkdf2-sha256$i=1000,l=31${salt}${hash}"),
        format!("$pbkdf2-sha256$-1${salt}${hash}"),
        format!("$pbkdf2-sha256${salt}${hash}"),
        format!("$5$rounds=999$saltstring${}", "a".repeat(43)),
        format!("$5$rounds=x$saltstring${}", "a".repeat(43)),
        format!("$5$saltstringsaltstr${}", "a".repeat(43)),
        format!("$5$saltstring${}", "a".repeat(42)),
        format!("$6$saltstring${}", "a".repeat(43)),
        format!("$6$saltstring${}!", "a".repeat(85)),
    ];
    for text in malformed {
        assert!(matches!(parse(&text), Err(Refused::Malformed(_))), "{text}: {:?}", parse(&text));
    }
}

#[test]
fn what_costs_too_much_is_refused() {
    let (salt, hash) = ("MDEyMzQ1Njc4OWFiY2RlZg", "Zai/+UE8quevWyeaRv9ZEw/Cs/248sx79z4izqerlyY");
    for text in [
        "$2b$12$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG.".to_owned(),
        // What OWASP's cheat sheet proposes, and RFC 9106.
        format!("$argon2id$v=19$m=47104,t=1,p=1${salt}${hash}"),
        format!("$argon2id$v=19$m=7168,t=5,p=1${salt}${hash}"),
        format!("$argon2id$v=19$m=65536,t=3,p=4${salt}${hash}"),
        format!("$scrypt$ln=16,r=8,p=2${salt}${hash}"),
        format!("$scrypt$ln=13,r=8,p=10${salt}${hash}"),
        format!("$pbkdf2-sha256$i=600000,l=32${salt}${hash}"),
        format!("$pbkdf2-sha512$i=210000,l=32${salt}${hash}"),
        format!("$pbkdf2-sha256$i=1000000,l=32${salt}${hash}"),
        // And passlib.
        format!("$6$rounds=656000$saltstring${}", "a".repeat(86)),
        format!("$5$rounds=700000$saltstring${}", "a".repeat(43)),
    ] {
        assert_eq!(parse(&text), Ok(()), "{text}");
    }
    for (text, said) in [
        ("$2b$15$0123456789abcdefghijkOGlLOygkbjcClJgYQQ9Sq0ycsF551gG.".to_owned(), "the cost of bcrypt is 15"),
        (format!("$argon2id$v=19$m=65537,t=1,p=1${salt}${hash}"), "m of argon2id is 65537, and may be 65536"),
        (format!("$argon2id$v=19$m=4294967295,t=1,p=1${salt}${hash}"), "m of argon2id"),
        (format!("$argon2id$v=19$m=65536,t=4,p=1${salt}${hash}"), "m times t of argon2id is 262144"),
        (format!("$argon2id$v=19$m=4096,t=4294967295,p=1${salt}${hash}"), "m times t of argon2id"),
        (format!("$argon2id$v=19$m=256,t=1,p=17${salt}${hash}"), "p of argon2id is 17, and may be 16"),
        (format!("$scrypt$ln=17,r=8,p=1${salt}${hash}"), "the memory of scrypt"),
        (format!("$scrypt$ln=64,r=8,p=1${salt}${hash}"), "the memory of scrypt"),
        (format!("$scrypt$ln=4294967295,r=1,p=1${salt}${hash}"), "the memory of scrypt"),
        (format!("$scrypt$ln=63,r=4294967295,p=1${salt}${hash}"), "the memory of scrypt"),
        (format!("$scrypt$ln=16,r=8,p=3${salt}${hash}"), "that memory times p"),
        (format!("$scrypt$ln=4,r=8,p=4294967295${salt}${hash}"), "that memory times p"),
        (format!("$pbkdf2-sha256$i=1000001,l=32${salt}${hash}"), "iterations is 1000001, and may be 1000000"),
        (format!("$pbkdf2-sha512$500001${salt}${hash}"), "iterations is 500001, and may be 500000"),
        (format!("$5$rounds=700001$saltstring${}", "a".repeat(43)), "rounds is 700001, and may be 700000"),
        (format!("$6$rounds=999999999$saltstring${}", "a".repeat(86)), "rounds is 999999999"),
    ] {
        let refused = parse(&text).expect_err(&text);
        assert!(matches!(refused, Refused::Costly { .. }) && refused.to_string().contains(said), "{text}: {refused}");
    }
}

/// Each round of SHA-crypt goes over the whole secret: whoever sends a long one must not make the server work for long.
#[test]
fn a_long_secret_takes_no_longer() {
    let long = "x".repeat(MAX_SHA_CRYPT_SECRET + 1);
    for text in ["$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5", KNOWN[13].1] {
        let Kind::ShaCrypt(hash) = ForeignHash::parse(text).unwrap_or_else(|e| panic!("{e}")).0 else {
            panic!("{text}")
        };
        let params = sha_crypt::Params::new(hash.rounds).expect("rounds");
        let written = |secret: &str| match hash.is_512 {
            true => written_512(&sha_crypt::sha512_crypt(secret.as_bytes(), hash.salt.as_bytes(), params)),
            false => written_256(&sha_crypt::sha256_crypt(secret.as_bytes(), hash.salt.as_bytes(), params)),
        };
        for (secret, is_read) in [(&long[1..], true), (&long[..], false)] {
            let output = String::from_utf8(written(secret)).expect("ASCII");
            let made = ShaCrypt { output, salt: hash.salt.clone(), ..hash };
            assert_eq!(ForeignHash(Kind::ShaCrypt(made)).verify(secret), is_read, "{}", secret.len());
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_taken_or_refused(text in "\\PC*") {
        let _ = parse(&text);
    }

    /// As above, but near what is taken: a known hash with something else at one place.
    #[test]
    fn no_change_makes_another_hash_of_the_same_secret(which in 0..KNOWN.len(), at: prop::sample::Index, to in "[ -~]") {
        let (secret, text) = KNOWN[which];
        prop_assume!(!text.contains("m=65536") && !text.contains("ln=14"));
        let at = at.index(text.len());
        prop_assume!(text[at..=at] != to);
        let changed = format!("{}{to}{}", &text[..at], &text[at + 1..]);
        let cost_or_name = text.starts_with("$2") && at < 4 || &text[at..=at] == "+" || to == "+" || &text[at..=at] == ".";
        if let Ok(hash) = ForeignHash::parse(&changed) && !cost_or_name {
            // More rounds are not worth the wait.
            prop_assume!(!changed.contains("rounds=") && !changed[..7].ends_with(|c: char| c.is_ascii_digit()));
            prop_assert!(!hash.verify(secret), "{}", changed);
        }
    }
}
