#pragma once
/// @file Asking ClamAV's daemon (clamd) whether a file holds something known to be harmful.
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace rapport::attachments {

/// `scanner` is unix:/PATH or tcp:ADDRESS:PORT of this computer. The bytes go to it as a stream (INSTREAM); nothing is
/// written to a disk from here. Error: overloaded "attachment.not_scanned" when no answer comes in time, or none that
/// says either.
Result<bool> is_clean(const std::string& scanner, std::string_view bytes, Deadline deadline);

}  // namespace rapport::attachments
