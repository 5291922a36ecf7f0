// The part of a stream after authentication: bind or resume, stream management, and stanzas.
#include <limits>

#include "base/log.h"
#include "base/random.h"
#include "server/c2s/stream.h"
#include "server/ghosts.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

constexpr int64_t congestion_pause_ms = 10;  // between two looks whether the disk has caught up

std::optional<uint32_t> parse_count(const xml::Element& element, std::string_view attribute) {
  const auto count = xml::parse_integer(element.attribute(attribute).value_or(""));
  if (!count || *count < 0 || *count > std::numeric_limits<uint32_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(*count);
}

// Whose word the refusal of a stanza is that was addressed so: where only the resourcepart is none, that of the room or
// account, by which the client knows what was refused.
std::optional<Jid> find_refuser(std::string_view to) {
  if (auto jid = Jid::parse(to)) return std::move(*jid);
  if (auto bare = BareJid::parse(to.substr(0, to.find('/')))) return Jid(std::move(*bare));
  return std::nullopt;
}

}  // namespace

bool Stream::is_stream_management(const xml::Element& element) {
  return element.ns() == ns::sm || element.name() == "enable" || element.name() == "resume";
}

std::string Stream::sm_failed(ErrorKind kind) {
  std::string out;
  xml::Writer writer(out);
  writer.open("failed", ns::sm).open(to_string(kind), ns::stanzas_error).close().close();
  return out;
}

void Stream::on_authenticated(const xml::Document& document) {
  const xml::Element element = document.root();
  if (is_stream_management(element)) {
    if (element.is("resume", ns::sm)) return resume(element);
    // It binds then.
    const bool resumes = element.name() == "resume";
    transport_->send_nonza(sm_failed(resumes ? ErrorKind::item_not_found : ErrorKind::unexpected_request));
    return;
  }
  if (!Stanza::is_stanza(element)) {
    end("unsupported-stanza-type", "Bind a resource first.");
    return;
  }
  auto stanza = Stanza::read(document);
  const auto query = element.first_child();
  if (!stanza || stanza->kind != StanzaKind::iq || stanza->type != StanzaType::set || !query ||
      !query->is("bind", ns::bind)) {
    end("not-authorized", "Bind a resource before you send other stanzas.");
    return;
  }
  bind(*stanza, query->child_text("resource", ns::bind));
}

void Stream::bind(const Stanza& request, std::string resource) {
  const auto account = BareJid::make(localpart_, host_->domain);
  if (!account) return;  // it was one when it logged in
  transport_->hold();
  Home& home = clients_->home();
  home.with_resident(*account, [self = shared_from_this(), request, resource = std::move(resource),
                                &home](Result<Resident*> found) {
    if (self->state_ != State::authenticated) return;
    if (!found && found.error().kind != ErrorKind::item_not_found) return self->refuse_bind(request, found.error());
    const bool is_another = self->removals_ != self->count_removals(self->localpart_);  // of the same name
    if (!found || is_another || (*found)->tenant().suspended) {
      self->end("not-authorized", "This account is not there any more.");
      return;
    }
    Resident& resident = **found;
    auto session = home.bind(resident, resource);
    if (session) return self->bound(**session, request);
    const auto crowd = find_full_crowd(resident);
    if (!crowd) return self->refuse_bind(request, session.error());
    self->room_ = make_room(home, *crowd, [self = self.get(), request, resource, error = session.error()](bool made) {
      if (self->state_ != State::authenticated) return;
      if (!made) return self->refuse_bind(request, error);
      self->bind(request, resource);
      self->transport_->release();
    });
  });
}

void Stream::bound(Session& session, const Stanza& request) {
  session_ = &session;
  session_->attach(this);
  state_ = State::bound;
  timer_.stop();
  room_.reset();
  std::string payload, out;
  xml::Writer(payload).open("bind", ns::bind).leaf("jid", session.jid().str()).close();
  Stanza::make_reply(request, StanzaType::result, std::move(payload)).write(out, transport_->is_websocket());
  transport_->send_nonza(std::move(out));
  transport_->release();
}

void Stream::refuse_bind(const Stanza& request, const Error& error) {
  std::string out;
  make_error(request, error).write(out, transport_->is_websocket());
  transport_->send_nonza(std::move(out));
  transport_->release();
}

void Stream::on_bound(xml::Document document) {
  const xml::Element element = document.root();
  slow_down(document.bytes().size());
  if (is_stream_management(element)) {
    on_stream_management(element);
    return;
  }
  if (clients_->home().refuses_more()) return;  // not counted, nor is what follows: it is sent again
  if (!Stanza::is_stanza(element)) {
    end("unsupported-stanza-type", "A stream carries message, presence and iq stanzas.");
    return;
  }
  const std::string type(element.attribute("type").value_or(""));
  if (!take_token()) {
    session_->receive();  // it counts as handled: refused
    refuse_stanza(
        element,
        {ErrorKind::policy_violation, "Too many stanzas a second for this plan (" +
                                          std::to_string(session_->resident().tenant().limits().stanzas_per_s) +
                                          "). Wait a moment and send again."},
        type);
    return;
  }
  auto stanza = Stanza::read(document);
  if (!stanza) {
    session_->receive();
    refuse_stanza(element, stanza.error(), type);
    return;
  }
  // RFC 6120 section 8.1.2.1.
  if (stanza->from) clients_->home().lead_to_account(*stanza->from);
  if (stanza->from && *stanza->from != Jid(session_->jid()) && *stanza->from != Jid(session_->jid().bare())) {
    end("invalid-from", "A client sends as itself.");
    return;
  }
  if (stanza->lang.empty() && stanza->kind != StanzaKind::iq) stanza->lang = lang_;
  const auto query = stanza->kind == StanzaKind::iq ? stanza->first_child() : std::nullopt;
  if (query && query->is("session", ns::session)) {  // RFC 3921; does nothing for ages
    session_->receive();
    session_->deliver(Stanza::make_reply(*stanza, StanzaType::result, {}));
    return;
  }
  session_->home().receive(*session_, std::move(*stanza));
}

// Counts what came; who has sent too much is not read from until that is worked off, nor is one whose stanzas wait for
// the disk while much does. Nothing is lost or refused: the client's own writes wait.
void Stream::slow_down(size_t bytes) {
  int64_t pause_ms = waits_for_disk() ? congestion_pause_ms : 0;
  if (session_->resident().tenant().limits().stanzas_per_s >= 0) {  // a plan without limits has none here either
    const int64_t now_ms = session_->home().clock().monotonic_ms();
    bytes_.take_or_owe(now_ms, static_cast<int64_t>(bytes));
    pause_ms = std::max(pause_ms, bytes_.wait_ms(now_ms, 0));
  }
  if (pause_ms > 0 && !timer_.running()) pause(pause_ms);
}

bool Stream::waits_for_disk() const {
  return session_ && !session_->sm_all_handled() && session_->home().data().congested();
}

void Stream::pause(int64_t pause_ms) {
  transport_->hold();
  timer_ = clients_->home().loop().start_timer(pause_ms, [self = shared_from_this()] {
    // What is read now may start the timer anew, which ends this one and what it holds.
    const auto stream = self;  // NOLINT(performance-unnecessary-copy-initialization)
    stream->timer_.stop();
    if (stream->waits_for_disk()) stream->pause(congestion_pause_ms);
    stream->transport_->release();
  });
}

bool Stream::take_token() {
  if (session_->resident().tenant().limits().stanzas_per_s < 0) return true;
  return stanzas_.take(session_->home().clock().monotonic_ms());
}

void Stream::refuse_stanza(const xml::Element& element, const Error& error, std::string_view type) {
  if (type == "error" || type == "result") return;
  const StanzaKind kind = element.name() == "message"    ? StanzaKind::message
                          : element.name() == "presence" ? StanzaKind::presence
                                                         : StanzaKind::iq;
  Stanza cause = Stanza::make(kind, StanzaType::none, {});
  cause.id = element.attribute("id").value_or("");
  cause.from = session_->jid();
  if (const auto to = element.attribute("to")) cause.to = find_refuser(*to);
  session_->deliver(error.kind == ErrorKind::policy_violation ? make_error(cause, error, ErrorType::wait)
                                                              : make_error(cause, error));
}

void Stream::on_stream_management(const xml::Element& element) {
  const std::string_view name = element.name();
  if (element.is("enable", ns::sm)) {
    enable(element);
  } else if (!session_->sm_enabled() || (name != "r" && name != "a")) {
    transport_->send_nonza(sm_failed(ErrorKind::unexpected_request));
  } else if (name == "r") {
    session_->sm_request();
  } else if (const auto h = parse_count(element, "h"); !h) {
    end("invalid-xml", "An acknowledgement has a number h.");
  } else {
    acknowledge(*h);
  }
}

void Stream::acknowledge(uint32_t h) {
  switch (session_->sm_acknowledge(h)) {
    case Session::Acknowledged::accepted: return;
    case Session::Acknowledged::too_high: end_overcounted(h); return;
    case Session::Acknowledged::too_low:
      end("undefined-condition", "h='" + std::to_string(h) + "' is less than the " +
                                     std::to_string(session_->sm_acknowledged()) +
                                     " stanzas that were acknowledged before. Count up from <enabled/>.");
  }
}

// XEP-0198 section 4.
void Stream::end_overcounted(uint32_t h) {
  std::string why;
  xml::Writer(why)
      .open("handled-count-too-high", ns::sm)
      .attribute("h", std::to_string(h))
      .attribute("send-count", std::to_string(session_->sm_sent()))
      .close();
  end_with("undefined-condition", "More stanzas were acknowledged than sent.", why);
}

void Stream::enable(const xml::Element& element) {
  if (session_->sm_enabled()) {
    transport_->send_nonza(sm_failed(ErrorKind::unexpected_request));
    return;
  }
  const bool resumable = xml::parse_boolean(element.attribute("resume").value_or("")).value_or(false);
  const int64_t wanted_s = parse_count(element, "max").value_or(0);
  const int64_t max_s = wanted_s > 0 ? std::min(wanted_s, Home::resume_max_s) : Home::resume_max_s;
  const std::string id = resumable ? random_token(22) : std::string();
  std::string out;
  xml::Writer writer(out);
  writer.open("enabled", ns::sm);
  if (resumable) { writer.attribute("id", id).attribute("resume", "true").attribute("max", std::to_string(max_s)); }
  writer.close();
  transport_->send_nonza(std::move(out));
  session_->sm_enable(id);
  if (resumable) session_->home().make_resumable(*session_, max_s);
}

void Stream::resume(const xml::Element& element) {
  Home& home = clients_->home();
  const auto h = parse_count(element, "h");
  Session* session = home.find_resumable(element.attribute("previd").value_or(""));
  // Somebody else's id must look like one that never was.
  if (!h || !session || session->jid().localpart() != localpart_ || session->jid().domainpart() != host_->domain) {
    transport_->send_nonza(sm_failed(h ? ErrorKind::item_not_found : ErrorKind::bad_request));
    return;
  }
  take_from_other(*session);
  state_ = State::bound;
  home.resuming(*session);
  // What it sent before must be on disk before we say how much of it we have: it would send the rest again.
  transport_->hold();
  session->when_all_handled([self = shared_from_this(), &home, number = session->number(), h = *h] {
    Session* still = home.find_session(number);
    if (!still) {
      self->end("reset", "The session ended while it was being resumed.");
    } else if (self->state_ == State::bound) {
      self->finish_resume(*still, h);
    } else if (!still->stream()) {
      home.stream_lost(*still);
    }
    self->transport_->release();
  });
}

// Of several that resume a session the last one has it.
void Stream::take_from_other(Session& session) {
  SessionStream* other = session.stream();
  if (!other) return;
  session.attach(nullptr);
  static_cast<Stream*>(other)->session_ = nullptr;
  other->end("conflict", "The session was resumed on another stream.");
}

// The client says that it has had less than it said before, as one does that was restored from an older copy of itself.
// It binds anew, and is given there what the session had left.
void Stream::refuse_resume(Session& session) {
  state_ = State::authenticated;
  transport_->send_nonza(sm_failed(ErrorKind::item_not_found));
  session.home().close_session(session);
}

void Stream::finish_resume(Session& session, uint32_t h) {
  take_from_other(session);
  const auto acknowledged = session.sm_acknowledge(h);
  if (acknowledged == Session::Acknowledged::too_low) {
    refuse_resume(session);
    return;
  }
  timer_.stop();
  session.home().resuming(session);
  session_ = &session;
  std::string out;
  xml::Writer(out)
      .open("resumed", ns::sm)
      .attribute("previd", session_->resume_id())
      .attribute("h", std::to_string(session_->sm_handled()))
      .close();
  transport_->send_nonza(std::move(out));
  if (acknowledged == Session::Acknowledged::too_high) {
    end_overcounted(h);
    return;
  }
  session_->attach(this);
  session_->sm_resend();
  session_->home().resumed(*session_);
}

}  // namespace teahouse::c2s
