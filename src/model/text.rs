//! How texts are compared where the case does not matter: by queries and in indices alike, or an index would miss what
//! a query finds.

/// Letter by letter. `str::to_lowercase` writes a final sigma differently, and then a text would not begin with each of
/// its beginnings.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}
