#include "modules/blocking/report.h"

#include "base/text.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"
#include "xmpp/stanza.h"

namespace teahouse {
namespace {

constexpr size_t text_bytes_max = 2000, messages_max = 20, reason_bytes_max = 200, id_bytes_max = 200;
constexpr std::string_view known_reasons = "urn:xmpp:reporting:";

}  // namespace

std::optional<Report> read_report(const xml::Element& item) {
  const auto given = item.child("report", ns::reporting);
  const std::string reason(given ? given->attribute("reason").value_or("") : std::string_view());
  if (reason.empty() || reason.size() > reason_bytes_max) return std::nullopt;
  Report report;
  report.reason = reason.starts_with(known_reasons) ? reason.substr(known_reasons.size()) : reason;
  xml::Writer writer(report.payload);
  writer.open("report", ns::reporting).attribute("reason", reason);
  size_t messages = 0;
  given->for_each_child([&](const xml::Element& child) {
    if (!child.is("stanza-id", ns::stanza_id) || messages == messages_max) return;
    const std::string by(child.attribute("by").value_or("")), id(child.attribute("id").value_or(""));
    if (!BareJid::parse(by) || id.empty() || id.size() > id_bytes_max) return;
    writer.open("stanza-id", ns::stanza_id).attribute("by", by).attribute("id", id).close();
    ++messages;
  });
  const std::string text(given->child_text("text", ns::reporting));
  if (!text.empty()) writer.leaf("text", cut(text, text_bytes_max));
  writer.close();
  return report;
}

store::ArchiveRow make_report_row(const store::Arrival& arrival, const BareJid& reporter, const Jid& address,
                                  const Report& report) {
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::none, std::string(report.payload));
  message.from = reporter;
  message.to = address;
  store::ArchiveRow row{arrival.id, std::string(address.bare_view()), {}, arrival.at_ms};
  message.write(row.bytes, true);
  return row;
}

}  // namespace teahouse
