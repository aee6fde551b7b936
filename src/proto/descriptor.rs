//! The protos themselves, for clients that ask the server what it serves (gRPC reflection).

/// All files as one encoded `google.protobuf.FileDescriptorSet`, imports before importers, without
/// comments.
pub static FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// One file of the descriptor set and what it declares.
#[derive(Debug)]
pub struct File {
    /// The name by which other files import it.
    pub name: &'static str,
    /// The names of the files that it imports itself.
    pub imports: &'static [&'static str],
    /// The full names of its services, methods, messages, enums and extensions.
    pub symbols: &'static [&'static str],
    /// Its extensions: the full name of the message that is extended, and the field number.
    pub extensions: &'static [(&'static str, u32)],
    start: usize,
    end: usize,
}

impl File {
    /// The file as an encoded `google.protobuf.FileDescriptorProto`.
    pub fn bytes(&self) -> &'static [u8] {
        &FILE_DESCRIPTOR_SET[self.start..self.end]
    }
}

include!(concat!(env!("OUT_DIR"), "/descriptors.rs"));
