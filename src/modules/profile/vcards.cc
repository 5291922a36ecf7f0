// Beside the vCard stands the number of the vCard4 that says the same (vcard4_row): where the node has another one,
// that was published since, and the vCard is made of it.
#include "modules/profile/vcards.h"

#include <algorithm>

#include "base/log.h"
#include "modules/profile/vcard4.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::profile {
namespace {

constexpr char vcard4_row[] = "vcard4";
constexpr char vcard4_item[] = "current";

// XEP-0292 section 4.1: by XEP-0222, for everybody.
pubsub::NodeConfig make_vcard4_config() {
  pubsub::NodeConfig config;
  config.access = pubsub::AccessModel::open;
  return config;
}

// The vCard without its pictures, and with this one.
std::string with_photo(const xml::Element& vcard, const std::optional<vcard::Photo>& photo) {
  std::string out;
  xml::Writer writer(out);
  writer.open("vCard", ns::vcard_temp);
  vcard.for_each_child([&](const xml::Element& child) {
    if (child.is("PHOTO", ns::vcard_temp)) {
      const std::string binary = child.child_text("BINVAL", ns::vcard_temp);
      const bool is_empty = binary.empty() && !child.child("EXTVAL", ns::vcard_temp);
      if (is_empty || vcard::read_photo(child)) return;
    }
    std::string xml;
    xml::write(xml, child, ns::vcard_temp);
    writer.raw(xml);
  });
  if (photo) writer.raw(vcard::write_photo(*photo));
  writer.close();
  return out;
}

std::optional<xml::Document> read_own(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  auto document = xml::Document::parse_own(SharedBytes(*text));
  return document ? std::optional(std::move(*document)) : std::nullopt;
}

Error left_memory() { return {ErrorKind::service_unavailable, "The account is not in memory any more."}; }

}  // namespace

Vcards::Vcards(ModuleContext& context, VcardModule& vcards, pubsub::OwnNodes& nodes, Pictures& pictures)
    : context_(context), vcards_(vcards), nodes_(nodes), pictures_(pictures) {
  vcards_.server = [this](const IqRequest& request) { return serve(request); };
}

void Vcards::detach() { vcards_.server = nullptr; }

bool Vcards::serve(const IqRequest& request) {
  if (!context_.is_at(*request.host)) return false;
  const size_t bytes = request.stanza.held_bytes();
  if (request.stanza.type == StanzaType::get) {
    auto answering = answer(request.host, request.resident->jid(), request.stanza, request.is_own_account());
    if (!request.is_own_account()) {
      spawn(std::move(answering));
    } else if (const auto may = nodes_.line_up(*request.resident, bytes, std::move(answering)); !may) {
      context_.reply_error(request.stanza, may.error());
    }
    return true;
  }
  std::string vcard;
  xml::write(vcard, request.query, ns::client);
  const size_t with_vcard = bytes + vcard.size();
  auto setting = set(request.host, request.stanza, request.ticket, std::move(vcard));
  if (const auto may = nodes_.line_up(*request.resident, with_vcard, std::move(setting)); !may) {
    context_.refuse(request.stanza, request.ticket, may.error());
  }
  return true;
}

Task<Result<Vcards::Texts>> Vcards::load_texts(HostPtr host, BareJid account) {
  Texts texts;
  Resident* resident = context_.find_resident(*host->tenant, account.str());
  const auto place = resident ? nodes_.find_last(*resident, ns::vcard4_node) : std::nullopt;
  auto loading = vcards_.load(host, account);
  auto row = co_await loading;
  if (!row) co_return row.error();
  texts.vcard_temp = std::move(*row);
  if (!place) co_return texts;
  const auto map = context_.map(*host->tenant, Pictures::map_name);
  auto loading_number = map.load_entry(context_.loop(), account.str(), vcard4_row);
  const auto number = co_await loading_number;
  if (!number) co_return number.error();
  auto loading_payload = nodes_.load_payload(host, account, ns::vcard4_node, place->number);
  auto payload = co_await loading_payload;
  if (!payload) co_return payload.error();
  texts.vcard4 = std::move(*payload);
  if (number->value_or("") == std::to_string(place->number)) co_return texts;
  const auto vcard4 = read_own(texts.vcard4);
  if (!vcard4 || !vcard4->root().is("vcard", ns::vcard4)) co_return texts;
  const auto before = read_own(texts.vcard_temp);
  texts.vcard_temp = make_vcard_temp(vcard4->root(), before ? std::optional(before->root()) : std::nullopt);
  co_return texts;
}

// A picture that was stored before pictures were avatars becomes one when its owner's client looks at it.
Task<void> Vcards::answer(HostPtr host, BareJid account, Stanza request, bool is_own) {
  Resident* resident = context_.find_resident(*host->tenant, account.str());
  const BareJid asker = request.from->bare();
  const bool has_node = resident && pictures_.has_node(*resident);
  const bool may_have_picture = resident && pictures_.may_have(*resident, asker);
  const bool may_have_texts = resident && (!nodes_.find_access(*resident, ns::vcard4_node) ||
                                           nodes_.may_read(*resident, ns::vcard4_node, asker));
  auto loading = load_texts(host, account);
  auto texts = co_await loading;
  auto looking = pictures_.load(host, account);
  auto found = co_await looking;
  auto waiting = context_.wait(context_.loop(), context_.appended());
  const auto on_disk = co_await waiting;
  if (!texts || !found || !on_disk) {
    co_return context_.reply_error(request, !texts ? texts.error() : !found ? found.error() : on_disk.error());
  }
  if (!may_have_texts) texts->vcard_temp.reset();
  if (!may_have_picture) found->photo.reset();
  if (!texts->vcard_temp && !found->photo) {
    const Error own{ErrorKind::item_not_found, "You have no vCard yet."};
    co_return context_.reply_error(request, is_own ? own : Error{ErrorKind::service_unavailable, ""});
  }
  const auto vcard = read_own(texts->vcard_temp ? texts->vcard_temp : std::string("<vCard xmlns='vcard-temp'/>"));
  if (!vcard) {
    co_return context_.reply_error(request, {ErrorKind::internal_server_error, "The vCard can't be read."});
  }
  if (has_node) co_return context_.reply(request, with_photo(vcard->root(), found->photo));
  context_.reply(request, std::move(*texts->vcard_temp));
  const auto photo = is_own ? vcard::find_photo(vcard->root()) : std::nullopt;
  resident = context_.find_resident(*host->tenant, account.str());
  if (!photo || !resident) co_return;
  const auto published = pictures_.publish(*resident, photo);
  if (!published) {
    log::info("profile", "A picture has become no avatar", {{"jid", account.str()}, {"why", published.error().text}});
  }
}

Task<void> Vcards::set(HostPtr host, Stanza request, TicketPtr ticket, std::string vcard) {
  auto storing = store(host, request.from->bare(), std::move(vcard));
  const auto stored = co_await storing;
  if (!stored) co_return context_.refuse(request, ticket, stored.error());
  await(ticket, *stored);
  auto waiting = context_.wait(context_.loop(), *stored);
  const auto on_disk = co_await waiting;
  on_disk ? context_.reply(request, {}) : context_.reply_error(request, on_disk.error());
}

Task<Result<Lsn>> Vcards::store(HostPtr host, BareJid account, std::string vcard) {
  if (const auto may = context_.disk().check_addition(); !may) co_return may.error();
  const auto document = xml::Document::parse_own(SharedBytes(std::move(vcard)));
  if (!document) co_return document.error();
  auto storing_picture = store_picture(host, account, vcard::find_photo(document->root()));
  const auto picture = co_await storing_picture;
  if (!picture) co_return picture.error();
  auto storing_texts = store_texts(host, account, with_photo(document->root(), std::nullopt));
  const auto texts = co_await storing_texts;
  if (!texts) co_return texts.error();
  co_return std::max(*picture, *texts);
}

// A vCard is written whole: one without the picture that its client could see takes it away.
Task<Result<Lsn>> Vcards::store_picture(HostPtr host, BareJid account, std::optional<vcard::Photo> photo) {
  auto looking = pictures_.load(host, account);
  const auto found = co_await looking;
  if (!found) co_return found.error();
  const bool is_same = photo ? found->photo && found->photo->bytes == photo->bytes : !found->photo;
  if (is_same) co_return Lsn::none;
  Resident* resident = context_.find_resident(*host->tenant, account.str());
  if (!resident) co_return left_memory();
  co_return pictures_.publish(*resident, photo);
}

Task<Result<Lsn>> Vcards::store_texts(HostPtr host, BareJid account, std::string vcard) {
  auto loading = load_texts(host, account);
  const auto before = co_await loading;
  if (!before) co_return before.error();
  const auto vcard_temp = xml::Document::parse_own(SharedBytes(vcard));
  if (!vcard_temp) co_return vcard_temp.error();
  Resident* resident = context_.find_resident(*host->tenant, account.str());
  if (!resident) co_return left_memory();
  const auto vcard4 = read_own(before->vcard4);
  std::string made = make_vcard4(vcard_temp->root(), vcard4 ? std::optional(vcard4->root()) : std::nullopt);
  if (made.empty() && vcard4) xml::Writer(made).open("vcard", ns::vcard4).close();
  Lsn lsn = Lsn::none;
  if (!made.empty() && made != before->vcard4.value_or("")) {
    const auto put = [&made](const std::vector<std::string>& ids) {
      pubsub::OwnChange change;
      change.published.push_back({ids.empty() ? vcard4_item : ids.back(), made});
      return change;
    };
    const auto published = nodes_.change_by_ids(*resident, ns::vcard4_node, make_vcard4_config(), put);
    // Where there is no room for a node, nothing else says anything than the vCard.
    if (!published && before->vcard4) co_return published.error();
    lsn = published ? *published : Lsn::none;
  }
  lsn = std::max(lsn, vcards_.store(*host->tenant, account, vcard));
  const auto place = nodes_.find_last(*resident, ns::vcard4_node);
  if (!place) co_return lsn;
  const auto map = context_.map(*host->tenant, Pictures::map_name);
  co_return std::max(lsn, map.store(account.str(), vcard4_row, std::to_string(place->number)));
}

}  // namespace teahouse::profile
