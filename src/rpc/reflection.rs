//! Server reflection (grpc.reflection.v1): tells clients such as grpcurl what is served.
//!
//! `v1alpha` is the same protocol under an older name, byte for byte, so one answer serves both.

use crate::proto::{
    FILES, File,
    grpc::reflection::v1::{
        ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse, ServerReflectionRequest,
        ServerReflectionResponse, ServiceResponse, server_reflection_request::MessageRequest as Question,
        server_reflection_response::MessageResponse as Answer,
    },
};
use connectrpc::{
    CodecFormat, ConnectError, EncodedBody, EncodedStream, Response,
    codec::{decode_json, decode_proto, encode_json, encode_proto},
    dispatcher::RequestStream,
};
use futures_util::StreamExt;
use std::future::Future;

pub const PROCEDURES: [&str; 2] = [
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

const SERVICES: [&str; 14] = [
    "countersign.v1.CredentialService",
    "countersign.v1.OrganizationPolicyService",
    "countersign.v1.SigningKeyService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
    "zitadel.admin.v1.AdminService",
    "zitadel.auth.v1.AuthService",
    "zitadel.authorization.v2.AuthorizationService",
    "zitadel.internal_permission.v2.InternalPermissionService",
    "zitadel.management.v1.ManagementService",
    "zitadel.org.v2.OrganizationService",
    "zitadel.project.v2.ProjectService",
    "zitadel.user.v2.UserService",
];

const NOT_FOUND: i32 = 5;
const UNIMPLEMENTED: i32 = 12;

/// Answers every question of the stream, in order, until the client asks no more or `stop` ends.
pub fn answer(
    questions: RequestStream,
    format: CodecFormat,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Response<EncodedStream> {
    let answers: EncodedStream = Box::pin(questions.take_until(stop).map(move |question| {
        let question: ServerReflectionRequest = match format {
            CodecFormat::Json => decode_json(&question?)?,
            _ => decode_proto(&question?)?,
        };
        let response = respond(question);
        Ok::<_, ConnectError>(EncodedBody::Contiguous(match format {
            CodecFormat::Json => encode_json(&response)?,
            _ => encode_proto(&response)?,
        }))
    }));
    Response::new(answers)
}

fn respond(question: ServerReflectionRequest) -> ServerReflectionResponse {
    let answer = match &question.message_request {
        Some(Question::ListServices(_)) => services(),
        Some(Question::FileByFilename(name)) => file(FILES.iter().find(|file| file.name == name), name),
        Some(Question::FileContainingSymbol(symbol)) => {
            file(FILES.iter().find(|file| file.symbols.contains(&symbol.as_str())), symbol)
        }
        Some(Question::FileContainingExtension(extension)) => {
            let wanted = (extension.containing_type.as_str(), extension.extension_number.unsigned_abs());
            file(FILES.iter().find(|file| file.extensions.contains(&wanted)), &extension.containing_type)
        }
        Some(Question::AllExtensionNumbersOfType(name)) => extension_numbers(name),
        None => failure(UNIMPLEMENTED, "the request asks nothing that is known here"),
    };
    ServerReflectionResponse {
        valid_host: question.host.clone(),
        original_request: question.into(),
        message_response: Some(answer),
    }
}

fn services() -> Answer {
    let service = SERVICES.iter().map(|name| ServiceResponse { name: (*name).into() }).collect();
    Answer::ListServicesResponse(Box::new(ListServiceResponse { service }))
}

/// The file and all that it imports, so that the client need not ask again.
fn file(found: Option<&'static File>, wanted: &str) -> Answer {
    let Some(found) = found else { return failure(NOT_FOUND, &format!("{wanted} is not known here")) };
    let mut files = vec![found];
    let mut next = 0;
    while let Some(file) = files.get(next).copied() {
        let imports = FILES.iter().filter(|import| file.imports.contains(&import.name));
        let new: Vec<_> = imports.filter(|import| !files.iter().any(|have| have.name == import.name)).collect();
        files.extend(new);
        next += 1;
    }
    let file_descriptor_proto = files.into_iter().map(|file| file.bytes().to_vec()).collect();
    Answer::FileDescriptorResponse(Box::new(FileDescriptorResponse { file_descriptor_proto }))
}

fn extension_numbers(name: &str) -> Answer {
    let all = FILES.iter().flat_map(|file| file.extensions);
    let numbers = all.filter(|(extended, _)| *extended == name).filter_map(|(_, number)| i32::try_from(*number).ok());
    Answer::AllExtensionNumbersResponse(Box::new(ExtensionNumberResponse {
        base_type_name: name.into(),
        extension_number: numbers.collect(),
    }))
}

fn failure(error_code: i32, message: &str) -> Answer {
    Answer::ErrorResponse(Box::new(ErrorResponse { error_code, error_message: message.into() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::ROUTES;

    #[test]
    fn every_served_service_is_listed_and_has_a_file() {
        for route in ROUTES {
            let service = route.procedure.split('/').next().expect("a service");
            assert!(SERVICES.contains(&service), "{service} is not listed");
        }
        for service in SERVICES {
            let question = ServerReflectionRequest {
                message_request: Some(Question::FileContainingSymbol(service.into())),
                ..Default::default()
            };
            let response = respond(question);
            assert!(matches!(response.message_response, Some(Answer::FileDescriptorResponse(_))), "{service}");
        }
    }
}
