// Contents: what stands in a Jingle session and in SDP alike, as plain values.
//
// Contents of strangers end in SDP for the engine: each text is held to the characters of its place, each list to a
// length. web/widget/src/calls/jingle has the same rules.
//
// Thread: any. Limits: below; more is refused as a whole.
// Errors: bad_request, with a sentence.
// Spec: XEP-0166, 0167, 0176, 0293, 0294, 0320, 0338, 0339. Candidates of participants are not read (MediaEngine).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "xml/document.h"
#include "xml/writer.h"

namespace teahouse::conferences {

inline constexpr size_t contents_max = 8, codecs_max = 64, parameters_max = 32, feedback_max = 32, extensions_max = 32,
                        sources_max = 32, groups_max = 16, text_max = 256;

enum class Role : uint8_t { initiator, responder };
enum class Senders : uint8_t { both, none, initiator, responder };
std::string_view to_string(Senders senders);

// A name and a value; the name is empty where SDP has a value alone. Of feedback ("nack", "pli") the second may be
// empty.
using Pair = std::pair<std::string, std::string>;

struct Codec {
  int64_t id = 0;
  std::string name;
  int64_t clockrate = 8000, channels = 1;
  std::vector<Pair> parameters, feedback;
};
struct HeaderExtension {
  int64_t id = 0;
  std::string uri;
  Senders senders = Senders::both;
};
struct Source {
  std::string ssrc;
  std::vector<Pair> parameters;
};
struct SourceGroup {
  std::string semantics;
  std::vector<std::string> ssrcs;
};
struct Description {
  std::string media;  // "audio" or "video"
  std::vector<Codec> codecs;
  std::vector<Pair> feedback;
  std::vector<HeaderExtension> extensions;
  bool mixed_extensions = false;
  std::vector<Source> sources;
  std::vector<SourceGroup> groups;
};
struct Candidate {
  std::string foundation, protocol, ip, type;
  int64_t component = 1, priority = 0, port = 0;
};
struct Fingerprint {
  std::string hash, setup, value;
};
struct Transport {
  std::string ufrag, pwd;
  Fingerprint fingerprint;  // without a value: none
  std::vector<Candidate> candidates;
};
struct Content {
  std::string name;  // chosen by the party that makes it
  Senders senders = Senders::both;
  Description description;
  Transport transport;
};
struct Contents {
  std::vector<Content> contents;
  std::vector<std::string> bundle;  // the names of those that share one transport
};

// Of a session-initiate or session-accept: one content at least, each with a description and a transport.
Result<Contents> read_contents(const xml::Element& jingle);
// Writes <group/> and <content/>s into a <jingle/>. All are the initiator's.
void write_contents(xml::Writer& writer, const Contents& contents);

// SDP for the engine, said by `owner`. Codecs and header extensions that the engine does not have are left out: it
// reads no more than some 8,000 bytes (JanusLink).
std::string write_sdp(const Contents& contents, Role owner);
// SDP that the engine says as `owner`. Contents are named by their place in `names`, else by their mid.
Result<Contents> read_sdp(std::string_view sdp, Role owner, const std::vector<std::string>& names);

}  // namespace teahouse::conferences
