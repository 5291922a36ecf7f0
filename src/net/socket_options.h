// The options of each TCP socket, accepted or opened.
#pragma once

namespace teahouse::net {

// Nothing waits for more to be sent with it; the kernel asks a machine that has been silent for some 15 minutes whether
// it is still there.
void set_stream_options(int socket);

}  // namespace teahouse::net
