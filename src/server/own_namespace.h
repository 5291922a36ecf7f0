// in_client_namespace: a stanza that says the namespace of its own stream (a component's, another server's), as some
// libraries write all that they send: the same in jabber:client, as it is read without.
//
// Thread: any. Errors: those of xml::Document::parse_own.
#pragma once

#include <string_view>

#include "base/result.h"
#include "xml/document.h"

namespace teahouse {

Result<xml::Document> in_client_namespace(const xml::Element& stanza, std::string_view own_ns);

}  // namespace teahouse
