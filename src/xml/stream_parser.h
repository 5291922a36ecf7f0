// StreamParser: turns the bytes of one direction of an XML stream into a stream header, whole top-level elements, and a
// close.
//
// Strict on purpose (RFC 6120 section 11): UTF-8 only, no DTD, no processing instruction (but the XML
// declaration), no comment, no entity but the five and character references; CDATA is allowed as XML has it. It never
// accepts what expat rejects.
//
// Limits: see Limits. Between elements it holds no buffer; inside one, only the bytes of it that have come so far.
// Thread: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "xml/document.h"

namespace teahouse::xml {

// Why a stream must end; the names are RFC 6120's stream error conditions (section 4.9.3).
enum class StreamFault { not_well_formed, bad_format, restricted_xml, unsupported_encoding, policy_violation };

class StreamParser {
 public:
  enum class Step {
    need_more,     // all input was taken, nothing is whole
    stream_open,   // the start tag of the stream's root: header() tells
    element,       // one whole top-level element: take_element()
    stream_close,  // </stream:stream>
    fault,         // fault() tells; nothing more can be parsed
  };

  explicit StreamParser(const Limits& limits = {});
  ~StreamParser();
  StreamParser(StreamParser&&) noexcept;
  StreamParser& operator=(StreamParser&&) noexcept;

  // Takes bytes off the front of `input` up to the end of the next event. White space between elements is taken
  // silently.
  Step next(std::string_view& input);

  // The stream's root as an element without children, with its namespaces. Valid after stream_open, until reset().
  const Document& header() const;
  // The stream's default namespace ("jabber:client"); empty before stream_open.
  std::string_view default_ns() const;
  // REQUIRES: the last step was `element`.
  Document take_element();
  StreamFault fault() const;
  const std::string& fault_text() const;  // a sentence for the log and the peer

  void set_limits(const Limits& limits);  // from the next top-level element on
  // Top-level elements see this namespace where the stream's default one is in force, so that stanzas of all kinds of
  // streams are alike. Empty: its own. Lifetime: the namespace outlives the parser. REQUIRES: nothing has come.
  void see_default_ns_as(std::string_view ns);
  // Forgets all: the next thing to come is a new stream header (RFC 6120 section 4.3.3).
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace teahouse::xml
