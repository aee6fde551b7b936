//! gRPC by hand: five bytes before each message, and the status where each of its wires puts it.

use super::client::{Answer, Ask};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use buffa::Message;
use bytes::Bytes;
use countersign::proto::zitadel::v1::ErrorDetail;
use http::HeaderMap;

/// gRPC's binary headers come with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a gRPC call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub code: u32,
    pub message: String,
    /// Id and text of the `zitadel.v1.ErrorDetail`.
    pub detail: Option<(String, String)>,
}

/// A frame: a flag, the length, the message.
pub fn frame(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message");
    [&[flag], length.to_be_bytes().as_slice(), message].concat()
}

/// All frames of a body, with their flags.
pub fn frames(mut body: &[u8]) -> Vec<(u8, Bytes)> {
    let mut found = Vec::new();
    while !body.is_empty() {
        let (head, rest) = body.split_at(5);
        let length = u32::from_be_bytes(head[1..].try_into().expect("four bytes")) as usize;
        let (message, rest) = rest.split_at(length);
        found.push((head[0], Bytes::copy_from_slice(message)));
        body = rest;
    }
    found
}

/// A unary call. Over HTTP/2 `application/grpc`, over either version `application/grpc-web+proto`.
pub fn call(procedure: &str, content_type: &str, message: &impl Message) -> Ask {
    Ask::post(format!("/{procedure}"))
        .header("content-type", content_type)
        .header("te", "trailers")
        .body(frame(0, &message.encode_to_vec()))
}

/// The messages of an answer, and how it ended: by trailers, by headers alone, or by gRPC-Web's last frame.
pub fn outcome(answer: &Answer) -> (Vec<Bytes>, Status) {
    assert_eq!(answer.status, 200, "gRPC answers 200 whatever happened: {answer:?}");
    let mut messages = Vec::new();
    // A refusal may be told in the headers already; the details are in the trailers.
    let mut end = if answer.trailers.contains_key("grpc-status") { &answer.trailers } else { &answer.headers }.clone();
    for (flag, payload) in frames(&answer.body) {
        match flag {
            0 => messages.push(payload),
            0x80 => end = web_trailers(&payload),
            other => panic!("an unknown frame {other}"),
        }
    }
    (messages, status(&end))
}

/// The one message of a successful answer.
pub fn reply<M: Message + Default>(answer: &Answer) -> M {
    let (messages, status) = outcome(answer);
    assert_eq!((status.code, messages.len()), (0, 1), "{status:?}");
    M::decode_from_slice(&messages[0]).expect("the message")
}

/// How a call that must have been refused ended.
pub fn refusal(answer: &Answer) -> Status {
    let (messages, status) = outcome(answer);
    assert!(status.code != 0 && messages.is_empty(), "{status:?} {messages:?}");
    status
}

fn web_trailers(payload: &[u8]) -> HeaderMap {
    let text = std::str::from_utf8(payload).expect("text");
    let lines = text.split("\r\n").filter(|line| !line.is_empty());
    let pairs = lines.map(|line| line.split_once(':').expect("name: value"));
    pairs.map(|(name, value)| (name.parse().expect("a name"), value.trim().parse().expect("a value"))).collect()
}

fn status(end: &HeaderMap) -> Status {
    let text = |name: &str| end.get(name).map_or("", |value| value.to_str().expect("text"));
    let code = text("grpc-status").parse().unwrap_or_else(|_| panic!("no grpc-status: {end:?}"));
    let message = percent_encoding::percent_decode_str(text("grpc-message")).decode_utf8().expect("UTF-8").into_owned();
    let detail = end.get("grpc-status-details-bin").and_then(|value| {
        let bytes = BASE64.decode(value).expect("base64");
        error_detail(&bytes, code, &message)
    });
    Status { code, message, detail }
}

/// Reads a `google.rpc.Status { code = 1, message = 2, details = 3: Any { type_url = 1, value = 2 } }`, which must agree
/// with what the plain trailers say.
fn error_detail(status: &[u8], code: u32, message: &str) -> Option<(String, String)> {
    let fields = fields(status);
    assert_eq!(varint(&fields, 1), u64::from(code));
    assert_eq!(bytes(&fields, 2), Some(message.as_bytes()));
    let any = self::fields(bytes(&fields, 3)?);
    assert_eq!(bytes(&any, 1), Some(b"type.googleapis.com/zitadel.v1.ErrorDetail".as_slice()));
    let detail = ErrorDetail::decode_from_slice(bytes(&any, 2).expect("a value")).expect("an ErrorDetail");
    Some((detail.id.clone(), detail.message.clone()))
}

enum Field<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
}

fn fields(mut message: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let key = read_varint(&mut message);
        let value = read_varint(&mut message);
        found.push(match key & 7 {
            0 => (key >> 3, Field::Varint(value)),
            2 => {
                let (bytes, rest) = message.split_at(usize::try_from(value).expect("a length"));
                message = rest;
                (key >> 3, Field::Bytes(bytes))
            }
            other => panic!("wire type {other}"),
        });
    }
    found
}

fn read_varint(message: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = message.split_first().expect("a byte");
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

fn varint(fields: &[(u64, Field<'_>)], number: u64) -> u64 {
    let found = fields.iter().find(|(found, _)| *found == number);
    let Some((_, Field::Varint(value))) = found else { panic!("no number in field {number}") };
    *value
}

fn bytes<'a>(fields: &[(u64, Field<'a>)], number: u64) -> Option<&'a [u8]> {
    fields.iter().find_map(|(found, value)| match value {
        Field::Bytes(bytes) if *found == number => Some(*bytes),
        _ => None,
    })
}
