//! Projects over v2, through the operation table.

mod changing;
mod listing;
mod roles;
mod sharing;

use crate::common::text;
use serde_json::Value;

/// The field of each row of a list.
fn column(list: &Value, rows: &str, field: &str) -> Vec<String> {
    list[rows].as_array().map_or_else(Vec::new, |rows| rows.iter().map(|row| text(&row[field])).collect())
}
