// server_stream: the kind of all streams between servers; dialback's prefix stands in their headers, by which old
// servers know that they may use it (XEP-0220).
#pragma once

#include "server/c2s/xml_stream.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {

inline constexpr c2s::StreamKind server_stream{"server", ns::server, true, "xmlns:db='jabber:server:dialback'"};

}  // namespace teahouse::s2s
