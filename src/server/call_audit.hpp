#pragma once
/// @file What the audit says of a call when its handler is done. A handler writes down only what it did (audited_write,
/// audit_reads); that a call came to nothing is written here, for every route alike, so that no handler can forget it.
#include <vector>

#include "features/context.hpp"

namespace rapport::server {

/// For a route that is audited: one row when any answer is a refusal or a failure, in a transaction of its own, with
/// the room that the address names; not for what was over a limit, nor for the nonsense of somebody unknown. An answer
/// that is none although the handler wrote nothing down is a defect of ours: it is not given, the caller gets a 500
/// and the audit says failed.
/// How many of them were refused or failed and are in the audit as such.
std::int64_t settle_audit(Context& context, const http::Call& call, std::vector<http::Response>& responses,
                          Deadline deadline);

}  // namespace rapport::server
