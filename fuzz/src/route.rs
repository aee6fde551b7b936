//! Inputs that begin with a line which names a procedure.

use countersign::proto::{ROUTES, Route};

/// Takes the first line off `input` and finds the procedure whose name ends so, so that seeds stay right when procedures
/// are added. Any other line means some procedure, too: the fuzzer need not learn names.
pub fn take(input: &mut &[u8]) -> &'static Route {
    let name = line(input);
    let named = ROUTES.iter().find(|route| !name.is_empty() && route.procedure.as_bytes().ends_with(name));
    named.unwrap_or_else(|| &ROUTES[usize::from(name.first().copied().unwrap_or_default()) % ROUTES.len()])
}

/// Takes a line off `input`, without its end.
pub fn line<'a>(input: &mut &'a [u8]) -> &'a [u8] {
    let end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let (line, after) = input.split_at(end);
    *input = after.get(1..).unwrap_or_default();
    line
}

/// Whether a request may have the server make an RSA key, for which the fuzzer would wait as for hundreds of others.
/// Those that bring one are no such: PEM begins with dashes, in JSON base64 of them.
pub fn makes_a_key(procedure: &str, body: &[u8]) -> bool {
    let brings_one = [b"----", b"LS0t"].iter().any(|begin| body.windows(4).any(|four| four == *begin));
    procedure.ends_with("/RotateSigningKey")
        || (procedure.contains("/Add") && procedure.ends_with("Key") && !brings_one)
}
