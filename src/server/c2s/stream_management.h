// StreamManagement: what a client and its stream say to each other about stanzas that were handled, and how a session
// is taken up again on a new stream. The Session has the counts.
//
// Thread: the account's home loop.
// Spec: XEP-0198.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/c2s/identity.h"
#include "server/c2s/xml_stream.h"
#include "server/session.h"

namespace teahouse::c2s {

class StreamManagement {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    // The stream serves this session from now on, but is not attached to it yet; its client is to be told so.
    virtual void on_resumed(Session& session, std::string resumed) = 0;
    virtual void on_resume_failed(std::string failed) = 0;
  };
  // `server` is what is attached to the session.
  StreamManagement(XmlStream& stream, SessionStream& server, Events& events)
      : stream_(stream), server_(server), events_(events) {}

  // True also for elements that some clients take for stream management's, in a namespace that is not spoken here: a
  // client that can't resume must bind, and not lose its stream.
  static bool is_element(const xml::Element& element);
  static std::string make_failed(ErrorKind kind);
  // Of an attribute: none for what is no count of stanzas.
  static std::optional<uint32_t> parse_count(const xml::Element& element, std::string_view attribute);

  // From the client of a bound session.
  void on_element(Session& session, const xml::Element& element);
  // From a client that has bound nothing.
  void on_element(Home& home, const Identity& client, const xml::Element& element);
  // From a client that wants it for a session that has no stream yet. Gives the answer.
  std::string enable(Session& session, const xml::Element& element);

 private:
  void fail(ErrorKind kind) { stream_.send(make_failed(kind)); }
  void acknowledge(Session& session, uint32_t h);
  void end_overcounted(const Session& session, uint32_t h);
  void resume(Home& home, const Identity& client, const xml::Element& element);
  void find_and_resume(Home& home, const BareJid& account, const std::string& previd, uint32_t h);
  void finish_resume(Session& session, const std::string& previd, uint32_t h);

  XmlStream& stream_;
  SessionStream& server_;
  Events& events_;
};

}  // namespace teahouse::c2s
