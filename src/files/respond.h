// A file as the answer to a GET: whole or a part of it, or that the client has it already; as what it is by its bytes,
// and so that nothing in it runs in a browser.
//
// Thread: the loop `home`, the request's. Errors: as problems.
#pragma once

#include "files/files.h"
#include "http/message.h"

namespace teahouse {

Task<http::Response> respond_file(Files& files, Executor& home, TenantId tenant, FileInfo file, http::Request request);

}  // namespace teahouse
