// The handlers that the route table (routes.cc) names; each stands in the file of its resource.
//
// Thread: the loop of the ApiContext. A handler is called when the caller is known and the fields' names are checked.
#pragma once

#include "api/api_call.h"

namespace teahouse::api {

// The operator's, some of them a reseller's too: operator.cc, metrics.cc, operator_tenants.cc, operator_resellers.cc,
// operator_accounts.cc, operator_plans.cc, certificates.cc
Task<Outcome> ping(ApiContext& api, ApiCall call);
Task<Outcome> get_metrics(ApiContext& api, ApiCall call);
Task<Outcome> list_audit(ApiContext& api, ApiCall call);
Task<Outcome> make_snapshot(ApiContext& api, ApiCall call);
Task<Outcome> test_mail(ApiContext& api, ApiCall call);
Task<Outcome> create_tenant(ApiContext& api, ApiCall call);
Task<Outcome> list_tenants(ApiContext& api, ApiCall call);
Task<Outcome> get_tenant(ApiContext& api, ApiCall call);
Task<Outcome> change_tenant(ApiContext& api, ApiCall call);
Task<Outcome> remove_tenant(ApiContext& api, ApiCall call);
Task<Outcome> suspend_tenant(ApiContext& api, ApiCall call);
Task<Outcome> resume_tenant(ApiContext& api, ApiCall call);
Task<Outcome> move_tenant(ApiContext& api, ApiCall call);
Task<Outcome> import_tenant(ApiContext& api, ApiCall call);  // exports.cc
Task<Outcome> list_resellers(ApiContext& api, ApiCall call);
Task<Outcome> create_reseller(ApiContext& api, ApiCall call);
Task<Outcome> get_reseller(ApiContext& api, ApiCall call);
Task<Outcome> change_reseller(ApiContext& api, ApiCall call);
Task<Outcome> remove_reseller(ApiContext& api, ApiCall call);
Task<Outcome> suspend_reseller(ApiContext& api, ApiCall call);
Task<Outcome> resume_reseller(ApiContext& api, ApiCall call);
Task<Outcome> list_reseller_keys(ApiContext& api, ApiCall call);
Task<Outcome> make_reseller_key(ApiContext& api, ApiCall call);
Task<Outcome> revoke_reseller_key(ApiContext& api, ApiCall call);
Task<Outcome> list_accounts(ApiContext& api, ApiCall call);
Task<Outcome> create_account(ApiContext& api, ApiCall call);
Task<Outcome> set_password(ApiContext& api, ApiCall call);
Task<Outcome> disable_account(ApiContext& api, ApiCall call);
Task<Outcome> enable_account(ApiContext& api, ApiCall call);
Task<Outcome> remove_account(ApiContext& api, ApiCall call);
Task<Outcome> test_account_push(ApiContext& api, ApiCall call);  // pushes.cc
Task<Outcome> list_plans(ApiContext& api, ApiCall call);
Task<Outcome> get_plan(ApiContext& api, ApiCall call);
Task<Outcome> put_plan(ApiContext& api, ApiCall call);
Task<Outcome> put_certificate(ApiContext& api, ApiCall call);
Task<Outcome> list_certificates(ApiContext& api, ApiCall call);
Task<Outcome> remove_certificate(ApiContext& api, ApiCall call);
Task<Outcome> renew_certificate(ApiContext& api, ApiCall call);

// The operator's for persons, everybody's who signs in, and a person's own: persons.cc
Task<Outcome> list_persons(ApiContext& api, ApiCall call);
Task<Outcome> create_person(ApiContext& api, ApiCall call);
Task<Outcome> get_person(ApiContext& api, ApiCall call);
Task<Outcome> remove_person(ApiContext& api, ApiCall call);
Task<Outcome> set_person_password(ApiContext& api, ApiCall call);
Task<Outcome> set_person_role(ApiContext& api, ApiCall call);
Task<Outcome> sign_person_in(ApiContext& api, ApiCall call);
Task<Outcome> create_first_operator(ApiContext& api, ApiCall call);
Task<Outcome> list_own_calls(ApiContext& api, ApiCall call);
Task<Outcome> get_own_person(ApiContext& api, ApiCall call);
Task<Outcome> change_own_password(ApiContext& api, ApiCall call);
Task<Outcome> list_own_sessions(ApiContext& api, ApiCall call);
Task<Outcome> end_own_session(ApiContext& api, ApiCall call);
Task<Outcome> begin_own_totp(ApiContext& api, ApiCall call);
Task<Outcome> confirm_own_totp(ApiContext& api, ApiCall call);
Task<Outcome> end_own_totp(ApiContext& api, ApiCall call);

// Of those who sign up, and the operator's switch: sign_up.cc
Task<Outcome> get_sign_up(ApiContext& api, ApiCall call);
Task<Outcome> order_site(ApiContext& api, ApiCall call);
Task<Outcome> look_at_order(ApiContext& api, ApiCall call);
Task<Outcome> make_ordered_site(ApiContext& api, ApiCall call);
Task<Outcome> get_sign_up_switch(ApiContext& api, ApiCall call);
Task<Outcome> set_sign_up_switch(ApiContext& api, ApiCall call);

// Of the panel: panel.cc
Task<Outcome> get_panel(ApiContext& api, ApiCall call);
Task<Outcome> open_tenant(ApiContext& api, ApiCall call);
Task<Outcome> get_steps(ApiContext& api, ApiCall call);

// The operator's for a tenant {name}, and the tenant's own: keys.cc, invites.cc, services.cc, components.cc,
// domains.cc, usage.cc, events.cc, exports.cc
Task<Outcome> list_keys(ApiContext& api, ApiCall call);
Task<Outcome> make_key(ApiContext& api, ApiCall call);
Task<Outcome> revoke_key(ApiContext& api, ApiCall call);
Task<Outcome> rotate_signing_secret(ApiContext& api, ApiCall call);
Task<Outcome> list_invites(ApiContext& api, ApiCall call);
Task<Outcome> make_invite(ApiContext& api, ApiCall call);
Task<Outcome> revoke_invite(ApiContext& api, ApiCall call);
Task<Outcome> list_services(ApiContext& api, ApiCall call);
Task<Outcome> add_service(ApiContext& api, ApiCall call);
Task<Outcome> remove_service(ApiContext& api, ApiCall call);
Task<Outcome> list_components(ApiContext& api, ApiCall call);
Task<Outcome> set_component_permissions(ApiContext& api, ApiCall call);
Task<Outcome> add_component(ApiContext& api, ApiCall call);
Task<Outcome> remove_component(ApiContext& api, ApiCall call);
Task<Outcome> rotate_component_secret(ApiContext& api, ApiCall call);
Task<Outcome> list_domains(ApiContext& api, ApiCall call);
Task<Outcome> add_domain(ApiContext& api, ApiCall call);
Task<Outcome> get_domain(ApiContext& api, ApiCall call);
Task<Outcome> check_domain(ApiContext& api, ApiCall call);
Task<Outcome> look_at_domain(ApiContext& api, ApiCall call);  // domain_survey.cc
Task<Outcome> remove_domain(ApiContext& api, ApiCall call);
Task<Outcome> get_usage(ApiContext& api, ApiCall call);
Task<Outcome> export_tenant(ApiContext& api, ApiCall call);  // exports.cc
Task<Outcome> list_events(ApiContext& api, ApiCall call);

// The tenant's: tokens.cc, messages.cc, users.cc, devices.cc, addresses.cc, presence.cc, unread.cc, pushes.cc,
// calls.cc, relay_credentials.cc, rooms.cc, history.cc, files.cc
Task<Outcome> make_token(ApiContext& api, ApiCall call);
Task<Outcome> check_token(ApiContext& api, ApiCall call);
Task<Outcome> send_message(ApiContext& api, ApiCall call);
Task<Outcome> list_users(ApiContext& api, ApiCall call);
Task<Outcome> put_user(ApiContext& api, ApiCall call);
Task<Outcome> get_user(ApiContext& api, ApiCall call);
Task<Outcome> remove_user(ApiContext& api, ApiCall call);
Task<Outcome> export_user(ApiContext& api, ApiCall call);  // exports.cc
Task<Outcome> list_user_devices(ApiContext& api, ApiCall call);
Task<Outcome> remove_user_device(ApiContext& api, ApiCall call);
Task<Outcome> remove_user_devices(ApiContext& api, ApiCall call);
Task<Outcome> list_addresses(ApiContext& api, ApiCall call);
Task<Outcome> list_reports(ApiContext& api, ApiCall call);
Task<Outcome> list_user_messages(ApiContext& api, ApiCall call);
Task<Outcome> get_status(ApiContext& api, ApiCall call);
Task<Outcome> list_online(ApiContext& api, ApiCall call);
Task<Outcome> get_unread(ApiContext& api, ApiCall call);
Task<Outcome> list_push_devices(ApiContext& api, ApiCall call);
Task<Outcome> add_push_device(ApiContext& api, ApiCall call);
Task<Outcome> remove_push_device(ApiContext& api, ApiCall call);
Task<Outcome> test_push(ApiContext& api, ApiCall call);
Task<Outcome> make_call(ApiContext& api, ApiCall call);
Task<Outcome> get_call(ApiContext& api, ApiCall call);
Task<Outcome> end_call(ApiContext& api, ApiCall call);
Task<Outcome> make_relay_credentials(ApiContext& api, ApiCall call);
Task<Outcome> list_rooms(ApiContext& api, ApiCall call);
Task<Outcome> put_room(ApiContext& api, ApiCall call);
Task<Outcome> get_room(ApiContext& api, ApiCall call);
Task<Outcome> remove_room(ApiContext& api, ApiCall call);
Task<Outcome> put_member(ApiContext& api, ApiCall call);
Task<Outcome> remove_member(ApiContext& api, ApiCall call);
Task<Outcome> list_room_messages(ApiContext& api, ApiCall call);
Task<Outcome> retract_room_message(ApiContext& api, ApiCall call);
Task<Outcome> list_files(ApiContext& api, ApiCall call);
Task<Outcome> create_file(ApiContext& api, ApiCall call);
Task<Outcome> get_file(ApiContext& api, ApiCall call);
Task<Outcome> remove_file(ApiContext& api, ApiCall call);

// Everybody's: widget.cc, calls.cc, openapi.cc
Task<Outcome> get_widget(ApiContext& api, ApiCall call);
Task<Outcome> make_guest(ApiContext& api, ApiCall call);
Task<Outcome> look_at_call(ApiContext& api, ApiCall call);
Task<Outcome> join_call(ApiContext& api, ApiCall call);
Task<Outcome> get_openapi(ApiContext& api, ApiCall call);
Task<Outcome> get_health(ApiContext& api, ApiCall call);

}  // namespace teahouse::api
