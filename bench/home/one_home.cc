#include "bench/home/one_home.h"

#include <cstdlib>

#include "app/modules.h"

namespace teahouse::bench {

void Sink::send_stanza(const Stanza& stanza) {
  ++got;
  if (kept) kept->push_back(stanza);
  if (!writes) return;
  out.clear();
  stanza.write(out);
}

OneHome::OneHome(bool with_modules) : home_(std::make_unique<Home>(loop_, shared_)) {
  if (with_modules) {
    for (auto& module : make_modules()) home_->modules().add(std::move(module));
  }
  world_.shop->meter->usage.set(usage_, is_used_);
  home_->set_tenant(world_.shop);
  plane_->watch_commits(loop_, [this](Lsn lsn) { home_->commits().on_committed(lsn); });
}

OneHome::~OneHome() { settle(); }

Session& OneHome::connect(const std::string& jid, Sink& sink) {
  const FullJid full = *FullJid::parse(jid);
  if (!world_.create(world_.shop, std::string(full.localpart()))) std::abort();
  Session* session = nullptr;
  home_->residents().with(full.bare(), [&](Result<Resident*> resident) {
    session = *home_->sessions().bind(**resident, full.resourcepart());
    session->attach(&sink);
  });
  while (!session) {
    world_.home.run_ready();
    loop_.run_once(10);
  }
  session->set_presence(Stanza::make(StanzaKind::presence, StanzaType::none, {}));
  settle();
  plane_->hold_commits(true);
  return *session;
}

void OneHome::settle() {
  plane_->commit();
  for (int i = 0; i < 3; ++i) loop_.run_once(0);
}

std::string make_message(const std::string& to, int number) {
  const std::string text = std::to_string(number);
  return "<message to='" + to + "' type='chat' id='" + text + "'><body>A message of the usual length, number " + text +
         ".</body></message>";
}

Stanza read_stanza(const std::string& xml) {
  const auto document = xml::Document::parse(SharedBytes(xml), {}, "jabber:client");
  if (!document) std::abort();
  auto stanza = Stanza::read(*document);
  if (!stanza) std::abort();
  return std::move(*stanza);
}

}  // namespace teahouse::bench
