// SDP as the engine takes and gives it (RFC 8866, RFC 8829). Texts of contents that were read from Jingle are of one
// line each (read_contents.cc sees to that).
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "modules/conferences/jingle/contents.h"

namespace teahouse::conferences {
namespace {

constexpr size_t mid_max = 16;  // it is also sent in each packet
constexpr std::array engine_codecs = {"opus", "vp8", "vp9", "h264"};
constexpr std::array engine_extensions = {
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "urn:3gpp:video-orientation",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
};

std::string direction_of(Senders senders, Role owner) {
  if (senders == Senders::both) return "sendrecv";
  if (senders == Senders::none) return "inactive";
  return (senders == Senders::initiator) == (owner == Role::initiator) ? "sendonly" : "recvonly";
}

std::vector<std::string> make_mids(const std::vector<Content>& contents) {
  std::vector<std::string> mids;
  for (size_t index = 0; index < contents.size(); ++index) {
    const std::string& name = contents[index].name;
    const bool can_be = name.size() <= mid_max && std::ranges::all_of(name, [](char c) {
                          return (c >= '0' && c <= '9') || (lower_ascii(c) >= 'a' && lower_ascii(c) <= 'z') ||
                                 c == '_' || c == '.' || c == '-';
                        });
    std::string mid = can_be ? name : "m" + std::to_string(index);
    while (std::ranges::find(mids, mid) != mids.end()) mid += "x";
    mids.push_back(std::move(mid));
  }
  return mids;
}

const std::string* find_parameter(const std::vector<Pair>& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &Pair::first);
  return found == parameters.end() ? nullptr : &found->second;
}

// The first of each kind that the engine has, and what sends those again (rtx).
std::vector<const Codec*> choose_codecs(const std::vector<Codec>& codecs) {
  std::vector<const Codec*> chosen;
  std::set<std::string> names, ids;
  for (const Codec& codec : codecs) {
    const std::string name = lower_ascii(codec.name);
    if (std::ranges::find(engine_codecs, name) == engine_codecs.end() || !names.insert(name).second) continue;
    ids.insert(std::to_string(codec.id));
    chosen.push_back(&codec);
  }
  for (const Codec& codec : codecs) {
    const std::string* apt = find_parameter(codec.parameters, "apt");
    if (lower_ascii(codec.name) == "rtx" && apt && ids.contains(*apt)) chosen.push_back(&codec);
  }
  return chosen;
}

class SdpWriter {
 public:
  std::string text;
  SdpWriter& line(std::string_view start) {
    if (!text.empty()) text.append("\r\n");
    text.append(start);
    return *this;
  }
  SdpWriter& add(std::string_view more) {
    text.append(more);
    return *this;
  }
  SdpWriter& add(int64_t number) { return add(std::to_string(number)); }
  SdpWriter& add(const Pair& pair, std::string_view between) {
    return add(pair.first).add(pair.first.empty() || pair.second.empty() ? "" : between).add(pair.second);
  }
};

void write_codec(SdpWriter& sdp, const Codec& codec) {
  sdp.line("a=rtpmap:").add(codec.id).add(" ").add(codec.name).add("/").add(codec.clockrate);
  if (codec.channels > 1) sdp.add("/").add(codec.channels);
  for (const Pair& each : codec.feedback) sdp.line("a=rtcp-fb:").add(codec.id).add(" ").add(each, " ");
  if (codec.parameters.empty()) return;
  sdp.line("a=fmtp:").add(codec.id).add(" ");
  for (size_t index = 0; index < codec.parameters.size(); ++index) {
    sdp.add(index == 0 ? "" : ";").add(codec.parameters[index], "=");
  }
}

void write_description(SdpWriter& sdp, const Description& description, const std::vector<const Codec*>& codecs,
                       Role owner) {
  for (const HeaderExtension& each : description.extensions) {
    if (std::ranges::find(engine_extensions, each.uri) == engine_extensions.end()) continue;
    sdp.line("a=extmap:").add(each.id);
    if (each.senders != Senders::both) sdp.add("/").add(direction_of(each.senders, owner));
    sdp.add(" ").add(each.uri);
  }
  for (const Codec* codec : codecs) write_codec(sdp, *codec);
  for (const Pair& each : description.feedback) sdp.line("a=rtcp-fb:* ").add(each, " ");
  for (const SourceGroup& group : description.groups) {
    sdp.line("a=ssrc-group:").add(group.semantics);
    for (const std::string& ssrc : group.ssrcs) sdp.add(" ").add(ssrc);
  }
  for (const Source& source : description.sources) {
    const std::string* cname = find_parameter(source.parameters, "cname");
    sdp.line("a=ssrc:").add(source.ssrc).add(" cname:").add(cname && !cname->empty() ? *cname : "p");
  }
}

void write_transport(SdpWriter& sdp, const Transport& transport, const Fingerprint& shared) {
  const Fingerprint& own = transport.fingerprint.value.empty() ? shared : transport.fingerprint;
  sdp.line("a=ice-ufrag:").add(transport.ufrag).line("a=ice-pwd:").add(transport.pwd).line("a=ice-options:trickle");
  sdp.line("a=fingerprint:").add(own.hash).add(" ").add(own.value).line("a=setup:").add(own.setup);
}

}  // namespace

std::string write_sdp(const Contents& contents, Role owner) {
  const std::vector<std::string> mids = make_mids(contents.contents);
  SdpWriter sdp;
  sdp.line("v=0").line("o=- 1 1 IN IP4 127.0.0.1").line("s=-").line("t=0 0");
  std::string bundled;
  for (size_t index = 0; index < mids.size(); ++index) {
    const bool is_bundled = std::ranges::find(contents.bundle, contents.contents[index].name) != contents.bundle.end();
    if (is_bundled) bundled.append(" ").append(mids[index]);
  }
  if (!bundled.empty()) sdp.line("a=group:BUNDLE").add(bundled);
  const auto first = std::ranges::find_if(
      contents.contents, [](const Content& each) { return !each.transport.fingerprint.value.empty(); });
  static const Fingerprint none;
  const Fingerprint& shared = first == contents.contents.end() ? none : first->transport.fingerprint;
  for (size_t index = 0; index < mids.size(); ++index) {
    const Content& content = contents.contents[index];
    const auto codecs = choose_codecs(content.description.codecs);
    sdp.line("m=").add(content.description.media).add(codecs.empty() ? " 0" : " 9").add(" UDP/TLS/RTP/SAVPF");
    for (const Codec* codec : codecs) sdp.add(" ").add(codec->id);
    if (codecs.empty()) sdp.add(" 0");
    sdp.line("c=IN IP4 0.0.0.0").line("a=mid:").add(mids[index]);
    write_transport(sdp, content.transport, shared);
    sdp.line("a=").add(codecs.empty() ? "inactive" : direction_of(content.senders, owner)).line("a=rtcp-mux");
    write_description(sdp, content.description, codecs, owner);
  }
  sdp.text.append("\r\n");
  return sdp.text;
}

namespace {

constexpr size_t sdp_max = 100'000;

std::vector<std::string_view> split(std::string_view text, char at, size_t parts_max = 1000) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < parts_max) {
    const size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

std::pair<std::string_view, std::string_view> cut_at(std::string_view text, char at) {
  const size_t end = text.find(at);
  return {text.substr(0, end), end == text.npos ? std::string_view() : text.substr(end + 1)};
}

Pair to_pair(std::pair<std::string_view, std::string_view> views) {
  return {std::string(views.first), std::string(views.second)};
}

// A media section, or what comes before the first.
struct Section {
  std::vector<std::string_view> lines;

  template <class Visit>
  void each(std::string_view attribute, Visit visit) const {
    for (std::string_view line : lines) {
      if (line.starts_with("a=") && line.substr(2).starts_with(attribute)) visit(line.substr(2 + attribute.size()));
    }
  }
  std::string_view first(std::string_view attribute) const {
    std::string_view found;
    each(attribute, [&found](std::string_view value) {
      if (found.empty()) found = value;
    });
    return found;
  }
  bool has(std::string_view line) const { return std::ranges::find(lines, line) != lines.end(); }
};

int64_t to_number(std::string_view text) { return parse_decimal<int64_t>(text).value_or(0); }

void read_codecs(const Section& section, Description& description) {
  std::map<int64_t, Codec> codecs;
  std::vector<int64_t> order;
  section.each("rtpmap:", [&](std::string_view value) {
    const auto [id, rest] = cut_at(value, ' ');
    const auto parts = split(rest, '/');
    if (codecs.size() >= codecs_max || parts.size() < 2) return;
    order.push_back(to_number(id));
    codecs[order.back()] = {
        order.back(), std::string(parts[0]), to_number(parts[1]), parts.size() > 2 ? to_number(parts[2]) : 1, {}, {}};
  });
  section.each("fmtp:", [&](std::string_view value) {
    const auto [id, rest] = cut_at(value, ' ');
    const auto codec = codecs.find(to_number(id));
    if (codec == codecs.end()) return;
    for (std::string_view part : split(rest, ';')) {
      while (part.starts_with(' ')) part.remove_prefix(1);
      if (part.empty()) continue;
      const bool has_name = part.find('=') != part.npos;
      codec->second.parameters.push_back(has_name ? to_pair(cut_at(part, '=')) : Pair{"", std::string(part)});
    }
  });
  section.each("rtcp-fb:", [&](std::string_view value) {
    const auto [id, rest] = cut_at(value, ' ');
    const auto codec = codecs.find(to_number(id));
    if (id == "*") description.feedback.push_back(to_pair(cut_at(rest, ' ')));
    if (codec != codecs.end()) codec->second.feedback.push_back(to_pair(cut_at(rest, ' ')));
  });
  for (const int64_t id : order) description.codecs.push_back(std::move(codecs[id]));
}

void read_sources(const Section& section, Description& description) {
  section.each("ssrc-group:", [&](std::string_view value) {
    const auto words = split(value, ' ');
    SourceGroup group{std::string(words.front()), {}};
    for (size_t index = 1; index < words.size(); ++index) group.ssrcs.emplace_back(words[index]);
    description.groups.push_back(std::move(group));
  });
  section.each("ssrc:", [&](std::string_view value) {
    const auto [ssrc, rest] = cut_at(value, ' ');
    auto source = std::ranges::find(description.sources, ssrc, &Source::ssrc);
    if (source == description.sources.end()) {
      source = description.sources.insert(source, Source{std::string(ssrc), {}});
    }
    source->parameters.push_back(to_pair(cut_at(rest, ':')));
  });
}

Senders senders_of(std::string_view direction, Role owner) {
  if (direction == "sendrecv") return Senders::both;
  if (direction == "inactive") return Senders::none;
  return (direction == "sendonly") == (owner == Role::initiator) ? Senders::initiator : Senders::responder;
}

Description read_description(const Section& section, const Section& session, std::string_view media, Role owner) {
  Description description;
  description.media = media;
  read_codecs(section, description);
  section.each("extmap:", [&](std::string_view value) {
    const auto [numbered, uri] = cut_at(value, ' ');
    const auto [id, way] = cut_at(numbered, '/');
    const Senders senders = way.empty() ? Senders::both : senders_of(way, owner);
    description.extensions.push_back({to_number(id), std::string(cut_at(uri, ' ').first), senders});
  });
  description.mixed_extensions = section.has("a=extmap-allow-mixed") || session.has("a=extmap-allow-mixed");
  read_sources(section, description);
  return description;
}

// Over UDP, of RTP alone, which RTCP goes with.
void read_candidate(std::string_view value, Transport& transport) {
  const auto words = split(value, ' ');
  if (words.size() < 8 || words[1] != "1" || lower_ascii(words[2]) != "udp" || words[6] != "typ") return;
  Candidate candidate{std::string(words[0]), "udp", std::string(words[4]), std::string(words[7])};
  candidate.priority = to_number(words[3]);
  candidate.port = to_number(words[5]);
  transport.candidates.push_back(std::move(candidate));
}

Transport read_transport(const Section& section, const Section& session) {
  const auto find = [&](std::string_view attribute) {
    const std::string_view own = section.first(attribute);
    return std::string(own.empty() ? session.first(attribute) : own);
  };
  Transport transport;
  transport.ufrag = find("ice-ufrag:");
  transport.pwd = find("ice-pwd:");
  const std::string fingerprint = find("fingerprint:");
  const auto [hash, value] = cut_at(fingerprint, ' ');
  const std::string setup = find("setup:");
  transport.fingerprint = {lower_ascii(hash), setup.empty() ? "actpass" : setup, std::string(value)};
  section.each("candidate:", [&](std::string_view each) { read_candidate(each, transport); });
  return transport;
}

std::vector<Section> read_sections(std::string_view sdp) {
  std::vector<Section> sections(1);
  for (std::string_view line : split(sdp, '\n', 5000)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("m=")) sections.emplace_back();
    if (!line.empty()) sections.back().lines.push_back(line);
  }
  return sections;
}

}  // namespace

Result<Contents> read_sdp(std::string_view sdp, Role owner, const std::vector<std::string>& names) {
  const auto bad = [](const char* why) { return Error{ErrorKind::bad_request, why}; };
  if (sdp.size() > sdp_max) return bad("The engine's SDP is too long.");
  const std::vector<Section> sections = read_sections(sdp);
  if (sections.size() < 2 || sections.size() > contents_max + 1) return bad("The engine's SDP has no media, or much.");
  const auto bundled = split(sections.front().first("group:BUNDLE"), ' ');
  Contents all;
  for (size_t index = 1; index < sections.size(); ++index) {
    const Section& section = sections[index];
    const std::string_view mid = section.first("mid:");
    const std::string_view media = cut_at(section.lines.front().substr(2), ' ').first;
    if (media != "audio" && media != "video")
      return bad("The engine's SDP has media that are neither sound nor picture.");
    Content content;
    content.name = index <= names.size() ? names[index - 1] : std::string(mid);
    if (content.name.empty()) return bad("The engine's SDP has media without a name.");
    std::string_view direction = "sendrecv";
    for (const std::string_view each : {"sendonly", "recvonly", "inactive"}) {
      if (section.has(std::string("a=").append(each))) direction = each;
    }
    content.senders = senders_of(direction, owner);
    content.description = read_description(section, sections.front(), media, owner);
    content.transport = read_transport(section, sections.front());
    if (std::ranges::find(bundled, mid) != bundled.end()) all.bundle.push_back(content.name);
    all.contents.push_back(std::move(content));
  }
  return all;
}

}  // namespace teahouse::conferences
