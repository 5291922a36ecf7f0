// The requests of an account's own clients, as README.md has them.
#include "crypto/encoding.h"
#include "modules/push/push_module.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

void write(xml::Writer& writer, const PushDevice& device) {
  writer.open("device")
      .attribute("id", device.id)
      .attribute("name", device.name)
      .attribute("service", device.service)
      .attribute("text", device.shows_text ? "true" : "false")
      .attribute("created", format_time(device.created_ms));
  if (device.last_ms != 0) {
    writer.attribute("last", format_time(device.last_ms)).attribute("result", device.last_result);
  }
  writer.close();
}

std::string make_list(const std::string& key, const std::vector<PushDevice>& devices) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("push", push::ns).attribute("key", key);
  for (const PushDevice& device : devices) write(writer, device);
  writer.close();
  return payload;
}

std::string make_added(const PushDevice& device) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("subscribed", push::ns);
  write(writer, device);
  writer.close();
  return payload;
}

std::string make_tested(const std::vector<PushTest>& results) {
  std::string payload;
  xml::Writer writer(payload);
  writer.open("tested", push::ns);
  for (const PushTest& result : results) {
    writer.open("device").attribute("id", result.id).attribute("result", result.result);
    if (result.status != 0) writer.attribute("status", std::to_string(result.status));
    writer.text(result.text).close();
  }
  writer.close();
  return payload;
}

std::string read(const xml::Element& element, const char* name) {
  return std::string(element.attribute(name).value_or(""));
}

}  // namespace

void PushModule::add_requests(ModuleContext& context) {
  const auto on = [&](StanzaType type, const char* name, Hooks::IqHandler handler) {
    context.on_iq(IqTarget::own_account, type, name, push::ns, std::move(handler));
  };
  on(StanzaType::get, "push", [this](const IqRequest& iq) { spawn(answer_list(*this, iq.host, iq.stanza)); });
  on(StanzaType::set, "subscribe", [this](const IqRequest& iq) { subscribe(iq); });
  on(StanzaType::set, "unsubscribe", [this](const IqRequest& iq) { unsubscribe(iq); });
  on(StanzaType::set, "test", [this](const IqRequest& iq) { answer_test(iq); });
}

Task<void> PushModule::answer_list(PushModule& self, HostPtr host, Stanza request) {
  if (!self.house_) {
    self.context_->reply_error(request, no_pushes());
    co_return;
  }
  auto finding = self.house_->keys.find_or_make(self.context_->loop(), host->tenant->id);
  const auto key = co_await finding;
  if (!key) {
    self.context_->reply_error(request, key.error());
    co_return;
  }
  const std::string account(request.from->bare_view());
  Resident* resident = self.context_->find_resident(*host->tenant, account);
  const auto devices = resident ? self.list(*resident) : std::vector<PushDevice>();
  self.context_->reply(request, make_list(crypto::to_base64url((*key)->point()), devices));
}

void PushModule::subscribe(const IqRequest& request) {
  const xml::Element& query = request.query;
  const NewPushDevice wanted{read(query, "endpoint"), read(query, "p256dh"), read(query, "auth"), read(query, "name"),
                             read(query, "text") == "true" || read(query, "text") == "1"};
  const auto added = add(*request.resident, wanted);
  if (!added) return context_->refuse(request.stanza, request.ticket, added.error());
  await(request.ticket, added->stored);
  request.session->deliver(Stanza::make_reply(request.stanza, StanzaType::result, make_added(added->device)),
                           added->stored);
}

void PushModule::unsubscribe(const IqRequest& request) {
  const auto removed = remove(*request.resident, read(request.query, "id"));
  if (!removed) return context_->refuse(request.stanza, request.ticket, removed.error());
  await(request.ticket, *removed);
  request.session->deliver(Stanza::make_reply(request.stanza, StanzaType::result, {}), *removed);
}

void PushModule::answer_test(const IqRequest& request) {
  const auto begun = test(*request.resident, [this, stanza = request.stanza](std::vector<PushTest> results) {
    context_->reply(stanza, make_tested(results));
  });
  if (!begun) context_->refuse(request.stanza, request.ticket, begun.error());
}

}  // namespace teahouse
