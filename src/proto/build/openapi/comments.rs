//! The comments of the protos, as text for people who do not read protos.

use protox::prost_reflect::FileDescriptor;

/// The comment above what stands at `path` in a file, a paragraph a line; empty if there is none.
pub fn of(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref().expect("the compiler keeps comments");
    let place = info.location.iter().find(|place| place.path == path);
    text(place.map_or("", |place| place.leading_comments()))
}

/// The first sentence, without its end.
pub fn summary(comment: &str) -> &str {
    let line = comment.lines().next().unwrap_or_default();
    line.split_once(". ").map_or(line, |(sentence, _)| sentence).trim_end_matches('.')
}

/// Lines are broken where a proto's margin is, which says nothing here.
fn text(comment: &str) -> String {
    let paragraphs = comment.split("\n\n").map(|lines| lines.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
