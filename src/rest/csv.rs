//! Lists as tables (RFC 4180), for clients that ask for `text/csv`. Only the form of the answer differs: the operation, its
//! permission and its limits are the same.

use crate::{
    error::{Error, Result},
    exchange::Body,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, header::ACCEPT};
use serde_json::Value;
use std::borrow::Cow;

/// What an answer looks like as a table.
pub struct Table {
    procedure: &'static str,
    /// Where the rows are in the JSON.
    rows: &'static str,
    /// Each with its title.
    columns: &'static [(&'static str, Cell)],
}

/// What a column shows: where it is in the JSON of a row.
enum Cell {
    Text(&'static str),
    /// An object that may be missing, and a number in it. JSON leaves out a zero, so without one it is 0 if the object is
    /// there, and empty if not.
    Count(&'static str, &'static str),
    /// An object that may be missing, a flag in it, and the words for false and true.
    Whether(&'static str, &'static str, [&'static str; 2]),
}

const TABLES: &[Table] = &[Table {
    procedure: "countersign.v1.CredentialService/SearchCredentials",
    rows: "/credentials",
    columns: &[
        ("credential_id", Cell::Text("/credential/id")),
        ("type", Cell::Text("/credential/type")),
        ("label", Cell::Text("/credential/label")),
        ("hint", Cell::Text("/credential/hint")),
        ("user_id", Cell::Text("/credential/userId")),
        ("user_name", Cell::Text("/userName")),
        ("created", Cell::Text("/credential/creationDate")),
        ("creator_id", Cell::Text("/credential/creatorId")),
        ("expires", Cell::Text("/credential/expires")),
        ("state", Cell::Text("/credential/state")),
        ("last_used", Cell::Text("/credential/lastUse/time")),
        ("last_accepted", Cell::Text("/credential/lastUse/acceptedDate")),
        ("address", Cell::Text("/credential/lastUse/address")),
        ("user_agent", Cell::Text("/credential/lastUse/userAgent")),
        ("result", Cell::Whether("/credential/lastUse", "/credential/lastUse/accepted", ["refused", "accepted"])),
        ("failures", Cell::Count("/credential/lastUse", "/credential/lastUse/failures")),
        ("accepted_address", Cell::Text("/credential/lastUse/acceptedAddress")),
        ("accepted_user_agent", Cell::Text("/credential/lastUse/acceptedUserAgent")),
    ],
}];

const CSV: &str = "text/csv; charset=utf-8; header=present";
const NEXT_PAGE: HeaderName = HeaderName::from_static("x-next-page-token");

impl Table {
    /// The table that a request asks for, if it does and there is one.
    pub fn wanted(procedure: &str, headers: &HeaderMap) -> Option<&'static Self> {
        let table = TABLES.iter().find(|table| table.procedure == procedure)?;
        let accepts = |wanted: &str| headers.get_all(ACCEPT).iter().any(|accept| names(accept, wanted));
        (accepts("text/csv") && !accepts("application/json")).then_some(table)
    }

    /// The answer that `json` is.
    pub fn response(&self, json: &[u8]) -> Result<Response<Body>> {
        let answer: Value = serde_json::from_slice(json).map_err(Error::internal)?;
        let mut response = super::answer(self.text(&answer).into(), CSV);
        if let Some(token) = answer.pointer("/nextPageToken").and_then(Value::as_str) {
            response.headers_mut().insert(NEXT_PAGE, HeaderValue::from_str(token).map_err(Error::internal)?);
        }
        Ok(response)
    }

    fn text(&self, answer: &Value) -> String {
        let mut text = line(self.columns.iter().map(|(title, _)| Cow::Borrowed(*title)));
        for row in answer.pointer(self.rows).and_then(Value::as_array).into_iter().flatten() {
            text += &line(self.columns.iter().map(|(_, cell)| cell.of(row)));
        }
        text
    }
}

impl Cell {
    fn of<'a>(&self, row: &'a Value) -> Cow<'a, str> {
        match self {
            Self::Text(place) => row.pointer(place).and_then(Value::as_str).unwrap_or_default().into(),
            Self::Count(whole, _) | Self::Whether(whole, ..) if row.pointer(whole).is_none() => "".into(),
            Self::Count(_, place) => row.pointer(place).map_or("0".into(), |count| count.to_string().into()),
            Self::Whether(_, place, words) => words[usize::from(row.pointer(place) == Some(&Value::Bool(true)))].into(),
        }
    }
}

/// Whether an `Accept` header names a media type, whatever it says of its weight.
fn names(accept: &HeaderValue, wanted: &str) -> bool {
    let ranges = accept.to_str().unwrap_or_default().split(',');
    ranges.filter_map(|range| range.split(';').next()).any(|range| range.trim().eq_ignore_ascii_case(wanted))
}

fn line<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> String {
    cells.map(|cell| written(&cell)).collect::<Vec<_>>().join(",") + "\r\n"
}

/// A cell as it is written. Labels, names and user agents are what others chose, and spreadsheets run a cell that begins
/// like a formula: an apostrophe makes it text.
fn written(cell: &str) -> String {
    let begins_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let cell = if begins_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', ';', '\t', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_are_quoted_and_run_nothing() {
        for (cell, expected) in [
            ("", ""),
            ("plain text", "plain text"),
            ("a,b", "\"a,b\""),
            ("a;b", "\"a;b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("a=1", "a=1"),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("＝1", "'＝1"),
            ("=HYPERLINK(\"https://x\",\"y\")", "\"'=HYPERLINK(\"\"https://x\"\",\"\"y\"\")\""),
        ] {
            assert_eq!(written(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_empty_and_what_json_leaves_out_is_said() {
        let never = json!({ "credential": { "id": "1" }, "userName": "ci" });
        let refused = json!({ "credential": { "id": "2", "lastUse": { "failures": 3 } } });
        let accepted = json!({ "credential": { "id": "3", "lastUse": { "accepted": true } } });
        let text = TABLES[0].text(&json!({ "credentials": [never, refused, accepted] }));
        let lines: Vec<_> = text.split("\r\n").collect();
        let expected = ["1,,,,,ci,,,,,,,,,,,,", "2,,,,,,,,,,,,,,refused,3,,", "3,,,,,,,,,,,,,,accepted,0,,", ""];
        assert_eq!(lines[1..], expected);
        assert!(lines[0].starts_with("credential_id,type,label,"));
    }

    #[test]
    fn a_table_is_for_whoever_asks_for_one() {
        let wants = |accept: &'static str| {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            Table::wanted(TABLES[0].procedure, &headers).is_some()
        };
        for accept in ["text/csv", "TEXT/CSV;header=present", "text/plain, text/csv; q=0.5", "text/csv,*/*"] {
            assert!(wants(accept), "{accept}");
        }
        for accept in ["", "*/*", "text/*", "application/json", "application/json, text/csv;q=0.9", "text/csvx"] {
            assert!(!wants(accept), "{accept}");
        }
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/csv"))]);
        assert!(Table::wanted("countersign.v1.CredentialService/ListCredentials", &headers).is_none());
    }
}
