// The handlers that the route table (routes.cc) names; each stands in the file of its resource.
//
// Thread: the loop of the ApiContext. A handler is called when the caller is known and the fields' names are checked.
#pragma once

#include "api/call.h"

namespace teahouse::api {

// The operator's: operator.cc, operator_tenants.cc, operator_accounts.cc, operator_plans.cc, certificates.cc
Task<Outcome> ping(ApiContext& api, Call call);
Task<Outcome> list_audit(ApiContext& api, Call call);
Task<Outcome> make_snapshot(ApiContext& api, Call call);
Task<Outcome> create_tenant(ApiContext& api, Call call);
Task<Outcome> list_tenants(ApiContext& api, Call call);
Task<Outcome> get_tenant(ApiContext& api, Call call);
Task<Outcome> change_tenant(ApiContext& api, Call call);
Task<Outcome> remove_tenant(ApiContext& api, Call call);
Task<Outcome> suspend_tenant(ApiContext& api, Call call);
Task<Outcome> resume_tenant(ApiContext& api, Call call);
Task<Outcome> list_accounts(ApiContext& api, Call call);
Task<Outcome> create_account(ApiContext& api, Call call);
Task<Outcome> set_password(ApiContext& api, Call call);
Task<Outcome> remove_account(ApiContext& api, Call call);
Task<Outcome> list_plans(ApiContext& api, Call call);
Task<Outcome> get_plan(ApiContext& api, Call call);
Task<Outcome> put_plan(ApiContext& api, Call call);
Task<Outcome> put_certificate(ApiContext& api, Call call);
Task<Outcome> list_certificates(ApiContext& api, Call call);
Task<Outcome> remove_certificate(ApiContext& api, Call call);

// The operator's for a tenant {name}, and the tenant's own: keys.cc, usage.cc
Task<Outcome> list_keys(ApiContext& api, Call call);
Task<Outcome> make_key(ApiContext& api, Call call);
Task<Outcome> revoke_key(ApiContext& api, Call call);
Task<Outcome> rotate_signing_secret(ApiContext& api, Call call);
Task<Outcome> get_usage(ApiContext& api, Call call);

// The tenant's: tokens.cc, messages.cc, users.cc, addresses.cc, presence.cc, unread.cc, rooms.cc, history.cc
Task<Outcome> make_token(ApiContext& api, Call call);
Task<Outcome> send_message(ApiContext& api, Call call);
Task<Outcome> list_users(ApiContext& api, Call call);
Task<Outcome> put_user(ApiContext& api, Call call);
Task<Outcome> get_user(ApiContext& api, Call call);
Task<Outcome> remove_user(ApiContext& api, Call call);
Task<Outcome> list_addresses(ApiContext& api, Call call);
Task<Outcome> list_user_messages(ApiContext& api, Call call);
Task<Outcome> get_status(ApiContext& api, Call call);
Task<Outcome> list_online(ApiContext& api, Call call);
Task<Outcome> get_unread(ApiContext& api, Call call);
Task<Outcome> list_rooms(ApiContext& api, Call call);
Task<Outcome> put_room(ApiContext& api, Call call);
Task<Outcome> get_room(ApiContext& api, Call call);
Task<Outcome> remove_room(ApiContext& api, Call call);
Task<Outcome> put_member(ApiContext& api, Call call);
Task<Outcome> remove_member(ApiContext& api, Call call);
Task<Outcome> list_room_messages(ApiContext& api, Call call);

// Everybody's: widget.cc, openapi.cc
Task<Outcome> get_widget(ApiContext& api, Call call);
Task<Outcome> make_guest(ApiContext& api, Call call);
Task<Outcome> get_openapi(ApiContext& api, Call call);
Task<Outcome> get_health(ApiContext& api, Call call);

}  // namespace teahouse::api
