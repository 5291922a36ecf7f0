// A request's streamed body becomes a file: it goes to the object store as it comes, and its sender waits while that is
// slow.
//
// Thread: the loop `home`, the request's. Limits: BodyReader's, and one piece that is being written.
// Errors: those of Files and of the body; also bad_request where the body has another length.
#pragma once

#include "files/files.h"
#include "http/server.h"
#include "net/loop.h"

namespace teahouse {

// `file`: all that is known of it before it is here; `bytes` is its length. REQUIRES: the body was not taken yet;
// `responder` stays where it is until the task has ended.
Task<Result<FileInfo>> receive_file(Files& files, net::Loop& home, TenantPtr tenant, FileInfo file,
                                    http::Responder& responder);

}  // namespace teahouse
