#include "modules/muc/storage.h"

#include <algorithm>
#include <boost/json.hpp>

#include "server/module_context.h"
#include "xml/values.h"

namespace teahouse::muc {
namespace {

namespace json = boost::json;

constexpr char list_key[] = "list";  // no room's address: it has no @
constexpr char subject_entry[] = "subject";
constexpr char pictures_entry[] = "pictures";
constexpr char vcard_entry[] = "vcard";  // in a map of its own, which is not loaded with the room
constexpr std::string_view affiliation_prefix = "a:";
constexpr std::string_view request_prefix = "r:";
constexpr char versions_entry[] = "versions";
constexpr std::string_view change_prefix = "c:";
constexpr std::string_view hat_prefix = "h:";
constexpr std::string_view worn_prefix = "w:";
constexpr std::string_view invitation_prefix = "i:";
constexpr char slow_mode_entry[] = "slow";

constexpr std::pair<const char*, bool RoomConfig::*> flags[] = {
    {"persistent", &RoomConfig::persistent},         {"public", &RoomConfig::is_public},
    {"members_only", &RoomConfig::members_only},     {"moderated", &RoomConfig::moderated},
    {"non_anonymous", &RoomConfig::non_anonymous},   {"change_subject", &RoomConfig::change_subject},
    {"member_invites", &RoomConfig::member_invites}, {"archived", &RoomConfig::archived}};
constexpr std::pair<const char*, std::string RoomConfig::*> texts[] = {{"name", &RoomConfig::name},
                                                                       {"description", &RoomConfig::description},
                                                                       {"lang", &RoomConfig::lang},
                                                                       {"password", &RoomConfig::password},
                                                                       {"maker", &RoomConfig::counts_for}};
constexpr std::pair<const char*, int64_t RoomConfig::*> numbers[] = {{"max_users", &RoomConfig::max_users},
                                                                     {"max_history", &RoomConfig::max_history},
                                                                     {"slow_mode_s", &RoomConfig::slow_mode_s}};

std::string affiliation_entry(const BareJid& user) { return std::string(affiliation_prefix) + user.str(); }
std::string request_entry(const BareJid& user) { return std::string(request_prefix) + user.str(); }
std::string hat_entry(std::string_view uri) { return std::string(hat_prefix).append(uri); }
std::string worn_entry(const BareJid& user) { return std::string(worn_prefix) + user.str(); }
std::string invitation_entry(int64_t number) { return std::string(invitation_prefix) + std::to_string(number); }
std::string change_entry(const AffiliationChange& change) {
  return std::string(change_prefix) + std::to_string(change.number);
}

std::optional<json::object> read_object(std::string_view text) {
  json::error_code fault;
  json::value value = json::parse(json::string_view(text.data(), text.size()), fault);
  if (fault || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

Error unreadable(const BareJid& room, std::string_view entry) {
  return {ErrorKind::internal_server_error,
          "the room " + room.str() + ": its row '" + std::string(entry) + "' is of a later version, or damaged"};
}

std::string read_string(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

int64_t read_number(const json::object& object, const char* name, int64_t otherwise) {
  const json::value* value = object.if_contains(name);
  return value && value->is_int64() ? value->as_int64() : otherwise;
}

std::string write_roles(const bool (&roles)[4]) {
  std::string out;
  for (const bool each : roles) out.push_back(each ? '1' : '0');
  return out;
}

void read_roles(const json::object& object, const char* name, bool (&roles)[4]) {
  const std::string text = read_string(object, name);
  if (text.size() != 4) return;
  for (size_t i = 0; i < 4; ++i) roles[i] = text[i] == '1';
}

std::optional<Subject> read_subject(std::string_view text) {
  const auto object = read_object(text);
  if (!object) return std::nullopt;
  return Subject{read_string(*object, "text"), read_string(*object, "nick"), read_number(*object, "set_ms", 0)};
}

std::vector<std::string> read_hashes(std::string_view text) {
  std::vector<std::string> hashes;
  for (size_t end = 0; !text.empty(); text.remove_prefix(std::min(end + 1, text.size()))) {
    end = std::min(text.find(' '), text.size());
    hashes.emplace_back(text.substr(0, end));
  }
  return hashes;
}

// False where it can't be read: a ban must not be lifted by that.
bool read_affiliated(AffiliationList& list, std::string_view name, std::string_view value) {
  const auto jid = BareJid::parse(name);
  const auto object = read_object(value);
  const auto affiliation = object ? find_affiliation(read_string(*object, "affiliation")) : std::nullopt;
  if (!jid || !affiliation) return false;
  if (*affiliation == Affiliation::none) return true;
  auto nick = Nick::parse(read_string(*object, "nick"));
  list.insert_or_assign(*jid, Affiliated{*affiliation, nick ? std::optional(std::move(*nick)) : std::nullopt,
                                         read_string(*object, "reason")});
  return true;
}

// A nick that is none by now is asked for by nobody.
bool read_request(RegistrationRequests& requests, std::string_view name, std::string_view value) {
  const auto jid = BareJid::parse(name);
  const auto object = read_object(value);
  if (!jid || !object) return false;
  if (auto nick = Nick::parse(read_string(*object, "nick"))) requests.insert_or_assign(*jid, std::move(*nick));
  return true;
}

std::optional<AffiliationChange> read_change(std::string_view name, std::string_view value) {
  const auto object = read_object(value);
  const auto user = object ? BareJid::parse(read_string(*object, "user")) : Result<BareJid>(Error{});
  const auto number = xml::parse_integer(name);
  if (!user || !number) return std::nullopt;
  const json::value* seen = object->if_contains("seen");
  return AffiliationChange{*user, !seen || seen->is_bool() ? seen && seen->as_bool() : true, *number,
                           read_number(*object, "seen_number", 0)};
}

bool read_hat(Hats& hats, std::string_view uri, std::string_view value) {
  const auto object = read_object(value);
  if (object)
    hats.made.insert_or_assign(std::string(uri), Hat{read_string(*object, "title"), read_string(*object, "hue")});
  return object.has_value();
}

bool read_worn(Hats& hats, std::string_view name, std::string_view value) {
  const auto user = BareJid::parse(name);
  const auto object = read_object(value);
  const json::value* uris = object ? object->if_contains("uris") : nullptr;
  if (!user || !uris || !uris->is_array()) return false;
  HatUris& worn = hats.worn[*user];
  for (const auto& uri : uris->as_array()) {
    if (uri.is_string()) worn.emplace(uri.as_string());
  }
  return true;
}

bool read_invitation(Invitations& invitations, std::string_view name, std::string_view value) {
  const auto number = xml::parse_integer(name);
  const auto object = read_object(value);
  if (!number || !object) return false;
  auto invitee = BareJid::parse(read_string(*object, "invitee"));
  auto inviter = BareJid::parse(read_string(*object, "inviter"));
  if (!invitee || !inviter) return false;
  invitations.insert_or_assign(*number, Invitation{std::move(*invitee), std::move(*inviter)});
  return true;
}

bool read_slow_mode(std::map<std::string, int64_t>& spoke_ms, std::string_view value) {
  const auto object = read_object(value);
  if (!object) return false;
  for (const auto& [occupant, at] : *object) {
    if (at.is_int64()) spoke_ms.emplace(occupant, at.as_int64());
  }
  return true;
}

// A row of the room's own map. False where it can't be read.
bool read_entry(StoredRoom& stored, std::vector<AffiliationChange>& changes, std::string_view name,
                std::string_view value) {
  if (name == subject_entry) {
    auto subject = read_subject(value);
    if (subject) stored.subject = std::move(*subject);
    return subject.has_value();
  }
  if (name == pictures_entry) stored.picture_hashes = read_hashes(value);
  if (name == slow_mode_entry) return read_slow_mode(stored.spoke_ms, value);
  if (name.starts_with(invitation_prefix)) {
    return read_invitation(stored.invitations, name.substr(invitation_prefix.size()), value);
  }
  if (name.starts_with(affiliation_prefix)) {
    return read_affiliated(stored.affiliations, name.substr(affiliation_prefix.size()), value);
  }
  if (name.starts_with(change_prefix)) {
    auto change = read_change(name.substr(change_prefix.size()), value);
    if (change) changes.push_back(std::move(*change));
    return change.has_value();
  }
  if (name.starts_with(hat_prefix)) return read_hat(stored.hats, name.substr(hat_prefix.size()), value);
  if (name.starts_with(worn_prefix)) return read_worn(stored.hats, name.substr(worn_prefix.size()), value);
  if (name.starts_with(request_prefix)) {
    return read_request(stored.registration_requests, name.substr(request_prefix.size()), value);
  }
  return true;
}

}  // namespace

std::string write_config(const RoomConfig& config) {
  json::object object;
  for (const auto& [name, member] : flags) object[name] = config.*member;
  for (const auto& [name, member] : texts) object[name] = config.*member;
  for (const auto& [name, member] : numbers) object[name] = config.*member;
  object["private_messages"] = static_cast<int64_t>(config.private_messages);
  object["mentions_max"] = config.mentions.count;
  object["mentions"] = write_mention_powers(config.mentions);
  object["broadcast"] = write_roles(config.broadcast);
  object["member_list"] = write_roles(config.member_list);
  return json::serialize(object);
}

std::optional<RoomConfig> read_config(std::string_view text) {
  const auto read = read_object(text);
  if (!read) return std::nullopt;
  const json::object& object = *read;
  RoomConfig config;
  for (const auto& [name, member] : flags) {
    if (const json::value* value = object.if_contains(name); value && value->is_bool()) {
      config.*member = value->as_bool();
    }
  }
  for (const auto& [name, member] : texts) config.*member = read_string(object, name);
  for (const auto& [name, member] : numbers) config.*member = read_number(object, name, config.*member);
  const int64_t messages = read_number(object, "private_messages", 0);
  if (messages >= 0 && messages <= static_cast<int64_t>(PrivateMessages::none)) {
    config.private_messages = static_cast<PrivateMessages>(messages);
  }
  config.mentions.count = read_number(object, "mentions_max", config.mentions.count);
  read_mention_powers(read_string(object, "mentions"), config.mentions);
  read_roles(object, "broadcast", config.broadcast);
  read_roles(object, "member_list", config.member_list);
  return config;
}

Storage::Storage(const SharedContext& context, const Tenant& tenant)
    : tenant_(tenant.id),
      accounts_domain_(tenant.domain()),
      map_(context.map(tenant, "rooms")),
      vcards_(context.map(tenant, "room_vcards")),
      mentions_(mentions(context)),
      archive_(context.archive(tenant, "rooms")) {}

Mentions Storage::mentions(const SharedContext& context) { return context.mentions("rooms"); }

Mention Storage::make_mention(const BareJid& room, const BareJid& user) const {
  return {tenant_, room, user.domainpart() == accounts_domain_};
}

Lsn Storage::store_config(const BareJid& room, const RoomConfig& config, const store::Companion* event) const {
  if (const auto holder = BareJid::parse(config.counts_for)) mentions_.add(make_mention(room, *holder), *holder);
  return map_.store(list_key, room.str(), write_config(config), event);
}

Lsn Storage::store_subject(const BareJid& room, const Subject& subject) const {
  const json::object object{{"text", subject.text}, {"nick", subject.nick}, {"set_ms", subject.set_ms}};
  return map_.store(room.str(), subject_entry, json::serialize(object));
}

Lsn Storage::store_affiliation(const BareJid& room, const BareJid& user, const Affiliated& affiliated) const {
  const json::object object{{"affiliation", to_string(affiliated.affiliation)},
                            {"nick", affiliated.nick ? affiliated.nick->str() : std::string()},
                            {"reason", affiliated.reason}};
  mentions_.add(make_mention(room, user), user);
  return map_.store(room.str(), affiliation_entry(user), json::serialize(object));
}

Lsn Storage::remove_affiliation(const BareJid& room, const BareJid& user) const {
  return map_.remove(room.str(), affiliation_entry(user));
}

Lsn Storage::store_registration_request(const BareJid& room, const BareJid& user, const Nick& nick) const {
  const json::object object{{"nick", nick.str()}};
  mentions_.add(make_mention(room, user), user);
  return map_.store(room.str(), request_entry(user), json::serialize(object));
}

Lsn Storage::remove_registration_request(const BareJid& room, const BareJid& user) const {
  return map_.remove(room.str(), request_entry(user));
}

Lsn Storage::store_versions(const BareJid& room, std::string_view nonce) const {
  return map_.store(room.str(), versions_entry, nonce);
}

Lsn Storage::store_change(const BareJid& room, const AffiliationChange& change) const {
  const json::object object{{"user", change.user.str()}, {"seen", change.is_seen}, {"seen_number", change.seen_number}};
  mentions_.add(make_mention(room, change.user), change.user);
  return map_.store(room.str(), change_entry(change), json::serialize(object));
}

Lsn Storage::remove_change(const BareJid& room, const AffiliationChange& change) const {
  return map_.remove(room.str(), change_entry(change));
}

Lsn Storage::store_hat(const BareJid& room, std::string_view uri, const Hat& hat) const {
  return map_.store(room.str(), hat_entry(uri), json::serialize(json::object{{"title", hat.title}, {"hue", hat.hue}}));
}

Lsn Storage::remove_hat(const BareJid& room, std::string_view uri) const {
  return map_.remove(room.str(), hat_entry(uri));
}

Lsn Storage::store_worn(const BareJid& room, const BareJid& user, const HatUris& uris) const {
  mentions_.add(make_mention(room, user), user);
  const json::object object{{"uris", json::array(uris.begin(), uris.end())}};
  return map_.store(room.str(), worn_entry(user), json::serialize(object));
}

Lsn Storage::remove_worn(const BareJid& room, const BareJid& user) const {
  return map_.remove(room.str(), worn_entry(user));
}

Lsn Storage::store_invitation(const BareJid& room, int64_t number, const Invitation& invitation) const {
  for (const BareJid* user : {&invitation.invitee, &invitation.inviter})
    mentions_.add(make_mention(room, *user), *user);
  const json::object object{{"invitee", invitation.invitee.str()}, {"inviter", invitation.inviter.str()}};
  return map_.store(room.str(), invitation_entry(number), json::serialize(object));
}

Lsn Storage::remove_invitation(const BareJid& room, int64_t number) const {
  return map_.remove(room.str(), invitation_entry(number));
}

Lsn Storage::store_slow_mode(const BareJid& room, const std::map<std::string, int64_t>& spoke_ms) const {
  if (spoke_ms.empty()) return map_.remove(room.str(), slow_mode_entry);
  return map_.store(room.str(), slow_mode_entry, json::serialize(json::object(spoke_ms.begin(), spoke_ms.end())));
}

Lsn Storage::store_vcard(const BareJid& room, std::string_view vcard, const std::vector<std::string>& hashes,
                         const store::Companion* event) const {
  if (vcard.empty()) {
    vcards_.remove_all(room.str());
    return map_.remove(room.str(), pictures_entry, event);
  }
  vcards_.store(room.str(), vcard_entry, vcard);
  std::string text;
  for (const std::string& hash : hashes) text.append(text.empty() ? "" : " ").append(hash);
  return map_.store(room.str(), pictures_entry, text, event);
}

Task<Result<std::optional<std::string>>> Storage::load_vcard(Executor& home, BareJid room) const {
  const store::MapStore map = vcards_;
  auto loading = map.load_entry(home, room.str(), vcard_entry);
  auto vcard = co_await loading;
  co_return vcard;
}

Lsn Storage::remove_mention(const BareJid& room, const BareJid& user) const {
  return mentions_.remove(make_mention(room, user), user);
}

Lsn Storage::remove_room(const BareJid& room, const std::vector<BareJid>& named, const store::Companion* event) const {
  map_.remove(list_key, room.str(), event);
  map_.remove_all(room.str());
  vcards_.remove_all(room.str());
  Lsn last = archive_.remove_all(room.str());
  for (const BareJid& user : named) last = remove_mention(room, user);
  return last;
}

Task<Result<std::optional<StoredRoom>>> Storage::load(Executor& home, BareJid room) const {
  const store::MapStore map = map_;
  auto config = co_await map.load_entry(home, list_key, room.str());
  if (!config) co_return config.error();
  if (!*config) co_return std::optional<StoredRoom>();
  auto entries = co_await map.load(home, room.str());
  if (!entries) co_return entries.error();
  StoredRoom stored;
  auto read = read_config(**config);
  if (!read) co_return unreadable(room, list_key);
  stored.config = std::move(*read);
  std::string nonce;
  std::vector<AffiliationChange> changes;
  for (const auto& entry : *entries) {
    if (entry.name == versions_entry) nonce = entry.value;
    if (!read_entry(stored, changes, entry.name, entry.value)) co_return unreadable(room, entry.name);
  }
  stored.versions.restore(std::move(nonce), std::move(changes));
  co_return std::optional<StoredRoom>(std::move(stored));
}

Task<Result<std::vector<ListedRoom>>> Storage::list(Executor& home, std::string after, size_t bytes_enough) const {
  const store::MapStore map = map_;
  auto entries = co_await map.load(home, list_key, bytes_enough, std::move(after));
  if (!entries) co_return entries.error();
  std::vector<ListedRoom> rooms;
  rooms.reserve(entries->size());
  for (const auto& entry : *entries) {
    auto jid = BareJid::parse(entry.name);
    if (!jid) continue;
    auto config = read_config(entry.value);
    if (!config) co_return unreadable(*jid, list_key);
    rooms.push_back({std::move(*jid), std::move(*config)});
  }
  co_return rooms;
}

}  // namespace teahouse::muc
