// Persons as rows of the control plane: the SQL of persons.cc.
#pragma once

#include <string>
#include <vector>

#include "account/person.h"
#include "store/control_plane.h"

namespace teahouse::person_rows {

std::vector<store::Migration> migrations();
std::vector<store::Statement> draw_id();  // the last answers with it
store::Statement insert(const Person& person, const std::string& password);
std::vector<store::Statement> remove(int64_t person);
store::Statement set_password(int64_t person, const std::string& password);
store::Statement select(int64_t person);  // password, totp, totp_step
std::vector<store::Statement> set_role(int64_t person, const PersonRole& role, bool is_given);
store::Statement set_totp(int64_t person, const std::string& sealed, bool is_on);
// `changes` is 1 where no later one was used meanwhile.
store::Statement use_totp_step(int64_t person, int64_t step);
std::vector<store::Statement> set_recovery_codes(int64_t person, const std::vector<std::string>& hashes);
store::Statement use_recovery_code(int64_t person, const std::string& hash);  // `changes` is 1 where it was there
// The last answers with the session's number.
std::vector<store::Statement> insert_session(int64_t person, const std::string& hash, const PersonSession& session);
store::Statement remove_session(int64_t person, int64_t id);
store::Statement remove_sessions(int64_t person, int64_t but);

}  // namespace teahouse::person_rows
