// Intake: what a bound client sends, on its way to the home: counted, limited by the plan, read, and checked.
//
// A client that sends too much is not read from until that is worked off, nor is one whose stanzas wait for the disk
// while much does. Nothing is lost or refused by it: the client's own writes wait.
//
// Thread: the account's home loop.
// Limits: Inflow's.
// Spec: RFC 6120 section 8.1.
#pragma once

#include <string>
#include <string_view>

#include "net/loop.h"
#include "server/c2s/inflow.h"
#include "server/c2s/xml_stream.h"
#include "server/session.h"

namespace teahouse::c2s {

class Intake {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    virtual Session* session() const = 0;  // null: it has gone
  };
  Intake(XmlStream& stream, const Events& events) : stream_(stream), events_(events) {}

  void use(int64_t now_ms, const PlanLimits& plan) { inflow_.use(now_ms, plan); }
  // Of stanzas that do not say theirs.
  void set_lang(std::string_view lang);
  // Counts what came, a stanza or not.
  void count(const Session& session, size_t bytes);
  void on_stanza(Session& session, const xml::Document& document);
  void stop() { timer_.stop(); }

 private:
  void refuse(Session& session, const xml::Element& element, const Error& error);
  bool waits_for_disk() const;
  void pause(Home& home, int64_t pause_ms);

  XmlStream& stream_;
  const Events& events_;
  Inflow inflow_;
  std::string lang_;
  net::Timer timer_;  // while it is not read from
};

}  // namespace teahouse::c2s
