//! Writes `descriptors.rs`: which file of the descriptor set declares what, so that the reflection
//! service answers from tables instead of decoding descriptors.

use protox::prost_reflect::{DescriptorPool, EnumDescriptor, FileDescriptor, MessageDescriptor};

/// `set` is an encoded `google.protobuf.FileDescriptorSet` with the files of the pool, in order.
pub fn generate(pool: &DescriptorPool, set: &[u8]) -> String {
    let mut code = String::from("pub static FILES: &[File] = &[\n");
    let mut at = 0;
    for file in pool.files() {
        let (start, end) = next_file(set, at);
        at = end;
        code += &format!(
            "    File {{ name: {:?}, imports: &{:?}, symbols: &{:?}, extensions: &{:?}, start: {start}, end: {end} }},\n",
            file.name(),
            imports(&file),
            symbols(&file),
            extensions(&file),
        );
    }
    assert_eq!(at, set.len(), "the set holds the files of the pool and no more");
    code + "];\n"
}

/// Where the file that begins at `at` has its bytes: behind the tag of field 1 and a varint length
/// (protobuf encoding, "length-delimited records").
fn next_file(set: &[u8], at: usize) -> (usize, usize) {
    assert_eq!(set[at], 0x0a, "a set has only field 1");
    let mut length = 0;
    for (index, byte) in set[at + 1..].iter().enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let start = at + 2 + index;
            return (start, start + length);
        }
    }
    panic!("a length ends before the set does");
}

fn imports(file: &FileDescriptor) -> Vec<String> {
    file.dependencies().map(|it| it.name().to_owned()).collect()
}

/// The full names of all that a file declares and a client may ask for: services, methods, messages
/// and enums.
fn symbols(file: &FileDescriptor) -> Vec<String> {
    let mut found = Vec::new();
    for service in file.services() {
        found.push(service.full_name().to_owned());
        found.extend(service.methods().map(|it| it.full_name().to_owned()));
    }
    found.extend(file.enums().map(|it: EnumDescriptor| it.full_name().to_owned()));
    found.extend(file.extensions().map(|it| it.full_name().to_owned()));
    file.messages().for_each(|it| add_message(&it, &mut found));
    found
}

fn add_message(message: &MessageDescriptor, found: &mut Vec<String>) {
    found.push(message.full_name().to_owned());
    found.extend(message.child_enums().map(|it| it.full_name().to_owned()));
    message.child_messages().for_each(|it| add_message(&it, found));
}

/// The extensions of a file: the message that is extended, and the number.
fn extensions(file: &FileDescriptor) -> Vec<(String, u32)> {
    let described =
        |it: protox::prost_reflect::ExtensionDescriptor| (it.containing_message().full_name().to_owned(), it.number());
    file.extensions().map(described).collect()
}
