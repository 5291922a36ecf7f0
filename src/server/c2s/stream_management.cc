#include "server/c2s/stream_management.h"

#include <limits>

#include "base/random.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

// Of several that resume a session the last one has it.
void take_from_other(Session& session) {
  SessionStream* other = session.stream();
  if (!other) return;
  session.attach(nullptr);
  other->session_closed();
  other->end("conflict", "The session was resumed on another stream.");
}

}  // namespace

bool StreamManagement::is_element(const xml::Element& element) {
  return element.ns() == ns::sm || element.name() == "enable" || element.name() == "resume";
}

std::optional<uint32_t> StreamManagement::parse_count(const xml::Element& element, std::string_view attribute) {
  const auto count = xml::parse_integer(element.attribute(attribute).value_or(""));
  if (!count || *count < 0 || *count > std::numeric_limits<uint32_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(*count);
}

std::string StreamManagement::make_failed(ErrorKind kind) {
  std::string out;
  xml::Writer writer(out);
  writer.open("failed", ns::sm).open(to_string(kind), ns::stanzas_error).close().close();
  return out;
}

void StreamManagement::on_element(Session& session, const xml::Element& element) {
  const std::string_view name = element.name();
  if (element.is("enable", ns::sm)) {
    stream_.send(enable(session, element));
  } else if (!session.sm_enabled() || (name != "r" && name != "a")) {
    fail(ErrorKind::unexpected_request);
  } else if (name == "r") {
    session.sm_request();
  } else if (const auto h = parse_count(element, "h"); !h) {
    stream_.end("invalid-xml", "An acknowledgement has a number h.");
  } else {
    acknowledge(session, *h);
  }
}

void StreamManagement::acknowledge(Session& session, uint32_t h) {
  switch (session.sm_acknowledge(h)) {
    case Session::Acknowledged::accepted: return;
    case Session::Acknowledged::too_high: end_overcounted(session, h); return;
    case Session::Acknowledged::too_low:
      stream_.end("undefined-condition", "h='" + std::to_string(h) + "' is less than the " +
                                             std::to_string(session.sm_acknowledged()) +
                                             " stanzas that were acknowledged before. Count up from <enabled/>.");
  }
}

// XEP-0198 section 4.
void StreamManagement::end_overcounted(const Session& session, uint32_t h) {
  std::string why;
  xml::Writer(why)
      .open("handled-count-too-high", ns::sm)
      .attribute("h", std::to_string(h))
      .attribute("send-count", std::to_string(session.sm_sent()))
      .close();
  stream_.end("undefined-condition", "More stanzas were acknowledged than sent.", why);
}

std::string StreamManagement::enable(Session& session, const xml::Element& element) {
  if (session.sm_enabled()) return make_failed(ErrorKind::unexpected_request);
  const bool resumable = xml::parse_boolean(element.attribute("resume").value_or("")).value_or(false);
  const int64_t wanted_s = parse_count(element, "max").value_or(0);
  const int64_t max_s =
      wanted_s > 0 ? std::min(wanted_s, SessionDirectory::resume_max_s) : SessionDirectory::resume_max_s;
  const std::string id = resumable ? random_token(22) : std::string();
  std::string out;
  xml::Writer writer(out);
  writer.open("enabled", ns::sm);
  if (resumable) writer.attribute("id", id).attribute("resume", "true").attribute("max", std::to_string(max_s));
  writer.close();
  session.sm_enable(resumable ? SessionDirectory::key_of(id) : std::string());
  if (resumable) session.home().sessions().make_resumable(session, max_s);
  return out;
}

void StreamManagement::on_element(Home& home, const Identity& client, const xml::Element& element) {
  if (element.is("resume", ns::sm)) return resume(home, client, element);
  fail(element.name() == "resume" ? ErrorKind::item_not_found : ErrorKind::unexpected_request);  // it binds then
}

void StreamManagement::resume(Home& home, const Identity& client, const xml::Element& element) {
  const auto h = parse_count(element, "h");
  if (!h) return events_.on_resume_failed(make_failed(ErrorKind::bad_request));
  // A session of before a restart is there again with its account.
  stream_.transport().hold();
  home.residents().with(client.account, [this, kept = stream_.share(), &home, account = client.account,
                                         previd = std::string(element.attribute("previd").value_or("")),
                                         h = *h](const Result<Resident*>&) {
    if (!stream_.is_over()) find_and_resume(home, account, previd, h);
    stream_.transport().release();
  });
}

void StreamManagement::find_and_resume(Home& home, const BareJid& account, const std::string& previd, uint32_t h) {
  Session* session = home.sessions().find_resumable(previd);
  // Somebody else's id must look like one that never was.
  if (!session || session->jid().bare_view() != account.str()) {
    return events_.on_resume_failed(make_failed(ErrorKind::item_not_found));
  }
  take_from_other(*session);
  home.sessions().resuming(*session);
  // Its earlier stanzas must be on disk before we say how much of it we have: it would send the rest again.
  stream_.transport().hold();
  session->when_all_handled([this, kept = stream_.share(), &home, number = session->number(), previd, h] {
    Session* still = home.sessions().find(number);
    if (!still) {
      if (!stream_.is_over()) events_.on_resume_failed(make_failed(ErrorKind::item_not_found));
    } else if (!stream_.is_over()) {
      finish_resume(*still, previd, h);
    } else if (!still->stream()) {
      home.sessions().lose_stream(*still);
    }
    stream_.transport().release();
  });
}

void StreamManagement::finish_resume(Session& session, const std::string& previd, uint32_t h) {
  Home& home = session.home();
  take_from_other(session);
  const auto acknowledged = session.sm_acknowledge(h);
  // The client says that it has had less than it said before, as one does that was restored from an older copy of
  // itself. It binds anew, and is given there what the session had left.
  if (acknowledged == Session::Acknowledged::too_low) {
    home.sessions().close(session);
    return events_.on_resume_failed(make_failed(ErrorKind::item_not_found));
  }
  home.sessions().resuming(session);
  std::string out;
  xml::Writer(out)
      .open("resumed", ns::sm)
      .attribute("previd", previd)
      .attribute("h", std::to_string(session.sm_handled()))
      .close();
  events_.on_resumed(session, std::move(out));
  if (acknowledged == Session::Acknowledged::too_high) return end_overcounted(session, h);
  session.attach(&server_);
  session.sm_resend();
  home.sessions().resumed(session);
}

}  // namespace teahouse::c2s
