// The words of a conference, as XML.
//
// Thread: any. Spec: XEP-0166, XEP-0167 section 9, XEP-0298, RFC 4575 section 5.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/conferences/jingle/contents.h"

namespace teahouse::conferences {

// A whole <jingle/> of the conference's; `inner` is XML.
std::string write_jingle(std::string_view conference, std::string_view sid, std::string_view action,
                         std::string_view inner);
// Contents, and that a focus sends them; `from`: the address in the room of the participant whose they are; empty: of
// nobody's.
std::string write_with_focus(const Contents& contents, std::string_view from);
std::string write_reason(std::string_view reason, std::string_view text);
// <mute/>, <unmute/> and such, of a content or (an empty name) of all.
std::string write_rtp_info(std::string_view what, std::string_view name);

struct Present {
  std::string occupant;  // their address in the room
  bool may_speak = true;
  bool operator==(const Present&) const = default;
};
std::string write_conference_info(std::string_view conference, uint64_t version, const std::vector<Present>& present);

}  // namespace teahouse::conferences
