// What a stranger may see of an Error.
//
// The text of an internal_server_error is for who runs the server: it names files, tables and what the engine said. A
// peer gets a sentence with an id in its place, and the log has the text under that id.
#pragma once

#include "base/result.h"

namespace teahouse {

// The error for a peer; any other kind as it is.
Error for_peer(const Error& error);

}  // namespace teahouse
