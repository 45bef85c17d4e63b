#pragma once
/// @file Reading answers out of what was sealed. A course is looked through with all of its forms each time one is
/// sent, and reading them as any JSON costs more than opening them does.
#include <optional>
#include <string_view>

#include "features/questionnaires/questionnaires_shapes.hpp"

namespace rapport::questionnaires {

/// Of a text exactly as http::write writes Answers, without spaces and without anything escaped. Nothing of any other,
/// which may be right all the same: read it as JSON then.
std::optional<Answers> read_as_written(std::string_view text);

}  // namespace rapport::questionnaires
