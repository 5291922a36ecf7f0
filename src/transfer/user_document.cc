#include "transfer/user_document.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "crypto/encoding.h"
#include "transfer/limits.h"

namespace teahouse::transfer {
namespace {

constexpr char scram_ns[] = "urn:xmpp:pie:0#scram";
constexpr size_t salt_bytes_max = 256;

struct Mechanism {
  std::string_view name;
  size_t bytes;
  std::string sasl::ScramKeyPairs::*stored_key;
  std::string sasl::ScramKeyPairs::*server_key;
};
constexpr std::array<Mechanism, 3> mechanisms = {
    {{"SCRAM-SHA-1", 20, &sasl::ScramKeyPairs::stored_key_sha1, &sasl::ScramKeyPairs::server_key_sha1},
     {"SCRAM-SHA-256", 32, &sasl::ScramKeyPairs::stored_key_sha256, &sasl::ScramKeyPairs::server_key_sha256},
     {"SCRAM-SHA-512", 64, &sasl::ScramKeyPairs::stored_key_sha512, &sasl::ScramKeyPairs::server_key_sha512}}};

void write_account(const Account& account, xml::Writer& writer) {
  writer.open("account", own_ns);
  const std::initializer_list<std::pair<std::string_view, const std::string*>> texts = {
      {"user-id", &account.user_id}, {"name", &account.name}, {"picture", &account.picture}};
  for (const auto& [name, text] : texts) {
    if (!text->empty()) writer.attribute(name, *text);
  }
  writer.attribute("role", account.role);
  if (account.disabled) writer.attribute("disabled", "true");
  writer.attribute("created-ms", std::to_string(account.created_ms));
  if (account.expires_ms != 0) writer.attribute("expires-ms", std::to_string(account.expires_ms));
  writer.attribute("incarnation", std::to_string(account.incarnation));
  writer.close();
}

void write_pairs(const sasl::ScramKeys& keys, const sasl::ScramKeyPairs& pairs, xml::Writer& writer) {
  for (const Mechanism& each : mechanisms) {
    if ((pairs.*each.stored_key).empty()) continue;
    writer.open("scram-credentials", scram_ns).attribute("mechanism", each.name);
    writer.leaf("iter-count", std::to_string(keys.iterations));
    writer.leaf("salt", crypto::to_base64(keys.salt));
    writer.leaf("server-key", crypto::to_base64(pairs.*each.server_key));
    writer.leaf("stored-key", crypto::to_base64(pairs.*each.stored_key));
    writer.close();
  }
}

Result<int64_t> read_number(const xml::Element& element, std::string_view name) {
  const auto text = element.attribute(name);
  if (!text) return int64_t{0};
  const auto number = parse_decimal<int64_t>(*text);
  if (!number || *number < 0) return bad_request("The account's '" + std::string(name) + "' is no number.");
  return *number;
}

Result<void> read_account(const xml::Element& element, Account& account) {
  account.user_id = element.attribute("user-id").value_or("");
  account.name = element.attribute("name").value_or("");
  account.picture = element.attribute("picture").value_or("");
  account.role = element.attribute("role").value_or("user");
  account.disabled = element.attribute("disabled") == "true";
  const std::initializer_list<std::pair<std::string_view, int64_t*>> numbers = {
      {"created-ms", &account.created_ms}, {"expires-ms", &account.expires_ms}, {"incarnation", &account.incarnation}};
  for (const auto& [name, number] : numbers) {
    const auto read = read_number(element, name);
    if (!read) return read.error();
    *number = *read;
  }
  return {};
}

Result<std::string> read_bytes(const xml::Element& credentials, std::string_view name) {
  auto bytes = crypto::parse_base64(credentials.child_text(name, scram_ns));
  return bytes ? bytes : bad_request("The credentials' '" + std::string(name) + "' is no base64.");
}

// One <scram-credentials/>; all of a user have one salt and count, as one password has one of each here.
Result<void> read_credentials(const xml::Element& element, sasl::ScramKeys& keys, sasl::ScramKeyPairs& pairs) {
  const auto name = element.attribute("mechanism");
  const auto mechanism =
      std::find_if(mechanisms.begin(), mechanisms.end(), [&](const Mechanism& each) { return each.name == name; });
  if (mechanism == mechanisms.end()) return {};
  auto salt = read_bytes(element, "salt"), stored = read_bytes(element, "stored-key"),
       server = read_bytes(element, "server-key");
  for (const auto* each : {&salt, &stored, &server}) {
    if (!*each) return each->error();
  }
  const auto iterations = parse_decimal<int>(element.child_text("iter-count", scram_ns));
  if (!iterations || *iterations < 1 || *iterations > sasl::scram_iterations_max || salt->empty() ||
      salt->size() > salt_bytes_max || stored->size() != mechanism->bytes || server->size() != mechanism->bytes) {
    return bad_request("Credentials of a user are none of " + std::string(mechanism->name) + ".");
  }
  if (keys.iterations != 0 && (keys.iterations != *iterations || keys.salt != *salt)) {
    return bad_request("A user's credentials are of several salts or counts; Teahouse has one of each.");
  }
  keys.iterations = *iterations;
  keys.salt = std::move(*salt);
  pairs.*(mechanism->stored_key) = std::move(*stored);
  pairs.*(mechanism->server_key) = std::move(*server);
  return {};
}

Result<void> read_all_credentials(const xml::Element& parent, sasl::ScramKeys& keys, sasl::ScramKeyPairs& pairs) {
  Result<void> read;
  parent.for_each_child([&](const xml::Element& child) {
    if (read && child.is("scram-credentials", scram_ns)) read = read_credentials(child, keys, pairs);
  });
  return read;
}

Result<void> read_keys(const xml::Element& element, UserDocument& user) {
  sasl::ScramKeys keys;
  if (auto read = read_all_credentials(element, keys, keys.pairs); !read) return read;
  if (const auto saslprep = element.child("saslprep", own_ns)) {
    keys.saslprep_pairs.emplace();
    if (auto read = read_all_credentials(*saslprep, keys, *keys.saslprep_pairs); !read) return read;
  }
  if (keys.iterations != 0) user.keys = std::move(keys);
  return {};
}

}  // namespace

Result<std::string> write_user_document(const UserDocument& user, const std::vector<RowForm>& forms) {
  std::string text = "<?xml version='1.0' encoding='UTF-8'?>\n";
  xml::Writer writer(text);
  writer.open("server-data", pie_ns).open("host").attribute("jid", user.host);
  writer.open("user").attribute("name", user.account.localpart);
  write_account(user.account, writer);
  if (user.keys) {
    write_pairs(*user.keys, user.keys->pairs, writer);
    if (user.keys->saslprep_pairs) {
      writer.open("saslprep", own_ns);
      write_pairs(*user.keys, *user.keys->saslprep_pairs, writer);
      writer.close();
    }
  }
  for (const RowForm& form : forms) {
    const auto rows = user.rows.find(form.map);
    if (rows == user.rows.end()) continue;
    if (const auto written = form.write(rows->second, writer); !written) return written.error();
  }
  writer.close().close().close();
  text += '\n';
  if (text.size() <= user_bytes_max) return text;
  return Error{ErrorKind::resource_constraint, "The user '" + user.account.localpart + "' has more than " +
                                                   std::to_string(user_bytes_max) + " bytes for one document."};
}

Result<UserDocument> parse_user_document(std::string text, const std::vector<RowForm>& forms) {
  // A declaration is no part of the element, and says what is so anyway.
  if (text.starts_with("<?xml")) text.erase(0, std::min(text.find("?>"), text.size() - 2) + 2);
  const auto document = xml::Document::parse(SharedBytes(std::move(text)), user_limits());
  if (!document) return document.error();
  const xml::Element root = document->root();
  const auto host = root.is("server-data", pie_ns) ? root.child("host", pie_ns) : std::nullopt;
  const auto element = host ? host->child("user", pie_ns) : std::nullopt;
  if (!element || root.child_count() != 1 || host->child_count() != 1) {
    return bad_request("A document of users has one host (XEP-0227), and that one user.");
  }
  UserDocument user;
  user.host = host->attribute("jid").value_or("");
  user.account.localpart = element->attribute("name").value_or("");
  user.account.role = "user";
  if (const auto account = element->child("account", own_ns)) {
    if (const auto read = read_account(*account, user.account); !read) return read.error();
  }
  if (const auto read = read_keys(*element, user); !read) return read.error();
  user.account.has_password = user.keys.has_value();
  for (const RowForm& form : forms) {
    auto rows = form.read(*element);
    if (!rows) return rows.error();
    if (!rows->empty()) user.rows[std::string(form.map)] = std::move(*rows);
  }
  return user;
}

}  // namespace teahouse::transfer
