// The two nodes change one after the other: a client publishes a picture's data, and then says by the metadata that it
// is its picture. In between the metadata may name data that is there no more (a node keeps one item, where its owner
// wants no more): what was shown stays until the metadata changes too. Data that comes late, or goes with its node,
// counts at once.
#include "modules/profile/pictures.h"

#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::profile {
namespace {

using pubsub::AccessModel;

constexpr char line_name[] = "picture";
constexpr char row_name[] = "picture";  // "NUMBER HASH" of what was found; a hash of "-": no picture

// XEP-0153: a vCard is for everybody, and so is a picture that comes by one.
pubsub::NodeConfig make_config() {
  pubsub::NodeConfig config;
  config.access = AccessModel::open;
  return config;
}

struct Row {
  uint64_t number = 0;
  std::string hash;  // bytes; empty: no picture
};
std::optional<Row> read_row(std::string_view text) {
  Row row;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), row.number);
  const auto size = static_cast<size_t>(end - text.data());
  if (fault != std::errc() || text.size() < size + 2) return std::nullopt;
  const std::string_view hash = text.substr(size + 1);
  if (hash == "-") return row;
  auto bytes = crypto::parse_hex(hash);
  if (!bytes || bytes->size() != 20) return std::nullopt;
  row.hash = std::move(*bytes);
  return row;
}

bool has_own_hash(const Stanza& presence) {
  const auto x = presence.child("x", ns::vcard_update);
  return x && x->child("photo", ns::vcard_update);
}

Error gone() { return {ErrorKind::service_unavailable, "The account is not in memory any more."}; }

// A node of several items may be full.
pubsub::OwnNodes::DecideByIds put(std::string id, std::string payload) {
  return [id = std::move(id), payload = std::move(payload)](const std::vector<std::string>& ids) {
    pubsub::OwnChange change;
    change.published.push_back({id, payload});
    if (ids.size() > 1 && ids.front() != id) change.retracted.push_back(ids.front());
    return change;
  };
}

}  // namespace

Pictures::Pictures(ModuleContext& context, PresenceModule& presence, pubsub::OwnNodes& nodes)
    : context_(context), presence_(presence), nodes_(nodes), shown_(context.attach_to_residents<Shown>()) {
  nodes_.watchers[ns::avatar_metadata] = [this](Resident& resident) { metadata_changed(resident); };
  nodes_.watchers[ns::avatar_data] = [this](Resident& resident) { data_changed(resident); };
  presence_.on_sent = [this](Resident& resident, Stanza& presence_sent, PresenceModule::Sight sight) {
    add_hash(resident, presence_sent, sight);
  };
  context.on(&Hooks::resident_load, [this](Resident& resident) { return load_resident(*this, resident); });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& jid, const RemovalPtr&) {
    context_.map(*host->tenant, map_name).remove_all(jid.str());
  });
}

void Pictures::detach() {
  nodes_.watchers.erase(ns::avatar_metadata);
  nodes_.watchers.erase(ns::avatar_data);
  presence_.on_sent = nullptr;
}

Task<Result<void>> Pictures::load_resident(Pictures& self, Resident& resident) {
  const auto last = self.nodes_.find_last(resident, ns::avatar_metadata);
  if (!last) co_return Result<void>();
  const auto map = self.context_.map(resident.tenant(), map_name);
  auto loading = map.load_entry(self.context_.loop(), resident.jid().str(), row_name);
  const auto text = co_await loading;
  const auto row = text && *text ? read_row(**text) : std::nullopt;
  if (row && row->number == last->number) {
    Shown& shown = self.shown_.of(resident);
    shown.number = row->number;
    shown.has_picture = !row->hash.empty();
    std::copy(row->hash.begin(), row->hash.end(), shown.hash.begin());
    shown.access = self.find_access(resident);
    co_return Result<void>();
  }
  // The row is missing after a crash, or because the tenant was without this module meanwhile.
  FindResident find = [&resident] { return &resident; };
  auto looking = self.look(resident.host(), resident.jid(), std::move(find));
  const auto found = co_await looking;
  if (found) {
    self.keep(resident.tenant(), resident.jid(), *found);
    self.show(resident, *found);
  } else {
    log::error("profile", "An avatar could not be read", {{"jid", resident.jid().str()}, {"why", found.error().text}});
  }
  co_return Result<void>();
}

Task<Result<Pictures::Found>> Pictures::load(HostPtr host, BareJid account) {
  FindResident find = [this, host, account] { return context_.find_resident(*host->tenant, account.str()); };
  auto looking = look(host, account, std::move(find));
  auto found = co_await looking;
  co_return found;
}

Task<Result<Pictures::Found>> Pictures::look(HostPtr host, BareJid account, FindResident find) {
  Found found;
  Resident* resident = find();
  if (!resident) co_return gone();
  const auto last = nodes_.find_last(*resident, ns::avatar_metadata);
  if (!last) co_return found;
  found.number = last->number;
  auto loading = nodes_.load_payload(host, account, ns::avatar_metadata, last->number);
  const auto metadata = co_await loading;
  if (!metadata) co_return metadata.error();
  const auto document = xml::Document::parse_own(SharedBytes(metadata->value_or("")));
  const auto info = document ? find_info(document->root()) : std::nullopt;
  resident = find();
  if (!resident) co_return gone();
  const auto place = info ? nodes_.find_item(*resident, ns::avatar_data, info->id) : std::nullopt;
  if (!place) co_return found;
  auto loading_data = nodes_.load_payload(host, account, ns::avatar_data, place->number);
  const auto data = co_await loading_data;
  if (!data) co_return data.error();
  const auto data_document = xml::Document::parse_own(SharedBytes(data->value_or("")));
  if (data_document) found.photo = read_data(data_document->root(), *info);
  co_return found;
}

AccessModel Pictures::find_access(Resident& resident) const {
  return std::max(nodes_.find_access(resident, ns::avatar_metadata).value_or(AccessModel::open),
                  nodes_.find_access(resident, ns::avatar_data).value_or(AccessModel::open));
}

bool Pictures::may_have(Resident& resident, const BareJid& entity) const {
  return nodes_.may_read(resident, ns::avatar_metadata, entity) && nodes_.may_read(resident, ns::avatar_data, entity);
}

bool Pictures::has_node(Resident& resident) const {
  return nodes_.find_access(resident, ns::avatar_metadata).has_value();
}

Result<Lsn> Pictures::publish(Resident& resident, const std::optional<vcard::Photo>& photo) {
  const std::string id = photo ? vcard::hash_of(*photo) : std::string("none");
  Lsn lsn = Lsn::none;
  if (photo) {
    const auto put_data = nodes_.change_by_ids(resident, ns::avatar_data, make_config(), put(id, write_data(*photo)));
    if (!put_data) return put_data.error();
    lsn = *put_data;
  }
  std::string metadata = photo ? write_metadata(*photo) : write_no_metadata();
  const auto told = nodes_.change_by_ids(resident, ns::avatar_metadata, make_config(), put(id, std::move(metadata)));
  if (!told) return told.error();
  return std::max(lsn, *told);
}

// Also called for what changes no picture, as a subscription.
void Pictures::metadata_changed(Resident& resident) {
  const Shown* shown = shown_.find(resident);
  const auto last = nodes_.find_last(resident, ns::avatar_metadata);
  const bool is_shown = shown && shown->number == (last ? last->number : 0) && shown->access == find_access(resident);
  if (!is_shown) nodes_.line_up_once(resident, line_name, update(resident.host(), resident.jid()));
}

void Pictures::data_changed(Resident& resident) {
  const Shown* shown = shown_.find(resident);
  if (!shown && !nodes_.find_last(resident, ns::avatar_metadata)) return;
  const bool is_on_its_way = shown && shown->has_picture && shown->access == find_access(resident) &&
                             nodes_.find_last(resident, ns::avatar_data);
  if (!is_on_its_way) nodes_.line_up_once(resident, line_name, update(resident.host(), resident.jid()));
}

// Presence tells of a picture that is on disk, and of the newest: of two changes that are looked at at once the later
// one is shown.
Task<void> Pictures::update(HostPtr host, BareJid account) {
  auto looking = load(host, account);
  const auto found = co_await looking;
  if (!found) {
    log::error("profile", "An avatar could not be read", {{"jid", account.str()}, {"why", found.error().text}});
    co_return;
  }
  auto waiting = context_.wait(context_.loop(), context_.appended());
  const auto on_disk = co_await waiting;
  Resident* resident = context_.find_resident(*host->tenant, account.str());
  if (!on_disk || !resident) co_return;
  const auto last = nodes_.find_last(*resident, ns::avatar_metadata);
  if ((last ? last->number : 0) != found->number) co_return;
  keep(*host->tenant, account, *found);
  const Shown* known = shown_.find(*resident);
  const Shown before = known ? *known : Shown();
  show(*resident, *found);
  const Shown& after = shown_.of(*resident);
  const auto shows = [](const Shown& one) { return one.has_picture && one.access <= AccessModel::presence; };
  if (shows(before) == shows(after) && (!shows(after) || before.hash == after.hash)) co_return;
  if (!context_.is_at(*resident->host())) co_return;
  presence_.send_again(*resident, [](const Stanza& presence) { return !has_own_hash(presence); });
}

void Pictures::show(Resident& resident, const Found& found) {
  Shown& shown = shown_.of(resident);
  shown = Shown();
  shown.number = found.number;
  shown.access = find_access(resident);
  shown.has_picture = found.photo.has_value();
  if (!found.photo) return;
  const std::string hash = crypto::sha1(found.photo->bytes);
  std::copy(hash.begin(), hash.end(), shown.hash.begin());
}

Lsn Pictures::keep(const Tenant& tenant, const BareJid& account, const Found& found) const {
  const auto map = context_.map(tenant, map_name);
  if (found.number == 0) return map.remove(account.str(), row_name);
  const std::string hash = found.photo ? vcard::hash_of(*found.photo) : std::string("-");
  return map.store(account.str(), row_name, std::to_string(found.number) + ' ' + hash);
}

void Pictures::add_hash(Resident& resident, Stanza& presence, PresenceModule::Sight sight) const {
  const Shown* shown = shown_.find(resident);
  if (!shown || !context_.is_at(*resident.host()) || has_own_hash(presence)) return;
  const bool is_subscribed = sight == PresenceModule::Sight::subscribed;
  if (shown->access > (is_subscribed ? AccessModel::presence : AccessModel::open)) return;
  if (presence.child("x", ns::vcard_update)) {
    presence.remove_children([](const xml::Element& child) { return child.is("x", ns::vcard_update); });
  }
  std::string stamp;
  xml::Writer writer(stamp);
  writer.open("x", ns::vcard_update).open("photo");
  if (shown->has_picture) writer.text(crypto::to_hex(std::string_view(shown->hash.data(), shown->hash.size())));
  writer.close().close();
  presence.stamp(stamp);
}

}  // namespace teahouse::profile
