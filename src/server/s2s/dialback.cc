#include "server/s2s/dialback.h"

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "xml/writer.h"
#include "xmpp/jid.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {
namespace {

constexpr size_t key_bytes_max = 1024;

Result<std::string> read_domain(const xml::Element& element, const char* name) {
  const auto jid = BareJid::parse(element.attribute(name).value_or(""));
  if (!jid || jid->has_localpart()) {
    return Error{ErrorKind::jid_malformed, std::string("The '") + name + "' of a dialback element is a domain."};
  }
  return jid->str();
}

}  // namespace

std::string make_dialback_secret(std::string_view house_secret, TenantId tenant) {
  return crypto::hmac_sha256(house_secret, "tenant " + std::to_string(static_cast<int64_t>(tenant)));
}

std::string make_dialback_key(std::string_view secret, std::string_view receiving, std::string_view originating,
                              std::string_view stream_id) {
  const std::string text = std::string(receiving).append(" ").append(originating).append(" ").append(stream_id);
  return crypto::to_hex(crypto::hmac_sha256(crypto::to_hex(crypto::sha256(secret)), text));
}

Result<DialbackWord> read_dialback(const xml::Element& element) {
  DialbackWord word;
  word.is_verify = element.is("verify", ns::dialback);
  if (!word.is_verify && !element.is("result", ns::dialback)) {
    return Error{ErrorKind::bad_request, "Dialback has <result/> and <verify/>."};
  }
  auto from = read_domain(element, "from"), to = read_domain(element, "to");
  if (!from) return from.error();
  if (!to) return to.error();
  word.from = std::move(*from);
  word.to = std::move(*to);
  word.type = element.attribute("type").value_or("");
  word.id = element.attribute("id").value_or("");
  word.key = element.text();
  if (word.key.size() > key_bytes_max || word.id.size() > key_bytes_max) {
    return Error{ErrorKind::bad_request, "A dialback key or id is too long."};
  }
  const auto error = element.child("error", ns::client);
  const auto condition = error ? error->first_child() : std::nullopt;
  if (condition) word.reason = condition->name();
  return word;
}

std::string write_dialback(const DialbackWord& word) {
  std::string out;
  xml::Writer writer(out);
  writer.open(word.is_verify ? "db:verify" : "db:result").attribute("xmlns:db", ns::dialback);
  writer.attribute("from", word.from).attribute("to", word.to);
  if (!word.id.empty()) writer.attribute("id", word.id);
  if (!word.type.empty()) writer.attribute("type", word.type);
  if (!word.reason.empty()) {
    writer.open("error").attribute("type", "cancel").open(word.reason, ns::stanzas_error).close().close();
  }
  writer.text(word.key).close();
  return out;
}

std::string answer_dialback(const DialbackWord& asked, std::string_view type, std::string_view condition) {
  return write_dialback(
      {asked.is_verify, asked.to, asked.from, std::string(type), asked.id, {}, std::string(condition)});
}

}  // namespace teahouse::s2s
