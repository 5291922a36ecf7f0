#include "modules/presence/kept_request.h"

#include "base/text.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {

std::string make_kept_request(const Stanza& request) {
  std::string bytes;
  if (request.payload().size() + request.stamps().size() <= kept_payload_bytes_max) {
    request.write(bytes, true);
    return bytes;
  }
  const std::string status = request.root().child_text("status", ns::client);
  const std::string nick = request.root().child_text("nick", ns::nick);
  const auto preauth = request.child("preauth", ns::pars);
  const std::string_view token = preauth ? preauth->attribute("token").value_or("") : "";
  const auto moved = request.child("moved", ns::moved);
  const auto old = BareJid::parse(moved ? moved->child_text("old-jid", ns::moved) : std::string());
  std::string payload;
  xml::Writer writer(payload);
  if (!status.empty()) writer.leaf("status", cut(status, status_bytes_max));
  if (!nick.empty()) writer.leaf("nick", cut(nick, word_bytes_max), ns::nick);
  if (!token.empty() && token.size() <= word_bytes_max) {
    writer.open("preauth", ns::pars).attribute("token", token).close();
  }
  if (old) writer.open("moved", ns::moved).leaf("old-jid", old->str()).close();
  Stanza kept = Stanza::make(request.kind, request.type, std::move(payload));
  kept.from = request.from;
  kept.to = request.to;
  kept.id = std::string(cut(request.id, word_bytes_max));
  kept.lang = std::string(cut(request.lang, word_bytes_max));
  kept.write(bytes, true);
  return bytes;
}

}  // namespace teahouse
