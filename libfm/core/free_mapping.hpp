#pragma once
// An option whose keys the project does not know, such as the keyword arguments of a Python function: a mapping of
// texts, numbers, booleans, null, lists and mappings.

#include <nlohmann/json.hpp>

namespace fm {

struct FreeMapping {
  nlohmann::json value = nlohmann::json::object();

  bool operator==(const FreeMapping&) const = default;
};

inline void to_json(nlohmann::json& json, const FreeMapping& mapping) { json = mapping.value; }
inline void from_json(const nlohmann::json& json, FreeMapping& mapping) {
  mapping.value = json.get<nlohmann::json::object_t>();
}

}  // namespace fm
