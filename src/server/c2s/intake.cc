#include "server/c2s/intake.h"

#include <algorithm>

#include "base/text.h"
#include "server/home.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

constexpr size_t lang_bytes_max = 35;
constexpr int64_t congestion_pause_ms = 10;  // between two looks whether the disk has caught up

// Whose word the refusal of a stanza is that was addressed so: where only the resourcepart is none, that of the room or
// account, by which the client knows what was refused.
std::optional<Jid> find_refuser(std::string_view to) {
  if (auto jid = Jid::parse(to)) return std::move(*jid);
  if (auto bare = BareJid::parse(to.substr(0, to.find('/')))) return Jid(std::move(*bare));
  return std::nullopt;
}

}  // namespace

void Intake::set_lang(std::string_view lang) { lang_ = cut(lang, lang_bytes_max); }

void Intake::count(const Session& session, size_t bytes) {
  session.resident().tenant().meter->usage.add(Used::bytes_in, static_cast<int64_t>(bytes));
  Home& home = session.home();
  int64_t pause_ms = waits_for_disk() ? congestion_pause_ms : 0;
  pause_ms = std::max(pause_ms, inflow_.count_bytes(home.clock().monotonic_ms(), bytes));
  if (pause_ms > 0 && !timer_.running()) pause(home, pause_ms);
}

bool Intake::waits_for_disk() const {
  const Session* session = events_.session();
  return session && !session->sm_all_handled() && session->home().data().congested();
}

void Intake::pause(Home& home, int64_t pause_ms) {
  stream_.transport().hold();
  timer_ = home.loop().start_timer(pause_ms, [this, &home, kept = stream_.share()] {
    // The bytes read now may start the timer anew, which ends this one and what it holds.
    Intake& intake = *this;
    Home& at = home;
    const auto still = kept;  // NOLINT(performance-unnecessary-copy-initialization)
    intake.timer_.stop();
    if (intake.waits_for_disk()) intake.pause(at, congestion_pause_ms);
    intake.stream_.transport().release();
  });
}

void Intake::on_stanza(Session& session, const xml::Document& document) {
  const xml::Element element = document.root();
  if (!inflow_.take_stanza(session.home().clock().monotonic_ms())) {
    const int64_t per_s = session.resident().tenant().limits().stanzas_per_s;
    return refuse(session, element,
                  {ErrorKind::policy_violation, "Too many stanzas a second for this plan (" + std::to_string(per_s) +
                                                    "). Wait a moment and send again."});
  }
  auto stanza = Stanza::read(document);
  if (!stanza) return refuse(session, element, stanza.error());
  // RFC 6120 section 8.1.2.1: another resource of its account is overridden, as Converse.js writes after a resumption.
  if (stanza->from) session.home().router().lead_to_account(*stanza->from);
  if (stanza->from && stanza->from->bare_view() != session.jid().bare_view()) {
    return stream_.end("invalid-from", "A client sends as itself.");
  }
  if (stanza->lang.empty() && stanza->kind != StanzaKind::iq) stanza->lang = lang_;
  const auto query = stanza->kind == StanzaKind::iq ? stanza->first_child() : std::nullopt;
  if (query && query->is("session", ns::session)) {  // RFC 3921; does nothing since RFC 6121
    session.receive();
    session.deliver(Stanza::make_reply(*stanza, StanzaType::result, {}));
    return;
  }
  session.home().router().receive(session, std::move(*stanza));
}

void Intake::refuse(Session& session, const xml::Element& element, const Error& error) {
  session.receive();  // it counts as handled: refused
  const std::string_view type = element.attribute("type").value_or("");
  if (type == "error" || type == "result") return;
  const StanzaKind kind = element.name() == "message"    ? StanzaKind::message
                          : element.name() == "presence" ? StanzaKind::presence
                                                         : StanzaKind::iq;
  Stanza cause = Stanza::make(kind, StanzaType::none, {});
  cause.id = element.attribute("id").value_or("");
  cause.from = session.jid();
  if (const auto to = element.attribute("to")) cause.to = find_refuser(*to);
  session.deliver(error.kind == ErrorKind::policy_violation ? make_error(cause, error, ErrorType::wait)
                                                            : make_error(cause, error));
}

}  // namespace teahouse::c2s
