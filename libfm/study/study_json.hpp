#pragma once
// A study as JSON, for the report and for other programs. libfm/FORMATS.md has the exact format.

#include "libfm/study/study.hpp"

#include <nlohmann/json_fwd.hpp>

namespace fm {

nlohmann::ordered_json to_json(const Study& study);

}  // namespace fm
