// The HTTP side of an upload host: PUT with a slot, GET and HEAD of files, and what browsers ask before (CORS). Pages
// of every site may use it: an address is a secret of 131 bits, and a slot is no cookie.
//
// Thread: the home's loop. Limits: a body has the slot's length; http::Server's time for each 16 KiB of it.
// Errors: problems: 401 for no slot of ours, 409 for one that was used, 410 for one that has run out, 411 without a
// Content-Length, 400 and 413 for another one, 415 for another type, 403 where the plan has no room, 404.
// Spec: XEP-0363 sections 7 to 9.
#pragma once

#include "server/module_context.h"

namespace teahouse {

void add_file_routes(ModuleContext& context);

}  // namespace teahouse
