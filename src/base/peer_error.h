// for_peer: an Error as a stranger may see it.
//
// The text of an internal_server_error is for the operator: it names files and tables, and has the engine's words. A
// peer gets a sentence with an id in its place, and the log has the text under that id.
#pragma once

#include "base/result.h"

namespace teahouse {

// The error for a peer; any other kind as it is.
Error for_peer(const Error& error);

}  // namespace teahouse
