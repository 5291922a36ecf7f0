#include "server/c2s/upgrade.h"

#include "crypto/encoding.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

sasl::Failure malformed(std::string text) { return {sasl::Condition::malformed_request, std::move(text), {}}; }

}  // namespace

std::string Upgrade::make_continue() const {
  std::string out;
  xml::Writer writer(out);
  writer.open("continue", ns::sasl2);
  if (!identity_.success_data.empty()) writer.leaf("additional-data", crypto::to_base64(identity_.success_data));
  writer.open("tasks").leaf("task", task).close();
  writer.leaf("text", "This account has no keys for SCRAM-SHA-512 yet.");
  writer.close();
  return out;
}

std::variant<std::string, sasl::ScramKeys, sasl::Failure> Upgrade::on_element(const xml::Element& element) {
  if (element.name() == "next") {
    if (is_begun_) return malformed("The task has begun already; it waits for <task-data/>.");
    if (element.attribute("task") != task) return malformed("The task is " + std::string(task) + ", and no other.");
    is_begun_ = true;
    std::string out;
    xml::Writer writer(out);
    writer.open("task-data", ns::sasl2).open("salt", ns::scram_upgrade);
    writer.attribute("iterations", std::to_string(keys_.iterations)).text(crypto::to_base64(keys_.salt));
    writer.close().close();
    return out;
  }
  if (!is_begun_) return malformed("The task begins with <next/>.");
  const auto hash = element.child("hash", ns::scram_upgrade);
  if (!hash) return malformed("The task's data has no <hash/> of '" + std::string(ns::scram_upgrade) + "'.");
  const auto salted_password = sasl::parse_sasl2_data(hash->text());
  if (!salted_password) return sasl::Failure{sasl::Condition::incorrect_encoding, "The hash is not base64.", {}};
  auto more = sasl::add_sha512(keys_, *salted_password);
  if (!more) return malformed("The hash must be the salted password of SCRAM-SHA-512, which has 64 bytes.");
  return *std::move(more);
}

}  // namespace teahouse::c2s
