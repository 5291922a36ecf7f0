// Where this server is reached, by its listeners and public.url.
//
// Thread: any. REQUIRES of all: the listeners that there will be are open.
#pragma once

#include <string>

#include "app/config.h"
#include "app/worker.h"
#include "base/result.h"

namespace teahouse {

// Of the HTTP API, and of pages: public.url, else a listener's address.
std::string origin_of(const Config& config, const Ports& ports);
// Of files: below public.url; without it at the upload host itself, where this server listens. "{host}" stands for the
// upload host.
std::string file_address(const Config& config, const Ports& ports);
// Writes server.json, by which the command line and scripts find the listeners. Errors: internal_server_error.
Result<void> write_where(const Config& config, const Ports& ports);

}  // namespace teahouse
